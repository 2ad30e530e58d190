# A quote is stale when the exchange rate or the tax row that it read has changed; other rows do
# not matter.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}, EUR: {}}
  exchange_rates: {base: USD, EUR: [{from: 2026-01-01, rate: "0.9"}]}
  tax_rates: {standard: [{country: DE, rate: "19%", from: 2007-01-01}]}
  families: {F: {name: F, tax: standard}}
  plans: {one: {family: F, fee: {USD: "100"}}}
> open acme currency EUR country DE
> pay acme 500
> quote subscribe acme one as q1
= line charge one 90.00 tax 17.10      # 100 * 0.9; 19 %
= due 107.10
# The rate of the day is corrected.
catalog
  catalog: 1
  currencies: {USD: {}, EUR: {}}
  exchange_rates: {base: USD, EUR: [{from: 2026-01-01, rate: "0.95"}]}
  tax_rates: {standard: [{country: DE, rate: "19%", from: 2007-01-01}]}
  families: {F: {name: F, tax: standard}}
  plans: {one: {family: F, fee: {USD: "100"}}}
= version 2
> execute q1
! quote_is_stale
> quote subscribe acme one as q2
= due 113.05                           # 95 + 18.05
# The tax of the day is corrected.
catalog
  catalog: 1
  currencies: {USD: {}, EUR: {}}
  exchange_rates: {base: USD, EUR: [{from: 2026-01-01, rate: "0.95"}]}
  tax_rates: {standard: [{country: DE, rate: "16%", from: 2007-01-01}]}
  families: {F: {name: F, tax: standard}}
  plans: {one: {family: F, fee: {USD: "100"}}}
> execute q2
! quote_is_stale
> quote subscribe acme one as q3
= due 110.20                           # 95 + 15.20
# A row of next year is not what was read.
catalog
  catalog: 1
  currencies: {USD: {}, EUR: {}}
  exchange_rates:
    base: USD
    EUR: [{from: 2026-01-01, rate: "0.95"}, {from: 2027-01-01, rate: "1.5"}]
  tax_rates:
    standard:
      - {country: DE, rate: "16%", from: 2007-01-01}
      - {country: FR, rate: "20%", from: 2007-01-01}
  families: {F: {name: F, tax: standard}}
  plans: {one: {family: F, fee: {USD: "100"}}}
> execute q3 as s1
= due 110.20
? balance acme
= available 389.80                     # 500 - 110.20
