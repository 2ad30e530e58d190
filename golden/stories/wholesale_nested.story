# Three levels: each seller in the middle pays its own seller, up to whose plan it is.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}, EUR: {}}
  exchange_rates: {base: USD, EUR: [{from: 2026-01-01, rate: "0.5"}]}
  families: {F: {name: F}, AGENCY: {name: Agency}}
  plans:
    basic: {family: F, rank: 1, name: Basic, fee: {USD: "30"}, setup_fee: {USD: "12"}}
  changes: [{family: F, direction: cancel, effective: now, proration: second}]
> open north agency
> open east under north agency currency EUR
> open shop under east
> pay shop 150 by east
> subscribe shop basic by shop
! seller_is_short_of_money
> pay east 60 by north
> subscribe shop basic by shop
! seller_is_short_of_money                    # north has nothing
? balance east
= available 60.00
> pay north 42
> subscribe shop basic as s1 by shop
= line charge basic 30.00, line setup basic 12.00, due 42.00
? balance shop
= available 108.00                            # 150 - 42
? balance east
= available 39.00                             # 60 - 15 - 6, in its own currency
? balance north
= available 0.00
? house USD of east
= deferred_revenue 42.00
? house EUR of north
= deferred_revenue 21.00
? house USD
= deferred_revenue 42.00
# A plan of north's is sold by east and bought of north; it costs north nothing.
> publish north gold family AGENCY fee 50 by north
> subscribe shop gold as s2 by shop
= due 50.00
? balance east
= available 14.00                             # 39 - 25
? balance north
= available 0.00
? house USD of east
= deferred_revenue 92.00                      # 42 + 50
? house EUR of north
= deferred_revenue 46.00                      # 21 + 25
# A plan of east's own is nobody's wholesale.
> publish east tin family AGENCY rank 1 fee 2.50 by east      # EUR: 5.00 to the shop
at 2026-04-16
> change s2 tin by shop
= line credit gold -25.00, line charge tin 2.50, due -22.50   # 15/30 of 50 and of 5
? balance east
= available 26.50                             # 14 + 12.50
? house EUR of north
= deferred_revenue 33.50                      # 46 - 12.50
? house USD of east
= deferred_revenue 69.50                      # 92 - 25 + 2.50
# And back at the same instant: nothing has happened.
> change s2 gold by shop
= due 22.50
? balance east
= available 14.00
? house EUR of north
= deferred_revenue 46.00
# The month is earned at every level. Of May basic wants 15 EUR of east, which pays, and 30 of
# north, which cannot; gold 25 EUR of east.
at 2026-04-20
> pay east 40 by north
> pay shop 22 by east
at 2026-05-01
? subscription s1
= status past_due
? subscription s2
= status active
? house USD of east
= revenue 92.00, deferred_revenue 50.00
? house EUR of north
= revenue 46.00, deferred_revenue 25.00
? house USD
= revenue 42.00, deferred_revenue 0.00
? balance east
= available 29.00                             # 14 + 40 - 25
> pay north 30
? subscription s1
= status active
? balance shop
= available 0.00                              # 108 - 50 + 22.50 - 22.50 + 22 - 50 - 30
? balance east
= available 14.00                             # 29 - 15
