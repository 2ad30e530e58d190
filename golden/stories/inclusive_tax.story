# A price that contains its tax: net = gross / (1 + rate), tax = gross - net, and the sum is the
# price.
at 2026-04-01
catalog
  catalog: 1
  currencies: {EUR: {}}
  tax_rates:
    standard:
      - {country: GB, rate: "20%", mode: inclusive, from: 2011-01-01}
      - {country: DE, rate: "19%", mode: inclusive, from: 2007-01-01}
      - {country: US, region: CA, rate: "8.75%", mode: inclusive, from: 2020-01-01}
  families: {F: {name: F, tax: standard}}
  plans:
    ten: {family: F, rank: 2, fee: {EUR: "10.00"}}
    odd: {family: F, rank: 1, fee: {EUR: "9.99"}}
    other: {family: F, rank: 3, fee: {EUR: "12.34"}}
  changes: [{family: F, direction: any, effective: now, proration: second}]
> open gb currency EUR country GB
> open de currency EUR country DE
> open ca currency EUR country US region CA
> open ny currency EUR country US region NY
> open ex currency EUR country GB exempt
> pay gb 100
> pay de 100
> pay ca 100
> pay ny 100
> pay ex 100
> subscribe gb ten as s1
= line charge ten 8.33 tax 1.67        # 10 / 1.2 = 8.333
= due 10.00
> subscribe de odd as s2
= line charge odd 8.39 tax 1.60        # 9.99 / 1.19 = 8.395
= due 9.99
> subscribe ca other as s3
= line charge other 11.35 tax 0.99     # 12.34 / 1.0875 = 11.347
= due 12.34
> subscribe ny other as s4
= line charge other 12.34              # untaxed there
> subscribe ex ten as s5
= line charge ten 10.00
at 2026-04-11
# A third is used. Gross 10/3 = 3.333, net 2.778: 2.78 and 3.33 - 2.78 = 0.55.
> change s1 odd
= line credit ten -5.55 tax -1.12      # 2.78 - 8.33; 0.55 - 1.67
# Net 2.778 + 5.550 = 8.328, 8.33 - 2.78; gross 3.333 + 6.660 = 9.993, 9.99 - 8.33 - 0.55.
= line charge odd 5.55 tax 1.11
= due -0.01                            # 9.99 - 10.00
