# An id counts once for an account and a class of teller, also after a restart: what the account
# tells and what its seller tells stand apart, and so do the accounts of a tree.
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
> tell acme message.sent e1 count=1 by acme/developer    # its own word takes nothing from ours
= counted yes, duplicate no
> tell acme message.sent e1 count=1 by acme/admin        # whatever key it is
= counted no, duplicate yes
> tell shop message.sent e1 count=1      # another account of the tree
= counted yes, duplicate no
> tell shop message.sent e1 count=1 by acme              # above it, and not its seller
= counted yes, duplicate no
> tell shop message.sent e1 count=1 by shop
= counted no, duplicate yes
? balance acme
= available 60.00                        # 100 - 30 - 5 for 110, once, and 5 for the 111th
? packages acme
= small 9 of 120
> tell other message.sent e1 count=1     # another tree
= counted yes
# A use that was refused has not used up its id.
> consume acme messages 500 id e2
= allowed no, reason money_is_short
> consume acme messages 10 id e2
= allowed yes, duplicate no
> consume acme messages 10 id e2
= allowed yes, duplicate yes
