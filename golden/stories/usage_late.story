# An event of the month before is counted where it belongs and takes nothing from this month.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  features: {messages: {kind: metered, meter: sent}}
  meters: {sent: {event: message.sent, aggregate: sum, value: count, late: 10d}}
  families: {F: {name: F}}
  plans:
    free: {family: F, default: true, fee: {USD: "0"}, entitlements: {messages: {limit: 100, window: month}}}
> open acme
> consume acme messages 90
at 2026-05-02T12:00
# April is over until something is counted in May; then April's window is gone.
> tell acme message.sent e0 count=5 at 2026-04-30T23:59:59
= counted yes, over no
? check acme messages
= used 0, left 100
> consume acme messages 10
= allowed yes, used 10
> tell acme message.sent e1 count=50 at 2026-04-30T23:59:59
= counted yes, duplicate no, over no
> tell acme message.sent e2 count=50 at 2026-05-01
= counted yes, over no
? check acme messages
= used 60, left 40
# Ten days and not a moment longer; five minutes ahead, counted as now.
> tell acme message.sent e3 count=1 at 2026-04-22T12:00
= counted yes
> tell acme message.sent e4 count=1 at 2026-04-22T11:59:59
! event_is_too_old
= field /time
> tell acme message.sent e4 count=1 at 2026-05-02T12:05:01
! instant_is_in_the_future
= field /time
> tell acme message.sent e4 count=1 at 2026-05-02T12:05
= counted yes
? check acme messages
= used 61
> tell acme message.lost e5 count=1
! meter_is_unknown
= field /type
> tell acme message.sent e5 count=1.5
! field_is_invalid
= field /data/count
> tell acme message.sent e5
! field_is_missing
= field /data/count
