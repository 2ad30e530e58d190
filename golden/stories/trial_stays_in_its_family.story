# A trial that has ended goes on within its family: into another family leads no change, now, later
# or by a quote.
at 2026-01-01
catalog demo
> open acme
> subscribe acme helpdesk_small as s1
> change s1 im_medium                     # within the trial
! plan_is_not_allowed
> change s1 im_medium at_period_end
! plan_is_not_allowed
at 2026-01-16
? subscription s1
= status expired
> change s1 im_medium
! plan_is_not_allowed
> change s1 im_free
! plan_is_not_allowed
> change s1 im_medium at_period_end
! plan_is_not_allowed
> change s1 im_medium by acme
! plan_is_not_allowed
> quote change s1 im_medium as q1
> execute q1
! plan_is_not_allowed
> change s1 helpdesk_medium               # 29 a seat beyond 3, at least 99
= line charge helpdesk_medium 99.00
? subscription s1
= status active, plan helpdesk_medium
? accrued acme
= line 2026-01-16 charge helpdesk_medium 99.00
> change s1 im_medium
! plan_is_not_allowed
# The other family is bought by itself.
> pay acme 1000
> subscribe acme im_small
? subscription s1
= status active, plan helpdesk_medium
