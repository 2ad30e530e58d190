# How often a tree may ask: the platform says it of a top, for all below it, and it is kept.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
> open acme agency
> open shop under acme
> open other
? account acme
= status active, rate none
> rate acme 100 by acme
! role_is_too_low
> rate acme 100 by other
! account_is_unknown
> rate acme none by acme
! role_is_too_low
> rate shop 100 by acme                  # a tree does not raise its own, from above either
! role_is_too_low
> rate shop 100
! field_is_invalid
= field /account
> rate acme 0
! field_is_invalid
= field /requests_per_second
> rate acme 1000001
! field_is_invalid
= field /requests_per_second
> rate acme 1000000
> rate acme 100 idempotency k1
> rate other 7
? account acme
= rate 100
? account shop by shop
= rate 100
> rate acme 5
> rate acme 100 idempotency k1           # asked again: answered as then, and nothing is done
= replayed yes
? account acme
= rate 5
> status acme closed
> rate acme 6                            # a closed tree can still be asked for
? account acme
= status closed, rate 6
> rate acme none
> rate acme none                         # again: the same
? account shop
= rate none
? account other
= rate 7
