# A charge for what was delivered can be reversed: the money returns, to the grant that it came
# from. Charges that are still to be delivered, holds, captures and reversals are not reversed.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  families: {F: {name: F}, G: {name: G}}
  plans:
    later: {family: F, fee: {USD: "30"}, timing: in_arrears}
    first: {family: G, fee: {USD: "30"}}
> open acme
> grant acme promotional 20 as g1 priority 1
> pay acme 50
> hold acme 10 as h1
> reverse acme last
! field_is_invalid
> capture h1 as c1
> reverse c1
! field_is_invalid
> subscribe acme later as s1
at 2026-05-01
? balance acme
= available 30.00, grants 0.00         # 50 - 10; 30 = 20 of the grant and 10 of the balance
? grants acme
= grant none
? house USD
= revenue 40.00                        # 10 captured, 30 for April
> reverse acme last as r1
? balance acme
= available 40.00, grants 20.00
? grants acme
= grant g1 promotional 20.00
? house USD
= revenue 10.00
> reverse r1
! field_is_invalid
# What was paid in advance is not delivered yet: the subscription is changed or cancelled instead.
> subscribe acme first as s2
> reverse acme last
! field_is_invalid
= field /entry
? house USD
= deferred_revenue 30.00
