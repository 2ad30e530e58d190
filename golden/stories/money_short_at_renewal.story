# A renewal that cannot be paid is past due, keeps its plan, and is settled when the money comes.
at 2026-04-01
catalog plain
> open acme
> pay acme 50
> subscribe acme basic as s1
at 2026-05-01
? subscription s1
= status past_due, plan basic, period 2026-05-01 to 2026-06-01
? balance acme
= available 20.00                      # 50 - 30; May is not taken in part
? house USD
= revenue 30.00, deferred_revenue 0.00
at 2026-05-10
> pay acme 5
? subscription s1
= status past_due
> pay acme 5
? subscription s1
= status active, period 2026-05-01 to 2026-06-01, billed 30.00
? balance acme
= available 0.00
at 2026-06-01
? subscription s1
= status past_due
at 2026-07-01
? subscription s1
= status past_due, period 2026-07-01 to 2026-08-01
at 2026-07-10
> pay acme 59.99                       # June and July are owed: 60.00, all or nothing
? subscription s1
= status past_due
> pay acme 0.01
? subscription s1
= status active
? balance acme
= available 0.00
? house USD
= cash_clearing -120.00
= revenue 90.00, deferred_revenue 30.00   # April, May and June are over; July runs
