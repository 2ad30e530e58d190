# The family's policy is to freeze the account; paying restores it.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  families: {F: {name: F, on_shortage: freeze}, G: {name: G}}
  plans:
    paid: {family: F, fee: {USD: "30"}}
    other: {family: G, fee: {USD: "1"}}
> open acme
> pay acme 50
> subscribe acme paid as s1 by acme
at 2026-05-01
? account acme
= status frozen
? subscription s1
= status past_due
> subscribe acme other by acme
! account_is_frozen
> cancel s1 by acme
! account_is_frozen
at 2026-05-03
> pay acme 10
? account acme
= status active
? subscription s1
= status active
? balance acme
= available 0.00                       # 50 - 30 + 10 - 30
> pay acme 1
> subscribe acme other by acme
= due 1.00
