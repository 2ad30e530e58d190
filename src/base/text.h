#pragma once
// Small pure functions on text and bytes. Nothing here allocates more than its result.
#include <array>
#include <cstdint>
#include <string>
#include <string_view>

#include "base/result.h"

namespace rb {

std::string to_hex(std::string_view bytes);
Parsed<std::string> parse_hex(std::string_view text);
std::string to_base64(std::string_view bytes);
Parsed<std::string> parse_base64(std::string_view text);     // standard alphabet, padded or not
Parsed<std::string> parse_base64url(std::string_view text);  // URL alphabet, unpadded

// 2^63 bounds, no sign "+", no blanks.
Parsed<std::int64_t> parse_int(std::string_view text);
bool is_utf8(std::string_view text);
std::string to_lower(std::string_view ascii);

struct Sha256 {
    std::array<std::uint8_t, 32> bytes{};
    static Sha256 of(std::string_view data);
    std::string_view view() const {
        return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
    }
    std::string to_hex() const { return rb::to_hex(view()); }
    auto operator<=>(const Sha256&) const = default;
};

// CRC-32C (Castagnoli), for frames of the journal.
std::uint32_t crc32c(std::string_view data);

}  // namespace rb
