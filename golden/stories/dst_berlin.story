# Months in which the clocks change, in Europe/Berlin: the 16th at local midnight, 30.00 a month.
at 2025-03-01 Europe/Berlin
catalog dst
> open acme zone Europe/Berlin
> pay acme 500
> subscribe acme second_30 as seconds
> subscribe acme day_30 as days
at 2025-03-16 Europe/Berlin
> change seconds second_0
= line credit second_30 -15.46      # used 1296000 of 2674800 s: 14.536 -> 14.54
> change days day_0
= line credit day_30 -15.48         # used 15 of 31 days: 14.52
at 2025-10-01 Europe/Berlin
> change seconds second_30
= due 30.00
> change days day_30
= due 30.00
at 2025-10-16 Europe/Berlin
> change seconds second_0
= line credit second_30 -15.50      # used 1296000 of 2682000 s: 14.497 -> 14.50
> change days day_0
= line credit day_30 -15.48         # used 15 of 31 days
? subscription days
= period 2025-10-01 to 2025-11-01
? balance acme
= available 441.92                  # 500 - 14.54 - 14.52 - 14.50 - 14.52
