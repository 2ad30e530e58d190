# Beyond the package each use is charged at the resource's price, rounded up to whole quanta:
# ceil(used / 60) * 60 / 60 * 0.10.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  features: {voice: {kind: metered, meter: voice}}
  meters: {voice: {event: call.ended, aggregate: sum, value: seconds}}
  price_groups: {9: {name: Voice, meter: voice, price: {USD: "0.10"}, per: 60, quantum: 60}}
  families: {F: {name: F}}
  plans:
    talk: {family: F, fee: {USD: "5"}, entitlements: {voice: unlimited}, price_groups: [9], packages: [
      {name: included, price_groups: [9], size: 100}]}
> open acme
> pay acme 6
> subscribe acme talk as s1              # 6 - 5 = 1
> consume acme voice 90
= allowed yes, left 10
> consume acme voice 71                  # 61 beyond: 2 quanta, 0.20
= allowed yes, left 0
? balance acme
= available 0.80
? check acme voice
= next_unit 0.10                         # one second is a quantum
> consume acme voice 1                   # 0.10
= allowed yes
? balance acme
= available 0.70
> consume acme voice 421                 # 8 quanta: 0.80
= allowed no, reason money_is_short
> consume acme voice 420                 # 7 quanta: 0.70
= allowed yes
? balance acme
= available 0.00
> tell acme call.ended e1 seconds=61     # 0.20
= counted yes, over yes
? balance acme
= available 0.00, receivable -0.20
