# A trial needs no money, whatever its quantity. What is owed afterwards grows no further than an
# account can pay at all, 10^12 of its currency: there the subscription ends.
at 2026-01-01
catalog
  catalog: 1
  currencies: {USD: {}}
  tax_rates: {standard: [{country: DE, rate: "19%", from: 2007-01-01}]}
  families: {F: {name: F, tax: standard}, G: {name: G, settlement: invoiced}}
  plans:
    big: {family: F, fee: {USD: "15"}, trial: {days: 14, end: convert}}
    billed: {family: G, fee: {USD: "15"}, trial: {days: 14, end: convert}}
> open acme
# 66666666667 * 15 = 1000000000005
> subscribe acme big quantity 66666666667
! amount_exceeds_limit
= field /quantity
> subscribe acme big quantity 66666666666 as s1
= due 0.00
> open small
> subscribe small big quantity 10000000000 as s2
> open german country DE
# 60000000000 * 15 = 900000000000, with 19 % 1071000000000
> subscribe german big quantity 60000000000
! amount_exceeds_limit
= field /quantity
> open later
> subscribe later billed quantity 30000000000 as s3
at 2026-01-16
? subscription s1                        # 999999999990 owed
= status past_due
> change s2 big quantity 10000000001     # 150000000000 and its share owed: it cannot be paid
! money_is_short
at 2026-02-16
? subscription s1                        # twice as much would be owed
= status ended, ended 2026-02-15
? subscription s3                        # twice 450000000000 wait for an invoice
= status active
at 2026-03-16
? subscription s3                        # a third one would be more than an invoice says
= status ended, ended 2026-03-15
? accrued later
= line 2026-01-15 charge billed 450000000000.00, line 2026-02-15 charge billed 450000000000.00
at 2026-06-16
? subscription s2                        # 6 * 150000000000
= status past_due
at 2026-08-01
? subscription s2
= status ended, ended 2026-07-15
? balance small
= available 0.00, receivable 0.00
