# A setup fee is charged once; a fee is for each of the quantity; a change of quantity is prorated.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  families: {F: {name: F}}
  plans: {unit: {family: F, fee: {USD: "10"}, setup_fee: {USD: "25"}}}
> open acme
> pay acme 500
> subscribe acme unit as s1 quantity 3
= line charge unit 30.00, line setup unit 25.00
= due 55.00, next 2026-05-01 30.00
at 2026-04-16
> change s1 unit quantity 5
= line credit unit -15.00              # 15/30 * 30
= line charge unit 25.00               # 15/30 * 50
= due 10.00
> change s1 unit quantity 5
! plan_is_current
> change s1 unit quantity 0
! quantity_is_not_allowed
at 2026-05-01
? balance acme
= available 385.00                     # 500 - 55 - 10 - 50
? house USD
= revenue 65.00                        # 25 + 15 + 25
