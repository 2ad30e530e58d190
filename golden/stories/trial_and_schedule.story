# In a trial a change or an end can wait for the trial's end.
at 2026-04-01
catalog limits
> open acme
> open beta
> pay acme 100
> pay beta 100
> subscribe acme firm as s1
> subscribe beta firm as s2
> change s1 team at_period_end
= due 0.00, trial_end 2026-04-15, next 2026-04-15 30.00
? subscription s1
= status trialing, plan firm, pending team 2026-04-15
> cancel s2 at_period_end
= due 0.00, next none
at 2026-04-15
? subscription s1
= status active, plan team, period 2026-04-15 to 2026-05-15
? balance acme
= available 70.00
? subscription s2
= status ended
? balance beta
= available 100.00
