# Money goes back to the customer: at most what is available as real money, by who sells to it.
at 2026-04-01
catalog plain
> open acme credit_limit 50
> pay acme 100
> grant acme promotional 30
> hold acme 25 as h1
? balance acme
= available 75.00, held 25.00, grants 30.00, spendable 155.00   # 75 + 30 + a limit of 50
> pay_out acme 75.01 reference o1
! money_is_short
= blocker money 75.01 USD of 75.00 USD
> pay_out acme 75
! field_is_missing
= field /reference
> pay_out acme 75 reference o1 as e1
? entries acme last 1
= entry payout available -75.00 cash_clearing +75.00
? balance acme
= available 0.00, held 25.00, grants 30.00
> pay_out acme 0.01 reference o2
! money_is_short
= blocker money 0.01 USD of 0.00 USD
# One that comes back is reversed, once, as a payment is.
> reverse e1 as r1
? entries acme last 1
= entry reversal available +75.00 cash_clearing -75.00
? balance acme
= available 75.00
> reverse e1
! entry_is_reversed
> reverse r1
! field_is_invalid
? house USD
= cash_clearing -100.00                # the payment; the payout went and came back
# The seller's alone.
> pay_out acme 1 reference o3 by acme
! role_is_too_low
> open north agency
> open shop under north
> open kiosk under shop
> pay kiosk 20 by north
> pay_out kiosk 5 reference o1 by shop
! role_is_too_low
> pay_out kiosk 5 reference o1 by north/user
! role_is_too_low
> pay_out kiosk 5 reference o1 by acme
! account_is_unknown
> pay_out kiosk 5 reference o1 by north
? balance kiosk
= available 15.00
? house USD of north
= cash_clearing -15.00
