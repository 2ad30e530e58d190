# Published examples of prorations by the second.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  families: {F: {name: F}}
  plans:
    ten: {family: F, rank: 1, fee: {USD: "10"}}
    twenty: {family: F, rank: 2, fee: {USD: "20"}}
    fifty: {family: F, rank: 3, fee: {USD: "50"}}
  changes: [{family: F, direction: any, effective: now, proration: second}]
> open acme
> open beta
> pay acme 100
> pay beta 100
> subscribe acme ten as s1
> subscribe beta twenty as s2
at 2026-04-16
# 10 to 20 exactly half way: -5.00 and +10.00, net +5.00.
> change s1 twenty
= line credit ten -5.00             # 10 * 15/30 - 10
= line charge twenty 10.00          # 20 * 15/30
= due 5.00
# 20 to 50 on day 15 of 30: credit 10, charge 25, net 15.
> change s2 fifty
= line credit twenty -10.00         # 20 * 15/30 - 20
= line charge fifty 25.00           # 50 * 15/30
= due 15.00
? balance acme
= available 85.00                   # 100 - 10 - 5
? balance beta
= available 65.00                   # 100 - 20 - 15
