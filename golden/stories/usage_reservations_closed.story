# A frozen account settles what it had reserved and no more; closing gives back what is reserved, at
# every level. An agency that is closed holds for those below it until they have ended.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  features: {messages: {kind: metered, meter: sent}}
  meters: {sent: {event: message.sent, aggregate: sum, value: count}}
  price_groups: {7: {name: Messages, meter: sent}}
  families: {RETAIL: {name: Retail}, WHOLE: {name: Wholesale}}
  plans:
    bulk: {family: WHOLE, fee: {USD: "0"}, packages: [
      {name: bulk, price_groups: [7], size: 10, may_overrun: true, overrun_price: {USD: "2"}, overrun_resources: 10}]}
> open north agency
> open shop under north
> open kiosk under north
> publish north starter family RETAIL fee 0 package 7/10 overrun 5.00/10
> pay north 50
> pay shop 50 by north
> pay kiosk 50 by north
> subscribe north bulk
> subscribe shop starter by north
> subscribe kiosk starter by north
> reserve shop messages 20 until 2026-04-20 as r1    # a pack at each level
= allowed yes
> status shop frozen
> commit r1 21
= allowed no, reason account_is_frozen
? balance shop
= available 45.00, held 5.00
> commit r1 20
= allowed yes
? balance shop
= available 45.00, held 0.00
? balance north
= available 48.00, held 0.00
> status shop active
> reserve shop messages 15 until 2026-04-20 as r2    # all 20 are used: two packs, 10.00 and 4.00
= allowed yes
> reserve shop messages 5 until 2026-04-21 as r3     # one more
= allowed yes
> reserve kiosk messages 10 until 2026-04-20 as k1   # its package; at wholesale a pack
= allowed yes
? balance shop
= available 30.00, held 15.00
? balance north
= available 40.00, held 8.00             # 48 - 4 - 2 - 2
> status shop closed balance forfeit      # 30 and the 15 that come back
? balance shop
= available 0.00, held 0.00
? balance north
= available 46.00, held 2.00
> commit r2
! reservation_is_unknown
> give_back r3
! reservation_is_unknown
> status north closed balance forfeit     # what it holds for those below it stays held
? balance north
= available 0.00, held 2.00
> commit k1                              # its wholesale plan ended with it: nothing is charged
= allowed yes
? balance north
= available 2.00, held 0.00
at 2026-04-22
? balance shop
= available 0.00, held 0.00
