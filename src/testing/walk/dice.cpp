#include "testing/walk/dice.h"

#include "base/limits.h"

namespace rb::testing::walk {

std::uint64_t Dice::next() {
    std::uint64_t x = state_ += 0x9E3779B97F4A7C15ULL;
    x = (x ^ (x >> 30)) * 0xBF58476D1CE4E5B9ULL;
    x = (x ^ (x >> 27)) * 0x94D049BB133111EBULL;
    return x ^ (x >> 31);
}

std::int64_t Dice::between(std::int64_t low, std::int64_t high) {
    return low + static_cast<std::int64_t>(next() % static_cast<std::uint64_t>(high - low + 1));
}

std::int64_t any_magnitude(Dice& dice, std::int64_t max) {
    std::int64_t top = 1;
    for (std::size_t digits = dice.below(18); digits > 0 && top <= max / 10; --digits) top *= 10;
    const std::int64_t high = top > max / 9 ? max : top * 9;
    return dice.between(top, high);
}

std::string extreme_integer(Dice& dice) {
    static constexpr std::int64_t edges[] = {
        0,
        1,
        limits::quantity_max,
        limits::amount_micros_max,
        limits::amount_micros_max / 1'000'000,
        2'147'483'647,
        4'294'967'295,
        9'007'199'254'740'991,
        1'000'000,
        limits::requests_per_second_max,
        limits::exchange_rate_max,
        2'678'400,
    };
    if (dice.percent(10)) return dice.percent(50) ? "9223372036854775807" : "9223372036854775808";
    if (dice.percent(5)) return "-9223372036854775808";
    const std::int64_t edge = dice.pick(edges) + dice.between(-1, 1);
    return std::to_string(dice.percent(10) ? -edge : edge);
}

std::string extreme_decimal(Dice& dice) {
    static constexpr std::string_view edges[] = {
        "0",
        "0.01",
        "0.000001",
        "0.0000001",
        "-1",
        "1000000000000",
        "999999999999.999999",
        "1000000000000.000001",
        "9223372036854.775807",
        "9223372036854.775808",
        "9007199254740993",
        "1e3",
        "",
    };
    if (dice.percent(40)) return std::string(dice.pick(edges));
    return std::to_string(any_magnitude(dice, 1'000'000'000'000));
}

std::string_view odd_json(Dice& dice) {
    static constexpr std::string_view odd[] = {
        "null",   "true", "[]",  "{}",          R"("")",       R"(" ")", "1.5",         "-0",
        R"("1")", "1e3",  "NaN", "\"\\u0000\"", R"("\ud800")", "[[]]",   R"({"a":{}})", R"("0.1")"};
    return dice.pick(odd);
}

}  // namespace rb::testing::walk
