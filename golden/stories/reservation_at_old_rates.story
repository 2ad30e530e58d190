# Exchange rate and tax both change on 1 May. What was reserved in April is captured as it was
# quoted; the renewal of June is charged at the rates of its day.
at 2026-04-16
catalog
  catalog: 1
  currencies: {USD: {}, RUR: {}}
  exchange_rates:
    base: USD
    RUR: [{from: 2026-01-01, rate: "91.70604"}, {from: 2026-05-01, rate: "100"}]
  tax_rates:
    standard:
      - {country: RU, rate: "20%", from: 2019-01-01}
      - {country: RU, rate: "22%", from: 2026-05-01}
  families: {IM: {name: IM, scale: micro, anchor: {calendar: month}, tax: standard}}
  plans:
    none: {family: IM, rank: 0, default: true, fee: {USD: "0"}}
    small: {family: IM, rank: 1, fee: {USD: "100"}}
  changes: [{family: IM, direction: up, effective: now, proration: none, reserve_next: on_change}]
> open acme currency RUR country RU
> pay acme 30000
> subscribe acme small as s1
= due 0.00                             # proration none: the running month is not charged
= reserved 11004.7248                  # 100 * 91.70604 = 9170.604; 20 % = 1834.1208
= next 2026-05-01 11004.7248
? balance acme
= available 18995.2752, held 11004.7248
at 2026-05-01
? balance acme
= available 18995.2752, held 0.00
? house RUR
= deferred_revenue 9170.604, tax_payable 1834.1208
at 2026-06-01
? balance acme
= available 6795.2752                  # 18995.2752 - 100 * 100 - 22 % of 10000
? house RUR
= deferred_revenue 10000.00, revenue 9170.604, tax_payable 4034.1208
