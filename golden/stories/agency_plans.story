# An agency sells plans of its own below itself; another agency does not see them, nor its accounts.
at 2026-04-01
catalog demo
> open north agency
> open south agency
> open shop under north
> open cafe under south
> publish north starter family AGENCY fee 49 by north
= version 1
> publish north deluxe family AGENCY rank 1 fee 99 by north
> publish shop mine family AGENCY fee 1 by shop
! role_is_too_low
? plans shop AGENCY by shop
= plan starter 49.00 current, plan deluxe 99.00 allowed   # an agency's first plan is its default
? plans cafe AGENCY by south
= plan none
> subscribe cafe starter by south
! plan_is_unknown
> subscribe shop starter by south
! account_is_unknown
? balance shop by south
! account_is_unknown
? plans shop AGENCY by cafe
! account_is_unknown
# The agency takes the payment and earns the revenue.
> pay shop 150 by shop
! role_is_too_low
> pay shop 150 by north
> subscribe shop starter as s1 by north
= line charge starter 49.00, due 49.00
? house USD of north
= cash_clearing -150.00, deferred_revenue 49.00
? house USD
= cash_clearing 0.00, deferred_revenue 0.00
at 2026-04-16
# An agency's own plans change at once, prorated by the second, without any rule.
> change s1 deluxe by shop
= line credit starter -24.50           # 15/30 * 49
= line charge deluxe 49.50             # 15/30 * 99
= due 25.00
at 2026-05-01
# 150 - 49 - 25 = 76 is less than 99.
? subscription s1
= status past_due
? house USD of north
= revenue 74.00                        # 24.50 + 49.50
# A new version leaves its subscriber where he is.
> publish north deluxe family AGENCY rank 1 fee 70 by north
= version 2
> pay shop 23 by north
? subscription s1
= status active, version 1
? balance shop
= available 0.00                       # 76 + 23 - 99
> archive starter by north
> change s1 starter by shop
! plan_is_archived
