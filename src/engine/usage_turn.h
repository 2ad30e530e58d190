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
    std::size_t item = 0;  // of those that the call brought
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

template <class Item>
std::optional<IdLookup> Partition::look_up_ids(std::span<const Item> items) const {
    if (!has_runs_.load(std::memory_order_relaxed)) return std::nullopt;
    std::vector<Uuid> ids(items.size());
    IdRunSetPtr runs;
    {
        // An account stays in its tree, so its scope may be used after the lock.
        std::lock_guard lock(mutex_.quiet());
        runs = book_.events.runs();
        for (std::size_t i = 0; i < items.size(); ++i)
            if (const AccountRecord* record = book_.find(account_of(items[i])))
                ids[i] = record->account.top.uuid;
    }
    for (std::size_t i = 0; i < items.size(); ++i) {
        if (items[i].id.empty()) ids[i] = {};
        if (!ids[i].is_nil()) ids[i] = keyed_hash(usage_key_, ids[i], items[i].source, items[i].id);
    }
    return IdLookup(std::move(runs), std::move(ids));
}

}  // namespace rb::engine
