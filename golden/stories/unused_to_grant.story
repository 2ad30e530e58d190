# Where the rule says so, unused time becomes a credit grant instead of money on the balance.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  families: {F: {name: F}}
  plans:
    basic: {family: F, rank: 1, fee: {USD: "30"}}
    pro: {family: F, rank: 2, fee: {USD: "90"}}
  changes: [{family: F, direction: any, effective: now, proration: second, unused: credit}]
> open acme
> pay acme 100
> subscribe acme pro as s1
at 2026-04-16
> change s1 basic
= line credit pro -45.00               # 15/30 * 90
= line charge basic 15.00
= due -30.00, granted 45.00
? balance acme
= available 10.00, grants 30.00, spendable 40.00   # the grant pays the 15 first
? grants acme
= grant unnamed paid 30.00
at 2026-05-01
? balance acme
= available 10.00, grants 0.00         # the renewal of 30 burns it
? grants acme
= grant none
? house USD
= revenue 60.00                        # April: 45 of pro and 15 of basic
= deferred_revenue 30.00
