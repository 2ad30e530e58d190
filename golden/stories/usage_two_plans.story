# Packages of a base plan and an add-on are drawn one after the other; packs are the last one's.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  features: {messages: {kind: metered, meter: sent}}
  meters: {sent: {event: message.sent, aggregate: sum, value: count}}
  price_groups: {7: {name: Messages, meter: sent}}
  families: {F: {name: F, scale: micro}}
  plans:
    base: {family: F, fee: {USD: "0"}, entitlements: {messages: {limit: 120}}, packages: [
      {name: base, price_groups: [7], size: 50}]}
    more: {family: F, kind: add_on, fee: {USD: "0"}, entitlements: {messages: {limit: 30}}, packages: [
      {name: more, price_groups: [7], size: 20, may_overrun: true, overrun_price: {USD: "0.5"}, overrun_resources: 10}]}
> open acme
> pay acme 5
> subscribe acme base as s1
> subscribe acme more as s2
> consume acme messages 60
= allowed yes, left 10                   # 50 + 20 - 60
? packages acme
= base 0 of 50
> consume acme messages 45               # 35 beyond: 4 packs, 2.00
= allowed yes, left 5
? balance acme
= available 3.00
> consume acme messages 46               # the limits add up to 150, and 105 are used
= allowed no, reason allowance_is_used_up, limit 150, used 105, left 45
> consume acme messages 45               # 40 beyond the 5: 4 packs, 2.00
= allowed yes, left 0
? balance acme
= available 1.00
