# A cancellation at the period's end gives nothing back and charges nothing more.
at 2026-04-01
catalog plain
> open acme
> pay acme 100
> subscribe acme basic as s1
at 2026-04-10
> cancel s1 now
! plan_is_not_allowed
= possible 2026-05-01
> cancel s1
= effective period_end 2026-05-01, line none, due 0.00, next none
? subscription s1
= status active, pending end 2026-05-01
at 2026-05-01
? subscription s1
= status ended, ended 2026-05-01, pending none
? balance acme
= available 70.00
? house USD
= revenue 30.00, deferred_revenue 0.00
> change s1 plus
! subscription_has_ended
> subscribe acme plus as s2
= due 60.00
