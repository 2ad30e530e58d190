# An invoiced family takes nothing from the balance: its lines wait for the invoice, credits too.
at 2026-04-01
catalog
  catalog: 1
  currencies: {EUR: {}}
  tax_rates: {standard: [{country: DE, rate: "19%", from: 2007-01-01}]}
  families: {F: {name: F, settlement: invoiced, tax: standard}}
  plans:
    basic: {family: F, rank: 1, fee: {EUR: "30"}}
    pro: {family: F, rank: 2, fee: {EUR: "90"}}
  changes: [{family: F, direction: any, effective: now, proration: second}]
> open acme currency EUR country DE
? accrued acme
= line none
> subscribe acme basic as s1
at 2026-04-16
> change s1 pro
= due 35.70                            # -15 - 2.85 + 45 + 8.55
at 2026-05-01
? accrued acme
= line 2026-04-01 charge basic 30.00 tax 5.70
= line 2026-04-16 credit basic -15.00 tax -2.85
= line 2026-04-16 charge pro 45.00 tax 8.55
= line 2026-05-01 charge pro 90.00 tax 17.10
? balance acme
= available 0.00, held 0.00, receivable 0.00
? subscription s1
= status active
