#include "base/id.h"

namespace rb {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view base32_digits = "0123456789abcdefghjkmnpqrstvwxyz";
constexpr std::size_t base32_size = 26;

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

// 255: no digit.
constexpr std::array<std::uint8_t, 256> make_base32_values() {
    std::array<std::uint8_t, 256> values{};
    values.fill(255);
    for (std::size_t i = 0; i < base32_digits.size(); ++i)
        values[static_cast<unsigned char>(base32_digits[i])] = static_cast<std::uint8_t>(i);
    return values;
}

constexpr std::array<std::uint8_t, 256> base32_values = make_base32_values();

constexpr bool has_hyphen(std::size_t at) { return at == 8 || at == 13 || at == 18 || at == 23; }

}  // namespace

Parsed<Uuid> Uuid::parse(std::string_view text) {
    const char* expected = "expected a UUID such as 0190b5a2-7c3e-7abc-8def-0123456789ab";
    if (text.size() != 36) return Unparsed(expected);
    Uuid uuid;
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (has_hyphen(i)) {
            if (text[i] != '-') return Unparsed(expected);
            continue;
        }
        int value = hex_value(text[i]);
        if (value < 0) return Unparsed(expected);
        std::uint64_t& half = i < 18 ? uuid.high : uuid.low;
        half = half << 4 | static_cast<std::uint64_t>(value);
    }
    return uuid;
}

Parsed<Uuid> Uuid::parse_base32(std::string_view text) {
    // The first digit carries the three bits that 26 digits have beyond 125.
    if (text.size() != base32_size || text[0] > '7')
        return Unparsed("expected an id of 26 base32 characters");
    std::uint8_t seen = 0;  // what is no digit has bits that digits have not
    std::size_t at = 0;
    auto take = [&](std::uint64_t bits, std::size_t digits) {
#pragma GCC unroll 13
        for (; digits > 0; --digits) {
            const std::uint8_t value = base32_values[static_cast<unsigned char>(text[at++])];
            seen |= value;
            bits = bits << 5 | value;
        }
        return bits;
    };
    // Thirteen digits are the upper 63 bits, the next one is shared by both halves.
    const std::uint64_t upper = take(0, 13);
    const std::uint64_t shared = take(0, 1);
    const std::uint64_t lower = take(shared, 12);
    if (seen >= base32_digits.size())
        return Unparsed("expected an id of 26 base32 characters in lower case");
    return Uuid{upper << 1 | shared >> 4, lower};
}

Uuid Uuid::v7(std::uint64_t unix_ms, std::uint64_t random_a, std::uint64_t random_b) {
    constexpr std::uint64_t version = 7ULL << 12;
    constexpr std::uint64_t variant = 1ULL << 63;
    return {unix_ms << 16 | version | (random_a & 0x0FFF), variant | (random_b >> 2)};
}

std::string Uuid::to_text() const {
    std::string text;
    text.reserve(36);
    for (std::uint64_t half : {high, low}) {
        for (int shift = 60; shift >= 0; shift -= 4) {
            if (has_hyphen(text.size())) text += '-';
            text += hex_digits[(half >> shift) & 15];
        }
    }
    return text;
}

std::string Uuid::to_base32() const {
    std::string text(base32_size, '0');
    Uuid rest = *this;
    for (std::size_t i = base32_size; i-- > 0;) {
        text[i] = base32_digits[rest.low & 31];
        rest.low = rest.low >> 5 | rest.high << 59;
        rest.high >>= 5;
    }
    return text;
}

}  // namespace rb
