#pragma once
// Shares of a period, and lines by difference. Pure functions; proration.cpp opens with the essay.
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "base/amount.h"
#include "base/decimal.h"
#include "base/period.h"
#include "base/ratio.h"
#include "base/rounding.h"
#include "domain/catalog/types.h"

namespace rb::rating {

// An exact share of a period: part / whole.
struct Share {
    std::int64_t part = 0;
    std::int64_t whole = 1;
    Ratio ratio() const { return Ratio::of(part, whole); }
};

// The share of `period` from `from` to `to` (start <= from <= to <= end):
//   second      microseconds of the span / of the period
//   day         whole local days; the civil day of an instant belongs to what begins in it
//   thirty_day  days of a 30-day month between the civil dates / 30 (times the period's months)
//   full, none  1 and 0
// Shares of second, day and thirty_day add up: of [a, b) and [b, c) to that of [a, c), of the whole
// to 1.
Share share_between(catalog::Proration mode, const Period& period, Instant from, Instant to,
                    Zone zone);

// A ratio as a share of the period: as `like` where that is equal; else over the whole that the
// shares of all modes have in common, so that a period has few wholes; reduced where that is too
// large.
Share share_of(const Ratio& ratio, const Share& like, const Period& period, Zone zone);

// Tax of a line: percent and mode.
struct Tax {
    Decimal percent;
    catalog::TaxMode mode = catalog::TaxMode::exclusive;
};

// An exact number of micros: a whole number and a fraction in [0, 1). Prices up to limits.h, times
// shares and tax rates, do not overflow here as one fraction would.
struct Precise {
    int128 whole = 0;
    Ratio fraction;

    static Precise of(const Ratio& value);
    Precise operator+(const Precise& other) const;
    Precise operator-(const Precise& other) const;
    Precise operator-() const;
    Precise operator*(const Ratio& factor) const;
    bool operator==(const Precise&) const = default;
    int128 round_to(std::int64_t step, Rounding rounding) const;
    // "50200/31", "-7"; as "whole+fraction" where one fraction would not fit 128 bits.
    std::string to_text() const;
};

// Net and tax of an exact price in micros, unrounded. Exclusive: (x, x * r). Inclusive: (x / (1 +
// r), x - x / (1 + r)).
struct Exact {
    Precise net;
    Precise tax;
};
Exact taxed(const Precise& price_micros, const Tax& tax);
Exact taxed(const Ratio& price_micros, const Tax& tax);

// Net and tax, rounded. Inclusive: net is rounded and tax is the rounded gross minus net.
struct Components {
    Amount net;
    Amount tax;
    Components operator+(const Components& other) const {
        return {net + other.net, tax + other.tax};
    }
    Components operator-(const Components& other) const {
        return {net - other.net, tax - other.tax};
    }
    Amount total() const { return net + tax; }
    bool operator==(const Components&) const = default;
};

// A stretch with its price, for summing. (subscriptions::Accrual without what rating need not
// know.)
struct Stretch {
    Amount price;  // of the whole period
    Share share;
    Tax tax;
};
// The rounded components of the exact sum of all stretches, which may differ in tax and tax mode.
// Rounded is the sum of nets, the sum of exclusive taxes, and the tax within inclusive prices.
Components components(const std::vector<Stretch>& stretches, std::int64_t step_micros,
                      Rounding rounding, Currency currency);
Precise exact_net(const std::vector<Stretch>& stretches);

// Per-seat fee: max(minimum, fee + per_seat * max(0, quantity - included)); none above
// limits::amount_micros_max.
struct SeatFee {
    Amount fee;
    Amount per_seat;
    Amount minimum;
    std::int64_t included = 0;
};
std::optional<Amount> seat_fee(const SeatFee& prices, std::int64_t quantity);

}  // namespace rb::rating
