# evidence: N-116
# A use of a limit with an id counts once, as one of a meter does, whoever asks again.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  features: {seats: {kind: limit}}
  families: {BASE: {name: Base, free_for: account}}
  plans:
    plan: {family: BASE, default: true, fee: {USD: "0"}, entitlements: {seats: 3}}
> open acme
> open branch under acme
> consume acme seats 1 id s-1
= allowed yes, used 1, left 2
> consume acme seats 1 id s-1
= allowed yes, duplicate yes
> consume acme seats 1 id s-2
= allowed yes, used 2, left 1
# Without an id each one counts.
> consume acme seats 1
= allowed yes, used 3, left 0
# What was refused has used up no id.
> consume acme seats 1 id s-3
= allowed no, reason allowance_is_used_up
> gauge acme seats 1
> consume acme seats 1 id s-3
= allowed yes, used 2
> consume acme seats 1 id s-3
= allowed yes, duplicate yes
# An id is the account's and the side's that tells.
> consume branch seats 1 id s-1
= allowed yes, used 1
> consume branch seats 1 id s-1 by branch/developer
= allowed yes, used 2
> consume branch seats 1 id s-1 by branch/developer
= allowed yes, duplicate yes
# A day is remembered.
at 2026-04-02T00:00:01Z
> consume acme seats 1 id s-1
= allowed yes, used 3
