// The corners of what limits.h admits, multiplied: price x share x tax x rounding x stretches. An
// overflow would stop the process, so that a table was gone through is the proof; what is rounded
// is also held to what it may be at most.
#include <gtest/gtest.h>

#include "base/limits.h"
#include "domain/rating/proration.h"

namespace rb::rating {
namespace {

constexpr std::int64_t most = limits::amount_micros_max;
constexpr std::int64_t year_us = 366LL * 86'400 * 1'000'000;

// Shares that do not reduce, of periods of a day, a month and three years, by the microsecond, by
// the hour that a clock gave or took, and by the day.
std::vector<Share> shares() {
    std::vector<Share> out{{0, 1}, {1, 1}, {29, 30}, {364, 365}};
    for (std::int64_t whole :
         {year_us / 366, 31 * (year_us / 366) - 3'600'000'000, year_us, 3 * year_us - 1})
        for (std::int64_t part : {std::int64_t{1}, whole / 2 + 1, whole - 1})
            out.push_back({part, whole});
    return out;
}

std::vector<Tax> taxes() {
    std::vector<Tax> out;
    for (const char* percent : {"0", "0.0001", "19", "99.9999", "100"})
        for (auto mode : {catalog::TaxMode::exclusive, catalog::TaxMode::inclusive})
            out.push_back({*Decimal::parse(percent), mode});
    return out;
}

// Net and tax are within what the prices come to, and a step for each rounded component.
void expect_within(const std::vector<Stretch>& stretches, std::int64_t step, Rounding rounding) {
    Components sum = components(stretches, step, rounding, "USD");
    int128 priced = 0;
    for (const Stretch& s : stretches) priced += s.price.micros();
    EXPECT_GE(sum.net.micros(), 0);
    EXPECT_LE(int128{sum.net.micros()} + sum.tax.micros(), 2 * priced + 3 * step);
    EXPECT_FALSE(exact_net(stretches).to_text().empty());
}

TEST(RatingLimits, one_stretch_of_any_price_share_tax_and_step) {
    for (std::int64_t price : {std::int64_t{1}, std::int64_t{999'999}, most - 1, most})
        for (const Share& share : shares())
            for (const Tax& tax : taxes())
                for (std::int64_t step : {1LL, 10'000LL, 1'000'000LL})
                    for (Rounding rounding : {Rounding::half_up, Rounding::half_even})
                        expect_within({{Amount::of_micros(price, "USD"), share, tax}}, step,
                                      rounding);
}

TEST(RatingLimits, a_period_of_as_many_stretches_as_there_may_be) {
    const auto all = taxes();
    for (std::int64_t whole : {year_us / 366, year_us, 3 * year_us - 1}) {
        std::vector<Stretch> stretches;
        for (std::size_t i = 0; i < limits::period_stretches_max; ++i)
            stretches.push_back({Amount::of_micros(most - static_cast<std::int64_t>(i), "USD"),
                                 {whole / 366 - 1, whole},
                                 all[i % all.size()]});
        Components sum = components(stretches, 1, Rounding::half_up, "USD");
        EXPECT_LE(sum.net.micros(), most);
        EXPECT_LE(sum.tax.micros(), most);
        EXPECT_FALSE(exact_net(stretches).to_text().empty());
    }
}

TEST(RatingLimits, what_stays_unpaid_adds_up_to_what_an_account_can_pay) {
    // As many whole periods as there may be, which come to the largest amount together.
    auto count = static_cast<std::int64_t>(limits::unpaid_stretches_max);
    for (const Tax& tax : taxes()) {
        const Stretch one{Amount::of_micros(most / count, "USD"), {1, 1}, tax};
        std::vector<Stretch> stretches(limits::unpaid_stretches_max, one);
        expect_within(stretches, 10'000, Rounding::half_up);
    }
}

TEST(RatingLimits, seats_of_any_number_and_price) {
    for (std::int64_t fee : {std::int64_t{0}, most})
        for (std::int64_t each : {std::int64_t{0}, std::int64_t{1}, most})
            for (std::int64_t seats : {std::int64_t{1}, limits::quantity_max})
                for (std::int64_t included : {std::int64_t{0}, limits::quantity_max}) {
                    auto amount = [](std::int64_t m) { return Amount::of_micros(m, "USD"); };
                    auto sum = seat_fee({amount(fee), amount(each), amount(0), included}, seats);
                    if (sum) {
                        EXPECT_LE(sum->micros(), most);
                    }
                }
}

}  // namespace
}  // namespace rb::rating
