# What an account below an agency tells of itself spends what it has and no more: its agency pays for
# what it sells, and has not asked for this. What the seller tells is owed.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  features: {messages: {kind: metered, meter: sent}}
  meters: {sent: {event: message.sent, aggregate: sum, value: count}}
  price_groups: {7: {name: Messages, meter: sent, price: {USD: "1"}}}
  families: {BASE: {name: Base}}
  plans:
    base: {family: BASE, default: true, fee: {USD: "0"}, price_groups: [7]}
> open north agency
> open shop under north
> pay north 50
> pay shop 3 by north
# Ten of 1.00, and 3.00 are there: three are charged at both levels, ten are counted.
> tell shop message.sent e1 count=10 by shop/developer
= counted yes, over yes
? balance shop
= available 0.00, receivable 0.00
? balance north
= available 47.00                      # 50 - 3
> tell shop message.sent e2 count=1000000000 by shop/developer
= counted yes, over yes
? balance shop
= available 0.00, receivable 0.00
? balance north
= available 47.00
# The seller's word is a debt: at both levels, where the money is not there.
> tell shop message.sent e3 count=10
= counted yes, over yes
? balance shop
= available 0.00, receivable -10.00
? balance north
= available 37.00                      # 47 - 10
# A top pays for itself, and owes what it tells.
> open acme
> tell acme message.sent e1 count=2 by acme/developer
= counted yes, over yes
? balance acme
= receivable -2.00
# An agency's own cap stops uses. What was sold by facts it pays for all the same: else its shop
# would pay the agency, and the agency nobody.
> spend_cap north 0 lifetime by north
> pay shop 30 by north
> consume shop messages 1
= allowed no, reason spend_cap_is_reached, whose north
> tell shop message.sent e4 count=5
= counted yes
? balance shop
= available 15.00                      # 30 - 10 owed - 5
? balance north
= available 32.00                      # 37 - 5
# The platform's cap bounds what the platform is owed: there the agency is not charged beyond it.
> spend_cap north 0 lifetime
> tell shop message.sent e5 count=5
= counted yes, over yes
? balance shop
= available 10.00
? balance north
= available 32.00
