#pragma once
// A currency is its ISO 4217 code (RUR, the old code of RUB, is accepted because published clients
// use it). Its exponent is catalog data; `iso_exponent` is the default that a catalog starts from.
#include <array>
#include <compare>
#include <cstdint>
#include <string_view>

#include "base/result.h"

namespace rb {

class Currency {
public:
    constexpr Currency() = default;  // no currency: empty code
    // Three upper-case letters; anything else does not compile in constant expressions.
    consteval Currency(const char (&code)[4]) : code_{code[0], code[1], code[2]} {
        for (char c : code_)
            if (c < 'A' || c > 'Z') throw "a currency code is three upper-case letters";
    }

    static Parsed<Currency> parse(std::string_view code);

    constexpr std::string_view code() const {
        return {code_.data(), code_[0] == 0 ? std::size_t{0} : code_.size()};
    }
    constexpr bool empty() const { return code_[0] == 0; }
    constexpr auto operator<=>(const Currency&) const = default;

private:
    std::array<char, 3> code_{};
};

// Digits after the decimal point in ISO 4217: JPY 0, USD 2, KWD 3; 2 where the code is not listed.
int iso_exponent(Currency currency);

}  // namespace rb
