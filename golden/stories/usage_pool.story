# A pool: what the accounts below use counts above, uses and reservations alike.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  features: {messages: {kind: metered, meter: sent}}
  meters: {sent: {event: message.sent, aggregate: sum, value: count}}
  families: {F: {name: F, free_for: account}, P: {name: P}}
  plans:
    own: {family: F, default: true, fee: {USD: "0"}, entitlements: {messages: {limit: 60, window: month}}}
    pool: {family: P, fee: {USD: "0"}, entitlements: {messages: {limit: 100, window: month, pooled: true}}}
> open top
> open left under top
> open right under top
> open deep under right
> subscribe top pool
> consume left messages 50
= allowed yes, limit 60, used 50, left 10, whose left
> consume right messages 30
= allowed yes, limit 100, used 80, left 20, whose top
> consume right messages 21              # 30 + 21 of its own 60, 80 + 21 of the pool
= allowed no, reason allowance_is_used_up, limit 100, used 80, left 20, whose top
> consume left messages 11               # 50 + 11 of its own 60
= allowed no, reason allowance_is_used_up, limit 60, used 50, left 10, whose left
> reserve deep messages 15 until 2026-04-02 as r1
= allowed yes
? check right messages 6
= allowed no, limit 100, used 80, held 15, left 5, whose top
# What is held below is held for the pool's own account too.
> consume top messages 6
= allowed no, reason allowance_is_used_up, limit 100, used 80, held 15, left 5, whose top
> consume top messages 5
= allowed yes, left 0
> commit r1
= allowed yes
> consume deep messages 1
= allowed no, reason allowance_is_used_up, used 100, held 0, whose top
> tell left message.sent e1 count=5
= counted yes, over yes
? check top messages
= allowed no, used 105, whose top
at 2026-05-01
> consume deep messages 60
= allowed yes, whose deep, left 0
