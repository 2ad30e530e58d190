# Several changes in one month add up to the rounded exact integral of price over time.
# January 2025 has 31 days: 10.00 from the 1st, 31.00 from the 8th, 5.00 from the 20th:
# 7/31*10 + 12/31*31 + 12/31*5 = 502/31 = 16.1935..., 16.19. Rounded pair by pair it would be 16.20.
at 2025-01-01
catalog
  catalog: 1
  currencies: {USD: {}}
  families: {F: {name: F}}
  plans:
    ten: {family: F, rank: 2, fee: {USD: "10"}}
    thirty: {family: F, rank: 3, fee: {USD: "31"}}
    five: {family: F, rank: 1, fee: {USD: "5"}}
  changes: [{family: F, direction: any, effective: now, proration: second}]
> open acme currency USD
> pay acme 100
> subscribe acme ten as s1
= due 10.00
at 2025-01-08
> change s1 thirty
= line credit ten -7.74             # 7/31*10 = 2.258 -> 2.26; 2.26 - 10.00
= line charge thirty 24.00          # 2.258 + 24/31*31 = 26.258 -> 26.26; 26.26 - 2.26
= due 16.26
at 2025-01-20
> change s1 five
= line credit thirty -12.00         # 2.258 + 12/31*31 = 14.258 -> 14.26; 14.26 - 26.26
= line charge five 1.93             # 14.258 + 12/31*5 = 16.194 -> 16.19; 16.19 - 14.26
= due -10.07
? balance acme
= available 83.81                   # 100 - 16.19
? subscription s1
= plan five, billed 16.19
# There and back at one instant costs nothing.
> change s1 thirty
= line credit five -1.93            # 14.26 - 16.19
= line charge thirty 12.00          # 26.258 -> 26.26; 26.26 - 14.26
= due 10.07
> change s1 five
= line credit thirty -12.00
= line charge five 1.93
= due -10.07
? balance acme
= available 83.81
at 2025-02-01
? balance acme
= available 78.81                   # 83.81 - 5
? subscription s1
= period 2025-02-01 to 2025-03-01, billed 5.00
? house USD
= revenue 16.19, deferred_revenue 5.00
