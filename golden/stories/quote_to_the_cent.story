# A quote is executed to the cents that it named, priced at its instant; the time until it is
# executed counts as time on the new plan.
at 2026-04-01
catalog plain
> open acme
> pay acme 500
> subscribe acme basic as s1
at 2026-04-16T12:00
> quote change s1 pro as q1
= line credit basic -14.50             # 15.5/30*30 = 15.50; 15.50 - 30.00
= line charge pro 43.50                # 14.5/30 * 90
= due 29.00, next 2026-05-01 90.00
at 2026-04-16T12:14
> execute q1
= line credit basic -14.50, line charge pro 43.50
= due 29.00
? balance acme
= available 441.00                     # 500 - 30 - 29
? subscription s1
= plan pro, billed 59.00               # 15.50 + 43.50
at 2026-04-21
> change s1 plus
= line credit pro -30.00               # 15.50 + 4.5/30*90 = 29.00; 29.00 - 59.00
= line charge plus 20.00               # 10/30 * 60
= due -10.00
# A start can be quoted too.
> open beta
> quote subscribe beta plus as q2
= due 60.00, blocker money 60.00 USD of 0.00 USD
> execute q2
! money_is_short
> pay beta 60
> execute q2 as s2
= due 60.00
? subscription s2
= period 2026-04-21 to 2026-05-21
