# The measured party does not measure itself: it adds, and it uses. What replaces or takes back is
# told by the seller, or by a key to which the seller has given that.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  features:
    seats: {kind: limit}
    messages: {kind: metered, meter: sent}
    users: {kind: metered, meter: users}
    peak: {kind: metered, meter: peak}
    storage: {kind: metered, meter: stored}
  meters:
    sent: {event: message.sent, aggregate: sum, value: count}
    users: {event: user.seen, aggregate: unique, value: user}
    peak: {event: call.peak, aggregate: max, value: lines}
    stored: {event: disk.read, aggregate: latest, value: bytes}
  families: {BASE: {name: Base, free_for: account}}
  plans:
    plan: {family: BASE, default: true, fee: {USD: "0"},
           entitlements: {seats: 5, messages: 100, users: 10, peak: 10, storage: 1000}}
> open acme
> open branch under acme
> gauge branch seats 4
> gauge branch seats 0 by branch/developer
! scope_is_missing
> gauge branch seats 0 by acme
! scope_is_missing
> tell branch disk.read e1 bytes=900
= counted yes
> tell branch disk.read e2 bytes=0 by branch/developer
! scope_is_missing
> consume branch storage 1 by branch/developer
! scope_is_missing
> reserve branch messages 10 until 2026-04-02 by branch/developer
! scope_is_missing
> reserve branch messages 10 until 2026-04-02 as r1
> commit r1 0 by branch/developer
! scope_is_missing
> give_back r1 by branch/developer
! scope_is_missing
# It may add, of every meter that adds.
> tell branch message.sent e3 count=5 by branch/developer
= counted yes
> tell branch user.seen e4 user=ann by branch/developer
= counted yes
> tell branch call.peak e5 lines=3 by acme/developer
= counted yes
> consume branch messages 1 by branch/developer
= allowed yes
> consume branch seats 1 by branch/developer
= allowed yes
? entitlements branch
= seats 5 of 5, messages 6 of 100, users 1 of 10, peak 3 of 10, storage 900 of 1000
# Given to a key on purpose.
> gauge branch seats 2 by branch/developer+meter
= value 2
> tell branch disk.read e6 bytes=10 by branch/developer+meter
= counted yes
> commit r1 0 by branch/developer+meter
> gauge branch seats 2 by branch/user+meter
! role_is_too_low
# An agency tells what those use that buy from it.
> open north agency
> open shop under north
> gauge shop seats 2 by north/developer
> tell shop disk.read e7 bytes=5 by north/developer
= counted yes
> reserve shop messages 10 until 2026-04-02 as r2 by north/developer
> gauge north seats 0 by north
! scope_is_missing
