# Reserved money counts against the caps against which the use would be charged, and against no
# other: all of it against the account's own, and only what would accrue at an app store against the
# consent of its payer.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  features: {messages: {kind: metered, meter: sent}, calls: {kind: metered, meter: made}, faxes: {kind: metered, meter: faxed}}
  meters:
    sent: {event: message.sent, aggregate: sum, value: count}
    made: {event: call.made, aggregate: sum, value: count}
    faxed: {event: fax.sent, aggregate: sum, value: count}
  price_groups: {7: {name: Messages, meter: sent}, 8: {name: Calls, meter: made}, 9: {name: Faxes, meter: faxed}}
  families: {APP: {name: App, settlement: app_store}, PRE: {name: Prepaid}, INV: {name: Invoiced, settlement: invoiced}}
  plans:
    desk: {family: APP, fee: {USD: "0"}, packages: [
      {name: few, price_groups: [7], size: 10, may_overrun: true, overrun_price: {USD: "2"}, overrun_resources: 10}]}
    talk: {family: PRE, fee: {USD: "0"}, packages: [
      {name: short, price_groups: [8], size: 10, may_overrun: true, overrun_price: {USD: "3"}, overrun_resources: 10}]}
    fax: {family: INV, fee: {USD: "0"}, packages: [
      {name: pages, price_groups: [9], size: 10, may_overrun: true, overrun_price: {USD: "1"}, overrun_resources: 10}]}
> open acme app_store cap 10
> pay acme 100
> subscribe acme desk
> subscribe acme talk
> subscribe acme fax
> spend_cap acme 30 calendar_month
# 20 calls beyond 10 are two packs, 6.00 from the balance: the account's cap alone.
> reserve acme calls 30 until 2026-04-20 as r1
= allowed yes
? balance acme
= available 94.00, held 6.00
? spending acme
= spent 0.00, held 6.00, left 24.00
# 50 messages beyond 10 are five packs, 10.00: just what the payer agreed to, in spite of the 6.00.
# They will accrue, so the balance holds nothing for them.
> reserve acme messages 60 until 2026-04-20 as r2
= allowed yes
? balance acme
= available 94.00, held 6.00
? spending acme
= spent 0.00, held 16.00, left 14.00
# The consent is all held.
> consume acme messages 1
= allowed no, reason spend_cap_is_reached
> reserve acme messages 1 until 2026-04-20
= allowed no, reason spend_cap_is_reached
# What is invoiced needs no money now either, and is no matter of the payer's.
> reserve acme faxes 60 until 2026-04-20 as r3       # five packs, 5.00
= allowed yes
? balance acme
= available 94.00, held 6.00
? spending acme
= spent 0.00, held 21.00, left 9.00
# 9.00 are left: three packs of calls, not four.
> consume acme calls 31
= allowed no, reason spend_cap_is_reached
> consume acme calls 30
= allowed yes
? spending acme
= spent 9.00, held 21.00, left 0.00
> commit r2
= allowed yes
> commit r1
= allowed yes
> commit r3 30                           # two packs of the five: 2.00
= allowed yes
? spending acme
= spent 27.00, held 0.00, left 3.00      # 9 + 10 + 6 + 2
? balance acme
= available 85.00, held 0.00             # 100 - 9 - 6
? accrued acme
= line 2026-04-01 charge desk 10.00, line 2026-04-01 charge fax 2.00
# Raised by 2.00; a pack of messages is charged against both.
> update acme cap 12
> reserve acme messages 10 until 2026-04-20 as r4
= allowed yes
? spending acme
= spent 27.00, held 2.00, left 1.00
> give_back r4
? spending acme
= spent 27.00, held 0.00, left 3.00
> spend_cap acme 28 calendar_month
> reserve acme messages 10 until 2026-04-20          # 2.00 of 1.00
= allowed no, reason spend_cap_is_reached
> consume acme faxes 10                  # 1.00 of 1.00
= allowed yes
