# 200.00 a month in advance with 25 % tax, cancelled on the day it began; the day of the
# cancellation is used. Net and tax are rounded each: 193.33 + 48.33 = 241.66, where rounding once
# would give 241.67.
at 2025-09-18
catalog
  catalog: 1
  currencies: {USD: {}}
  tax_rates: {standard: [{country: SE, rate: "25%", from: 2000-01-01}]}
  families: {F: {name: F, tax: standard}}
  plans: {monthly: {family: F, fee: {USD: "200"}}}
  changes: [{family: F, direction: cancel, effective: now, proration: day, unused: balance}]
> open acme country SE
> pay acme 250
> subscribe acme monthly as s1
= due 250.00, next 2025-10-18 250.00
at 2025-09-18T15:00
> cancel s1
= line credit monthly -193.33 tax -48.33   # used 1/30: 6.667 -> 6.67, 1.667 -> 1.67
= due -241.66
? balance acme
= available 241.66
? subscription s1
= status ended, ended 2025-09-18T15:00
? house USD
= revenue 6.67, tax_payable 1.67, deferred_revenue 0.00
