# The catalog may round halves to even, and a family may book six digits.
at 2026-04-01
catalog
  catalog: 1
  rounding: half_even
  currencies: {USD: {}}
  families: {CENTS: {name: Cents}, MICROS: {name: Micros, scale: micro}}
  plans:
    c0: {family: CENTS, rank: 0, fee: {USD: "0"}}
    c25: {family: CENTS, rank: 1, fee: {USD: "0.25"}}
    m0: {family: MICROS, rank: 0, fee: {USD: "0"}}
    m25: {family: MICROS, rank: 1, fee: {USD: "0.25"}}
  changes:
    - {family: CENTS, direction: any, effective: now, proration: second}
    - {family: MICROS, direction: any, effective: now, proration: second}
> open acme
> pay acme 1
> subscribe acme c25 as s1
> subscribe acme m25 as s2
at 2026-04-16
> change s1 c0
= line credit c25 -0.13                # used 0.125 -> 0.12, the even one
> change s2 m0
= line credit m25 -0.125
? balance acme
= available 0.755                      # 1 - 0.12 - 0.125
