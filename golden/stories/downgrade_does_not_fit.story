# A downgrade is refused while more is in use than the new plan allows, with the exact numbers.
at 2026-04-01
catalog limits
> open acme
> pay acme 200
> subscribe acme firm as s1 skip_trial
> gauge acme mailboxes 12
= value 12
> change s1 team
! usage_does_not_fit
= blocker mailboxes 12 of 10
> quote change s1 team as q1
= blocker mailboxes 12 of 10
> change s1 free
! usage_does_not_fit
= blocker mailboxes 12 of 1
# The quote may be executed when it fits: usage does not make it stale.
> gauge acme mailboxes -2
= value 10
> execute q1
= due -60.00                           # 30 - 90, at the first instant
? entitlements acme
= mailboxes 10 of 10
> gauge acme mailboxes +1
! amount_exceeds_limit
# What exists is a fact and may be set above the limit.
> gauge acme mailboxes 11
= value 11
> gauge acme windows 1
! feature_is_unknown
