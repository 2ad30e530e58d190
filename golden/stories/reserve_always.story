# Reserved always: each renewal holds the next period as far as the money goes; a shortage of the
# hold fails nothing, and the renewal takes the rest from the balance.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  families: {F: {name: F}}
  plans:
    none: {family: F, rank: 0, default: true, fee: {USD: "0"}}
    paid: {family: F, rank: 1, fee: {USD: "30"}}
  changes: [{family: F, direction: up, effective: now, proration: second, reserve_next: always}]
> open acme
> pay acme 130
> subscribe acme paid as s1
= due 30.00, reserved 30.00
? balance acme
= available 70.00, held 30.00
at 2026-05-01
? balance acme
= available 40.00, held 30.00          # captured 30, held 30 again
at 2026-06-01
? balance acme
= available 10.00, held 30.00
at 2026-07-01
? subscription s1
= status active, reserved 10.00
? balance acme
= available 0.00, held 10.00           # July is paid; of August 10 are there
at 2026-07-10
> pay acme 25
? balance acme
= available 25.00, held 10.00
at 2026-08-01
? subscription s1
= status active, reserved 5.00         # 10 held and 20 of the balance paid August
? balance acme
= available 0.00, held 5.00
at 2026-09-01
? subscription s1
= status past_due, reserved none
? balance acme
= available 5.00, held 0.00            # nothing is taken in part
