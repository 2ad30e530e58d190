# A rule for support only: the customer is refused, the platform's own staff is not.
at 2026-04-01
catalog demo
> open acme
> pay acme 2500
> subscribe acme mau_medium as s1 by acme
= due 600.00, reserved 600.00
> change s1 mau_small by acme
! plan_is_not_allowed
? plans acme MAU by acme
= plan mau_free 0.00 refused, plan mau_small 100.00 refused, plan mau_medium 600.00 current
? plans acme MAU
= plan mau_free 0.00 allowed, plan mau_small 100.00 allowed, plan mau_medium 600.00 current
at 2026-04-16
> change s1 mau_small
= line credit mau_medium -300.00       # 15/30 * 600
= line charge mau_small 50.00          # 15/30 * 100
= due -250.00, released 600.00
? balance acme
= available 2150.00, held 0.00         # 2500 - 600 + 250
