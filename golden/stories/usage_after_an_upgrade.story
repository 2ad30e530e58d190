# A larger plan within the month: what was used of the package stays used, what was bought stays
# bought, unless the rule forgets it.
at 2026-04-01
catalog packages
> open acme
> pay acme 200
> subscribe acme small as s1
> subscribe acme few as s2
> consume acme messages 105              # 100 and 5 of a pack of 10
= allowed yes, left 5
? packages acme
= small 5 of 110, few 100 of 100
> consume acme calls 80
= allowed yes, limit 90, used 80, left 10
> consume acme calls 11
= allowed no, reason allowance_is_used_up
at 2026-04-16
> change s1 large
? packages acme
= large 905 of 1005                      # 1000 and 5 left of the pack, 100 used
> consume acme messages 905
= allowed yes, left 0
? balance acme
= available 135.00                       # 200 - 2 * 30 - one pack of 5
> consume acme messages 1                # a pack of the plan that is held now: 20.00
= allowed yes, left 99
? balance acme
= available 115.00
# The family DROP begins anew: package and limit alike.
> change s2 many
? packages acme
= many 1000 of 1000
> consume acme calls 500
= allowed yes, limit 900, used 500, left 400, resets 2026-05-01
at 2026-05-01
? packages acme
= large 1000 of 1000, many 1000 of 1000
