# What is free is free once a tree: the default plan's part is one for all that are on it, wherever
# they stand, and who has bought a plan neither uses it up nor is stopped by it.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  features: {calls: {kind: metered, meter: made}, sent: {kind: metered, meter: mails}, boxes: {kind: limit}, api: {kind: flag}}
  meters: {made: {event: call.made, aggregate: sum, value: count}, mails: {event: mail.sent, aggregate: sum, value: count}}
  price_groups: {1: {name: Mails, meter: mails}}
  families: {F: {name: F}, G: {name: G}}
  plans:
    free: {family: F, default: true, fee: {USD: "0"}, packages: [{name: mails, price_groups: [1], size: 100}],
      entitlements: {calls: {limit: 1000, window: month}, sent: unlimited, boxes: 2, api: true}}
    paid: {family: F, rank: 1, fee: {USD: "10"}, packages: [{name: more, price_groups: [1], size: 500}],
      entitlements: {calls: {limit: 5000, window: month}, sent: unlimited, boxes: 9, api: true}}
    extra: {family: F, kind: add_on, fee: {USD: "1"}, entitlements: {calls: {limit: 10, window: month}}}
    trying: {family: G, rank: 1, fee: {USD: "5"}, trial: {days: 10, end: expire}, entitlements: {api: true}}
    gift: {family: G, fee: {USD: "0"}, entitlements: {api: true}}
  changes:
    - {family: F, direction: any, effective: now, proration: none}
    - {family: G, direction: any, effective: now, proration: none}
> open top
> consume top calls 300                  # before there is anybody to share with
= allowed yes, left 700, whose top
> consume top sent 40
= allowed yes, left 60
> open ann under top
> open ben under top
> open deep under ann
> consume ann calls 500
= allowed yes, limit 1000, used 800, left 200, whose top
> consume ben calls 201
= allowed no, reason allowance_is_used_up, limit 1000, used 800, left 200, whose top
> consume deep calls 150
= allowed yes, left 50, whose top
> consume top calls 51
= allowed no, reason allowance_is_used_up, used 950, left 50, whose top
> consume top calls 50
= allowed yes, left 0
> consume ben sent 60
= allowed yes, left 0, whose top
> consume top sent 1
= allowed no, reason package_is_used_up, limit 100, used 100
? packages ben
= mails 0 of 100
# Facts are counted, beyond it too.
> tell ben call.made e1 count=7
= counted yes, over yes
? check ann calls
= allowed no, used 1007, whose top
# Of how many may exist the first account has all; a flag each has for itself.
> consume ann boxes 1
= allowed no, reason allowance_is_used_up, limit 0
> consume top boxes 2
= allowed yes
? check ann api
= allowed yes
# Who pays has its own, and counts nothing against the others.
> pay ann 100
> subscribe ann paid as p1
= due 10.00
> consume ann calls 4000
= allowed yes, limit 5000, left 1000, whose ann
> consume ann sent 500
= allowed yes, left 0, whose ann
at 2026-05-01
> consume ann calls 5000
= allowed yes, left 0
> consume ben calls 600
= allowed yes, limit 1000, used 600, whose top
> consume top calls 400
= allowed yes, left 0
> consume deep calls 1
= allowed no, whose top
# An add-on is the account's own, and then the tree's free part is not.
> pay ben 10
> subscribe ben extra as x1
= due 1.00
> consume ben calls 11
= allowed no, reason allowance_is_used_up, limit 10, used 0, whose ben
> consume ben calls 10
= allowed yes, whose ben
# The free plan is no way around it: neither started nor changed to.
> subscribe deep free
! plan_is_not_allowed
> change p1 free
! plan_is_not_allowed
# When the top pays, what is free is still one for those below.
at 2026-06-01
> pay top 100
> subscribe top paid as p2
= due 10.00
> consume top calls 5000
= allowed yes, left 0
> consume deep calls 1000
= allowed yes, left 0, whose top
> consume deep calls 1
= allowed no, reason allowance_is_used_up, whose top
# One trial for all of them, whoever starts it.
> subscribe ann trying as t1
= trial_end 2026-06-11
> subscribe deep trying
! money_is_short
> pay top 5
> subscribe top trying as t2 skip_trial
= due 5.00
# A plan without a fee in a family without a free default: one account at a time.
> subscribe ben gift as g1
= due 0.00
> subscribe deep gift
! plan_is_not_allowed
> change t2 gift
! plan_is_not_allowed
> cancel g1
at 2026-07-01
> subscribe deep gift as g2
= due 0.00
# Another tree has its own.
> open other
> consume other calls 1000
= allowed yes, left 0, whose other
