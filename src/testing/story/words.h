#pragma once
// Inside the room: the words of one statement, taken one by one. The first thing that is wrong is
// kept as the error and everything after it gives defaults; `finish` refuses words that nobody has
// taken.
#include <algorithm>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/amount.h"
#include "base/enums.h"
#include "base/instant.h"
#include "base/zone.h"

namespace rb::testing::story {

// "2026-04-01", "2026-04-01T10:30", "2026-04-01T10:30:15.5": civil, in the zone; "...Z": an
// instant.
Parsed<Instant> parse_moment(std::string_view text, Zone zone);
// As parse_moment reads it back: the time of day only where it is not midnight.
std::string moment_text(Instant at, Zone zone);

class Words {
public:
    explicit Words(std::vector<std::string> words) : words_(std::move(words)) {}

    bool is_empty() const { return words_.empty(); }
    std::string take(std::string_view what) {
        if (words_.empty()) {
            fail("expected " + std::string(what));
            return {};
        }
        std::string word = std::move(words_.front());
        words_.erase(words_.begin());
        return word;
    }
    // Anywhere in what is left: "quantity 3".
    std::optional<std::string> option(std::string_view name) {
        auto at = std::ranges::find(words_, name);
        if (at == words_.end()) return std::nullopt;
        if (at + 1 == words_.end()) {
            fail("expected a value behind " + std::string(name));
            return std::nullopt;
        }
        std::string value = std::move(*(at + 1));
        words_.erase(at, at + 2);
        return value;
    }
    bool flag(std::string_view name) {
        auto at = std::ranges::find(words_, name);
        if (at == words_.end()) return false;
        words_.erase(at);
        return true;
    }
    void finish() {
        if (!words_.empty()) fail("unknown word '" + words_.front() + "'");
    }

    // The value, or a default and the error.
    template <class T>
    T value(Parsed<T> parsed, std::string_view text) {
        if (parsed) return std::move(*parsed);
        fail("'" + std::string(text) + "': " + parsed.error());
        return {};
    }
    Amount amount(std::string_view text, Currency currency) {
        return value(Amount::parse(text, currency), text);
    }
    std::int64_t number(std::string_view text);
    template <class E>
    E choice(std::string_view text) {
        return value(parse_enum<E>(text), text);
    }

    void fail(std::string what) {
        if (error_.empty()) error_ = std::move(what);
    }
    const std::string& error() const { return error_; }

private:
    std::vector<std::string> words_;
    std::string error_;
};

}  // namespace rb::testing::story
