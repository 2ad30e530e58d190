# A yearly plan of 29 February returns to the 29th in the next leap year; a leap year has 366 days
# to share.
at 2024-01-01
catalog
  catalog: 1
  currencies: {USD: {}}
  families: {F: {name: F}}
  plans:
    year: {family: F, rank: 1, fee: {USD: "366"}, period: year}
    double: {family: F, rank: 2, fee: {USD: "732"}, period: year}
  changes: [{family: F, direction: any, effective: now, proration: day}]
> open acme
> open leap
> pay acme 5000
> pay leap 5000
> subscribe acme year as s1
= due 366.00, next 2025-01-01 366.00
at 2024-02-29
> subscribe leap year as s2
= next 2025-02-28 366.00
at 2024-07-01
> change s1 double
= line credit year -184.00          # 182 of 366 days used: 31+29+31+30+31+30; 182.00 - 366.00
= line charge double 368.00         # 184/366 * 732
= due 184.00
? balance acme
= available 4450.00                 # 5000 - 366 - 184
at 2025-02-28
? subscription s2
= period 2025-02-28 to 2026-02-28
at 2027-02-28
? subscription s2
= period 2027-02-28 to 2028-02-29
at 2028-02-29
? subscription s2
= period 2028-02-29 to 2029-02-28
? balance leap
= available 3170.00                 # 5000 - 5 * 366: 2024 to 2028
