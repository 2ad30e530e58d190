#include "engine/measure.h"

#include <algorithm>

#include "base/decimal.h"
#include "base/limits.h"
#include "base/text.h"

namespace rb::engine {

namespace {

using catalog::Aggregation;

const Property* find(std::span<const Property> properties, std::string_view name) {
    for (const Property& p : properties)
        if (p.name == name) return &p;
    return nullptr;
}

std::string pointer_of(const catalog::Meter& meter) { return "/data/" + meter.value_property; }

std::unexpected<Refusal> not_whole(const catalog::Meter& meter, const Property& p) {
    constexpr std::size_t shown_bytes_max = 40;
    std::string detail =
        "expected a whole number from 0 to 1000000000000000 for the meter " + meter.key.text();
    if (p.text.size() <= shown_bytes_max) detail += ", got '" + std::string(p.text) + "'";
    return refuse(Fault::field_is_invalid, std::move(detail), pointer_of(meter));
}

// Digits alone are the common case; anything else is read as a decimal and must be whole.
Result<std::int64_t> whole_of(const catalog::Meter& meter, const Property& p) {
    bool is_number = p.kind == Property::Kind::number || p.kind == Property::Kind::text;
    if (!is_number || p.text.empty()) return not_whole(meter, p);
    std::int64_t value = 0;
    bool is_plain = p.text.size() <= 15;
    for (char c : p.text) {
        if (c < '0' || c > '9') {
            is_plain = false;
            break;
        }
        if (is_plain) value = value * 10 + (c - '0');
    }
    if (is_plain) return value;
    auto decimal = Decimal::parse_json_number(p.text);
    if (!decimal || !decimal->is_whole() || decimal->is_negative() ||
        decimal->units() > limits::quantity_max)
        return not_whole(meter, p);
    return static_cast<std::int64_t>(decimal->units());
}

}  // namespace

bool passes_filter(const catalog::Meter& meter, std::span<const Property> properties) {
    for (const auto& [name, wanted] : meter.filter) {
        const Property* p = find(properties, name);
        if (p == nullptr || p->text != wanted) return false;
    }
    return true;
}

Result<Measured> measure(const catalog::Meter& meter, std::span<const Property> properties) {
    if (meter.aggregation == Aggregation::count) return Measured{};
    const Property* p = find(properties, meter.value_property);
    if (p == nullptr || p->kind == Property::Kind::null)
        return refuse(Fault::field_is_missing,
                      "expected the property '" + meter.value_property + "', which the meter " +
                          meter.key.text() + " reads",
                      pointer_of(meter));
    if (meter.aggregation == Aggregation::unique) {
        if (p->kind == Property::Kind::nested || p->text.empty() ||
            p->text.size() > limits::idempotency_key_bytes_max)
            return refuse(
                Fault::field_is_invalid,
                "expected a text or number of 1 to 255 bytes for the meter " + meter.key.text(),
                pointer_of(meter));
        return Measured{0, p->text};
    }
    auto value = whole_of(meter, *p);
    if (!value) return std::unexpected(value.error());
    return Measured{*value, {}};
}

Result<std::string_view> entity_of(const catalog::Meter& meter,
                                   std::span<const Property> properties) {
    if (meter.entity_property.empty()) return std::string_view();
    const Property* p = find(properties, meter.entity_property);
    if (p == nullptr || p->kind == Property::Kind::null) return std::string_view();
    if (p->kind == Property::Kind::nested || p->text.empty() ||
        p->text.size() > limits::entity_bytes_max)
        return refuse(Fault::field_is_invalid,
                      "expected a text or number of 1 to 255 bytes: whose use it is",
                      "/data/" + meter.entity_property);
    return p->text;
}

void put_dimensions(const catalog::Meter& meter, std::span<const Property> properties,
                    std::string& out) {
    out.clear();
    for (const std::string& name : meter.dimensions) {
        const Property* p = find(properties, name);
        if (p == nullptr || p->kind == Property::Kind::null || p->kind == Property::Kind::nested)
            continue;
        if (!out.empty()) out += '\x1f';
        out += name;
        out += '=';
        // The separators cannot stand in a value.
        for (char c : p->text.substr(0, limits::idempotency_key_bytes_max))
            out += c == '\x1f' ? ' ' : c;
    }
}

}  // namespace rb::engine
