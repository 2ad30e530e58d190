#pragma once
// Reads JSON from left to right in one pass and builds nothing: for bodies of which there are very
// many. Strict (RFC 8259): what it accepts, Json::parse accepts too, duplicate names apart, which
// the caller knows. Numbers stay as they were written. Depth and digits are bounded
// (base/limits.h).
//
// The text needs padding: `pad` gives it. Views that come out point into the text, or, where a
// string had escapes, into the arena; they are valid as long as both. The arena never moves: it is
// as large as the text before the first of them.
//
// After the first error every call gives "nothing", and `error` says what and where. Not safe from
// several threads.
#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#if defined(__SSE2__)
#include <emmintrin.h>

#include <bit>
#endif

namespace rb::http {

class JsonScanner {
public:
    enum class Kind : std::uint8_t { nothing, object, array, string, number, boolean, null };
    static std::string_view kind_name(Kind kind);  // "an object", "a string", ...

    struct Error {
        const char* what = nullptr;  // a sentence's end: "expected ':'"; nullptr: none
        const char* at = nullptr;
    };

    // Appends what the scanner reads beyond the end; the text is body.substr(0, size before).
    static void pad(std::string& body) { body.append(padding_bytes, '\0'); }

    // [begin, end) within a padded text; *end is 0. `arena` has room for end - begin more bytes, or
    // is empty and gets it at need.
    JsonScanner(const char* begin, const char* end, std::string& arena)
        : at_(begin), end_(end), arena_(&arena) {}

    // Skips blanks and tells what begins here.
    Kind peek() {
        skip_blanks();
        return kind_of(*at_);
    }
    const char* position() const { return at_; }
    bool at_end() {
        skip_blanks();
        return at_ == end_;
    }
    bool failed() const { return error_.what != nullptr; }
    const Error& error() const { return error_; }
    bool fail(const char* what) { return fail(what, at_); }
    bool fail(const char* what, const char* at) {
        if (!error_.what) error_ = {what, at};
        return false;
    }

    // At '{': enters it. Then `next_member` gives one name after the other and stands before its
    // value, which the caller reads or skips; false at the end, or when something is wrong.
    bool begin_object() { return begin('{', "expected '{'"); }
    bool next_member(std::string_view& name) {
        if (!next('}', "expected ',' or '}'")) return false;
        if (*at_ != '"') return fail("expected a name in quotes");
        if (!read_string(name)) return false;
        skip_blanks();
        if (*at_ != ':') return fail("expected ':'");
        ++at_;
        return true;
    }
    // At '[': the same for items.
    bool begin_array() { return begin('[', "expected '['"); }
    bool next_item() { return next(']', "expected ',' or ']'"); }

    // Forgets an error and stands behind an item at `at`.
    void resume_behind_item(const char* at) {
        at_ = at;
        error_ = {};
        is_first_ = false;
    }

    // Each reads the value that `peek` has told.
    bool read_string(std::string_view& out) {
        const char* from = at_ + 1;
        const char* to = plain_end(from);
        if (*to != '"') return read_hard_string(out, from, to);
        out = {from, static_cast<std::size_t>(to - from)};
        at_ = to + 1;
        return true;
    }
    bool read_number(std::string_view& token);
    bool read_literal(std::string_view& token);  // true, false, null
    // Any value, checked as strictly; `depth` is what it stands in already.
    bool skip_value(std::size_t depth, std::string_view& raw);

    // The first byte that is a quote, a backslash, a control character or no ASCII.
    static const char* plain_end(const char* from) {
#if defined(__SSE2__)
        for (;; from += 16) {
            const __m128i bytes = _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
            // Signed: what is no ASCII is below the blank too.
            const __m128i low = _mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20));
            const __m128i quote = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('"'));
            const __m128i slash = _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'));
            const int mask = _mm_movemask_epi8(_mm_or_si128(low, _mm_or_si128(quote, slash)));
            if (mask != 0) return from + std::countr_zero(static_cast<unsigned>(mask));
        }
#else
        while (static_cast<signed char>(*from) >= 0x20 && *from != '"' && *from != '\\') ++from;
        return from;
#endif
    }

private:
    static constexpr std::size_t padding_bytes = 16;

    static Kind kind_of(char c) {
        switch (c) {
            case '{':
                return Kind::object;
            case '[':
                return Kind::array;
            case '"':
                return Kind::string;
            case 't':
            case 'f':
                return Kind::boolean;
            case 'n':
                return Kind::null;
            default:
                return c == '-' || (c >= '0' && c <= '9') ? Kind::number : Kind::nothing;
        }
    }
    void skip_blanks() {
        while (*at_ == ' ' || *at_ == '\n' || *at_ == '\r' || *at_ == '\t') ++at_;
    }
    bool begin(char open, const char* what) {
        skip_blanks();
        if (*at_ != open) return fail(what);
        ++at_;
        is_first_ = true;
        return true;
    }
    // Before a member or an item: true when there is one.
    bool next(char close, const char* what) {
        if (failed()) return false;
        skip_blanks();
        if (is_first_) {
            is_first_ = false;
            if (*at_ != close) return true;
        } else if (*at_ == ',') {
            ++at_;
            skip_blanks();
            if (*at_ != close) return true;
            return fail("expected a value after ','");
        } else if (*at_ != close) {
            return fail(what);
        }
        ++at_;
        return false;
    }
    bool read_hard_string(std::string_view& out, const char* from, const char* to);
    bool read_escape(const char*& from);
    bool skip_scalar(Kind kind);

    const char* at_;
    const char* end_;
    std::string* arena_;
    Error error_;
    bool is_first_ = false;
};

}  // namespace rb::http
