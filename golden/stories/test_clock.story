# A tree on a test clock lives by that clock alone: advancing it runs through three renewals,
# while an account on the wall clock stands still.
at 2026-01-15
catalog plain
> clock c1 2026-01-31
> open sim clock c1
> open real
> pay sim 200
> pay real 200
> subscribe sim basic as s1
= next 2026-02-28 30.00
> subscribe real basic as s2
= next 2026-02-15 30.00
> advance c1 2026-04-30
? clock c1
= now 2026-04-30
? subscription s1
= period 2026-04-30 to 2026-05-31
? balance sim
= available 80.00                      # 200 - 30 - three renewals: 28 Feb, 31 Mar, 30 Apr
? balance sim at 2026-03-01
= available 140.00                     # 200 - 30 - 30
? balance sim at 2026-03-31
= available 110.00
? balance real
= available 170.00
> advance c1 2026-04-30
! clock_moves_forward_only
> change s1 pro
= line credit basic -30.00, line charge pro 90.00
? balance sim
= available 20.00
# The wall clock does not move it.
at 2026-07-01
? subscription s1
= period 2026-04-30 to 2026-05-31
? balance real
= available 20.00                      # 170 - five renewals, 15 Feb to 15 Jun
> advance c1 2026-06-15
? subscription s1
= status past_due, period 2026-05-31 to 2026-06-30
# What lies ahead of a clock has to be an instant, too.
> clock c2 9999-12-31T23:59:59.999999
! field_is_invalid
> clock c3 9000-01-01
! field_is_invalid
> advance c1 9000-01-01
! field_is_invalid
