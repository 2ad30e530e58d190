# A quote lives fifteen minutes, and never past the end of the period.
at 2026-04-01
catalog plain
> open acme
> pay acme 500
> subscribe acme basic as s1
at 2026-04-16
> quote change s1 plus as q1
= expires 2026-04-16T00:15
> quote change s1 pro as q2
= expires 2026-04-16T00:15
at 2026-04-16T00:14:59.999999
> execute q1
= due 15.00                            # -15 + 30, as of midnight
at 2026-04-16T00:15:00.000001
> execute q2
! quote_has_expired
at 2026-04-30T23:50
> quote change s1 pro as q3
= expires 2026-05-01
