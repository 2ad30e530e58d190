# In arrears a plan is charged when its time is over: 100 to the 15th, 200 from there.
at 2026-01-01
catalog
  catalog: 1
  currencies: {USD: {}}
  families: {F: {name: F, anchor: {calendar: month}}}
  plans:
    one: {family: F, rank: 1, fee: {USD: "100"}, timing: in_arrears}
    two: {family: F, rank: 2, fee: {USD: "200"}, timing: in_arrears}
  changes: [{family: F, direction: any, effective: now, proration: second}]
> open acme
> pay acme 1000
> subscribe acme one as s1
= line none, due 0.00, next 2026-02-01 100.00
at 2026-01-15
> change s1 two
= line charge one 45.16                # 14/31 * 100
= due 45.16
= next 2026-02-01 109.68               # 17/31 * 200
? balance acme
= available 954.84
at 2026-02-01
? balance acme
= available 845.16                     # 954.84 - 109.68
? house USD
= revenue 154.84, deferred_revenue 0.00
at 2026-03-01
? balance acme
= available 645.16                     # - 200 for February
