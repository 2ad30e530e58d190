# The ends of accounts: money is paid back, handed on or left, time that was paid for comes back or
# does not, debts are written off; and a closing can be undone for thirty days.
at 2026-04-01
catalog plain
> open acme
> pay acme 100
> subscribe acme basic as s1
> grant acme paid 10
> hold acme 5
? balance acme
= available 65.00, held 5.00, grants 10.00   # 100 - 30 - 5
at 2026-04-16
> status acme closed
! account_is_not_settled
= blocker paid_period basic of none, blocker holds 1 of none, blocker balance 80.00 USD of none
> status acme closed balance forfeit unused none by acme
! role_is_too_low
> status acme closed balance refund reference o1 unused credit
? entries acme last 5
= entry credit available +15.00 deferred_revenue -15.00          # 15/30 * 30
= entry recognition revenue +15.00 deferred_revenue -15.00
= entry release available +5.00 held -5.00
= entry adjustment available +10.00 grants -10.00
= entry payout available -95.00 cash_clearing +95.00             # 65 + 15 + 5 + 10
? balance acme
= available 0.00, held 0.00, grants 0.00
? account acme
= status closed
> pay acme 1
! account_is_closed
# The reference of what was paid back is a payout's.
> open other
> pay other 5
> pay_out other 1 reference o2
> status other closed balance refund reference o2
! reference_is_taken
> status other closed balance refund reference o3
? entries other last 1
= entry payout available -4.00 cash_clearing +4.00
# Undone: what was paid back and what has ended stays so.
at 2026-05-15T23:59:59
> status acme active
? account acme
= status active
? subscription s1
= status ended
? balance acme
= available 0.00
> pay acme 30
> subscribe acme basic
> status acme closed unused none
at 2026-06-15
> status acme active
! account_is_closed
# Who stands above and does not sell hands on what is there, and pays nothing out.
> open beta
> open gamma under beta
> pay gamma 40
> status gamma closed balance refund reference o1 by beta
! role_is_too_low
> status gamma closed balance transfer to acme
! account_is_unknown
= field /transfer_to
> status gamma closed balance transfer to gamma
! field_is_invalid
= field /transfer_to
> status gamma closed balance transfer to beta by beta
? entries gamma last 1
= entry transfer available -40.00 available +40.00
? balance gamma
= available 0.00
? balance beta
= available 40.00
# A debt is paid, or written off by who sells.
> open delta under beta
> pay delta 30 as p1
> subscribe delta basic
> reverse p1
> status delta closed unused none
! account_is_not_settled
= blocker debt 30.00 USD of none
> status delta closed unused none debt write_off by beta
! role_is_too_low
> status delta closed unused none debt write_off
? entries delta last 1
= entry write_off available +30.00 bad_debt -30.00
? balance delta
= available 0.00
# Once more: nothing stands, and nothing happens.
> status delta closed
# What was frozen is frozen again.
> open eta
> status eta frozen
> status eta closed
> status eta active
? account eta
= status frozen
# What stands below keeps what it has, and is settled by a call of its own, also afterwards.
> open theta under beta
> pay theta 3
> status beta closed balance forfeit
? balance theta
= available 3.00
> status theta closed
! account_is_not_settled
> status theta closed balance refund reference o1
? balance theta
= available 0.00
