#include "base/text.h"

#include <charconv>
#include <cstring>

namespace rb {

namespace {

constexpr std::string_view hex_digits = "0123456789abcdef";
constexpr std::string_view standard_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";
constexpr std::string_view url_alphabet =
    "ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789-_";

constexpr std::array<std::int8_t, 256> make_values(std::string_view alphabet) {
    std::array<std::int8_t, 256> values{};
    values.fill(-1);
    for (std::size_t i = 0; i < alphabet.size(); ++i)
        values[static_cast<unsigned char>(alphabet[i])] = static_cast<std::int8_t>(i);
    return values;
}

constexpr auto standard_values = make_values(standard_alphabet);
constexpr auto url_values = make_values(url_alphabet);

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

Parsed<std::string> decode_base64(std::string_view digits,
                                  const std::array<std::int8_t, 256>& values) {
    if (digits.size() % 4 == 1) return Unparsed("expected base64 text of a whole number of bytes");
    std::string bytes;
    bytes.reserve(digits.size() * 3 / 4);
    std::uint32_t window = 0;
    int bits = 0;
    for (char c : digits) {
        std::int8_t value = values[static_cast<unsigned char>(c)];
        if (value < 0) return Unparsed("expected base64 text");
        window = window << 6 | static_cast<std::uint32_t>(value);
        bits += 6;
        if (bits >= 8) {
            bits -= 8;
            bytes += static_cast<char>(window >> bits);
        }
    }
    // Bits beyond the last byte must be zero, so that one value has one text.
    if ((window & ((1U << bits) - 1)) != 0) return Unparsed("expected base64 text without rest");
    return bytes;
}

constexpr std::array<std::uint32_t, 256> make_crc_table() {
    std::array<std::uint32_t, 256> table{};
    for (std::uint32_t i = 0; i < 256; ++i) {
        std::uint32_t crc = i;
        for (int bit = 0; bit < 8; ++bit) crc = crc >> 1 ^ ((crc & 1) != 0 ? 0x82F63B78U : 0U);
        table[i] = crc;
    }
    return table;
}

constexpr auto crc_table = make_crc_table();

std::uint32_t crc_by_table(std::uint32_t crc, std::string_view data) {
    for (char c : data) crc = crc >> 8 ^ crc_table[(crc ^ static_cast<unsigned char>(c)) & 0xFF];
    return crc;
}

#if defined(__x86_64__)
__attribute__((target("sse4.2"))) std::uint32_t crc_by_instruction(std::uint32_t crc,
                                                                   std::string_view data) {
    std::uint64_t wide = crc;
    while (data.size() >= 8) {
        std::uint64_t word = 0;
        std::memcpy(&word, data.data(), 8);
        wide = __builtin_ia32_crc32di(wide, word);
        data.remove_prefix(8);
    }
    crc = static_cast<std::uint32_t>(wide);
    for (char c : data) crc = __builtin_ia32_crc32qi(crc, static_cast<unsigned char>(c));
    return crc;
}

bool has_crc_instruction() {
    static const bool has = __builtin_cpu_supports("sse4.2") != 0;
    return has;
}
#endif

// The length of the UTF-8 sequence at the front of `text`, 0 when it is none.
std::size_t utf8_sequence(std::string_view text) {
    auto byte = [&](std::size_t i) -> unsigned {
        return i < text.size() ? static_cast<unsigned char>(text[i]) : 0U;
    };
    auto follows = [&](std::size_t i) { return (byte(i) & 0xC0) == 0x80; };
    unsigned first = byte(0);
    if (first < 0x80) return 1;
    if (first < 0xC2) return 0;
    if (first < 0xE0) return follows(1) ? 2 : 0;
    if (first < 0xF0) {
        bool overlong = first == 0xE0 && byte(1) < 0xA0;
        bool surrogate = first == 0xED && byte(1) >= 0xA0;
        return follows(1) && follows(2) && !overlong && !surrogate ? 3 : 0;
    }
    if (first > 0xF4) return 0;
    bool overlong = first == 0xF0 && byte(1) < 0x90;
    bool beyond = first == 0xF4 && byte(1) >= 0x90;
    return follows(1) && follows(2) && follows(3) && !overlong && !beyond ? 4 : 0;
}

}  // namespace

std::string to_hex(std::string_view bytes) {
    std::string text;
    text.reserve(bytes.size() * 2);
    for (char c : bytes) {
        auto byte = static_cast<unsigned char>(c);
        text += hex_digits[byte >> 4];
        text += hex_digits[byte & 15];
    }
    return text;
}

Parsed<std::string> parse_hex(std::string_view text) {
    if (text.size() % 2 != 0) return Unparsed("expected an even number of hexadecimal digits");
    std::string bytes;
    bytes.reserve(text.size() / 2);
    for (std::size_t i = 0; i < text.size(); i += 2) {
        int high = hex_value(text[i]), low = hex_value(text[i + 1]);
        if (high < 0 || low < 0) return Unparsed("expected hexadecimal digits");
        bytes += static_cast<char>(high * 16 + low);
    }
    return bytes;
}

std::string to_base64(std::string_view bytes) {
    std::string text;
    text.reserve((bytes.size() + 2) / 3 * 4);
    std::uint32_t window = 0;
    int bits = 0;
    for (char c : bytes) {
        window = window << 8 | static_cast<unsigned char>(c);
        for (bits += 8; bits >= 6;) {
            bits -= 6;
            text += standard_alphabet[(window >> bits) & 63];
        }
    }
    if (bits > 0) text += standard_alphabet[(window << (6 - bits)) & 63];
    while (text.size() % 4 != 0) text += '=';
    return text;
}

Parsed<std::string> parse_base64(std::string_view text) {
    if (text.ends_with('=')) {
        if (text.size() % 4 != 0) return Unparsed("expected base64 text with full padding");
        text.remove_suffix(text.ends_with("==") ? 2 : 1);
    }
    return decode_base64(text, standard_values);
}

Parsed<std::string> parse_base64url(std::string_view text) {
    return decode_base64(text, url_values);
}

Parsed<std::int64_t> parse_int(std::string_view text) {
    std::int64_t value = 0;
    auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error == std::errc::result_out_of_range)
        return Unparsed("expected a whole number of at most 63 bits");
    if (error != std::errc{} || end != text.data() + text.size())
        return Unparsed("expected a whole number");
    return value;
}

bool is_utf8(std::string_view text) {
    while (!text.empty()) {
        while (text.size() >= 8) {
            std::uint64_t word = 0;
            std::memcpy(&word, text.data(), 8);
            if ((word & 0x8080808080808080ULL) != 0) break;
            text.remove_prefix(8);
        }
        if (text.empty()) break;
        std::size_t length = utf8_sequence(text);
        if (length == 0) return false;
        text.remove_prefix(length);
    }
    return true;
}

std::string to_lower(std::string_view ascii) {
    std::string lower(ascii);
    for (char& c : lower)
        if (c >= 'A' && c <= 'Z') c = static_cast<char>(c - 'A' + 'a');
    return lower;
}

std::uint32_t crc32c(std::string_view data) {
#if defined(__x86_64__)
    if (has_crc_instruction()) return ~crc_by_instruction(~0U, data);
#endif
    return ~crc_by_table(~0U, data);
}

}  // namespace rb
