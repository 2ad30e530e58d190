# A change at the first instant of a period is as if the period had begun on the new plan; a
# change in its last microsecond costs nothing until the next one.
at 2026-04-01
catalog plain
> open acme
> pay acme 500
> subscribe acme basic as s1
= due 30.00
> change s1 plus
= line credit basic -30.00          # nothing of it was used
= line charge plus 60.00            # the whole month
= due 30.00
? subscription s1
= billed 60.00
? balance acme
= available 440.00                  # 500 - 60
at 2026-04-30T23:59:59.999999
> change s1 pro
= line none                         # 60 * (1 - 1/2592000000000) rounds to 60.00, also with pro
= due 0.00
= next 2026-05-01 90.00
? balance acme
= available 440.00
at 2026-05-01
? subscription s1
= plan pro, period 2026-05-01 to 2026-06-01
? balance acme
= available 350.00                  # 440 - 90
# At the instant of the renewal the renewal comes first.
> change s1 basic
= line credit pro -90.00
= line charge basic 30.00
= due -60.00
? balance acme
= available 410.00                  # 350 + 60
? house USD
= revenue 60.00, deferred_revenue 30.00
