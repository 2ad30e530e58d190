# A change at the period's end reserves as its rule says; withdrawing it gives the money back.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  families: {F: {name: F}}
  plans:
    basic: {family: F, rank: 1, fee: {USD: "30"}}
    plus: {family: F, rank: 2, fee: {USD: "60"}}
    pro: {family: F, rank: 3, fee: {USD: "90"}}
  changes: [{family: F, direction: any, effective: period_end, reserve_next: on_change}]
> open acme
> pay acme 150
> subscribe acme basic as s1
> change s1 pro now
! plan_is_not_allowed
= possible 2026-05-01
> change s1 pro
= due 0.00, reserved 90.00
? balance acme
= available 30.00, held 90.00
> change s1 plus
= released 90.00, reserved 60.00
? balance acme
= available 60.00, held 60.00
> withdraw s1
? balance acme
= available 120.00, held 0.00
? subscription s1
= pending none, reserved none
> change s1 pro
at 2026-05-01
? subscription s1
= plan pro, pending none
? balance acme
= available 30.00, held 0.00           # captured
