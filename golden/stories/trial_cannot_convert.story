# A trial that converts without money is past due from its end; the payment settles the first
# period.
at 2026-04-01
catalog limits
> open acme
> subscribe acme team as s1
at 2026-04-15
? subscription s1
= status past_due, period 2026-04-15 to 2026-05-15
at 2026-04-20
> pay acme 30
? subscription s1
= status active, billed 30.00
? balance acme
= available 0.00
