# A new price is a new version: who has the plan stays on his, who comes gets the new one, and
# moving over is a change. A plan that is left out of the catalog is not sold any more.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  families: {F: {name: F}}
  plans:
    gold: {family: F, rank: 2, fee: {USD: "30"}}
    old: {family: F, rank: 1, fee: {USD: "10"}}
  changes: [{family: F, direction: any, effective: now, proration: second}]
> open acme
> pay acme 500
> subscribe acme gold as s1
= due 30.00
at 2026-04-10
catalog
  catalog: 1
  currencies: {USD: {}}
  families: {F: {name: F}}
  plans: {gold: {family: F, rank: 2, fee: {USD: "45"}}}
  changes: [{family: F, direction: any, effective: now, proration: second}]
= version 2
> open beta
> pay beta 500
> subscribe beta gold as s2
= due 45.00
# An old version is sold by support only.
> open gamma
> pay gamma 30
> subscribe gamma gold@1 by gamma
! plan_is_archived
> subscribe gamma gold@1 as s3
= due 30.00
> change s1 old
! plan_is_archived
at 2026-05-01
? subscription s1
= version 1, billed 30.00
? balance acme
= available 440.00                     # 500 - 30 - 30
> change s1 gold@2
= line credit gold -30.00, line charge gold 45.00
= due 15.00
? subscription s1
= version 2
