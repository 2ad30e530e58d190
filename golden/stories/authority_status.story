# Closed and frozen reach down, and a freeze is its author's to lift.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  features: {messages: {kind: metered, meter: sent}}
  meters: {sent: {event: message.sent, aggregate: sum, value: count}}
  families: {RETAIL: {name: Retail}, BASE: {name: Base}}
  plans:
    some: {family: BASE, default: true, fee: {USD: "0"}, entitlements: {messages: 100}}
    more: {family: BASE, rank: 1, fee: {USD: "10"}, entitlements: {messages: 1000}}
  changes:
    - {family: BASE, direction: any, allowed: true, effective: now}
> open acme
> open branch under acme
> open leaf under branch
> pay leaf 50
> consume leaf messages 1 by leaf
= allowed yes
> status acme frozen
? account leaf
= status active
> consume leaf messages 1 by leaf
= allowed no, reason account_is_frozen
? check leaf messages by acme
= allowed no, reason account_is_frozen
> subscribe leaf more by leaf
! account_is_frozen
> open twig under leaf by leaf
! account_is_frozen
# What has happened counts, and support passes over a freeze.
> tell leaf message.sent e1 count=3 by leaf
= counted yes
> subscribe leaf more as s1
= due 10.00
# The author alone lifts it.
> status acme active by acme
! role_is_too_low
> status acme active
> consume leaf messages 1 by leaf
= allowed yes
# A frozen agency books no money, and thaws nobody.
> open north agency
> open shop under north
> status shop frozen
> status shop active by north
! role_is_too_low
> status shop frozen by north
> status shop active
? account shop
= status frozen
> status shop active
! role_is_too_low
> status north frozen
> pay shop 10 by north
! account_is_frozen
> grant shop promotional 10 by north
! account_is_frozen
> status shop active by north
! account_is_frozen
> update shop credit_limit 10 by north
! account_is_frozen
> open cafe under north by north
! account_is_frozen
> status north active
> status shop active by north
? account shop
= status active
# Below a closed account nothing is used, bought or renewed; it can still be looked up.
> status acme closed
> consume leaf messages 1 by leaf
= allowed no, reason account_is_closed
? check leaf messages
= allowed no, reason account_is_closed
> tell leaf message.sent e2 count=1
! account_is_closed
> subscribe leaf more
! account_is_closed
> pay leaf 10
! account_is_closed
? balance leaf
= available 40.00
at 2026-05-01
? subscription s1
= status ended
? balance leaf
= available 40.00
