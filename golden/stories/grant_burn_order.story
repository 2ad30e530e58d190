# Grants burn by priority, then earlier expiry, then age; what has expired is gone by a posting of
# its own.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  families: {F: {name: F}}
  plans: {eighteen: {family: F, fee: {USD: "18"}}}
> open acme
> open beta
> grant acme promotional 10 as a1 priority 1
> grant acme promotional 10 as a2 priority 1 expires 2026-06-01
> grant acme paid 5 as a3 priority 0 expires 2026-12-31
> grant beta promotional 10 as b1 priority 1
> grant beta promotional 10 as b2 priority 1 expires 2026-06-01
> grant beta paid 5 as b3 priority 0 expires 2026-12-31
> pay beta 10
? balance acme
= grants 25.00, available 0.00, spendable 25.00
? house USD
= promotion_expense -40.00             # four promotional grants of 10
at 2026-05-01
# 18 = 5 of a3, 10 of a2, 3 of a1.
> subscribe acme eighteen as s1
? grants acme
= grant a1 promotional 7.00
? balance acme
= grants 7.00, available 0.00
at 2026-06-01
# b2 has expired; acme's renewal finds 7 of 18.
? grants beta
= grant b1 promotional 10.00, grant b3 paid 5.00 until 2026-12-31
? house USD
= promotion_expense -30.00
? subscription s1
= status past_due
at 2026-07-01
# 18 = 5 of b3, 10 of b1, 3 of the balance.
> subscribe beta eighteen as s2
? grants beta
= grant none
? balance beta
= grants 0.00, available 7.00
# A paid grant expires to breakage.
> open gamma
> grant gamma paid 4 as c1 expires 2026-07-02
at 2026-07-02
? balance gamma
= grants 0.00
? house USD
= breakage 4.00
? entries gamma
= entry grant grants +4.00 cash_clearing -4.00
= entry grant_expiry grants -4.00 breakage +4.00
> grant gamma paid 4 expires 2026-07-02
! instant_is_in_the_past
