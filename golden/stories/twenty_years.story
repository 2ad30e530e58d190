# A test clock that advances twenty years in one step fires more renewals than one slice of timers
# holds.
at 2026-01-01
catalog
  catalog: 1
  currencies: {USD: {}}
  families: {F: {name: F}}
  plans: {one: {family: F, fee: {USD: "1"}}}
> clock c1 2026-01-31
> open sim clock c1
> open twin clock c1
> pay sim 1000
> pay twin 1000
> subscribe sim one as s1
> subscribe twin one as s2
> advance c1 2046-01-31
? subscription s1
= period 2046-01-31 to 2046-02-28, status active
? balance sim
= available 759.00                     # 1000 - 1 - 240 renewals
? balance twin
= available 759.00
? balance sim at 2036-01-31
= available 879.00                     # 1000 - 121
