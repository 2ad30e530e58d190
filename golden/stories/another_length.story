# A change to a plan of another length begins a period of its own; the rest of the old one is
# credited.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  families: {F: {name: F}}
  plans:
    monthly: {family: F, rank: 1, fee: {USD: "30"}}
    yearly: {family: F, rank: 2, fee: {USD: "300"}, period: year}
  changes: [{family: F, direction: any, effective: now, proration: second}]
> open acme
> pay acme 500
> subscribe acme monthly as s1
at 2026-04-16
> change s1 yearly
= line credit monthly -15.00
= line charge yearly 300.00
= due 285.00, next 2027-04-16 300.00
? subscription s1
= period 2026-04-16 to 2027-04-16
? house USD
= revenue 15.00, deferred_revenue 300.00
? balance acme
= available 185.00                     # 500 - 30 - 285
