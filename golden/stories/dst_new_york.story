# Months in which the clocks change, in America/New_York: the 16th at local midnight, 30.00 a month.
# By the second the month has its real length; by the day a day of 23 or 25 hours is a day.
at 2025-03-01 America/New_York
catalog dst
> open acme zone America/New_York
> pay acme 500
> subscribe acme second_30 as seconds
= next 2025-04-01 30.00
> subscribe acme day_30 as days
at 2025-03-16 America/New_York
> change seconds second_0
= line credit second_30 -15.50      # used 1292400 of 2674800 s: 14.495 -> 14.50; 14.50 - 30.00
> change days day_0
= line credit day_30 -15.48         # used 15 of 31 days: 14.516 -> 14.52
at 2025-11-01 America/New_York
? subscription seconds
= period 2025-11-01 to 2025-12-01
> change seconds second_30
= due 30.00
> change days day_30
= due 30.00
at 2025-11-16 America/New_York
> change seconds second_0
= line credit second_30 -14.98      # used 1299600 of 2595600 s: 15.021 -> 15.02
> change days day_0
= line credit day_30 -15.00         # used 15 of 30 days
? balance acme
= available 440.96                  # 500 - 14.50 - 14.52 - 15.02 - 15.00
