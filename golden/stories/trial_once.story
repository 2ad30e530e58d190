# One trial an account and family.
at 2026-04-01
catalog limits
> open acme
> subscribe acme team as s1
= trial_end 2026-04-15
at 2026-04-03
> cancel s1
= due 0.00
? subscription s1
= status ended, ended 2026-04-03
> subscribe acme firm as s2
! money_is_short
= blocker money 90.00 USD of 0.00 USD
> pay acme 100
> subscribe acme firm as s2
= line charge firm 90.00, trial_end none
# Another account has its own; it may go without.
> open beta
> pay beta 100
> subscribe beta team as s3 skip_trial
= due 30.00
> open gamma
> subscribe gamma team as s4
= trial_end 2026-04-17
