# A limit of each seat beside one of the account: the tightest stops, and nothing counts in part.
at 2026-03-28 Europe/Berlin
catalog
  catalog: 1
  currencies: {EUR: {}}
  features: {messages: {kind: metered, meter: sent}, monthly: {kind: metered, meter: sent}}
  meters: {sent: {event: message.sent, aggregate: sum, value: count, entity_property: seat}}
  families: {F: {name: F}}
  plans:
    team: {family: F, default: true, fee: {EUR: "0"}, entitlements: {
      messages: {limit: 5, window: day, per: entity, thresholds: [80, 100]},
      monthly: {limit: 12, window: month}}}
> open acme currency EUR zone Europe/Berlin
# Whose use it is must be said.
> consume acme messages 1
! entity_is_missing
= field /entity
? check acme messages
! entity_is_missing
> tell acme message.sent e1 count=1
! entity_is_missing
= field /data/seat
> reserve acme messages 1 until 2026-03-29
! entity_is_missing
# A seat at its daily limit while the account has room.
> consume acme messages 5 entity anna
= allowed yes, limit 5, used 5, left 0, resets 2026-03-29
> consume acme messages 1 entity anna
= allowed no, reason allowance_is_used_up, limit 5, used 5, left 0
? check acme messages entity bert
= allowed yes, limit 5, used 0, left 5
# 4 of 5 are 80 %.
> consume acme messages 4 entity bert
= allowed yes, left 1
? warnings acme
= passed messages 80% with 5 of 5 for anna, passed messages 100% with 5 of 5 for anna, passed messages 80% with 4 of 5 for bert
# The account is full while the seat has room: 5 + 4 of 12 are used, 3 are left.
> consume acme messages 4 entity carl
= allowed no, reason allowance_is_used_up, limit 12, used 9, left 3, resets 2026-04-01
# Nothing was counted for carl by it.
> consume acme messages 3 entity carl
= allowed yes, limit 12, used 12, left 0
? check acme messages entity carl
= allowed no, limit 12, used 12, left 0
# A fact is counted beyond both.
> tell acme message.sent e2 count=4,seat=carl
= counted yes, over yes
> tell acme message.sent e2 count=4,seat=carl
= duplicate yes
# A new day at local midnight, one of 23 hours; the month is still full: 12 + 4.
at 2026-03-28T22:59:59Z
? check acme messages entity carl
= allowed no, limit 5, used 7, left 0
at 2026-03-28T23:00:00Z
? check acme messages entity carl
= allowed no, limit 12, used 16, left 0
# A fact of yesterday counts for the month and for no seat of today.
> tell acme message.sent e3 count=1,seat=anna at 2026-03-28T12:00
= counted yes, over yes
at 2026-03-31T21:59:59Z
? check acme messages entity anna
= allowed no, limit 12, used 17, left 0
at 2026-03-31T22:00:00Z
> consume acme messages 5 entity anna
= allowed yes, limit 5, used 5, left 0, resets 2026-04-02
> consume acme messages 1 entity carl
= allowed yes, limit 5, used 1, left 4
