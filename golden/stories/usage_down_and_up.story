# Down to a smaller package, a paid use, and up again: what was used of the large one stays used, what
# was bought stays bought.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  features: {calls: {kind: metered, meter: made}, texts: {kind: metered, meter: sent}}
  meters: {made: {event: call.made, aggregate: count}, sent: {event: text.sent, aggregate: count}}
  price_groups: {1: {name: Calls, meter: made, price: {USD: "0.10"}}, 2: {name: Texts, meter: sent}}
  families: {APP: {name: App}, TXT: {name: Texts}}
  plans:
    high: {family: APP, rank: 2, fee: {USD: "0"}, price_groups: [1], packages: [
      {name: calls, price_groups: [1], size: 100, may_overrun: false}]}
    low: {family: APP, rank: 1, fee: {USD: "0"}, price_groups: [1], packages: [
      {name: calls, price_groups: [1], size: 20, may_overrun: false}]}
    many: {family: TXT, rank: 2, fee: {USD: "0"}, packages: [
      {name: texts, price_groups: [2], size: 100, may_overrun: true, overrun_price: {USD: "1"}, overrun_resources: 5}]}
    few: {family: TXT, rank: 1, fee: {USD: "0"}, packages: [
      {name: texts, price_groups: [2], size: 20, may_overrun: true, overrun_price: {USD: "1"}, overrun_resources: 5}]}
  changes:
    - {family: APP, direction: any, allowed: true, effective: now}
    - {family: TXT, direction: any, allowed: true, effective: now}
> open acme
> pay acme 100
> subscribe acme high as s1
> consume acme calls 100
= allowed yes, left 0
? balance acme
= available 100.00
> change s1 low
> consume acme calls 1                   # 100 used of 20: 0.10
= allowed yes, left 0
? balance acme
= available 99.90
> change s1 high
> consume acme calls 1                   # the 100 that were included are used: 0.10
= allowed yes, left 0
? balance acme
= available 99.80
> change s1 low
> change s1 high
> consume acme calls 3
= allowed yes, left 0
? balance acme
= available 99.50                        # 99.80 - 3 * 0.10
# With packs: 4 of one are left on the smaller plan, and go along.
> subscribe acme many as s2
> consume acme texts 100
= allowed yes, left 0
> change s2 few
> consume acme texts 1                   # a pack of 5: 1.00
= allowed yes, left 4
? balance acme
= available 98.50
> consume acme texts 1
= allowed yes, left 3
? balance acme
= available 98.50
> change s2 many
? packages acme
= calls 0 of 100, texts 3 of 103
> consume acme texts 3
= allowed yes, left 0
? balance acme
= available 98.50
> consume acme texts 1
= allowed yes, left 4
? balance acme
= available 97.50
at 2026-05-01
? packages acme
= calls 100 of 100, texts 100 of 100
