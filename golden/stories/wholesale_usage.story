# What a sub-account uses beyond a plan of the platform is sold twice too: to it by its agency, and
# to the agency, which has no plan of its own for it, by the platform.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  features: {messages: {kind: metered, meter: sent}, calls: {kind: metered, meter: called}}
  meters:
    sent: {event: message.sent, aggregate: sum, value: count}
    called: {event: call.made, aggregate: sum, value: minutes}
  price_groups:
    7: {name: Messages, meter: sent}
    8: {name: Calls, meter: called, price: {USD: "0.50"}}
  families: {IM: {name: IM}, TEL: {name: Telephony}, BILL: {name: Billed, settlement: invoiced}}
  plans:
    im: {family: IM, fee: {USD: "10"}, packages: [
      {name: im, price_groups: [7], size: 10, may_overrun: true, overrun_price: {USD: "5"}, overrun_resources: 10}]}
    tel: {family: TEL, fee: {USD: "0"}, price_groups: [8]}
    billed: {family: BILL, fee: {USD: "30"}}
> open north agency
> open shop under north
> pay shop 100 by north
> pay north 17
> subscribe shop im by shop
> consume shop messages 10
= allowed yes, left 0
# A pack of 5.00 at both levels.
> consume shop messages 1
= allowed yes
? balance shop
= available 85.00                        # 100 - 10 - 5
? balance north
= available 2.00                         # 17 - 10 - 5
? entries shop last 1
= entry charge available -5.00 revenue +5.00
? house USD of north
= revenue 5.00, deferred_revenue 10.00
? house USD
= revenue 5.00, deferred_revenue 10.00
# The next pack costs the agency more than it has: nothing happens to a use. A fact takes what is
# there, and the agency owes the rest.
> consume shop messages 10               # 9 of the pack are left
= allowed no, reason money_is_short, whose north
? balance shop
= available 85.00
> tell shop message.sent e1 count=10
= counted yes, over yes
? balance shop
= available 80.00
? balance north
= available 0.00, receivable -3.00
? house USD
= revenue 10.00
# A reservation holds the money of both.
> pay north 20
> reserve shop messages 18 until 2026-04-02 as r1   # 9 are left: one more pack for the other 9
? balance shop
= available 75.00, held 5.00
? balance north
= available 12.00, held 5.00             # 20 - 3 - 5
> commit r1 9
? balance north
= available 17.00, held 0.00
# Single units: 4 at 0.50. A free plan defers nothing.
> subscribe shop tel by shop
> consume shop calls 4
= allowed yes
? balance shop
= available 78.00                        # 80 - 2.00
? balance north
= available 15.00                        # 17 - 2.00
# The agency takes a plan of its own for calls: from now on it buys as that plan says, and not twice.
> subscribe north tel
> consume shop calls 4
= allowed yes
? balance north
= available 13.00
# An invoiced family accrues at both levels: the buyer's lines are its seller's to bill.
> subscribe shop billed as s3 by shop
? accrued shop
= line 2026-04-01 charge billed 30.00
? accrued north
= line 2026-04-01 charge billed 30.00
? balance north
= available 13.00
