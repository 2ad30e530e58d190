# A cap holds at every level that pays: here at the agency's wholesale cost.
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
> publish north starter family RETAIL fee 0 package 7/10 overrun 5.00/10
> pay north 50
> pay shop 50 by north
> subscribe north bulk
> subscribe shop starter by north
> spend_cap north 3 lifetime
> spend_cap shop 15 calendar_month by north
> consume shop messages 20               # a pack at each level: 5.00 and 2.00
= allowed yes
? spending north
= spent 2.00, left 1.00
? spending shop
= spent 5.00, left 10.00
# Another pack would be 4.00 at wholesale: nobody pays.
> consume shop messages 10
= allowed no, reason spend_cap_is_reached, whose north
? balance shop
= available 45.00
? balance north
= available 48.00
# A fact is paid where its cap lets it: the shop two packs, the agency none.
> tell shop message.sent e1 count=20
= counted yes, over yes
? balance shop
= available 35.00
? balance north
= available 48.00
? house USD of north
= revenue 15.00
> spend_cap north 10 lifetime
? spending north
= spent 2.00, left 8.00
# Now the shop stops: 15.00 are spent.
> consume shop messages 1
= allowed no, reason spend_cap_is_reached, whose shop
