# What is reserved for a seat is held for that seat, and for the account.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  features: {calls: {kind: metered, meter: calls}, hourly: {kind: metered, meter: calls}, all: {kind: metered, meter: calls}}
  meters: {calls: {event: call.made, aggregate: count, entity_property: number}}
  families: {F: {name: F}}
  plans:
    team: {family: F, default: true, fee: {USD: "0"}, entitlements: {
      calls: {limit: 10, window: day, per: entity},
      hourly: {limit: 6, window: {rolling: 1h}, per: entity},
      all: {limit: 20, window: month}}}
> open acme
> reserve acme calls 4 entity n1 until 2026-04-01T01:00 as r1
= allowed yes, limit 6, used 0, left 6
? check acme calls 3 entity n1
= allowed no, reason allowance_is_used_up, limit 6, used 0, held 4, left 2
? check acme calls 6 entity n2
= allowed yes, limit 6, held 0, left 6
> reserve acme calls 2 entity n1 until 2026-04-01T01:00 as r2
= allowed yes
> consume acme calls 1 entity n1
= allowed no, limit 6, used 0, held 6, left 0
> reserve acme calls 6 entity n2 until 2026-04-01T02:00 as r3
= allowed yes
# 4 + 2 + 6 of 20 are held.
? check acme calls 6 entity n3
= allowed yes, limit 6, used 0, left 6
> consume acme calls 6 entity n3
= allowed yes
> consume acme calls 3 entity n4         # 12 held, 6 used, 2 left
= allowed no, reason allowance_is_used_up, limit 20, used 6, held 12, left 2
# Less than was reserved: n1 used 3, holds 2.
> commit r1 3
= allowed yes
? check acme calls 2 entity n1
= allowed no, limit 6, used 3, held 2, left 1
# More than was reserved passes where it would pass by itself: 3 + 3 of 6.
> commit r2 4
= allowed no, limit 6, used 3, left 3
> commit r2 3
= allowed yes
? check acme calls entity n1
= allowed no, used 6, held 0, left 0
# r3 ends by itself.
at 2026-04-01T01:59:59
? check acme calls entity n2
= allowed no, held 6
# 01:59 is the last minute of the hour in which n1 and n3 have used: 00:00 left at 01:00.
? check acme calls entity n1             # 6 of 10 of the day; 12 used and 6 held of 20
= allowed yes, limit 20, used 12, held 6, left 2
# The 6 of n2 are free again.
at 2026-04-01T02:00
> consume acme calls 5 entity n2
= allowed yes, limit 6, used 5, left 1
> consume acme calls 5 entity n1         # 12 + 5 + 5 of 20
= allowed no, limit 20, used 17, left 3
> consume acme calls 3 entity n1         # 6 + 6 + 5 + 3 of 20
= allowed yes, limit 20, used 20, left 0
> consume acme calls 1 entity n5
= allowed no, limit 20, used 20, left 0
