# Money and terms are the seller's: whoever stands above without selling hands nothing out, with any
# role. The seller is the platform, or the nearest agency above.
at 2026-04-01
catalog plain
> open acme credit_limit 5
> open branch under acme by acme
> open north agency
> open shop under north by north
> open kiosk under shop by shop
# A customer with children books nothing on them.
> pay branch 1000 by acme
! role_is_too_low
> pay branch 1000 by acme/accountant
! role_is_too_low
> grant branch promotional 1000 by acme
! role_is_too_low
> hold branch 0 by acme
! role_is_too_low
> pay acme 1000 by acme
! role_is_too_low
> pay acme 20
> pay branch 10 as p1
> reverse p1 by acme
! role_is_too_low
# Nor does it give terms, when it opens a child or later.
> open rich under acme credit_limit 1000 by acme
! role_is_too_low
> open free under acme exempt by acme
! role_is_too_low
> open store under acme app_store by acme
! role_is_too_low
> update branch credit_limit 1000 by acme
! role_is_too_low
> update branch exempt by acme
! role_is_too_low
> update branch app_store by acme
! role_is_too_low
# An agency does so for those that buy from it, whatever stands between, and never for itself.
> pay shop 100 by north/accountant
> pay kiosk 100 by north
> update kiosk credit_limit 7 by north
> open den under north credit_limit 9 exempt by north
> grant shop promotional 5 by north
> pay kiosk 1 by shop
! role_is_too_low
> update kiosk credit_limit 8 by shop
! role_is_too_low
> pay north 1000 by north
! role_is_too_low
> grant north paid 1000 by north
! role_is_too_low
> update north credit_limit 1000 by north
! role_is_too_low
> pay shop 1 by north/user
! role_is_too_low
? balance branch
= available 10.00
? balance shop
= available 100.00
? house USD of north
= cash_clearing -200.00
