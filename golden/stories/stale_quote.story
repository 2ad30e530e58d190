# A quote is refused when what it was priced from has changed, and only then.
at 2026-04-01
catalog plain
> open acme
> pay acme 500
> subscribe acme basic as s1
at 2026-04-16
> quote change s1 pro as q1
= line credit basic -15.00, line charge pro 45.00
= due 30.00, blocker none, expires 2026-04-16T00:15
> change s1 plus
= due 15.00                            # 30 - 15
# The subscription has moved.
> execute q1
! quote_is_stale
? balance acme
= available 455.00                     # 500 - 30 - 15
# Money does not make a quote stale.
> quote change s1 pro as q2
= due 15.00                            # 45 - 30
> pay acme 1
> execute q2
= due 15.00
? balance acme
= available 441.00                     # 455 + 1 - 15
# It is done: once more it is only told.
> execute q2
= due 15.00, already yes
? balance acme
= available 441.00
# A scheduled change moves the subscription too.
> quote change s1 basic as q3
> change s1 plus at_period_end
> execute q3
! quote_is_stale
