#pragma once
// Seeded randomness of a walk, and the numbers that are worth trying.
#include <cstdint>
#include <span>
#include <string>
#include <string_view>

namespace rb::testing::walk {

// splitmix64: the same seed, the same walk.
class Dice {
public:
    explicit Dice(std::uint64_t seed) : state_(seed) {}
    std::uint64_t next();
    // 0 to n-1; n is above 0.
    std::size_t below(std::size_t n) { return static_cast<std::size_t>(next() % n); }
    std::int64_t between(std::int64_t low, std::int64_t high);
    bool percent(std::size_t chance) { return below(100) < chance; }
    template <class List>
    const auto& pick(const List& list) {
        return list[below(std::size(list))];
    }

private:
    std::uint64_t state_;
};

// A whole number from 1 up with any number of digits: each order of magnitude is as likely.
std::int64_t any_magnitude(Dice& dice, std::int64_t max);
// As text: 0, 1, limits, limits + 1, 2^31, 2^53, 10^15, 2^63, and beside them.
std::string extreme_integer(Dice& dice);
// Of major units, with up to six digits after the point or one too many.
std::string extreme_decimal(Dice& dice);
// What is no number at all, or nearly one; JSON values.
std::string_view odd_json(Dice& dice);

}  // namespace rb::testing::walk
