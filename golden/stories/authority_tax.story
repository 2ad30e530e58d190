# One says oneself where one lives, but not that one is not taxed.
at 2026-04-01
catalog
  catalog: 1
  currencies: {EUR: {}}
  tax_rates:
    standard:
      - {country: DE, rate: "19%", mode: exclusive, from: 2020-01-01}
      - {country: FR, rate: "20%", mode: exclusive, from: 2020-01-01}
  families: {BASE: {name: Base, tax: standard}}
  plans:
    plan: {family: BASE, fee: {EUR: "10"}}
> open acme currency EUR country DE
> update acme country FR by acme/admin
> update acme country none by acme
! role_is_too_low
> update acme country AQ by acme           # no tax is known there
! role_is_too_low
> update acme country DE by acme
# A child lives where its parent does, unless it says where else.
> open branch under acme currency EUR by acme
> open paris under acme currency EUR country FR by acme
> open pole under acme currency EUR country AQ by acme
! role_is_too_low
> open base currency EUR
> update base country DE by base
> pay branch 100
> subscribe branch plan
= line charge plan 10.00 tax 1.90, due 11.90     # 10 * 19/100
> pay paris 100
> subscribe paris plan
= line charge plan 10.00 tax 2.00, due 12.00     # 10 * 20/100
> update acme country none
