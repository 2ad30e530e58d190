# The seller may let each account have what is free; an agency's customers each buy from it, and what
# stands below one of them shares with that one.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  features: {calls: {kind: metered, meter: made}}
  meters: {made: {event: call.made, aggregate: sum, value: count}}
  price_groups: {7: {name: Calls, meter: made}}
  families: {EACH: {name: Each, free_for: account}, RETAIL: {name: Retail}, WHOLE: {name: Wholesale}}
  plans:
    each: {family: EACH, default: true, fee: {USD: "0"}, trial: {days: 10, end: expire}, entitlements: {calls: {limit: 100, window: month}}}
    bulk: {family: WHOLE, fee: {USD: "0"}, packages: [{name: bulk, price_groups: [7], size: 1000}]}
> open top
> open ann under top
> open ben under top
> consume top calls 100
= allowed yes, left 0, whose top
> consume ann calls 100
= allowed yes, left 0, whose ann
> consume ben calls 100
= allowed yes, left 0, whose ben
> subscribe ann each
= trial_end 2026-04-11
> subscribe ben each
= trial_end 2026-04-11
# An agency's plan is one for each of its customers, not one for all of them.
> open north agency
> open shop under north
> open kiosk under north
> open till under shop
> publish north starter family RETAIL fee 0 package 7/10
> subscribe north bulk
> subscribe shop starter by north
> subscribe kiosk starter by north
> subscribe till starter by north
! plan_is_not_allowed
