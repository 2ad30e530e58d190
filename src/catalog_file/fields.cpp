#include "catalog_file/fields.h"

#include <algorithm>

#include "base/limits.h"
#include "base/text.h"

namespace rb::catalog_file {

namespace {

// Number of insertions, removals and replacements that make one word the other.
std::size_t edit_distance(std::string_view a, std::string_view b) {
    std::vector<std::size_t> row(b.size() + 1);
    for (std::size_t j = 0; j <= b.size(); ++j) row[j] = j;
    for (std::size_t i = 1; i <= a.size(); ++i) {
        std::size_t diagonal = row[0];
        row[0] = i;
        for (std::size_t j = 1; j <= b.size(); ++j) {
            std::size_t above = row[j];
            std::size_t replaced = diagonal + (a[i - 1] == b[j - 1] ? 0 : 1);
            row[j] = std::min({above + 1, row[j - 1] + 1, replaced});
            diagonal = above;
        }
    }
    return row[b.size()];
}

std::string shown(std::string_view text) {
    static constexpr std::size_t shown_max = 60;
    if (text.size() <= shown_max) return "'" + std::string(text) + "'";
    std::size_t end = shown_max;
    while (end > 0 && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80) --end;
    return "'" + std::string(text.substr(0, end)) + "...'";
}

bool expect_scalar(const Place& place, std::string_view what) {
    if (place.node->kind == Node::Kind::scalar) return true;
    place.error("type_is_wrong",
                std::string(what) + " was expected, not " + std::string(place.node->kind_name()));
    return false;
}

std::string_view trimmed(std::string_view text) {
    while (text.ends_with(' ')) text.remove_suffix(1);
    return text;
}

}  // namespace

void read_text(const Place& place, std::string& out) {
    if (expect_scalar(place, "a text")) out = place.node->text;
}

void read_bool(const Place& place, bool& out) {
    if (!expect_scalar(place, "true or false")) return;
    if (!place.node->quoted && place.node->text == "true")
        out = true;
    else if (!place.node->quoted && place.node->text == "false")
        out = false;
    else
        place.error("type_is_wrong", "true or false was expected, not " + shown(place.node->text));
}

void read_integer(const Place& place, std::int64_t& out) {
    if (!expect_scalar(place, "a whole number")) return;
    auto value = parse_int(place.node->text);
    if (value)
        out = *value;
    else
        place.error("type_is_wrong", "a whole number was expected, not " + shown(place.node->text));
}

void read_decimal(const Place& place, Decimal& out) {
    if (!expect_scalar(place, "a number")) return;
    auto value = Decimal::parse(place.node->text);
    if (value)
        out = *value;
    else
        place.error("number_is_invalid", shown(place.node->text) + ": " + value.error());
}

void read_date(const Place& place, CivilDate& out) {
    if (!expect_scalar(place, "a date")) return;
    auto value = CivilDate::parse(place.node->text);
    if (value)
        out = *value;
    else
        place.error("date_is_invalid", shown(place.node->text) + ": " + value.error());
}

void read_duration(const Place& place, Duration& out) {
    if (!expect_scalar(place, "a duration")) return;
    const std::string& text = place.node->text;
    std::int64_t seconds = 0;
    switch (text.empty() ? ' ' : text.back()) {
        case 'd':
            seconds = 86'400;
            break;
        case 'h':
            seconds = 3'600;
            break;
        case 'm':
            seconds = 60;
            break;
        case 's':
            seconds = 1;
            break;
        default:
            break;
    }
    auto count = parse_int(std::string_view(text).substr(0, text.empty() ? 0 : text.size() - 1));
    // A hundred years: far below what overflows.
    if (seconds == 0 || !count || *count < 0 || *count > 36'600 * (86'400 / seconds)) {
        place.error("duration_is_invalid",
                    shown(text) + " is not a duration: 35d, 12h, 30m and 90s are");
        return;
    }
    out = Duration::of_seconds(*count * seconds);
}

void read_percent(const Place& place, Decimal& out) {
    if (!expect_scalar(place, "a percentage")) return;
    std::string_view text = place.node->text;
    if (!text.ends_with('%')) {
        place.error("number_is_invalid",
                    shown(text) + " is not a percentage: write it with its sign, \"20%\"");
        return;
    }
    text.remove_suffix(1);
    auto value = Decimal::parse(trimmed(text));
    if (value)
        out = *value;
    else
        place.error("number_is_invalid", shown(place.node->text) + ": " + value.error());
}

