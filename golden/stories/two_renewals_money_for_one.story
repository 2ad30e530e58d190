# Two subscriptions renew at one instant and there is money for one: the older one is paid.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  families: {F: {name: F, anchor: {calendar: month}}, G: {name: G, anchor: {calendar: month}}}
  plans:
    first: {family: F, fee: {USD: "30"}}
    second: {family: G, fee: {USD: "30"}}
> open acme
> pay acme 110
> subscribe acme second as s1
at 2026-04-02
> subscribe acme first as s2
= line charge first 29.00              # 29/30 * 30
at 2026-05-01
? subscription s1
= status active
? subscription s2
= status past_due
? balance acme
= available 21.00                      # 110 - 30 - 29 - 30
at 2026-05-10
> pay acme 9
? subscription s2
= status active, period 2026-05-01 to 2026-06-01
? balance acme
= available 0.00
