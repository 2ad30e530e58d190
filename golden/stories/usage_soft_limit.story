# A soft limit warns and stops nothing; each threshold is told when it is passed, once a window.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  features:
    messages: {kind: metered, meter: sent}
    calls: {kind: metered, meter: called}
  meters:
    sent: {event: message.sent, aggregate: sum, value: count}
    called: {event: call.made}
  families: {F: {name: F}}
  plans:
    free: {family: F, default: true, fee: {USD: "0"}, entitlements: {
      messages: {limit: 200, window: month, soft: true, thresholds: [80, 100, 150]},
      calls: {limit: 10, window: day, thresholds: [100]}}}
> open acme
> consume acme messages 159
= allowed yes, over no, left 41
? warnings acme
= passed none
> consume acme messages 1                # 160 of 200 are 80 %
= allowed yes, over no
> tell acme message.sent e1 count=40
= counted yes, over no
> consume acme messages 1
= allowed yes, over yes, used 201, left 0
? check acme messages
= allowed yes, over yes
> consume acme messages 99               # 300 of 200
= allowed yes, over yes
? warnings acme
= passed messages 80% with 160 of 200
= passed messages 100% with 200 of 200
= passed messages 150% with 300 of 200
# A hard one is passed by facts alone; a refused use tells nothing.
> consume acme calls 11
= allowed no, reason allowance_is_used_up
> consume acme calls 10
= allowed yes, left 0
at 2026-05-01
> consume acme messages 160
= allowed yes, over no
? warnings acme
= passed messages 80% with 160 of 200
= passed messages 100% with 200 of 200
= passed messages 150% with 300 of 200
= passed calls 100% with 10 of 10
= passed messages 80% with 160 of 200
