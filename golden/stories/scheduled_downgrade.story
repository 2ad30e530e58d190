# What waits for the period's end is visible, can be replaced, and can be withdrawn.
at 2026-04-01
catalog plain
> open acme
> pay acme 500
> subscribe acme pro as s1
> change s1 basic at_period_end
= effective period_end 2026-05-01
= line none, due 0.00
= next 2026-05-01 30.00
? subscription s1
= plan pro, pending basic 2026-05-01
# Replaced.
at 2026-04-10
> change s1 plus at_period_end
= next 2026-05-01 60.00
? subscription s1
= plan pro, pending plus 2026-05-01
at 2026-05-01
? subscription s1
= plan plus, pending none, billed 60.00
? balance acme
= available 350.00                     # 500 - 90 - 60
# Withdrawn.
> change s1 basic at_period_end
> withdraw s1
? subscription s1
= plan plus, pending none
> withdraw s1
! change_is_not_pending
at 2026-06-01
? subscription s1
= plan plus
? balance acme
= available 290.00                     # 350 - 60
# A change at once replaces what was scheduled.
> change s1 basic at_period_end
> change s1 pro
= due 30.00                            # 90 - 60, at the first instant
? subscription s1
= plan pro, pending none
at 2026-07-01
? subscription s1
= plan pro
