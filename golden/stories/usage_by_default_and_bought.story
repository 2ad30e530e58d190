# The same plan, bought by one account and held by default by another: each has its own span, in
# whichever order they ask.
at 2026-04-10
catalog
  catalog: 1
  currencies: {USD: {}}
  features:
    messages: {kind: metered, meter: sent}
    calls: {kind: metered, meter: called}
  meters:
    sent: {event: message.sent, aggregate: sum, value: count}
    called: {event: call.made, aggregate: count}
  price_groups: {7: {name: Messages, meter: sent}, 8: {name: Calls, meter: called}}
  families: {F: {name: F}, G: {name: G}}
  plans:
    free: {family: F, default: true, fee: {USD: "0"}, entitlements: {messages: 100, calls: 50},
      packages: [{name: m, price_groups: [7], size: 30}, {name: c, price_groups: [8], size: 20}]}
    bare: {family: G, default: true, fee: {USD: "0"}}
> open one
> subscribe one free
> subscribe one bare
> open two
# Of messages the one that bought asks first, of calls the other.
? check one messages
= allowed yes, left 30, resets 2026-05-10
? check two messages                     # by default: the calendar's month
= allowed yes, left 30, resets 2026-05-01
? check two calls
= allowed yes, left 20, resets 2026-05-01
? check one calls
= allowed yes, left 20, resets 2026-05-10
> consume one messages 10
= allowed yes, left 20
> consume two messages 30
= allowed yes, left 0
> consume two messages 1
= allowed no, reason package_is_used_up, resets 2026-05-01
> consume two calls 5
= allowed yes, left 15
> consume one calls 20
= allowed yes, left 0
# One of two plans is bought: the other's span is still the calendar's.
> open three
> subscribe three bare
? check three messages
= allowed yes, left 30, resets 2026-05-01
at 2026-05-01
> consume two messages 30
= allowed yes, left 0
> consume one calls 1
= allowed no, reason package_is_used_up, resets 2026-05-10
? check three messages
= allowed yes, left 30, resets 2026-06-01
