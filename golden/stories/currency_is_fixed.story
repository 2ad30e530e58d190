# A currency is fixed by the first line, posted or accrued or owed, and by money that is told in it.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}, EUR: {}}
  exchange_rates: {base: USD, EUR: [{from: 2026-01-01, rate: "0.5"}]}
  features: {messages: {kind: metered, meter: sent}}
  meters: {sent: {event: message.sent, aggregate: sum, value: count}}
  price_groups: {7: {name: Messages, meter: sent, price: {USD: "1"}}}
  families: {F: {name: F, settlement: invoiced}, P: {name: P}}
  plans:
    gratis: {family: F, default: true, rank: 1, fee: {USD: "0"}, price_groups: [7]}
    team: {family: F, rank: 2, fee: {USD: "30"}}
    paid: {family: P, fee: {USD: "10"}, trial: {days: 3, end: convert}}
  changes: [{family: F, direction: any}]
# Nothing yet: it may change.
> open fresh currency EUR
> update fresh currency USD
> subscribe fresh gratis
> update fresh currency EUR              # a free plan makes no line
# An accrued fee.
> open acme
> subscribe acme team
> update acme currency EUR
! currency_is_fixed
= field /currency
# An accrued use.
> open user
> consume user messages 3
= allowed yes
> update user currency EUR
! currency_is_fixed
? accrued user
= line 2026-04-01 charge gratis 3.00
# A fact.
> open facts
> tell facts message.sent e1 count=2
= counted yes
> update facts currency EUR
! currency_is_fixed
# An open reservation that would cost something.
> open reserved
> reserve reserved messages 5 until 2026-04-02 as r1
> update reserved currency EUR
! currency_is_fixed
> give_back r1
> update reserved currency EUR
# An open quote.
> open quoted
> quote subscribe quoted team
> update quoted currency EUR
! currency_is_fixed
# A credit limit that would be as much of another currency, a spend cap.
> open limited credit_limit 100
> update limited currency EUR
! currency_is_fixed
> update limited currency EUR credit_limit 50
> update limited currency USD credit_limit 0
> open capped
> spend_cap capped 5 calendar_month
> update capped currency EUR
! currency_is_fixed
> spend_cap capped none
> update capped currency EUR
# A debt: it would vanish with its currency.
> open owing
> subscribe owing paid as s1
> update owing currency EUR              # a trial owes nothing
> update owing currency USD
at 2026-04-05
? subscription s1
= status past_due
> update owing currency EUR
! currency_is_fixed
> update quoted currency EUR             # its quote has expired
