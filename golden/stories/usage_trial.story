# A trial has the package of its plan for the time that it lasts; the first period begins it anew.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  features: {messages: {kind: metered, meter: sent}}
  meters: {sent: {event: message.sent}}
  price_groups: {7: {name: Messages, meter: sent}}
  families: {F: {name: F}}
  plans:
    free: {family: F, default: true, fee: {USD: "0"}, entitlements: {messages: unlimited}, packages: [
      {name: free, price_groups: [7], size: 10}]}
    paid: {family: F, rank: 1, fee: {USD: "30"}, trial: {days: 14, end: convert}, entitlements: {messages: unlimited}, packages: [
      {name: paid, price_groups: [7], size: 100, may_overrun: true, overrun_price: {USD: "5"}, overrun_resources: 10}]}
  changes: [{family: F, direction: any, effective: now, proration: none}]
> open acme
> pay acme 40
> subscribe acme paid as s1
? packages acme
= paid 100 of 100
> consume acme messages 100
= allowed yes, left 0, resets 2026-04-15
? balance acme
= available 40.00
# Packs are no fee: they are sold while the trial runs.
> consume acme messages 1
= allowed yes, left 9
? balance acme
= available 35.00
at 2026-04-15
? subscription s1
= status active, period 2026-04-15 to 2026-05-15
? packages acme
= paid 100 of 100
> consume acme messages 1
= allowed yes, left 99, resets 2026-05-15
? balance acme
= available 5.00                         # 35 - 30
