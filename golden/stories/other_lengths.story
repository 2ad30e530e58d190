# Quarters from the end of November, weeks, and a change of length at the period's end.
at 2025-11-30
catalog
  catalog: 1
  currencies: {USD: {}}
  families: {Q: {name: Q}, W: {name: W}, M: {name: M}}
  plans:
    quarter: {family: Q, fee: {USD: "90"}, period: 3 months}
    week: {family: W, fee: {USD: "7"}, period: week}
    month: {family: M, rank: 1, fee: {USD: "30"}}
    year: {family: M, rank: 2, fee: {USD: "300"}, period: year}
  changes: [{family: M, direction: any, effective: period_end}]
> open acme
> pay acme 1000
> subscribe acme quarter as q
= due 90.00, next 2026-02-28 90.00
> subscribe acme week as w
= next 2025-12-07 7.00
> subscribe acme month as m
= next 2025-12-30 30.00
at 2025-12-10
> change m year
= effective period_end 2025-12-30, next 2025-12-30 300.00
at 2025-12-30
? subscription m
= plan year, period 2025-12-30 to 2026-12-30, billed 300.00
at 2026-05-30
? subscription q
= period 2026-05-30 to 2026-08-30
? subscription w
= period 2026-05-24 to 2026-05-31
? balance acme
= available 218.00                     # 1000 - 3 * 90 - 26 * 7 - 30 - 300
