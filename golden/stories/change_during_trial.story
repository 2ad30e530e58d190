# A change during a trial keeps its end and charges nothing until then; converting charges a full
# period of the plan that holds then.
at 2026-04-01
catalog limits
> open acme
> pay acme 100
> subscribe acme team as s1
= next 2026-04-15 30.00
at 2026-04-10
> change s1 firm
= line none, due 0.00
= trial_end 2026-04-15, next 2026-04-15 90.00
? subscription s1
= status trialing, plan firm, period 2026-04-01 to 2026-04-15
? entitlements acme
= mailboxes 0 of 50
> change s1 team
= due 0.00, next 2026-04-15 30.00
> change s1 firm
at 2026-04-15
? subscription s1
= status active, plan firm, period 2026-04-15 to 2026-05-15
? balance acme
= available 10.00                      # 100 - 90
