# A sub-account buys the platform's plan: it pays the agency above it, and the agency pays the
# platform in the same step, at the same price under its own taxes. Nobody gets what nobody paid.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  tax_rates: {standard: [{country: RU, rate: "20%", from: 2019-01-01}, {country: DE, rate: "19%", from: 2007-01-01}]}
  families: {TEL: {name: Telephony, tax: standard}}
  plans:
    small: {family: TEL, rank: 1, name: Small, fee: {USD: "30"}}
    large: {family: TEL, rank: 2, name: Large, fee: {USD: "90"}}
  changes:
    - {family: TEL, direction: up, effective: now, proration: second}
    - {family: TEL, direction: cancel, effective: now, proration: second}
> open north agency country DE                # 19 %
> open shop under north country RU            # 20 %
> pay shop 60 by north
# The shop has its 36.00, and the agency nothing: all or nothing.
> subscribe shop small by shop
! seller_is_short_of_money
= field /plan
? balance shop
= available 60.00
> pay north 100
> subscribe shop small as s1 by shop
= line charge small 30.00 tax 6.00, due 36.00
? balance shop
= available 24.00                             # 60 - 30 - 6.00
? balance north
= available 64.30                             # 100 - 30 - 5.70
? entries shop last 1
= entry charge available -36.00 deferred_revenue +30.00 tax_payable +6.00
? entries north last 1
= entry charge available -35.70 deferred_revenue +30.00 tax_payable +5.70
? house USD of north
= cash_clearing -60.00, deferred_revenue 30.00, tax_payable 6.00
? house USD
= cash_clearing -100.00, deferred_revenue 30.00, tax_payable 5.70
# Half way through the month, at both levels.
at 2026-04-16
> pay shop 100 by north
> change s1 large by shop
= line credit small -15.00 tax -3.00          # 15/30 * 30
= line charge large 45.00 tax 9.00            # 15/30 * 90
= due 36.00
? balance shop
= available 88.00                             # 24 + 100 - 36
? balance north
= available 28.60                             # 64.30 - (45 - 15) * 1.19
? house USD of north
= deferred_revenue 60.00, tax_payable 12.00   # 30 - 15 + 45; 6 - 3 + 9
? house USD
= deferred_revenue 60.00, tax_payable 11.40   # 5.70 - 2.85 + 8.55
# April is earned at both levels. Of May the shop could pay its 108.00, and the agency has not its
# 107.10: the renewal is unpaid, and nothing is posted at either level.
> pay shop 30 by north
at 2026-05-01
? subscription s1
= status past_due, deferred 0.00
? balance shop
= available 118.00
? balance north
= available 28.60
? house USD of north
= cash_clearing -190.00, revenue 60.00, deferred_revenue 0.00, tax_payable 12.00
? house USD
= cash_clearing -100.00, revenue 60.00, deferred_revenue 0.00, tax_payable 11.40
# The agency's payment restores its sub-account.
> pay north 90
? subscription s1
= status active, billed 90.00, billed_tax 18.00, deferred 90.00
? balance shop
= available 10.00                             # 118 - 90 * 1.20
? balance north
= available 11.50                             # 28.60 + 90 - 90 * 1.19
# Cancelled after 15.5 of 31 days: each gets back half of what it paid itself.
at 2026-05-16T12:00
> cancel s1 by shop
= line credit large -45.00 tax -9.00, due -54.00
? balance shop
= available 64.00                             # 10 + 54
? balance north
= available 65.05                             # 11.50 + 45 + 8.55
? house USD of north
= cash_clearing -190.00, revenue 105.00       # 60 + 45
= deferred_revenue 0.00, tax_payable 21.00    # 12 + 18 - 9
? house USD
= cash_clearing -190.00, revenue 105.00
= deferred_revenue 0.00, tax_payable 19.95    # 11.40 + 17.10 - 8.55
# A quote shows the buyer's lines. The agency's money is asked again when it is executed, and the
# agency's taxes are part of what it was priced from.
> quote subscribe shop small as q1 by shop
= line charge small 30.00 tax 6.00, due 36.00, blocker none
> hold north 40 as h1
> execute q1 by shop
! seller_is_short_of_money
> quote subscribe shop small by shop
= due 36.00
> release h1
> update north country RU
> execute q1 by shop
! quote_is_stale
# Its credit pays as its wallet does: 65.05 - 30 - 6.00 = 29.05, then 29.05 - 108.00.
> subscribe shop small as s2 by shop
> pay shop 100 by north
> change s2 large by shop
! seller_is_short_of_money
> update north credit_limit 50
> change s2 large by shop
= due 72.00                                   # (90 - 30) * 1.20, at the instant of the start
? balance north
= available -42.95                            # 65.05 - 36 - 72
# Closing the account ends it: nothing comes back, and all that was paid is earned at both levels.
> status shop closed balance forfeit unused none
? house USD of north
= revenue 195.00, deferred_revenue 0.00       # 105 + 90
? house USD
= revenue 195.00, deferred_revenue 0.00
