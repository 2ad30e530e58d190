# A credit limit pays for packs, down to the limit and not a cent below it.
at 2026-04-01
catalog packages
> open acme credit_limit 12
> pay acme 30
> subscribe acme small as s1
> consume acme messages 120              # 100 and 2 packs: 10.00
= allowed yes, left 0
? balance acme
= available -10.00, spendable 2.00
> consume acme messages 1
= allowed no, reason money_is_short
> tell acme message.sent e1 count=1
= counted yes, over yes
? balance acme
= available -12.00, receivable -3.00     # the limit has 2 of the 5 left
> consume acme messages 9                # the rest of that pack
= allowed yes, left 0
> pay acme 20
? balance acme
= available 5.00, receivable 0.00        # 20 - 3 - 12
> consume acme messages 1
= allowed yes, left 9
? balance acme
= available 0.00