void read_currency(const Place& place, Currency& out) {
    if (!expect_scalar(place, "a currency")) return;
    auto value = Currency::parse(place.node->text);
    if (value)
        out = *value;
    else
        place.error("currency_is_invalid", shown(place.node->text) + ": " + value.error());
}

void read_prices(const Place& place, catalog::Prices& out) {
    if (!expect_map(place)) return;
    each_member(place, [&](const std::string& code, const Place& price) {
        auto currency = Currency::parse(code);
        if (!currency) {
            price.error("currency_is_invalid", shown(code) + ": " + currency.error());
            return;
        }
        if (!expect_scalar(price, "an amount")) return;
        auto amount = Amount::parse(price.node->text, *currency);
        if (amount)
            out[*currency] = *amount;
        else
            price.error("number_is_invalid", shown(price.node->text) + ": " + amount.error());
    });
}

void read_period(const Place& place, BillingPeriod& out) {
    std::int64_t count = 1;
    if (place.node->kind == Node::Kind::map) {
        Fields fields(place);
        fields.integer("every", count);
        fields.enumeration("unit", out.unit);
        fields.require("unit");
        fields.finish();
    } else {
        std::string text;
        read_text(place, text);
        if (place.node->kind != Node::Kind::scalar) return;
        std::string_view unit = text;
        if (std::size_t blank = unit.find(' '); blank != std::string_view::npos) {
            auto number = parse_int(unit.substr(0, blank));
            count = number ? *number : 0;
            unit.remove_prefix(blank + 1);
        }
        if (count != 1 && unit.ends_with('s')) unit.remove_suffix(1);
        auto parsed = parse_enum<PeriodUnit>(unit);
        if (!parsed) {
            place.error("period_is_invalid",
                        shown(text) + " is not a period: month and \"3 months\" are");
            return;
        }
        out.unit = *parsed;
    }
    if (count < 1 || count > 3660)
        place.error("period_is_invalid", "a billing period is one day to ten years");
    else
        out.count = static_cast<std::uint16_t>(count);
}

void read_free_data(const Place& place, std::string& out) {
    if (place.node->kind == Node::Kind::null || !expect_map(place)) return;
    out = to_json(*place.node).to_text();
}

bool expect_map(const Place& place) {
    if (place.node->kind == Node::Kind::map || place.node->kind == Node::Kind::null) return true;
    place.error("type_is_wrong", "a map was expected, not " + std::string(place.node->kind_name()));
    return false;
}

bool expect_list(const Place& place) {
    if (place.node->kind == Node::Kind::list || place.node->kind == Node::Kind::null) return true;
    place.error("type_is_wrong",
                "a list was expected, not " + std::string(place.node->kind_name()));
    return false;
}

void each_member(const Place& place, const std::function<void(const std::string&, Place)>& visit) {
    if (!expect_map(place)) return;
    for (const Node::Member& member : place.node->members)
        visit(member.key, place.at(member.value, member.key));
}

void each_item(const Place& place, const std::function<void(Place)>& visit) {
    if (!expect_list(place)) return;
    for (std::size_t i = 0; i < place.node->items.size(); ++i)
        visit(place.at(place.node->items[i], std::to_string(i)));
}

void Fields::require(std::string_view name) {
    if (is_map_ && place_.node->find(name) == nullptr)
        place_.error("field_is_missing", "'" + std::string(name) + "' is missing");
}

void Fields::finish() {
    if (!is_map_) return;
    for (const Node::Member& member : place_.node->members) {
        if (std::find(known_.begin(), known_.end(), member.key) != known_.end()) continue;
        std::string detail = shown(member.key) + " is not a field here";
        if (member.key.size() <= limits::key_bytes_max) {
            auto nearest = std::min_element(known_.begin(), known_.end(), [&](auto a, auto b) {
                return edit_distance(member.key, a) < edit_distance(member.key, b);
            });
            if (nearest != known_.end())
                detail += "; the nearest one is '" + std::string(*nearest) + "'";
        }
        add_error(*place_.findings, "key_is_unknown", place_.at(member.value, member.key).path,
                  member.line, std::move(detail));
    }
}

}  // namespace rb::catalog_file
