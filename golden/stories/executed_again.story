# A quote that is executed again is not done again: for a day, whoever may execute it is told what
# was done, under whatever idempotency key.
at 2026-04-01
catalog plain
> open acme
> pay acme 500
> quote subscribe acme basic as q1
> execute q1 as s1
= due 30.00, already no
> execute q1
= line charge basic 30.00, due 30.00, already yes
> execute q1 idempotency another
= due 30.00, already yes
> execute q1 idempotency another
= due 30.00, already yes, replayed yes
? balance acme
= available 470.00                     # 500 - 30, once
> execute q1 by acme/accountant
! role_is_too_low
# What was done is told, also when the subscription has moved on since.
at 2026-04-01T12:00
> quote change s1 plus as q2
= due 29.50                            # 29.5/30 * (60 - 30)
> execute q2
= line credit basic -29.50, line charge plus 59.00, due 29.50, already no
> execute q1
= due 30.00, already yes
? balance acme
= available 440.50                     # 470 - 29.50
at 2026-04-01T23:59:59.999999
> execute q1
= due 30.00, already yes
# A day after it was executed a quote is unknown; the refusal says which subscription is as it said.
at 2026-04-02
> execute q1
! quote_is_unknown
= field /quote
> execute q2
= due 29.50, already yes
at 2026-04-02T12:00
> execute q2
! quote_is_unknown
# What it has scheduled can be withdrawn: it is told as done then, too, and not done again.
> quote change s1 basic at_period_end as q3
> execute q3
= already no
> withdraw s1
> execute q3
= already yes
? subscription s1
= plan plus, pending none
? balance acme
= available 440.50
# A day is one of the tree's clock.
> clock c1 2026-01-01
> open sim clock c1
> pay sim 100
> quote subscribe sim basic as q4
> execute q4
= already no
> advance c1 2026-01-01T23:59:59
> execute q4
= already yes
> advance c1 2026-01-02
> execute q4
! quote_is_unknown
