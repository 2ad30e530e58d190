# An invoiced family needs no balance: packs wait for the invoice as lines, with their tax.
at 2026-04-01
catalog
  catalog: 1
  currencies: {EUR: {}}
  tax_rates: {standard: [{country: DE, rate: "19%", from: 2007-01-01}]}
  features: {messages: {kind: metered, meter: sent}}
  meters: {sent: {event: message.sent, aggregate: sum, value: count}}
  price_groups: {7: {name: Messages, meter: sent}}
  families: {F: {name: F, settlement: invoiced, tax: standard}}
  plans:
    team: {family: F, fee: {EUR: "30"}, entitlements: {messages: unlimited}, packages: [
      {name: pack, price_groups: [7], size: 100, may_overrun: true, overrun_price: {EUR: "2.50"}, overrun_resources: 10}]}
> open acme currency EUR country DE
> subscribe acme team as s1
at 2026-04-10T12:00
> consume acme messages 121              # 3 packs of 10 for 21: 7.50, tax 1.425 -> 1.43
= allowed yes, over no, left 9
at 2026-04-11
> tell acme message.sent e1 count=10     # 1 more: 2.50, tax 0.475 -> 0.48
= counted yes, over no
? accrued acme
= line 2026-04-01 charge team 30.00 tax 5.70
= line 2026-04-10T12:00 charge team 7.50 tax 1.43
= line 2026-04-11 charge team 2.50 tax 0.48
? balance acme
= available 0.00, receivable 0.00
? packages acme
= pack 9 of 140
