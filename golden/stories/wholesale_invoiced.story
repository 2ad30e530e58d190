# What a seller in the middle buys on account waits for its own invoice, and counts against its own
# credit limit: the buyer's and the seller's are asked one by one.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  families: {INV: {name: Invoiced, settlement: invoiced}}
  plans:
    small: {family: INV, rank: 1, name: Small, fee: {USD: "30"}}
    large: {family: INV, rank: 2, name: Large, fee: {USD: "90"}}
  changes: [{family: INV, direction: up, effective: now, proration: second}]
> open north agency credit_limit 50
> open shop under north
> open kiosk under north
> subscribe shop small as s1 by shop
= line charge small 30.00
? accrued shop
= line 2026-04-01 charge small 30.00
? accrued north
= line 2026-04-01 charge small 30.00
# 60 - 30 more would be 90 of 50 that north may owe; the shop has no limit.
> change s1 large by shop
! seller_is_short_of_money
> subscribe kiosk small by kiosk
! seller_is_short_of_money
? accrued shop
= line 2026-04-01 charge small 30.00
? accrued kiosk
= line none
> pay north 10
> subscribe kiosk small as s2 by kiosk      # 30 + 30 of 50 + 10
? accrued north
= line 2026-04-01 charge small 30.00, line 2026-04-01 charge small 30.00
# A renewal passes: what is due is not refused.
at 2026-05-01
? subscription s1
= status active
? accrued shop
= line 2026-04-01 charge small 30.00, line 2026-05-01 charge small 30.00
? accrued north
= line 2026-04-01 charge small 30.00, line 2026-04-01 charge small 30.00
= line 2026-05-01 charge small 30.00, line 2026-05-01 charge small 30.00
