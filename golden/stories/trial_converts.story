# A trial charges nothing; when it ends, the plan is charged for a full period from there.
at 2026-04-01T09:00
catalog limits
> open acme
> pay acme 100
> subscribe acme firm as s1
= line none, due 0.00
= trial_end 2026-04-15T09:00, next 2026-04-15T09:00 90.00
? subscription s1
= status trialing, period 2026-04-01T09:00 to 2026-04-15T09:00
? entitlements acme
= mailboxes 0 of 50, api_access on, region us
? balance acme
= available 100.00
at 2026-04-15T09:00
? subscription s1
= status active, period 2026-04-15T09:00 to 2026-05-15T09:00, trial_end 2026-04-15T09:00
? balance acme
= available 10.00                      # 100 - 90
