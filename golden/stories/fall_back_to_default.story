# The family's policy is to fall back: what cannot be renewed becomes the default plan, with its
# limits.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  features: {mailboxes: {kind: limit}}
  families: {F: {name: F, on_shortage: fall_back}}
  plans:
    free: {family: F, rank: 0, default: true, fee: {USD: "0"}, entitlements: {mailboxes: 1}}
    paid: {family: F, rank: 1, fee: {USD: "30"}, entitlements: {mailboxes: 10}}
  changes: [{family: F, direction: any, effective: now, proration: second}]
> open acme
> pay acme 50
> subscribe acme paid as s1
? entitlements acme
= mailboxes 0 of 10
at 2026-05-01
? subscription s1
= status active, plan free, period 2026-05-01 to 2026-06-01, billed 0.00
? balance acme
= available 20.00, receivable 0.00
? entitlements acme
= mailboxes 0 of 1
at 2026-05-16
# The way back is a change as any other.
> pay acme 30
> change s1 paid
= line charge paid 15.48               # 16/31 * 30 = 15.484
? balance acme
= available 34.52                      # 20 + 30 - 15.48
