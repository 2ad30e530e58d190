# Up without proration leaves what was paid for the month in place; down again by the second at
# the same instant costs nothing, because the month is paid already.
at 2026-05-01
catalog
  catalog: 1
  currencies: {USD: {}}
  families: {F: {name: F}}
  plans:
    small: {family: F, rank: 1, fee: {USD: "100"}}
    medium: {family: F, rank: 2, fee: {USD: "1000"}}
  changes:
    - {family: F, direction: up, effective: now, proration: none}
    - {family: F, direction: down, effective: now, proration: second}
> open acme
> pay acme 2000
> subscribe acme small as s1
= due 100.00
at 2026-05-16
> change s1 medium
= due 0.00, next 2026-06-01 1000.00
> change s1 small
= due 0.00                             # May is paid as small
? balance acme
= available 1900.00
