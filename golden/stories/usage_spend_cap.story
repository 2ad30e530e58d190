# The most that usage may cost in a month, tax included: a use stops there, a fact is counted and
# its charge stops there.
at 2026-03-28 Europe/Berlin
catalog
  catalog: 1
  currencies: {USD: {}}
  tax_rates: {standard: [{country: DE, rate: "20%", mode: exclusive, from: "2007-01-01"}]}
  features: {messages: {kind: metered, meter: sent}}
  meters: {sent: {event: message.sent, aggregate: sum, value: count}}
  price_groups: {7: {name: Messages, meter: sent}}
  families: {F: {name: F, tax: standard}}
  plans:
    free: {family: F, default: true, fee: {USD: "0"}, packages: [
      {name: small, price_groups: [7], size: 10, may_overrun: true, overrun_price: {USD: "2"}, overrun_resources: 10}]}
> open acme country DE zone Europe/Berlin
> pay acme 100
? spending acme
= window none
> spend_cap acme 10 calendar_month by acme/developer
! role_is_too_low
> spend_cap acme 10 calendar_month by acme/admin
? spending acme
= window calendar_month, cap 10.00, spent 0.00, held 0.00, left 10.00, resets 2026-04-01
# The package costs nothing; 25 beyond it are three packs of 2.00 with 20 %: 7.20.
> consume acme messages 10
= allowed yes
> consume acme messages 25
= allowed yes
? spending acme
= spent 7.20, left 2.80
> consume acme messages 5                # of the third pack
= allowed yes
> consume acme messages 1                # 7.20 + 2.40 = 9.60, more than 80 % of 10.00
= allowed yes
? warnings acme
= passed account cap 80% with 9.6 of 10
# 9 are left in the pack, the tenth is 2.40: 12.00.
? check acme messages 10
= allowed no, reason spend_cap_is_reached
> consume acme messages 10
= allowed no, reason spend_cap_is_reached, whose acme
? balance acme
= available 90.40                        # 100 - 9.60
# Facts: 11 beyond the pack are 4.80, one pack of it 2.40: neither fits into 0.40.
> tell acme message.sent e1 count=20
= counted yes, over yes
> tell acme message.sent e2 count=5
= counted yes, over yes
? balance acme
= available 90.40
# Raised: 10.40 are left. 60 are six packs, 14.40; four of them, 9.60, fit.
> spend_cap acme 20 calendar_month
? spending acme
= cap 20.00, spent 9.60, left 10.40
> tell acme message.sent e3 count=60
= counted yes, over yes
? balance acme
= available 80.80                        # 90.40 - 9.60
? spending acme
= spent 19.20, left 0.80
? warnings acme
= passed account cap 80% with 9.6 of 10, passed account cap 80% with 19.2 of 20
# It begins anew at local midnight.
at 2026-03-31T21:59:59Z
> consume acme messages 1
= allowed no, reason spend_cap_is_reached
at 2026-03-31T22:00:00Z
> consume acme messages 11               # the package of April, and one pack
= allowed yes
? spending acme
= spent 2.40, left 17.60, resets 2026-05-01
? balance acme
= available 78.40
# Reserved money counts as held: 60 with 9 in the pack are six packs, 14.40.
> reserve acme messages 60 until 2026-04-03 as r1
= allowed yes
? spending acme
= spent 2.40, held 14.40, left 3.20
> consume acme messages 10               # 2.40 of 3.20
= allowed yes
> consume acme messages 10               # 2.40 of 0.80
= allowed no, reason spend_cap_is_reached
> reserve acme messages 10 until 2026-04-03
= allowed no, reason spend_cap_is_reached
# 9 of the pack of before are free for it, so it needs six packs still: 4.80 + 14.40.
> commit r1
= allowed yes
? spending acme
= spent 19.20, held 0.00, left 0.80
? balance acme
= available 61.60                        # 78.40 - 2.40 - 14.40
# Another window begins with nothing; without a cap only the balance counts.
> spend_cap acme 5 calendar_day
? spending acme
= window calendar_day, cap 5.00, spent 0.00, left 5.00, resets 2026-04-02
> consume acme messages 29               # 9 and two packs: 4.80
= allowed yes
> consume acme messages 1
= allowed no, reason spend_cap_is_reached
at 2026-04-01T22:00:00Z
> consume acme messages 1
= allowed yes
> spend_cap acme none
? spending acme
= window none
> consume acme messages 59               # 9 and five packs: 12.00
= allowed yes
? balance acme
= available 42.40                        # 61.60 - 4.80 - 2.40 - 12.00
> spend_cap acme 5 lifetime
? spending acme
= cap 5.00, spent 0.00, resets never
> status acme closed balance forfeit unused none
> spend_cap acme 6 lifetime
! account_is_closed
