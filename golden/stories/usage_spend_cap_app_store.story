# An app store's payer has agreed to so much a period, fee included: usage stops there until the
# consent is raised.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  features: {messages: {kind: metered, meter: sent}}
  meters: {sent: {event: message.sent, aggregate: sum, value: count}}
  price_groups: {7: {name: Messages, meter: sent}}
  families: {F: {name: F, settlement: app_store}}
  plans:
    gratis: {family: F, rank: 1, fee: {USD: "0"}, packages: [
      {name: few, price_groups: [7], size: 10, may_overrun: true, overrun_price: {USD: "2"}, overrun_resources: 10}]}
    desk: {family: F, fee: {USD: "10"}, packages: [
      {name: small, price_groups: [7], size: 10, may_overrun: true, overrun_price: {USD: "2"}, overrun_resources: 10}]}
> open acme app_store cap 15
> subscribe acme desk
= line charge desk 10.00
> consume acme messages 30               # 10 and two packs: 10.00 + 4.00 of 15.00
= allowed yes
> consume acme messages 1                # 16.00
= allowed no, reason spend_cap_is_reached
? warnings acme
= passed payer cap 80% with 14 of 15
# A fact is counted, and not charged beyond the consent.
> tell acme message.sent e1 count=1
= counted yes, over yes
> update acme cap 16
> consume acme messages 1
= allowed yes
> tell acme message.sent e2 count=30     # 9 and 21: three packs, and nothing is left
= counted yes, over yes
? accrued acme
= line 2026-04-01 charge desk 10.00, line 2026-04-01 charge desk 4.00, line 2026-04-01 charge desk 2.00
# The account's own cap holds beside it.
> spend_cap acme 1 calendar_month
at 2026-05-01
> consume acme messages 10
= allowed yes
> consume acme messages 1                # 10.00 + 2.00 of 16.00, and 2.00 of 1.00
= allowed no, reason spend_cap_is_reached
> spend_cap acme none
> consume acme messages 1
= allowed yes
# Without any consent nothing can be charged.
> open other app_store
> subscribe other gratis
> consume other messages 10
= allowed yes
> consume other messages 1
= allowed no, reason spend_cap_is_reached
