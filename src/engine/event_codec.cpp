// The one translation unit that knows how every event is written, read and printed.
#include "base/codec.h"
#include "engine/event.h"
#include "engine/usage_block.h"

namespace rb::engine {

namespace {

template <class T>
concept HasAccountId = requires(const T& t) {
    { t.account } -> std::same_as<const AccountId&>;
};

template <std::size_t Index = 0>
std::optional<Event> decode_kind(std::uint16_t kind, std::string_view bytes) {
    if constexpr (Index < std::variant_size_v<Event>) {
        using T = std::variant_alternative_t<Index, Event>;
        if (EventKind<T>::number != kind) return decode_kind<Index + 1>(kind, bytes);
        T event;
        if (!decode(bytes, event)) return std::nullopt;
        return Event(std::move(event));
    } else {
        return std::nullopt;
    }
}

}  // namespace

std::uint16_t kind_number(const Event& event) {
    return std::visit([](const auto& e) { return EventKind<std::decay_t<decltype(e)>>::number; },
                      event);
}

std::string_view kind_name(const Event& event) {
    return std::visit([](const auto& e) { return EventKind<std::decay_t<decltype(e)>>::name; },
                      event);
}

void encode_event(std::string& out, const Event& event) {
    std::visit([&](const auto& e) { encode(out, e); }, event);
}

std::optional<Event> decode_event(std::uint16_t kind, std::string_view bytes) {
    return decode_kind(kind, bytes);
}

std::uint64_t width(std::uint32_t kind, std::string_view bytes) {
    if (kind != EventKind<metering::UsageCounted>::number) return 1;
    metering::UsageCounted counted;
    if (!decode(bytes, counted)) return 1;
    auto rows = UsageBlockReader::open(counted.block);
    return rows ? rows->rows() : 1;
}

namespace {

// The rows as a person reads them; what stands in the journal is their compact form.
std::string usage_json(const metering::UsageCounted& counted) {
    std::string out;
    JsonWriter w(out);
    w.begin_object();
    auto rows = UsageBlockReader::open(counted.block);
    if (!rows) {
        w.key("broken").string(rows.error());
        w.end_object();
        return out;
    }
    w.key("uses").begin_array();
    UsageRow row;
    while (rows->next(row)) {
        w.begin_object();
        w.key("account").string(row.account.to_text());
        w.key("meter").string(row.meter);
        w.key("quantity").integer(row.quantity);
        w.key("at").string(row.at.to_text());
        if (row.occurred_at != row.at) w.key("occurred_at").string(row.occurred_at.to_text());
        if (!row.event.is_nil()) w.key("event").string(row.event.to_text());
        if (!row.entity.is_nil()) w.key("entity").string(row.entity.to_text());
        if (!row.dimensions.empty()) w.key("dimensions").string(row.dimensions);
        w.end_object();
    }
    w.end_array();
    w.end_object();
    return out;
}

}  // namespace

std::string event_json(const Event& event) {
    if (const auto* counted = std::get_if<metering::UsageCounted>(&event))
        return usage_json(*counted);
    return std::visit([](const auto& e) { return encode_json(e); }, event);
}

Event for_feed(Event event) {
    std::visit(
        [](auto& e) {
            if constexpr (requires { e.subscription.wholesale; }) e.subscription.wholesale.clear();
        },
        event);
    return event;
}

AccountId subject_account(const Event& event) {
    return std::visit(
        [](const auto& e) -> AccountId {
            using T = std::decay_t<decltype(e)>;
            if constexpr (std::is_same_v<T, accounts::AccountOpened>)
                return e.account.id;
            else if constexpr (std::is_same_v<T, ledger::EntryPosted>)
                return e.entry.account;
            else if constexpr (std::is_same_v<T, catalog::PlanPublished> ||
                               std::is_same_v<T, catalog::PlanHeadChanged>)
                return e.head.owner;
            else if constexpr (HasAccountId<T>)
                return e.account;
            else
                return {};
        },
        event);
}

const ledger::Entry* entry_of(const Event& event) {
    return std::visit(
        [](const auto& e) -> const ledger::Entry* {
            if constexpr (requires { e.entry.postings; })
                return &e.entry;
            else
                return nullptr;
        },
        event);
}

}  // namespace rb::engine
