# An id counts once within its tree, whoever tells it, also after a restart.
at 2026-04-01
catalog packages
> open acme
> open shop under acme
> open other
> pay acme 100
> pay other 100
> subscribe acme small as s1
> subscribe other small as s2
> tell acme message.sent e1 count=110    # 100 and a pack
= counted yes, duplicate no
> tell acme message.sent e1 count=110
= counted no, duplicate yes
> consume acme messages 5 id e1
= allowed yes, duplicate yes
> tell shop message.sent e1 count=1      # of the same tree
= counted no, duplicate yes
? balance acme
= available 65.00                        # 100 - 30 - 5, once
? packages acme
= small 0 of 110
> tell other message.sent e1 count=1     # another tree
= counted yes
# A use that was refused has not used up its id.
> consume acme messages 500 id e2
= allowed no, reason money_is_short
> consume acme messages 10 id e2
= allowed yes, duplicate no
> consume acme messages 10 id e2
= allowed yes, duplicate yes
