# The demo catalog in roubles: fees in dollars at the rate of the day, booked to six digits, with
# 20 % tax.
at 2026-04-01
catalog demo
> open acme currency RUR country RU
> pay acme 100000
? plans acme IM by acme
= plan im_free 0.00 current, plan im_small 9170.604 allowed, plan im_medium 91706.04 allowed
# On the first of the month the month is charged and the next one reserved.
> subscribe acme im_small as s1 by acme
= line charge im_small 9170.604 tax 1834.1208   # 100 * 91.70604; 20 %
= due 11004.7248, reserved 11004.7248
= next 2026-05-01 11004.7248
? balance acme
= available 77990.5504, held 11004.7248         # 100000 - 2 * 11004.7248
at 2026-04-16
# 1000 * 91.70604 = 91706.04, tax 18341.208; the reservation of the small plan comes back first.
> change s1 im_medium by acme
! money_is_short
= blocker money 110047.248 RUR of 88995.2752 RUR
> pay acme 50000
> change s1 im_medium by acme
= line none, due 0.00                           # proration none: nothing until the next period
= released 11004.7248, reserved 110047.248
= next 2026-05-01 110047.248
? balance acme
= available 28948.0272, held 110047.248         # 77990.5504 + 50000 + 11004.7248 - 110047.248
> change s1 im_small by acme
! plan_is_not_allowed
at 2026-05-01
? balance acme
= available 28948.0272, held 0.00
? subscription s1
= plan im_medium, billed 91706.04, billed_tax 18341.208
? house RUR
= revenue 9170.604, deferred_revenue 91706.04, tax_payable 20175.3288   # 1834.1208 + 18341.208
