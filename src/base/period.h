#pragma once
// Half-open spans of time, and the sequence of billing periods of an anchor.
//
// An anchor is (unit, count, origin). Period k runs from the origin plus k*count units to the
// origin plus (k+1)*count units, each computed from the ORIGINAL origin, so that 31 Jan, 28 Feb, 31
// Mar never drifts. An anniversary anchor keeps the local time of day of its origin; a calendar
// anchor begins at local midnight of a Monday, a first of month or a 1 January.
#include <compare>
#include <cstdint>

#include "base/instant.h"
#include "base/zone.h"

namespace rb {

struct Period {
    Instant start;
    Instant end;  // exclusive

    constexpr bool contains(Instant t) const { return start <= t && t < end; }
    constexpr Duration length() const { return end - start; }
    constexpr auto operator<=>(const Period&) const = default;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "start", s.start);
        v(2, "end", s.end);
    }
};

enum class PeriodUnit : std::uint8_t { day = 0, week = 1, month = 2, year = 3 };

struct BillingPeriod {
    PeriodUnit unit = PeriodUnit::month;
    std::uint16_t count = 1;
    auto operator<=>(const BillingPeriod&) const = default;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "unit", s.unit);
        v(2, "count", s.count);
    }
};

enum class AnchorKind : std::uint8_t { anniversary = 0, calendar = 1 };

struct Anchor {
    AnchorKind kind = AnchorKind::anniversary;
    BillingPeriod every;
    CivilTime origin;  // in the account's zone

    // The anchor that a subscription started at `t` has.
    static Anchor at(AnchorKind kind, BillingPeriod every, Instant t, Zone zone);

    Period period(std::int64_t index, Zone zone) const;
    // The period that contains t; t may lie before the origin (index is then negative).
    Period containing(Instant t, Zone zone) const;
    Period next(const Period& current, Zone zone) const { return containing(current.end, zone); }

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "kind", s.kind);
        v(2, "every", s.every);
        v(3, "origin_date", s.origin.date);
        v(4, "origin_us_of_day", s.origin.us_of_day);
    }
};

// Whole local days from the civil date of `from` to the civil date of `to`.
std::int64_t civil_days_between(Instant from, Instant to, Zone zone);

}  // namespace rb
