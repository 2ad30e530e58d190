// The one translation unit that knows how every event is written, read and printed.
#include "base/codec.h"
#include "engine/event.h"

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

std::string event_json(const Event& event) {
    return std::visit([](const auto& e) { return encode_json(e); }, event);
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
