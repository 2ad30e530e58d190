# A cap from above is not raised from below.
at 2026-04-01
catalog plain
> open acme
> spend_cap acme 100 calendar_month
> spend_cap acme none by acme
! role_is_too_low
> spend_cap acme 200 calendar_month by acme
! role_is_too_low
> spend_cap acme 50 calendar_day by acme
! role_is_too_low
> spend_cap acme 40 calendar_month by acme/admin
> spend_cap acme 100 calendar_month by acme    # it is still the platform's
! role_is_too_low
? spending acme
= cap 40.00
> spend_cap acme none
# One's own is one's own, also to those above.
> spend_cap acme 10 calendar_month by acme
> spend_cap acme 20 calendar_month by acme
> spend_cap acme none
# Of an agency's cap the platform may do everything, the customer nothing but lower it.
> open north agency
> open shop under north
> spend_cap shop 30 calendar_month by north
> spend_cap shop none by shop
! role_is_too_low
> spend_cap shop 60 calendar_month by north
> spend_cap shop none
