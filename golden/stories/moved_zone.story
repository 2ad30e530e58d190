# Who moves to another zone keeps the running period; the next one ends at the new zone's midnight.
at 2026-04-01
catalog plain
> open acme
> pay acme 100
> subscribe acme basic as s1
at 2026-04-10
> update acme zone America/New_York
? subscription s1
= period 2026-03-31T20:00 to 2026-04-30T20:00   # the same instants, four hours behind
at 2026-05-01
? subscription s1
= period 2026-04-30T20:00 to 2026-06-01
? balance acme
= available 40.00
at 2026-06-01 America/New_York
? subscription s1
= period 2026-06-01 to 2026-07-01
? balance acme
= available 10.00
