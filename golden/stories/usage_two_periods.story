# Plans whose periods begin on other days count the same meter side by side.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  features: {some: {kind: metered, meter: sent}, many: {kind: metered, meter: sent}}
  meters: {sent: {event: message.sent}}
  families: {F: {name: F}, G: {name: G}}
  plans:
    first: {family: F, fee: {USD: "0"}, entitlements: {some: {limit: 5}}}
    other: {family: G, fee: {USD: "0"}, entitlements: {many: {limit: 7}}}
> open acme
> subscribe acme first
> consume acme some 2
= allowed yes, left 3
at 2026-04-10
> subscribe acme other
> consume acme some 3
= allowed yes, limit 5, left 0, resets 2026-05-01
> consume acme some 1
= allowed no, reason allowance_is_used_up, limit 5, used 5
at 2026-05-01
# The other plan's period has 3 of its 7.
> consume acme some 4
= allowed yes, limit 7, left 0
> consume acme some 1
= allowed no, reason allowance_is_used_up, limit 7, used 7, resets 2026-05-10
at 2026-05-10
> consume acme many 1                    # 4 + 1 of 5
= allowed yes
> consume acme many 1
= allowed no, reason allowance_is_used_up, limit 5, used 5, resets 2026-06-01
at 2026-06-01
> consume acme many 5                    # 1 + 5 of 7
= allowed yes
