# A hidden plan is given by hand, by who sells it. To others there is none.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  families: {BASE: {name: Base}}
  plans:
    plain: {family: BASE, fee: {USD: "20"}}
    gift: {family: BASE, rank: 1, kind: hidden, fee: {USD: "1"}}
  changes:
    - {family: BASE, direction: any, allowed: true, effective: now}
> open acme
> pay acme 100
> quote subscribe acme gift as q1 by acme
! plan_is_unknown
> subscribe acme gift by acme
! plan_is_unknown
> quote subscribe acme gift as q2
= due 1.00
> execute q2 by acme                    # to him it leads nowhere any more
! quote_is_stale
> subscribe acme plain as s1 by acme
> quote change s1 gift as q3 by acme
! plan_is_unknown
> change s1 gift by acme
! plan_is_unknown
? plans acme BASE by acme
= plan plain 20.00 current
> change s1 gift
# What he has been given stays his.
> change s1 gift quantity 2 by acme
> change s1 plain by acme
> change s1 gift by acme
! plan_is_unknown
