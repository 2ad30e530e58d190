# Seat, account, pool and agency in one step: where one says no, none has counted and nobody paid.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  features: {messages: {kind: metered, meter: sent}, own: {kind: metered, meter: sent}, pool: {kind: metered, meter: sent}}
  meters: {sent: {event: message.sent, aggregate: sum, value: count, entity_property: seat}}
  price_groups: {7: {name: Messages, meter: sent}}
  families: {RETAIL: {name: Retail}, WHOLE: {name: Wholesale}, SEAT: {name: Seats, free_for: account}}
  plans:
    seats: {family: SEAT, default: true, fee: {USD: "0"}, entitlements: {
      messages: {limit: 20, window: day, per: entity},
      own: {limit: 60, window: month}}}
    bulk: {family: WHOLE, fee: {USD: "0"}, entitlements: {pool: {limit: 65, window: month, pooled: true}}, packages: [
      {name: bulk, price_groups: [7], size: 20, may_overrun: true, overrun_price: {USD: "2"}, overrun_resources: 10}]}
> open north agency
> open shop under north
> open kiosk under north
> publish north starter family RETAIL fee 0 package 7/10 overrun 5.00/10
> pay north 5
> pay shop 50 by north
> subscribe north bulk
> subscribe shop starter by north
> subscribe kiosk starter by north
# 20 of a: 10 in the package, one pack of 5.00; wholesale within its 20.
> consume shop messages 20 entity a
= allowed yes
? balance shop
= available 45.00
? balance north
= available 5.00
# The seat says no: nobody pays.
> consume shop messages 1 entity a
= allowed no, reason allowance_is_used_up, limit 20, used 20, left 0, whose shop
? balance shop
= available 45.00
# 20 of b: two packs of 5.00 at retail, two of 2.00 at wholesale.
> consume shop messages 20 entity b
= allowed yes
? balance shop
= available 35.00
? balance north
= available 1.00
# The agency says no: 10 beyond its packs, 2.00, and it has 1.00. No seat has counted it.
> consume shop messages 10 entity c
= allowed no, reason money_is_short, whose north
? check shop messages 20 entity d
= allowed no, reason money_is_short, whose north
? balance shop
= available 35.00
> pay north 10
> consume shop messages 20 entity c      # 4.00 of 11.00 at wholesale: 40 + 20 of 20 + 40
= allowed yes
? balance shop
= available 25.00
? balance north
= available 7.00
# The account says no: 60 of 60 are used.
> consume shop messages 1 entity d
= allowed no, reason allowance_is_used_up, limit 60, used 60, whose shop
# The pool says no: 65 - 60 are left for the kiosk, whose seat has 20.
> consume kiosk messages 6 entity a
= allowed no, reason allowance_is_used_up, limit 65, used 60, left 5, whose north
> consume kiosk messages 5 entity a
= allowed yes
? balance north
= available 5.00                         # one more pack: 65 of 20 + 50
