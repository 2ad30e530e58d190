# One use is sold twice: at retail by the agency to the account below it, at wholesale by the
# platform to the agency. All or nothing.
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
> publish north starter family RETAIL fee 0 package 7/10 overrun 5.00/10
> pay north 5
> pay shop 20 by north
> subscribe north bulk
> subscribe shop starter by north
> consume shop messages 10
= allowed yes, left 0
? packages north
= bulk 10 of 20
# Retail: 10 beyond 10, one pack of 5.00. Wholesale: the other half of the 20.
> consume shop messages 10
= allowed yes
? balance shop
= available 15.00
? balance north
= available 5.00
? entries shop last 1
= entry charge available -5.00 revenue +5.00
# Both are beyond: 5.00 to the agency, 2.00 to the platform.
> consume shop messages 10
= allowed yes
? balance shop
= available 10.00
? balance north
= available 3.00
? entries north last 1
= entry charge available -2.00 revenue +2.00
? house USD of north
= revenue 10.00
? house USD
= revenue 2.00
# 20 more: 10.00 at retail, 4.00 at wholesale, and the agency has 3.00.
> consume shop messages 20
= allowed no, reason money_is_short, whose north
? balance shop
= available 10.00
> tell shop message.sent e1 count=20
= counted yes, over yes
? balance shop
= available 0.00, receivable 0.00
? balance north
= available 0.00, receivable -1.00
# What the agency uses itself draws on the same package: 50 + 10 of 20 + 5 * 10 + 10 bought.
> pay north 11
? balance north
= available 10.00, receivable 0.00
> consume north messages 10
= allowed yes
? balance north
= available 8.00
> consume north messages 1               # all 60 are used: 2.00
= allowed yes
? balance north
= available 6.00
? house USD
= revenue 10.00                          # (61 - 20) / 10 packs, rounded up: 5 at 2.00
