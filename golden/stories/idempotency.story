# The same idempotency key gives the first reply again; with another request it is refused; a
# refusal is not kept; after a day the key is free.
at 2026-04-01
catalog plain
> open acme
> pay acme 10
> pay acme 100 as p1 idempotency k1
> pay acme 100 as p1 idempotency k1
= replayed yes
? balance acme
= available 110.00                     # 10 + 100, not 210
> pay acme 101 as p1 idempotency k1
! idempotency_key_is_reused
# The key of another operation is another key.
> subscribe acme pro as s1 idempotency k1
= due 90.00
> subscribe acme pro as s1 idempotency k1
= due 90.00, replayed yes
? balance acme
= available 20.00
# A refusal is decided anew.
> open beta
> subscribe beta basic as s2 idempotency k2
! money_is_short
> pay beta 30
> subscribe beta basic as s2 idempotency k2
= due 30.00
# Keys of another principal are other keys.
> change s1 basic by acme idempotency k3
= due -60.00
at 2026-04-01T23:59:59
> pay acme 100 as p1 idempotency k1
= replayed yes
at 2026-04-02T00:00:01
> pay acme 100 as p2 idempotency k1
? balance acme
= available 180.00                     # 20 + 60 + 100
