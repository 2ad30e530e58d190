# What waits for an invoice: as much as one can say, and for uses as much as the credit limit lets
# be owed. A fact is beyond the limit, and counted.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  features: {messages: {kind: metered, meter: sent}, calls: {kind: metered, meter: called}}
  meters:
    sent: {event: message.sent, aggregate: sum, value: count}
    called: {event: call.made, aggregate: sum, value: seconds}
  price_groups:
    7: {name: Messages, meter: sent, price: {USD: "1000"}}
    8: {name: Calls, meter: called, price: {USD: "1"}}
  families: {F: {name: F, settlement: invoiced}}
  plans:
    gratis: {family: F, default: true, fee: {USD: "0"}, price_groups: [7, 8]}
    team: {family: F, fee: {USD: "30"}}
  changes: [{family: F, direction: any}]
> open acme
> tell acme message.sent e1 count=999999999            # 999999999000
= counted yes
> tell acme message.sent e2 count=1000000000           # 10^12 more
! amount_exceeds_limit
= field /data/count
> consume acme messages 2
! amount_exceeds_limit
= field /quantity
> tell acme message.sent e2 count=1                    # 10^12 exactly
= counted yes
> tell acme call.made e3 seconds=1
! amount_exceeds_limit
= field /data/seconds
? accrued acme
= line 2026-04-01 charge gratis 999999999000.00, line 2026-04-01 charge gratis 1000.00
> subscribe acme team
! amount_exceeds_limit
# A credit limit is a promise of the seller's: what waits counts as owed.
> open bounded credit_limit 100
> consume bounded calls 60                             # 60.00
= allowed yes
> consume bounded calls 41
= allowed no, reason money_is_short
? check bounded calls 41
= allowed no, reason money_is_short
> consume bounded calls 40                             # 100.00
= allowed yes
> consume bounded calls 1
= allowed no, reason money_is_short
> subscribe bounded team
! money_is_short
> tell bounded call.made f1 seconds=5                  # a fact
= counted yes, over yes
? accrued bounded
= line 2026-04-01 charge gratis 60.00, line 2026-04-01 charge gratis 40.00, line 2026-04-01 charge gratis 5.00
# Money that is there pays an invoice too.
> pay bounded 50
> consume bounded calls 45                             # 100 + 50 - 105
= allowed yes
> consume bounded calls 1
= allowed no, reason money_is_short
# Without a credit limit an invoice is on terms.
> open trusted
> consume trusted calls 5000
= allowed yes
