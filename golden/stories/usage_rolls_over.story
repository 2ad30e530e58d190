# What is unused moves into the period that follows, and on from there, also over one without use.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  features: {messages: {kind: metered, meter: sent}}
  meters: {sent: {event: message.sent}}
  price_groups: {7: {name: Messages, meter: sent}}
  families: {F: {name: F}}
  plans:
    plan: {family: F, fee: {USD: "0"}, entitlements: {messages: unlimited}, packages: [
      {name: pack, price_groups: [7], size: 100, rolls_over: true}]}
> open acme
> subscribe acme plan as s1
> consume acme messages 40
= allowed yes, left 60
at 2026-05-01
? packages acme
= pack 160 of 160                        # 60 + 100
> consume acme messages 161
= allowed no, reason package_is_used_up, limit 160, left 160
> consume acme messages 110
= allowed yes, left 50
at 2026-06-01
> consume acme messages 1
= allowed yes, left 149                  # 50 + 100 - 1
# Nothing is used in July.
at 2026-08-01
? packages acme
= pack 349 of 349                        # 149 + 100 of July + 100 of August
> consume acme messages 349
= allowed yes, left 0
> tell acme message.sent e1
= counted yes, over yes
at 2026-09-01
? packages acme
= pack 100 of 100                        # what was used beyond August is not owed
