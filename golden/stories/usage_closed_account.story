# A frozen account uses nothing, but what is told of it is counted; a closed one takes nothing.
at 2026-04-01
catalog packages
> open acme
> pay acme 40
> subscribe acme small as s1
> consume acme messages 50
= allowed yes, left 50
> reserve acme messages 60 until 2026-04-20 as r1    # 10 beyond 50: 1 pack
= allowed yes
> status acme frozen
> consume acme messages 1
= allowed no, reason account_is_frozen
? check acme messages
= allowed no, reason account_is_frozen
> reserve acme messages 1 until 2026-04-20
! account_is_frozen
> tell acme message.sent e1 count=10     # 50 and the 60 that are held leave no room: a pack
= counted yes
? packages acme
= small 50 of 110
? balance acme
= available 0.00, held 5.00              # 40 - 30 - 5 held - 5
> status acme active
> give_back r1
> consume acme messages 1
= allowed yes, left 49
> status acme closed balance forfeit unused none
> consume acme messages 1
= allowed no, reason account_is_closed
> tell acme message.sent e2 count=10
! account_is_closed
