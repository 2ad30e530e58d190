#pragma once
// Inside the engine: what facts (partition_facts.cpp) and uses (partition_uses.cpp) of one call
// share while they are decided under their partition's lock.
#include <optional>
#include <string_view>
#include <vector>

#include "engine/partition.h"

namespace rb::engine {

struct Partition::UsageTurn {
    const accounts::Caller* caller;
    const Moment& moment;
    CatalogPtr catalog;
    std::uint64_t catalog_seq = 0;
    std::uint64_t step = 0;  // keeps the ids of one turn apart
    const std::optional<IdLookup>* in_runs;
    std::size_t item = 0;   // of those that the call brought
    std::size_t items = 0;  // how many these are
    // Of the event before: most of a call are of one type.
    std::string_view type{};
    const std::vector<const catalog::Meter*>* meters_of_type = nullptr;
};

inline const std::optional<IdLookup> no_lookup;

inline std::unexpected<Refusal> unknown_account(std::string_view field) {
    return refuse(Fault::account_is_unknown, "there is no such account", std::string(field));
}

inline AccountId account_of(const UsageEvent& event) { return event.account; }
inline AccountId account_of(const Consumption& c) { return c.question.account; }

// The hashes in the present form, then those in the form before, where they are asked for.
template <class Item>
std::optional<IdLookup> Partition::look_up_ids(const accounts::Caller& caller,
                                               std::span<const Item> items) const {
    if (!has_runs_.load(std::memory_order_relaxed)) return std::nullopt;
    // An account stays where it is in its tree, so what was found may be used after the lock.
    struct Scope {
        AccountId account;
        AccountId top;
        Teller teller = Teller::self;
    };
    std::vector<Scope> scopes(items.size());
    IdRunSetPtr runs;
    bool asks_before = false;
    {
        std::lock_guard lock(mutex_.quiet());
        runs = book_.events.runs();
        asks_before = remembers_tree_ids();
        for (std::size_t i = 0; i < items.size(); ++i)
            if (const AccountRecord* record = book_.find(account_of(items[i])))
                scopes[i] = {record->account.id, record->account.top,
                             teller_of(book_, caller, *record)};
    }
    std::vector<Uuid> ids(asks_before ? 2 * items.size() : items.size());
    for (std::size_t i = 0; i < items.size(); ++i) {
        const Scope& scope = scopes[i];
        if (items[i].id.empty() || scope.account.is_nil()) continue;
        ids[i] = event_hash(usage_key_, scope.account, scope.teller, items[i].source, items[i].id);
        if (asks_before)
            ids[items.size() + i] =
                keyed_hash(usage_key_, scope.top.uuid, items[i].source, items[i].id);
    }
    return IdLookup(std::move(runs), std::move(ids));
}

}  // namespace rb::engine
