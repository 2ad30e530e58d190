# A reservation holds quantity and the money of its packs, until it is settled, given back or over.
at 2026-04-01
catalog packages
> open acme
> pay acme 50
> subscribe acme small as s1             # 50 - 30 = 20
# Less than was reserved: the money of the packs that were not needed comes back.
> reserve acme messages 115 until 2026-04-02 as r1   # 15 beyond 100: 2 packs, 10.00
= allowed yes
? balance acme
= available 10.00, held 10.00
? check acme messages
= held 115, left 0
> consume acme messages 21               # 3 packs more: 15.00
= allowed no, reason money_is_short
> commit r1 104                          # 4 beyond 100: 1 pack
= allowed yes
? balance acme
= available 15.00, held 0.00
? packages acme
= small 6 of 110
> commit r1
! reservation_is_unknown
> give_back r1
! reservation_is_unknown
# More than was reserved passes where it would pass by itself.
> reserve acme messages 6 until 2026-04-02 as r2
= allowed yes
> commit r2 16                           # 6 are there, 1 pack for 10
= allowed yes
? balance acme
= available 10.00, held 0.00
> reserve acme messages 5 until 2026-04-02 as r3     # 1 pack
= allowed yes
? balance acme
= available 5.00, held 5.00
> commit r3 21                           # 3 packs: 15.00 of 10.00
= allowed no, reason money_is_short
? balance acme
= available 5.00, held 5.00
> give_back r3
? balance acme
= available 10.00, held 0.00
> reserve acme messages 21 until 2026-04-02          # 3 packs
= allowed no, reason money_is_short
# What nobody settles is over at its moment.
> reserve acme messages 10 until 2026-04-02 as r4
= allowed yes
at 2026-04-01T23:59:59
? balance acme
= available 5.00, held 5.00
at 2026-04-02
? balance acme
= available 10.00, held 0.00
? check acme messages
= held 0
> commit r4
! reservation_is_unknown
> reserve acme messages 1 until 2026-04-02
! instant_is_in_the_past
# Over a renewal: it is settled in the period in which it is settled.
> reserve acme messages 10 until 2026-05-02 as r5    # 1 pack
= allowed yes
> pay acme 25                            # 5 + 25 for May's fee of 30
at 2026-05-01
? subscription s1
= status active, period 2026-05-01 to 2026-06-01
? balance acme
= available 0.00, held 5.00
> commit r5
= allowed yes
? packages acme
= small 90 of 100
? balance acme
= available 5.00, held 0.00              # May's package had room
