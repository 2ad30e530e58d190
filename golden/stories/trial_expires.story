# A trial that expires leaves the default plan's entitlements, visibly; starting again charges at
# once.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  features: {mailboxes: {kind: limit}}
  families: {F: {name: F}, G: {name: G}}
  plans:
    free: {family: F, rank: 0, default: true, fee: {USD: "0"}, entitlements: {mailboxes: 1}}
    paid: {family: F, rank: 1, fee: {USD: "30"}, trial: {days: 14, end: expire},
           entitlements: {mailboxes: 10}}
    base: {family: G, rank: 0, default: true, fee: {USD: "0"}}
    gold: {family: G, rank: 1, fee: {USD: "30"}, trial: {days: 7, end: fall_back}}
  changes:
    - {family: F, direction: any, effective: now, proration: second}
    - {family: G, direction: any, effective: now, proration: second}
> open acme
> subscribe acme paid as s1
= trial_end 2026-04-15
> subscribe acme gold as s2
= trial_end 2026-04-08
at 2026-04-08
? subscription s2
= status active, plan base             # fell back to the default plan
at 2026-04-14T23:59:59
? entitlements acme
= mailboxes 0 of 10
at 2026-04-15
? subscription s1
= status expired, plan paid
? entitlements acme
= mailboxes 0 of 1
at 2026-06-01
? subscription s1
= status expired
> change s1 paid
! money_is_short
> pay acme 30
> change s1 paid
= line charge paid 30.00, trial_end none
? subscription s1
= status active, period 2026-06-01 to 2026-07-01
? entitlements acme
= mailboxes 0 of 10
