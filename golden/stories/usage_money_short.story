# Packs that cannot be paid: a use is refused, a fact is counted and owed, and paying clears it.
at 2026-04-01
catalog packages
> open acme
> pay acme 36
> subscribe acme small as s1             # 36 - 30 = 6
> consume acme messages 100
= allowed yes, left 0
> consume acme messages 11               # 2 packs: 10.00
= allowed no, reason money_is_short, left 0, next_unit 5.00
> consume acme messages 10               # 1 pack: 5.00
= allowed yes, left 0
? balance acme
= available 1.00, receivable 0.00
? check acme messages
= allowed no, reason money_is_short
> consume acme messages 1
= allowed no, reason money_is_short
> tell acme message.sent e1 count=5
= counted yes, over yes
? packages acme
= small 5 of 120                         # 100 + 2 * 10; 115 are used
? balance acme
= available 0.00, receivable -4.00       # 1 - 5
? entries acme last 1
= entry charge available -1.00 receivable -4.00 revenue +5.00
# What the pack still holds may be used: it is sold, though not paid.
> consume acme messages 5
= allowed yes, left 0
> consume acme messages 1
= allowed no, reason money_is_short
> pay acme 4
? balance acme
= available 0.00, receivable 0.00
> consume acme messages 1
= allowed no, reason money_is_short
> pay acme 5
> consume acme messages 1
= allowed yes, left 9
? balance acme
= available 0.00
