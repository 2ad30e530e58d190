# Closing an account ends what is live, and who closes it says what becomes of what stands on it:
# without a word nothing happens. Nothing is charged more, not even what was used in arrears.
at 2026-04-01
catalog taxed
> open acme country RU
> pay acme 1000
> subscribe acme small as s1
at 2026-04-16
> change s1 large
? balance acme
= available 580.00, held 240.00        # 1000 - 120 - 60 - 240
at 2026-04-20
> status acme closed
! account_is_not_settled
= field /status, blocker paid_period large of none, blocker balance 820.00 USD of none   # 580 + 240
> status acme closed unused none
! account_is_not_settled
= blocker balance 820.00 USD of none
> status acme closed balance refund unused none
! field_is_missing
= field /reference
? balance acme
= available 580.00, held 240.00
> status acme closed balance forfeit unused none
? subscription s1
= status ended, ended 2026-04-20, reserved none, deferred 0.00
? entries acme last 1
= entry forfeit available -820.00 breakage +820.00
? balance acme
= available 0.00, held 0.00
? house USD
= revenue 150.00, deferred_revenue 0.00, tax_payable 30.00, breakage 820.00
> change s1 huge
! account_is_closed
> pay acme 10
! account_is_closed
at 2026-05-01
? balance acme
= available 0.00
