# Lines are rounded to the currency's exponent: yen have none, dinars three digits.
at 2026-01-01
catalog
  catalog: 1
  currencies: {JPY: {}, KWD: {}, USD: {}}
  families: {F: {name: F}}
  plans:
    none: {family: F, rank: 0, fee: {JPY: "0", KWD: "0", USD: "0"}}
    full: {family: F, rank: 1, fee: {JPY: "1000", KWD: "10", USD: "10"}}
  changes: [{family: F, direction: any, effective: now, proration: second}]
> open tokyo currency JPY
> open kuwait currency KWD
> open boston currency USD
> pay tokyo 1000
> pay kuwait 10
> pay boston 10
> subscribe tokyo full as s1
= due 1000
> subscribe kuwait full as s2
= due 10.000
> subscribe boston full as s3
= due 10.00
at 2026-01-15
> change s1 none
= line credit full -548                # used 14/31: 451.61 -> 452
> change s2 none
= line credit full -5.484              # 4.5161 -> 4.516
> change s3 none
= line credit full -5.48               # 4.516 -> 4.52
? balance tokyo
= available 548
? balance kuwait
= available 5.484
