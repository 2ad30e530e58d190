# Members count once a month, also for the package that they draw on.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  features: {users: {kind: metered, meter: users}}
  meters: {users: {event: user.login, aggregate: unique, value: user}}
  price_groups: {7: {name: Users, meter: users}}
  families: {F: {name: F, anchor: {calendar: month}}}
  plans:
    plan: {family: F, fee: {USD: "0"}, entitlements: {users: unlimited}, packages: [
      {name: users, price_groups: [7], size: 2, may_overrun: true, overrun_price: {USD: "0.03"}, overrun_resources: 1}]}
> open acme
> pay acme 0.06
> subscribe acme plan as s1
> consume acme users 1 with user=ann
= allowed yes, left 1
> consume acme users 1 with user=ann
= allowed yes, left 1
> tell acme user.login e1 user=bob
= counted yes, over no
> tell acme user.login e2 user=bob
= counted yes, over no
? packages acme
= users 0 of 2
? balance acme
= available 0.06
> consume acme users 1 with user=cat     # the third of the month: 0.03
= allowed yes
> consume acme users 1 with user=cat
= allowed yes
> tell acme user.login e3 user=dan       # the fourth: 0.03
= counted yes, over no
> consume acme users 1 with user=eve
= allowed no, reason money_is_short
> consume acme users 1 with user=ann
= allowed yes
? packages acme
= users 0 of 4
? balance acme
= available 0.00
> consume acme users 1
! field_is_missing
at 2026-05-01
> consume acme users 1 with user=eve
= allowed yes, left 1
? packages acme
= users 1 of 2
