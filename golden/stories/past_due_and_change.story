# What a past-due subscription may do: its debt stands until it is paid, and ends with the
# subscription.
at 2026-04-01
catalog plain
> open acme
> open beta
> pay acme 30
> pay beta 30
> subscribe acme basic as s1
> subscribe beta basic as s2
at 2026-05-01
? subscription s1
= status past_due
# Cancelling at the period's end leaves nothing to be paid after it.
> cancel s1
at 2026-06-01
? subscription s1
= status ended
? balance acme
= available 0.00, receivable 0.00
> pay acme 100
? balance acme
= available 100.00                     # nothing is owed
# Another plan in the middle of a month that is not paid: the month so far and the rest together.
at 2026-06-16
> pay beta 30
? subscription s2
= status past_due                      # May and June are owed: 60
> change s2 plus
! money_is_short
> pay beta 60
? subscription s2
= status active
? balance beta
= available 30.00                      # 30 + 60 - 60
> change s2 plus
= due 15.00
? balance beta
= available 15.00
# A change that pays what is owed with it: August, September to the 16th, and the rest of September.
> open gamma
at 2026-07-01
> pay gamma 30
> subscribe gamma basic as s3
at 2026-09-16
? subscription s3
= status past_due                      # August and September are owed
> update gamma credit_limit 75
> change s3 plus
= line charge basic 45.00              # 30 + 15/30 * 30
= line charge plus 30.00               # 15/30 * 60
= due 75.00
? subscription s3
= status active, plan plus
? balance gamma
= available -75.00
