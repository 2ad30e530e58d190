# A payment that was taken back takes the balance below zero where it was spent; once is enough.
at 2026-04-01
catalog plain
> open acme
> pay acme 30 as p1
> subscribe acme basic as s1
> reverse p1 as r1
? balance acme
= available -30.00, spendable 0.00
> reverse p1
! entry_is_reversed
> reverse r1
! field_is_invalid
? house USD
= cash_clearing 0.00, deferred_revenue 30.00
> hold acme 1
! money_is_short
at 2026-05-01
? subscription s1
= status past_due
at 2026-05-02
> pay acme 59.99                       # 30 below zero, and 30 for May
? subscription s1
= status past_due
> pay acme 0.01
? subscription s1
= status active
? balance acme
= available 0.00
