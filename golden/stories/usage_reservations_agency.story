# A reservation holds what the use would cost at every level that pays, or nothing anywhere: here in
# the shop's wallet at retail and in the agency's at wholesale.
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
      {name: bulk, price_groups: [7], size: 20, may_overrun: true, overrun_price: {USD: "2"}, overrun_resources: 10}]}
> open north agency
> open shop under north
> open kiosk under north
> publish north starter family RETAIL fee 0 package 7/10 overrun 5.00/10
> pay north 5
> pay shop 20 by north
> subscribe north bulk
> subscribe shop starter by north
> subscribe kiosk starter by north
> consume shop messages 10               # the shop's package; 10 of the agency's 20
= allowed yes
# 25 more. Retail: three packs of 10, 15.00. Wholesale: 10 are left, 15 beyond are two packs, 4.00.
> reserve shop messages 25 until 2026-04-02 as r1
= allowed yes
? balance shop
= available 5.00, held 15.00
? balance north
= available 1.00, held 4.00
? entries north last 1
= entry hold available -4.00 held +4.00
# 5 more are a pack at each level: the shop has its 5.00, the agency 1.00 of 2.00. Nothing moves.
> reserve shop messages 5 until 2026-04-02
= allowed no, reason money_is_short, whose north
> consume shop messages 5
= allowed no, reason money_is_short, whose north
? balance shop
= available 5.00, held 15.00
? balance north
= available 1.00, held 4.00
# Less than was reserved. Retail: 8 beyond the package, a pack. Wholesale: 8 of the 10 left.
> commit r1 8
= allowed yes
? balance shop
= available 15.00, held 0.00             # 20 - 5
? balance north
= available 5.00, held 0.00
? house USD of north
= revenue 5.00
# All of it. Both have 2 left (18 of 20): 18 beyond are two packs, 10.00 and 4.00.
> reserve shop messages 20 until 2026-04-02 as r2
= allowed yes
? balance north
= available 1.00, held 4.00
> commit r2
= allowed yes
? balance shop
= available 5.00, held 0.00
? balance north
= available 1.00, held 0.00
? entries north last 1
= entry charge available -4.00 revenue +4.00
? house USD of north
= revenue 15.00
? house USD
= revenue 4.00
# More than was reserved: 2 are left at both levels and cost nothing; 11 beyond them are two packs.
> pay north 4
> pay shop 10 by north
> reserve shop messages 2 until 2026-04-02 as r3
= allowed yes
? balance north
= available 5.00, held 0.00
> commit r3 13
= allowed yes
? balance shop
= available 5.00, held 0.00              # 15 - 10
? balance north
= available 1.00, held 0.00              # 5 - 4
# More than anyone can pay: 9 are left (51 of 60). 10 are a pack; 20 would be two.
> pay north 1
> reserve shop messages 10 until 2026-04-02 as r4
= allowed yes
? balance shop
= available 0.00, held 5.00
? balance north
= available 0.00, held 2.00
> commit r4 20                           # 10.00 of 5.00 at retail
= allowed no, reason money_is_short, whose shop
> pay shop 5 by north
> commit r4 20                           # 4.00 of 2.00 at wholesale
= allowed no, reason money_is_short, whose north
? balance shop
= available 5.00, held 5.00
? balance north
= available 0.00, held 2.00
# Given back at both.
> give_back r4
? balance shop
= available 10.00, held 0.00
? balance north
= available 2.00, held 0.00
# And when its time is over.
> reserve shop messages 10 until 2026-04-03 as r5
= allowed yes
at 2026-04-02T23:59:59
? balance north
= available 0.00, held 2.00
at 2026-04-03
? balance shop
= available 10.00, held 0.00
? balance north
= available 2.00, held 0.00
> commit r5
! reservation_is_unknown
# Two want the agency's last 2.00. The kiosk's own package gives 10; the agency has 9 left: a pack.
> reserve kiosk messages 10 until 2026-04-04 as k1
= allowed yes
? balance kiosk
= available 0.00, held 0.00
? balance north
= available 0.00, held 2.00
> reserve shop messages 10 until 2026-04-04
= allowed no, reason money_is_short, whose north
? balance shop
= available 10.00, held 0.00
> give_back k1
> reserve shop messages 10 until 2026-04-04 as r6
= allowed yes
> reserve kiosk messages 10 until 2026-04-04
= allowed no, reason money_is_short, whose north
# A fact below takes what is left of the agency's package, not what the reservation holds of it: 9
# of 9 are held, so 1 is a pack, and owed. The reservation's own money is still there.
> tell kiosk message.sent e1 count=1
= counted yes, over yes
? balance north
= available 0.00, held 2.00, receivable -2.00
> commit r6                              # one beyond its 9 is in the pack that the fact has bought
= allowed yes
? balance north
= available 2.00, held 0.00, receivable -2.00
