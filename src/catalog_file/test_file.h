#pragma once
// A catalog file with every key of the grammar, for this room's tests.
#include <fstream>
#include <sstream>
#include <string>

#include "catalog_file/catalog_file.h"
#include "domain/catalog/decide.h"

namespace rb::catalog_file::test {

inline std::string file_text(const std::string& path) {
    std::ifstream file(std::string(RATEBOOK_SOURCE_DIR) + "/" + path);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
}

inline constexpr std::string_view everything = R"(catalog: 1
rounding: half_even
currencies: {USD: {exponent: 2}, EUR: {}, JPY: {exponent: 0}}
exchange_rates:
  base: USD
  JPY: [{from: 2026-02-01, rate: 151}, {from: 2026-01-01, rate: "150.25"}]
  EUR: [{from: 2026-01-01, rate: "0.8"}]
tax_rates:
  standard:
    - {country: US, region: CA, rate: "7.25%", mode: inclusive, from: 2020-01-01}
    - {country: DE, rate: 19 %, from: 2007-01-01}
features:
  api_access: {kind: flag, name: API access}
  region: {kind: config}
  mailboxes: {kind: limit}
  messages: {kind: metered, meter: messages}
meters:
  messages: {event: message.sent, aggregate: sum, value: parts, dimensions: [country, kind], filter: {kind: text, paid: true}, late: 36h, entity_property: sender}
  calls: {event: call.made}
price_groups:
  7561: {name: IM, resource: IM_OVERRUN, meter: messages, price: {USD: "0.000000000004"}, per: 1000000, quantum: 10}
  7562: {meter: calls, price: {USD: 2}}
families:
  IM: {name: "Instant: messaging", surface: platform, scale: micro, anchor: {calendar: week}, settlement: app_store, on_shortage: fall_back, tax: standard}
  DESK: {anchor: anniversary, settlement: invoiced, on_shortage: freeze}
plans:
  im_free: {number: 184, family: IM, rank: -1, default: true, fee: {USD: 0}}
  im_pro:
    number: 185
    family: IM
    kind: hidden
    group: 'it''s "quoted"'
    rank: 5
    lookup_key: price_1
    name: Pro
    description: "two\nlines"
    fee: {USD: "9.99", EUR: 9}
    timing: in_arrears
    period: 3 months
    seats: {included: 2, per_seat: {USD: "1.50"}, minimum: {USD: 3}}
    setup_fee: {USD: "20"}
    trial: {days: 14, end: expire}
    entitlements: {api_access: false, mailboxes: {limit: 5, soft: true}, region: eu, messages: {limit: 1000, soft: true, window: {rolling: 30d}, pooled: true, thresholds: [80, 100]}}
    packages:
      - {name: small, price_groups: [7561], size: 500000, may_overrun: true, overrun_price: {USD: "0.04"}, overrun_resources: 100, rolls_over: true}
    price_groups: [7562]
    attributes: {colour: red, n: 1.50, list: [1, yes, "5"], deep: {on: true, none: null}}
    credits: {voice: 2.5}
  desk_add: {family: DESK, kind: add_on, period: {every: 2, unit: year}}
changes:
  - {family: IM, from: im_free, to: im_pro, direction: up, allowed: false, effective: period_end, proration: thirty_day, unused: credit, reserve_next: "off", usage: reset, requires_fit: true, who: support}
  - {family: IM, direction: cancel}
)";

// The catalog that a file gives when it is applied to nothing.
inline catalog::Catalog applied(const catalog::Draft& draft) {
    catalog::Catalog catalog;
    const Instant now = Instant::of_seconds(1'767'225'600);
    IdSource ids(now, Uuid{1, 2});
    const auto events = decide(catalog, catalog::ApplyCatalog{draft, {}}, now, ids).value();
    for (const auto& event : events) apply(catalog, event);
    return catalog;
}

}  // namespace rb::catalog_file::test
