# An agency's cap counts what reservations below it would cost the agency.
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
> reserve shop messages 20 until 2026-04-02 as r1    # a pack at each level: 5.00 and 2.00
= allowed yes
? spending north
= spent 0.00, held 2.00, left 1.00
> reserve shop messages 1 until 2026-04-02
= allowed no, reason spend_cap_is_reached, whose north
> consume shop messages 1
= allowed no, reason spend_cap_is_reached, whose north
> consume north messages 1
= allowed no, reason spend_cap_is_reached, whose north
? balance shop
= available 45.00, held 5.00
? balance north
= available 48.00, held 2.00
> commit r1
= allowed yes
? spending north
= spent 2.00, held 0.00, left 1.00
> spend_cap north 4 lifetime
> reserve shop messages 10 until 2026-04-02 as r2
= allowed yes
? spending north
= spent 2.00, held 2.00, left 0.00
at 2026-04-02
? spending north
= spent 2.00, held 0.00, left 2.00
