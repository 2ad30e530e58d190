# A plan by the seat needs the payer's consent: max(minimum, price * (users + invitations -
# included)).
at 2026-04-01
catalog demo
> open acme app_store
> member acme owner
> member acme user
> member acme user
> member acme user
> member acme user invited
# Medium: 5 people, 3 included: 2 * 29 = 58, at least 99.
> subscribe acme helpdesk_medium as s1 skip_trial cap 98.99
! cap_is_too_low
= blocker cap 99.00 USD of 98.99 USD
# Large enough, and more than the payer has agreed to: its app store has to ask.
> subscribe acme helpdesk_medium as s1 skip_trial cap 99
! approval_is_required
> update acme cap 99
> subscribe acme helpdesk_medium as s1 skip_trial
= line charge helpdesk_medium 99.00, due 99.00
? accrued acme
= line 2026-04-01 charge helpdesk_medium 99.00
? balance acme
= available 0.00                       # invoiced: nothing is taken from the balance
> member acme user
> member acme user
> member acme user
# Small: 8 people, 1 included: 7 * 15 = 105.
> change s1 helpdesk_small
! cap_is_too_low
= blocker cap 105.00 USD of 99.00 USD
# The free plan needs no consent.
> change s1 helpdesk_free
= line credit helpdesk_medium -99.00
