# An account has a currency of the catalog, and keeps it once something was posted.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}, EUR: {}}
  families: {F: {name: F}}
  plans: {one: {family: F, fee: {USD: "10", EUR: "9"}}}
> open acme currency CHF
! currency_is_unknown
> open acme currency USD
> update acme currency EUR
> pay acme 9
> update acme currency USD
! currency_is_fixed
> subscribe acme one as s1
= due 9.00
# A plan that has no price in the account's currency, and no rate that leads there, cannot be had.
catalog
  catalog: 1
  currencies: {USD: {}, EUR: {}}
  families: {F: {name: F}, G: {name: G}}
  plans:
    one: {family: F, fee: {USD: "10", EUR: "9"}}
    two: {family: G, fee: {USD: "10"}}
> subscribe acme two
! exchange_rate_is_missing
