# Australia/Lord_Howe moves its clocks by half an hour: April 2025 is 30 minutes longer, October
# shorter.
at 2025-04-01 Australia/Lord_Howe
catalog dst
> open acme zone Australia/Lord_Howe
> pay acme 500
> subscribe acme second_30 as seconds
> subscribe acme day_30 as days
at 2025-04-16 Australia/Lord_Howe
> change seconds second_0
= line credit second_30 -14.99      # used 1297800 of 2593800 s: 15.010 -> 15.01
> change days day_0
= line credit day_30 -15.00         # used 15 of 30 days
at 2025-10-01 Australia/Lord_Howe
> change seconds second_30
> change days day_30
at 2025-10-16 Australia/Lord_Howe
> change seconds second_0
= line credit second_30 -15.49      # used 1294200 of 2676600 s: 14.506 -> 14.51
> change days day_0
= line credit day_30 -15.48         # used 15 of 31 days: 14.52
? balance acme
= available 440.96                  # 500 - 15.01 - 15.00 - 14.51 - 14.52
