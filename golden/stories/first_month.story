# A first month in advance: the fee leaves the balance at once, becomes revenue at the renewal,
# and the second month is charged on the same day.
at 2026-04-01
catalog plain
= version 1
> open acme currency USD
> pay acme 100
> subscribe acme basic as s1
= effective now
= line charge basic 30.00           # a whole month in advance
= due 30.00, reserved 0.00
= next 2026-05-01 30.00
? balance acme
= available 70.00, held 0.00        # 100 - 30
? subscription s1
= status active, plan basic, period 2026-04-01 to 2026-05-01
? house USD
= cash_clearing -100.00             # cash that we hold is negative
= deferred_revenue 30.00, revenue 0.00
at 2026-04-30T23:59:59.999999
? balance acme
= available 70.00
at 2026-05-01
? balance acme
= available 40.00                   # 70 - 30
? subscription s1
= period 2026-05-01 to 2026-06-01
? house USD
= deferred_revenue 30.00, revenue 30.00
? entries acme
= entry payment available +100.00 cash_clearing -100.00
= entry charge available -30.00 deferred_revenue +30.00
= entry recognition revenue +30.00 deferred_revenue -30.00
= entry charge available -30.00 deferred_revenue +30.00
> subscribe acme pro
! family_is_taken
