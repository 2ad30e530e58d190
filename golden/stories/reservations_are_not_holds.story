# A reservation belongs to its subscription: the commands of holds do not touch it, and what is
# reserved is not spent on anything else.
at 2026-04-01
catalog taxed
> open acme country DE
> pay acme 500
> subscribe acme small as s1
= line charge small 100.00 tax 19.00
at 2026-04-16
> change s1 large
= due 59.50, reserved 238.00           # -59.50 + 119.00; 200 + 38
? balance acme
= available 83.50, held 238.00         # 500 - 119 - 59.50 - 238
> hold acme 83.51
! money_is_short
> hold acme 83.50 as h1
? holds acme
= hold s1 238.00, hold h1 83.50
> release h1
at 2026-05-01
? balance acme
= available 83.50, held 0.00
