#include "api/http/json_scanner.h"

#include <cstring>

#include "base/limits.h"
#include "base/text.h"

namespace rb::http {
namespace {

bool is_digit(char c) { return c >= '0' && c <= '9'; }

const char* skip_digits(const char* at) {
    while (is_digit(*at)) ++at;
    return at;
}

// Four hexadecimal digits; -1 when they are not. Stops at the first that is none.
std::int32_t hex4(const char* at) {
    std::int32_t value = 0;
    for (int i = 0; i < 4; ++i) {
        const char c = at[i];
        const char lower = static_cast<char>(c | 0x20);
        if (is_digit(c))
            value = value * 16 + (c - '0');
        else if (lower >= 'a' && lower <= 'f')
            value = value * 16 + (lower - 'a' + 10);
        else
            return -1;
    }
    return value;
}

void append_utf8(std::string& out, std::int32_t point) {
    auto tail = [&](int shift) { out += static_cast<char>(0x80 | ((point >> shift) & 0x3F)); };
    if (point < 0x80) {
        out += static_cast<char>(point);
    } else if (point < 0x800) {
        out += static_cast<char>(0xC0 | (point >> 6));
        tail(0);
    } else if (point < 0x10000) {
        out += static_cast<char>(0xE0 | (point >> 12));
        tail(6);
        tail(0);
    } else {
        out += static_cast<char>(0xF0 | (point >> 18));
        tail(12);
        tail(6);
        tail(0);
    }
}

constexpr const char* not_a_number = "NaN and Infinity are no numbers in JSON";

const char* no_value(char first) {
    return first == 'N' || first == 'I' ? not_a_number : "expected a JSON value";
}

}  // namespace

std::string_view JsonScanner::kind_name(Kind kind) {
    switch (kind) {
        case Kind::object:
            return "an object";
        case Kind::array:
            return "an array";
        case Kind::string:
            return "a string";
        case Kind::number:
            return "a number";
        case Kind::boolean:
            return "true or false";
        case Kind::null:
            return "null";
        case Kind::nothing:
            break;
    }
    return "no JSON";
}

// A string with an escape, with what is no ASCII, or without an end.
bool JsonScanner::read_hard_string(std::string_view& out, const char* from, const char* to) {
    const char* const begin = from;
    bool has_escape = false;
    std::size_t arena_begin = 0;
    for (;; to = plain_end(to)) {
        if (*to == '"') break;
        if (static_cast<unsigned char>(*to) >= 0x80) {
            ++to;
            continue;
        }
        if (*to != '\\') {
            return fail(to >= end_ ? "a string without its closing quote"
                                   : "a control character in a string must be escaped",
                        to);
        }
        if (!has_escape) {
            if (arena_->empty()) arena_->reserve(static_cast<std::size_t>(end_ - begin) + 1);
            has_escape = true;
            arena_begin = arena_->size();
        }
        arena_->append(from, to);
        from = to + 1;
        if (!read_escape(from)) return false;
        to = from;
    }
    const std::string_view raw(begin, static_cast<std::size_t>(to - begin));
    if (!is_utf8(raw)) return fail("a string that is not UTF-8", begin);
    out = raw;
    if (has_escape) {
        arena_->append(from, to);
        out = std::string_view(*arena_).substr(arena_begin);
    }
    at_ = to + 1;
    return true;
}

// Behind a backslash; appends what is meant and goes behind it.
bool JsonScanner::read_escape(const char*& from) {
    static constexpr std::string_view names = "\"\\/bfnrt";
    static constexpr std::string_view meant = "\"\\/\b\f\n\r\t";
    const char c = *from;
    if (c != 'u') {
        const std::size_t place = c == '\0' ? names.npos : names.find(c);
        if (place == names.npos) return fail("no such escape in a string", from - 1);
        *arena_ += meant[place];
        ++from;
        return true;
    }
    constexpr std::int32_t high_begin = 0xD800, low_begin = 0xDC00, low_end = 0xE000;
    std::int32_t point = hex4(from + 1);
    if (point < 0) return fail("expected four hexadecimal digits after \\u", from - 1);
    const char* behind = from + 5;
    if (point >= high_begin && point < low_end) {
        const std::int32_t low =
            point < low_begin && behind[0] == '\\' && behind[1] == 'u' ? hex4(behind + 2) : -1;
        if (low < low_begin || low >= low_end)
            return fail("half of a surrogate pair in a string", from - 1);
        point = 0x10000 + ((point - high_begin) << 10) + (low - low_begin);
        behind += 6;
    }
    append_utf8(*arena_, point);
    from = behind;
    return true;
}

bool JsonScanner::read_number(std::string_view& token) {
    const char* const begin = at_;
    const char* at = *begin == '-' ? begin + 1 : begin;
    if (*at == 'I') return fail(not_a_number, begin);
    if (!is_digit(*at)) return fail("expected a digit", at);
    if (*at == '0' && is_digit(at[1])) return fail("a number begins with no needless 0", at);
    at = skip_digits(at);
    if (*at == '.') {
        if (!is_digit(at[1])) return fail("expected a digit after '.'", at);
        at = skip_digits(at + 1);
    }
    if (*at == 'e' || *at == 'E') {
        ++at;
        if (*at == '+' || *at == '-') ++at;
        if (!is_digit(*at)) return fail("expected a digit in the exponent", at);
        at = skip_digits(at);
    }
    token = {begin, static_cast<std::size_t>(at - begin)};
    if (token.size() > limits::json_number_chars_max)
        return fail("a number of more than 40 characters", begin);
    at_ = at;
    return true;
}

bool JsonScanner::read_literal(std::string_view& token) {
    for (std::string_view literal : {"true", "false", "null"}) {
        if (std::memcmp(at_, literal.data(), literal.size()) != 0) continue;
        token = {at_, literal.size()};
        at_ += literal.size();
        return true;
    }
    return fail(no_value(*at_));
}

bool JsonScanner::skip_scalar(Kind kind) {
    std::string_view ignored;
    switch (kind) {
        case Kind::string: {
            // What is skipped needs no place in the arena.
            const std::size_t arena_size = arena_->size();
            if (!read_string(ignored)) return false;
            arena_->resize(arena_size);
            return true;
        }
        case Kind::number:
            return read_number(ignored);
        case Kind::boolean:
        case Kind::null:
            return read_literal(ignored);
        default:
            return fail(no_value(*at_));
    }
}

bool JsonScanner::skip_value(std::size_t depth, std::string_view& raw) {
    peek();
    const char* const begin = at_;
    // One bit a level, the innermost lowest: an object, else an array.
    std::uint64_t is_object = 0;
    static_assert(limits::json_depth_max <= 64);
    const std::size_t outer = depth;
    std::string_view name;
    do {
        const Kind kind = peek();
        if (kind == Kind::object || kind == Kind::array) {
            if (depth == limits::json_depth_max) return fail("nested too deeply");
            ++depth;
            is_object = is_object << 1 | (kind == Kind::object ? 1U : 0U);
            ++at_;
            is_first_ = true;
        } else if (!skip_scalar(kind)) {
            return false;
        }
        // Closes what ends here; stands before the next value when something is still open.
        const std::size_t arena_size = arena_->size();
        while (depth > outer) {
            if ((is_object & 1) != 0 ? next_member(name) : next_item()) break;
            if (failed()) return false;
            --depth;
            is_object >>= 1;
        }
        arena_->resize(arena_size);
    } while (depth > outer);
    is_first_ = false;
    raw = {begin, static_cast<std::size_t>(at_ - begin)};
    return true;
}

}  // namespace rb::http
