#pragma once
// Reading a tree field by field. Every mistake becomes a finding with its path and line, and
// reading goes on with a default, so that one pass tells all.
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "base/civil.h"
#include "base/decimal.h"
#include "base/enums.h"
#include "catalog_file/node.h"

namespace rb::catalog_file {

// A place in the tree. Copies are cheap next to what is read there.
struct Place {
    const Node* node = nullptr;
    std::string path;
    Findings* findings = nullptr;

    void error(std::string code, std::string detail) const {
        add_error(*findings, std::move(code), path, node->line, std::move(detail));
    }
    Place at(const Node& child, std::string_view name) const {
        return {&child, path.empty() ? std::string(name) : path + "/" + std::string(name),
                findings};
    }
};

// Values. A wrong one is told, and the default stays.
void read_text(const Place& place, std::string& out);
void read_bool(const Place& place, bool& out);
void read_integer(const Place& place, std::int64_t& out);
void read_decimal(const Place& place, Decimal& out);
void read_date(const Place& place, CivilDate& out);
void read_duration(const Place& place, Duration& out);  // "35d", "12h", "30m", "90s"
void read_percent(const Place& place, Decimal& out);    // "20%"
void read_currency(const Place& place, Currency& out);
void read_prices(const Place& place, catalog::Prices& out);  // {USD: "9.99"}
void read_period(const Place& place,
                 BillingPeriod& out);  // month, "3 months", {every: 3, unit: month}
void read_free_data(const Place& place, std::string& out);  // any map, kept as JSON

template <NamedEnum E>
void read_enum(const Place& place, E& out) {
    std::string text;
    read_text(place, text);
    if (place.node->kind != Node::Kind::scalar) return;
    auto value = parse_enum<E>(text);
    if (value)
        out = *value;
    else
        place.error("value_is_unknown", "'" + text + "' is not known: " + value.error());
}

// True when it is a map, or nothing at all (an empty one); else a finding.
bool expect_map(const Place& place);
bool expect_list(const Place& place);
// Calls back for each member of a map, each item of a list.
void each_member(const Place& place, const std::function<void(const std::string&, Place)>& visit);
void each_item(const Place& place, const std::function<void(Place)>& visit);

// The members of one map by name. Names that were never asked for are findings when it is finished,
// each with the nearest name that was asked for.
class Fields {
public:
    explicit Fields(Place place) : place_(std::move(place)) { is_map_ = expect_map(place_); }

    const Place& place() const { return place_; }
    // Calls `read` with the member's place when the member is there.
    template <class Read>
    bool field(std::string_view name, Read read) {
        known_.push_back(name);
        const Node* node = is_map_ ? place_.node->find(name) : nullptr;
        if (node == nullptr) return false;
        read(place_.at(*node, name));
        return true;
    }
    void text(std::string_view name, std::string& out) {
        field(name, [&](const Place& p) { read_text(p, out); });
    }
    void boolean(std::string_view name, bool& out) {
        field(name, [&](const Place& p) { read_bool(p, out); });
    }
    void integer(std::string_view name, std::int64_t& out) {
        field(name, [&](const Place& p) { read_integer(p, out); });
    }
    void prices(std::string_view name, catalog::Prices& out) {
        field(name, [&](const Place& p) { read_prices(p, out); });
    }
    template <NamedEnum E>
    void enumeration(std::string_view name, E& out) {
        field(name, [&](const Place& p) { read_enum(p, out); });
    }
    // After a field was read: it must have been there.
    void require(std::string_view name);
    void finish();

private:
    Place place_;
    bool is_map_ = false;
    std::vector<std::string_view> known_;
};

}  // namespace rb::catalog_file
