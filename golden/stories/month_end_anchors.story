# Periods are counted from the original day: 31 January, 28 February, 31 March, never the 28th of
# March.
at 2023-01-29
catalog
  catalog: 1
  currencies: {USD: {}}
  families: {F: {name: F}}
  plans: {one: {family: F, fee: {USD: "1"}}}
> open a29
> open a31
> pay a29 50
> pay a31 50
> subscribe a29 one as s29
= next 2023-02-28 1.00
at 2023-01-31
> subscribe a31 one as s31
= next 2023-02-28 1.00
at 2023-02-28
? subscription s29
= period 2023-02-28 to 2023-03-29
? subscription s31
= period 2023-02-28 to 2023-03-31
at 2023-03-31
? subscription s29
= period 2023-03-29 to 2023-04-29
? subscription s31
= period 2023-03-31 to 2023-04-30
at 2024-01-30
> open a30
> pay a30 50
> subscribe a30 one as s30
= next 2024-02-29 1.00
at 2024-02-29                       # a leap year
? subscription s29
= period 2024-02-29 to 2024-03-29
? subscription s30
= period 2024-02-29 to 2024-03-30
? subscription s31
= period 2024-02-29 to 2024-03-31
? balance a29
= available 36.00                   # 50 - 14: 29 Jan 2023 and thirteen renewals to 29 Feb 2024
? balance a31
= available 36.00                   # 50 - 14
? balance a30
= available 48.00                   # 50 - 2
at 2024-04-30
? subscription s30
= period 2024-04-30 to 2024-05-30
? subscription s31
= period 2024-04-30 to 2024-05-31
