#include "base/currency.h"

#include <algorithm>
#include <string>

namespace rb {

namespace {

// ISO 4217: codes whose minor unit has not two digits.
constexpr std::array<Currency, 17> no_digits = {"BIF", "CLP", "DJF", "GNF", "ISK", "JPY",
                                                "KMF", "KRW", "PYG", "RWF", "UGX", "UYI",
                                                "VND", "VUV", "XAF", "XOF", "XPF"};
constexpr std::array<Currency, 7> three_digits = {"BHD", "IQD", "JOD", "KWD", "LYD", "OMR", "TND"};
constexpr std::array<Currency, 2> four_digits = {"CLF", "UYW"};

}  // namespace

Parsed<Currency> Currency::parse(std::string_view code) {
    auto is_upper = [](char c) { return c >= 'A' && c <= 'Z'; };
    if (code.size() != 3 || !std::ranges::all_of(code, is_upper))
        return Unparsed("expected a currency code of three upper-case letters such as USD");
    Currency currency;
    std::ranges::copy(code, currency.code_.begin());
    return currency;
}

int iso_exponent(Currency currency) {
    if (std::ranges::binary_search(no_digits, currency)) return 0;
    if (std::ranges::binary_search(three_digits, currency)) return 3;
    if (std::ranges::binary_search(four_digits, currency)) return 4;
    return 2;
}

}  // namespace rb
