# The upcoming period is held at both levels when the change is made, and captured by the renewal.
at 2026-04-01
catalog taxed
> open north agency country DE           # 19 %
> open shop under north country RU       # 20 %
> pay shop 800 by north
> pay north 500
> subscribe shop small as s1 by shop     # 120.00 and 119.00
> change s1 large by shop                # 120.00 and 119.00 more, and 240.00 and 238.00 held
= reserved 240.00
? balance shop
= available 320.00, held 240.00          # 800 - 240 - 240
? balance north
= available 24.00, held 238.00           # 500 - 238 - 238
? holds north
= hold s1 238.00
# Too little of the agency's to hold: 24.00 + 238.00 released - 100 * 1.19 leaves 143.00 of 357.00.
> change s1 huge by shop
! seller_is_short_of_money
? balance north
= available 24.00, held 238.00
? balance shop
= available 320.00, held 240.00
at 2026-05-01
? subscription s1
= status active, reserved none, deferred 200.00
? balance shop
= available 320.00, held 0.00
? balance north
= available 24.00, held 0.00
? house USD of north
= revenue 200.00, deferred_revenue 200.00, tax_payable 80.00
? house USD
= revenue 200.00, deferred_revenue 200.00, tax_payable 76.00
# Half of May goes back at both levels, as each has paid it.
at 2026-05-16T12:00
> change s1 small by shop
= line credit large -100.00 tax -20.00, line charge small 50.00 tax 10.00, due -60.00
? balance shop
= available 380.00
? balance north
= available 83.50                        # 24 + 50 * 1.19
