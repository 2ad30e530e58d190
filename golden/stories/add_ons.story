# Add-ons stack on a base plan; a base plan is one a family.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  features: {mailboxes: {kind: limit}, sso: {kind: flag}}
  families: {F: {name: F}}
  plans:
    base: {family: F, rank: 1, fee: {USD: "30"}, entitlements: {mailboxes: 3}}
    more: {family: F, kind: add_on, fee: {USD: "5"}, entitlements: {mailboxes: 2, sso: true}}
  changes:
    - {family: F, direction: cancel, effective: now, proration: second}
    - {family: F, direction: any, effective: now, proration: second}
> open acme
> pay acme 100
> subscribe acme base as s1
> subscribe acme base
! family_is_taken
> subscribe acme more as a1 key one
= due 5.00
> subscribe acme more as a2 key two
> subscribe acme more key two
! key_is_taken
? entitlements acme
= mailboxes 0 of 7, sso on             # 3 + 2 + 2
at 2026-04-16
> cancel a2
= line credit more -2.50
? entitlements acme
= mailboxes 0 of 5
> change s1 more
! plan_is_not_allowed
at 2026-05-01
? balance acme
= available 27.50                      # 100 - 30 - 5 - 5 + 2.50 - 30 - 5
