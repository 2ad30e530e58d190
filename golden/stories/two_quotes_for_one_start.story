# Two quotes for a start: the first that is executed makes the other one stale.
at 2026-04-01
catalog plain
> open acme
> pay acme 200
> quote subscribe acme basic as q1
= due 30.00
> quote subscribe acme plus as q2
= due 60.00
> execute q2 as s1
= due 60.00
> execute q1
! quote_is_stale
> execute q2
= due 60.00, already yes
# A quote of one account is unknown to another.
> open beta
> quote cancel s1 as q3
= due 0.00, next none
> execute q3 by beta
! account_is_unknown
> execute q3
? subscription s1
= pending end 2026-05-01
