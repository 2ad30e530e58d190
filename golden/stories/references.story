# A payment is recorded once under its reference, for ever; so is a payout, under its own.
at 2026-04-01
catalog plain
> open acme
> pay acme 100 reference p1 as e1
> pay acme 100 reference p1
= already yes
> pay acme 100 reference p1 idempotency k1
= already yes
? balance acme
= available 100.00
? entries acme
= entry payment available +100.00 cash_clearing -100.00
# Another amount under the same reference is another payment, and one of the two is wrong.
> pay acme 99.99 reference p1
! reference_is_taken
= field /reference
# Another provider numbers for itself, and so does another account.
> pay acme 30 reference p1 provider card
> pay acme 30 reference p1 provider card
= already yes
> open beta
> pay beta 7 reference p1
? balance acme
= available 130.00                     # 100 + 30
? balance beta
= available 7.00
# Without a reference each is a payment of its own.
> pay acme 1
> pay acme 1
? balance acme
= available 132.00
# A payment that was reversed has its reference still.
> reverse e1
> pay acme 100 reference p1
= already yes
? balance acme
= available 32.00                      # 132 - 100
# Who may not record it is told nothing of it.
> pay acme 100 reference p1 by acme
! role_is_too_low
> pay acme 100 reference p1 by beta
! account_is_unknown
# Payouts have references of their own.
> pay_out acme 2 reference p1 as o1
> pay_out acme 2 reference p1
= already yes
> pay_out acme 3 reference p1
! reference_is_taken
> pay_out acme 30 reference p2
? balance acme
= available 0.00                       # 32 - 2 - 30
# What was recorded is told, also when there would not be enough for it any more.
> pay_out acme 30 reference p2
= already yes
at 2036-04-01
> pay acme 30 reference p1 provider card
= already yes
> pay acme 31 reference p1 provider card
! reference_is_taken
? balance acme
= available 0.00
