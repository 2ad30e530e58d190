# A change that cannot be paid together with its reservation moves nothing.
at 2026-04-01
catalog taxed
> open acme country RU
> pay acme 220
> subscribe acme small as s1
at 2026-04-16
# Left: 100.00; the credit for small gives 60.00 more. Needed: 120.00 now and 240.00 held.
> change s1 large
! money_is_short
= blocker money 360.00 USD of 160.00 USD
? balance acme
= available 100.00, held 0.00
? subscription s1
= plan small, billed 100.00
? entries acme
= entry payment available +220.00 cash_clearing -220.00
= entry charge available -120.00 deferred_revenue +100.00 tax_payable +20.00
# One cent less than needed is too little; exactly enough is enough.
> pay acme 199.99
> change s1 large
! money_is_short
= blocker money 360.00 USD of 359.99 USD
> pay acme 0.01
> change s1 large
= due 60.00, reserved 240.00
? balance acme
= available 0.00, held 240.00
