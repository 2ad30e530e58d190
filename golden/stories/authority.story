# Authority covers one's own subtree; another tree answers as one that does not exist. Roles are
# by minimum.
at 2026-04-01
catalog plain
> open acme
> open branch under acme
> open other
> open acme
! name_is_taken
> pay acme 100
> pay branch 100
> subscribe branch basic as s1 by acme
= due 30.00
> subscribe branch plus by other
! account_is_unknown
> change s1 plus by other
! account_is_unknown
? balance branch by acme
= available 70.00
? balance acme by branch
! account_is_unknown
> change s1 plus by branch/accountant
! role_is_too_low
> quote change s1 plus as q1 by branch/accountant
= due 30.00
> execute q1 by branch/accountant
! role_is_too_low
> execute q1 by branch/admin
! role_is_too_low
> execute q1 by branch
= due 30.00
> pay acme 1 by acme
! role_is_too_low
> pay branch 1 by acme                   # the platform sells to both
! role_is_too_low
> status branch closed by acme balance transfer to acme unused none
> subscribe branch basic
! account_is_closed
> update acme zone Europe/Berlin by acme
> update acme cap 5 by acme
! role_is_too_low
