# A downgrade scheduled after an upgrade gives back the reservation of the plan that is not coming.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  families: {F: {name: F}}
  plans:
    small: {family: F, rank: 1, fee: {USD: "100"}}
    large: {family: F, rank: 2, fee: {USD: "200"}}
  changes:
    - {family: F, direction: up, effective: now, proration: second, reserve_next: on_change}
    - {family: F, direction: down, effective: period_end}
    - {family: F, direction: cancel, effective: period_end}
> open acme
> pay acme 600
> subscribe acme small as s1
at 2026-04-16
> change s1 large
= due 50.00, reserved 200.00
? balance acme
= available 250.00, held 200.00        # 600 - 100 - 50 - 200
> quote change s1 small as q1
= released 200.00, reserved 0.00, due 0.00, next 2026-05-01 100.00
> change s1 small
? balance acme
= available 450.00, held 0.00
? subscription s1
= plan large, pending small 2026-05-01, reserved none
at 2026-05-01
? subscription s1
= plan small, pending none
? balance acme
= available 350.00
# The end of the subscription gives back too.
> change s1 large
= due 100.00, reserved 200.00
? balance acme
= available 50.00, held 200.00
> cancel s1
= released 200.00
? balance acme
= available 250.00, held 0.00
at 2026-06-01
? subscription s1
= status ended
? balance acme
= available 250.00, held 0.00
