# Money is held, captured in part, released, and released by itself at its expiry.
at 2026-04-01
catalog plain
> open acme
> pay acme 100
> hold acme 60 as h1
? balance acme
= available 40.00, held 60.00
> hold acme 40.01
! money_is_short
= blocker money 40.01 USD of 40.00 USD
> capture h1 60.01
! amount_exceeds_hold
# What is not captured goes back.
> capture h1 45
? balance acme
= available 55.00, held 0.00           # 40 + 15
? house USD
= revenue 45.00
> capture h1
! hold_is_unknown
> hold acme 10 as h2
> release h2
> release h2
! hold_is_unknown
? balance acme
= available 55.00, held 0.00
> hold acme 20 as h3 expires 2026-04-02
? holds acme
= hold h3 20.00 until 2026-04-02
at 2026-04-01T23:59:59
? balance acme
= available 35.00, held 20.00
at 2026-04-02
? balance acme
= available 55.00, held 0.00
> capture h3
! hold_is_unknown
# Credit cannot be held: a hold is of money.
> grant acme promotional 100
> hold acme 56
! money_is_short
> hold acme 0
! field_is_invalid
> hold acme 1 expires 2026-04-02
! instant_is_in_the_past
# What is held cannot be spent.
> hold acme 55 as h4
> subscribe acme pro as s1
= due 90.00                            # all from the grant
? balance acme
= grants 10.00, held 55.00, available 0.00
> subscribe acme plus
! family_is_taken
? entries acme last 2
= entry hold available -55.00 held +55.00
= entry charge grants -90.00 deferred_revenue +90.00
