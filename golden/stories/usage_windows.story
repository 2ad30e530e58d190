# Days of 23 and 25 hours in Berlin, an hour that rolls in steps of a minute, and a number for life.
at 2026-03-28 Europe/Berlin
catalog
  catalog: 1
  currencies: {EUR: {}}
  features:
    daily: {kind: metered, meter: daily}
    hourly: {kind: metered, meter: hourly}
    ever: {kind: metered, meter: ever}
  meters:
    daily: {event: daily.used, aggregate: sum, value: n}
    hourly: {event: hourly.used, aggregate: sum, value: n}
    ever: {event: ever.used, aggregate: sum, value: n}
  families: {F: {name: F}}
  plans:
    free: {family: F, default: true, fee: {EUR: "0"}, entitlements: {
      daily: {limit: 10, window: day},
      hourly: {limit: 10, window: {rolling: 1h}},
      ever: {limit: 10, window: lifetime}}}
> open acme currency EUR zone Europe/Berlin
> consume acme ever 9
= allowed yes, left 1, resets never
# The 29th of March has 23 hours: 23:00Z of the 28th to 22:00Z.
at 2026-03-28T22:59:59Z
> consume acme daily 10
= allowed yes, left 0, resets 2026-03-29
at 2026-03-28T23:00:00Z
> consume acme daily 10
= allowed yes, left 0, resets 2026-03-30
at 2026-03-29T21:59:59Z
> consume acme daily 1
= allowed no, reason allowance_is_used_up, limit 10, used 10, left 0
at 2026-03-29T22:00:00Z
> consume acme daily 10
= allowed yes
# The 25th of October has 25 hours: 22:00Z of the 24th to 23:00Z.
at 2026-10-24T22:00:00Z
> consume acme daily 10
= allowed yes, resets 2026-10-26
at 2026-10-25T22:59:59Z
> consume acme daily 1
= allowed no, reason allowance_is_used_up
at 2026-10-25T23:00:00Z
> consume acme daily 1
= allowed yes, left 9, resets 2026-10-27
# Sixty steps of a minute: what was used leaves with its minute.
at 2026-11-01T12:00:00Z
> consume acme hourly 6
= allowed yes, left 4, resets never
at 2026-11-01T12:30:59Z
> consume acme hourly 4
= allowed yes, left 0
at 2026-11-01T12:59:59Z
> consume acme hourly 1
= allowed no, reason allowance_is_used_up, used 10
at 2026-11-01T13:00:00Z
? check acme hourly 6
= allowed yes, used 4, left 6
> consume acme hourly 6
= allowed yes, left 0
at 2026-11-01T13:29:59Z
> consume acme hourly 1
= allowed no
at 2026-11-01T13:30:00Z
> consume acme hourly 4
= allowed yes, left 0
# For life.
at 2036-01-01
> consume acme ever 2
= allowed no, reason allowance_is_used_up, left 1
> consume acme ever 1
= allowed yes, left 0
