# Unused time is credited with the tax that it was charged with; the new plan has the tax of its
# day.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  tax_rates:
    standard:
      - {country: DE, rate: "19%", from: 2007-01-01}
      - {country: DE, rate: "21%", from: 2026-04-10}
  families: {F: {name: F, tax: standard}}
  plans:
    small: {family: F, rank: 1, fee: {USD: "100"}}
    large: {family: F, rank: 2, fee: {USD: "200"}}
  changes: [{family: F, direction: any, effective: now, proration: second}]
> open acme country DE
> pay acme 1000
> subscribe acme small as s1
= line charge small 100.00 tax 19.00
at 2026-04-16
> change s1 large
= line credit small -50.00 tax -9.50   # 19 % of 50
= line charge large 100.00 tax 21.00   # 21 % of 100
= due 61.50
at 2026-05-01
? subscription s1
= billed 200.00, billed_tax 42.00
