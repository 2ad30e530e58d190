# Nothing is spent that is not there, unless the credit limit says so.
at 2026-04-01
catalog plain
> open acme credit_limit 50
> pay acme 39.99
> subscribe acme pro as s1
! money_is_short
= blocker money 90.00 USD of 89.99 USD
> pay acme 0.01
? balance acme
= available 40.00, spendable 90.00
> subscribe acme pro as s1
= due 90.00
? balance acme
= available -50.00, spendable 0.00
> hold acme 0.01
! money_is_short
at 2026-05-01
? subscription s1
= status past_due
> update acme credit_limit 140
> pay acme 0.01
? balance acme
= available -139.99                    # -50 + 0.01 - 90
? subscription s1
= status active
# An account does not raise its own limit.
> update acme credit_limit 1000 by acme
! role_is_too_low
