# Thirty-day months, whole periods and none at all.
at 2026-03-01
catalog
  catalog: 1
  currencies: {USD: {}}
  families: {T: {name: Thirty}, F: {name: Full}, N: {name: None}}
  plans:
    t30: {family: T, rank: 1, fee: {USD: "30"}}
    t90: {family: T, rank: 2, fee: {USD: "90"}}
    f30: {family: F, rank: 1, fee: {USD: "30"}}
    f90: {family: F, rank: 2, fee: {USD: "90"}}
    n30: {family: N, rank: 1, fee: {USD: "30"}}
    n90: {family: N, rank: 2, fee: {USD: "90"}}
  changes:
    - {family: T, direction: any, effective: now, proration: thirty_day}
    - {family: F, direction: any, effective: now, proration: full}
    - {family: N, direction: any, effective: now, proration: none}
> open acme
> pay acme 500
> subscribe acme t30 as t
> subscribe acme f30 as f
> subscribe acme n30 as n
at 2026-03-16
> change t t90
= line credit t30 -15.00               # 15 of 30 days, though March has 31
= line charge t90 45.00
> change f f90
= line credit f30 -30.00               # the whole period is exchanged
= line charge f90 90.00
> change n n90
= line none                            # from the next period on
? balance acme
= available 320.00                     # 500 - 90 - 30 - 60
at 2026-04-01
? balance acme
= available 50.00                      # 320 - 3 * 90
