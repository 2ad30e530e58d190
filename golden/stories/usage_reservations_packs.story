# What a reservation holds of a package is there for it, and one that would need a pack holds the
# money for it: committed in any order, neither costs more than it has put aside.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  features: {messages: {kind: metered, meter: sent}}
  meters: {sent: {event: message.sent, aggregate: sum, value: count}}
  price_groups: {7: {name: Messages, meter: sent}}
  families: {F: {name: F}}
  plans:
    free: {family: F, default: true, fee: {USD: "0"}, packages: [
      {name: small, price_groups: [7], size: 10, may_overrun: true, overrun_price: {USD: "5"}, overrun_resources: 10}]}
> open acme
> pay acme 5
> reserve acme messages 10 until 2026-04-02 as r1    # the package
= allowed yes
> reserve acme messages 5 until 2026-04-02 as r2     # a pack
= allowed yes
? balance acme
= available 0.00, held 5.00
> commit r1                              # the package still
= allowed yes
? balance acme
= available 0.00, held 5.00, receivable 0.00
> commit r2
= allowed yes
? balance acme
= available 0.00, held 0.00, receivable 0.00
? packages acme
= small 5 of 20
# The other way round: the one that pays comes first and leaves the other its units.
> pay acme 5
> reserve acme messages 5 until 2026-04-02 as r3     # what is left
= allowed yes
> reserve acme messages 5 until 2026-04-02 as r4     # a pack
= allowed yes
> commit r4
= allowed yes
? balance acme
= available 0.00, held 0.00
? packages acme
= small 10 of 30
# 5 of the 10 are r3's, the other 5 of r4's pack are free.
? check acme messages 5
= allowed yes, held 5, left 5
> consume acme messages 6
= allowed no, reason money_is_short, held 5, left 5
> consume acme messages 5
= allowed yes
> commit r3
= allowed yes
? packages acme
= small 0 of 30
? balance acme
= available 0.00, held 0.00, receivable 0.00
# Promotional credit pays for uses; it is not put aside, for it may end before they come.
> grant acme promotional 50
> consume acme messages 10               # 5.00
= allowed yes
> reserve acme messages 10 until 2026-04-02
= allowed no, reason money_is_short, whose acme
? balance acme
= available 0.00, held 0.00, grants 45.00
