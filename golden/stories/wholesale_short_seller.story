# A buyer who can pay is not frozen because its seller cannot.
at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  families: {F: {name: F, on_shortage: freeze}}
  plans:
    paid: {family: F, fee: {USD: "30"}}
> open north agency
> open shop under north
> pay north 30
> pay shop 100 by north
> subscribe shop paid as s1 by shop
? balance shop
= available 70.00                      # 100 - 30
? balance north
= available 0.00                       # 30 - 30
at 2026-05-01
? subscription s1
= status past_due
? account shop
= status active
> pay north 30
? subscription s1
= status active
? balance shop
= available 40.00                      # 70 - 30
? balance north
= available 0.00                       # 30 - 30
# Without money of its own it is frozen, as its family says.
at 2026-06-01
> pay north 100
at 2026-07-01
? account shop
= status frozen
