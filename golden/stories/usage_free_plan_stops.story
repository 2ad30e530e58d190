# The free plan stops at 50,000 messages a month. A fact is counted all the same.
at 2026-04-10
catalog demo
> open acme
> consume acme messages 49999
= allowed yes, left 1
> consume acme messages 2
= allowed no, reason package_is_used_up, limit 50000, used 49999, left 1, resets 2026-05-01
> consume acme messages 1
= allowed yes, left 0
? check acme messages
= allowed no, reason package_is_used_up, next_unit none
> consume acme messages 1
= allowed no, reason package_is_used_up
> tell acme message.sent e1
= counted yes, over yes
? packages acme
= free 0 of 50000, free 1000 of 1000    # messages, users
? balance acme
= available 0.00, receivable 0.00        # what may not overrun has no price
at 2026-04-30T23:59:59
> consume acme messages 1
= allowed no
at 2026-05-01
> consume acme messages 1
= allowed yes, left 49999                # 50000 - 1: what was beyond is not taken from May
