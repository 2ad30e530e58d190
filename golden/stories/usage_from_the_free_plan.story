# Who leaves the free plan begins the package of the new one whole and draws on it alone; who comes
# back within the month finds the free one as he left it.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  features: {messages: {kind: metered, meter: sent}}
  meters: {sent: {event: message.sent}}
  price_groups: {7: {name: Messages, meter: sent}}
  families: {F: {name: F, anchor: {calendar: month}}}
  plans:
    free: {family: F, default: true, fee: {USD: "0"}, entitlements: {messages: unlimited}, packages: [
      {name: free, price_groups: [7], size: 50}]}
    paid: {family: F, rank: 1, fee: {USD: "30"}, entitlements: {messages: unlimited}, packages: [
      {name: paid, price_groups: [7], size: 500}]}
  changes:
    - {family: F, direction: cancel, effective: now, proration: none}
    - {family: F, direction: any, effective: now, proration: none}
> open acme
> pay acme 100
> consume acme messages 20
= allowed yes, left 30
at 2026-04-16
> subscribe acme paid as s1
? packages acme
= paid 500 of 500
> consume acme messages 10
= allowed yes, left 490
? packages acme
= paid 490 of 500
> consume acme messages 491
= allowed no, reason package_is_used_up, left 490
> consume acme messages 490
= allowed yes, left 0
at 2026-04-20
> cancel s1
? packages acme
= free 30 of 50                          # 20 were used before
> consume acme messages 31
= allowed no, reason package_is_used_up, left 30
> consume acme messages 30
= allowed yes, left 0
at 2026-05-01
? packages acme
= free 50 of 50
