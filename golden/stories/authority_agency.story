# Who may sell the platform grants; an agency gives no more than it has itself.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  features:
    seats: {kind: limit}
    support: {kind: flag}
    messages: {kind: metered, meter: sent}
  meters: {sent: {event: message.sent, aggregate: sum, value: count}}
  price_groups: {7: {name: Messages, meter: sent}}
  families: {RETAIL: {name: Retail}, WHOLE: {name: Wholesale}}
  plans:
    resale: {family: WHOLE, kind: hidden, fee: {USD: "0"}, entitlements: {seats: 3, messages: 20}}
    plus: {family: WHOLE, rank: 1, fee: {USD: "0"}, entitlements: {seats: 50, messages: 500}}
  changes:
    - {family: WHOLE, direction: any, allowed: true, effective: now}
> open acme
> open den agency under acme by acme
! role_is_too_low
> open north agency
> open south agency under north by north
! role_is_too_low
> open shop under north by north
> publish north big family RETAIL fee 0 package 7/1000000 by north
> subscribe shop big by north
# It has bought nothing, and so it has nothing to give.
? check shop messages
= allowed no, reason feature_is_not_in_plan
? packages shop
= big 0 of 0
> consume shop messages 1 by shop
= allowed no, reason feature_is_not_in_plan
# Given by hand, it hands on as much as it has.
> subscribe north resale by north
! plan_is_unknown
> subscribe north resale as s1
> consume shop messages 20 by shop
= allowed yes, left 0
> consume shop messages 1 by shop
= allowed no, reason package_is_used_up
# What it buys beyond that it hands on from then on.
> change s1 plus by north
? check shop messages 480
= allowed yes, limit 500, used 20
