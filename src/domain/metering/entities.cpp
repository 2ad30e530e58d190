#include "domain/metering/entities.h"

#include <algorithm>

#include "base/check.h"
#include "base/limits.h"

namespace rb::metering {

namespace {

using catalog::Aggregation;
using catalog::WindowKind;

// The item of an entity in a list of them. The index is behind the list only after it was read
// back or items have left it; bringing it up makes nothing observable.
template <class Owner, class Item>
Item* item_of(const Owner& owner, std::vector<Item>& items, const Uuid& entity) {
    auto& index = const_cast<Owner&>(owner).index;
    if (index.size() != items.size()) {
        index.clear();
        index.reserve(items.size());
        for (std::uint32_t i = 0; i < items.size(); ++i) index.emplace(items[i].entity, i);
    }
    auto found = index.find(entity);
    return found == index.end() ? nullptr : &items[found->second];
}

const EntityTally* find_tally(const EntityCounter& counter, const Uuid& entity) {
    return item_of(counter, const_cast<EntityCounter&>(counter).tallies, entity);
}

template <class Owner, class Item>
Item& add_item(Owner& owner, std::vector<Item>& items, const Uuid& entity) {
    owner.index.emplace(entity, static_cast<std::uint32_t>(items.size()));
    Item& item = items.emplace_back();
    item.entity = entity;
    return item;
}

bool is_to_be_swept(const EntityCounter& counter, Instant at) {
    return counter.window == WindowKind::rolling &&
           step_of(counter.rolling, at) >= counter.swept + rolling_steps;
}

// Once a window: the entities of which nothing is in it any more.
void sweep(EntityCounter& counter, Instant at) {
    std::int64_t step = step_of(counter.rolling, at);
    counter.swept = step;
    std::size_t gone = std::erase_if(counter.tallies, [step](const EntityTally& tally) {
        return tally.step <= step - rolling_steps;
    });
    if (gone > 0) counter.index.clear();
}

void add(const EntityCounter& counter, EntityTally& tally, const Use& use) {
    if (counter.window == WindowKind::rolling)
        return add_to_steps(tally, step_of(counter.rolling, use.occurred_at), use.quantity);
    switch (counter.aggregation) {
        case Aggregation::count:
        case Aggregation::sum:
        case Aggregation::unique:  // no limit of an entity is of such a meter
            tally.value = plus_within_range(tally.value, use.quantity);
            return;
        case Aggregation::max:
            tally.value = std::max(tally.value, use.quantity);
            return;
        case Aggregation::latest:
            if (use.occurred_at < tally.newest) return;
            tally.newest = use.occurred_at;
            tally.value = use.quantity;
            return;
    }
}

bool is_same_window(const EntityCounter& a, const EntityCounter& b) {
    return a.meter == b.meter && a.window == b.window && a.rolling == b.rolling;
}

}  // namespace

const EntityCounter* find_entities(const Usage& usage, const CounterName& name) {
    for (const EntityCounter& c : usage.entity_counters)
        if (c.span == name.span && c.window == name.window && c.rolling == name.rolling &&
            c.meter == name.meter)
            return &c;
    return nullptr;
}

std::int64_t entity_value_at(const EntityCounter& counter, const Uuid& entity, Instant now) {
    const EntityTally* tally = find_tally(counter, entity);
    if (tally == nullptr) return 0;
    if (counter.window != WindowKind::rolling) return tally->value;
    return sum_of_steps(*tally, step_of(counter.rolling, now));
}

std::int64_t entity_value_after(const EntityCounter& counter, const Use& use) {
    std::int64_t value = entity_value_at(counter, use.entity, use.occurred_at);
    switch (counter.aggregation) {
        case Aggregation::max:
            return std::max(value, use.quantity);
        case Aggregation::latest: {
            const EntityTally* tally = find_tally(counter, use.entity);
            bool is_older = tally != nullptr && use.occurred_at < tally->newest;
            return is_older ? value : use.quantity;
        }
        default:
            return plus(value, use.quantity);
    }
}

bool has_room(const EntityCounter& counter, const Use& use) {
    return counter.tallies.size() < limits::entities_max ||
           is_to_be_swept(counter, use.occurred_at) || find_tally(counter, use.entity) != nullptr;
}

std::int64_t entity_held(const Usage& usage, Name meter, const Uuid& entity) {
    for (const Held& held : usage.held) {
        if (held.meter != meter) continue;
        const EntityHeld* found = item_of(held, const_cast<Held&>(held).entities, entity);
        return found == nullptr ? 0 : found->quantity;
    }
    return 0;
}

void count_entity(Usage& usage, const Use& use) {
    for (EntityCounter& counter : usage.entity_counters) {
        if (!counter.span.contains(use.occurred_at) || counter.meter != use.meter) continue;
        if (is_to_be_swept(counter, use.occurred_at)) sweep(counter, use.occurred_at);
        EntityTally* tally = item_of(counter, counter.tallies, use.entity);
        if (tally == nullptr) tally = &add_item(counter, counter.tallies, use.entity);
        add(counter, *tally, use);
    }
}

void hold_for(Held& held, const Uuid& entity, std::int64_t difference) {
    EntityHeld* found = item_of(held, held.entities, entity);
    if (found == nullptr) found = &add_item(held, held.entities, entity);
    found->quantity += difference;
    RB_CHECK(found->quantity >= 0, "no more is released than was held");
    if (found->quantity > 0) return;
    // The last one takes its place.
    held.index.erase(entity);
    if (found != &held.entities.back()) {
        *found = held.entities.back();
        held.index[found->entity] = static_cast<std::uint32_t>(found - held.entities.data());
    }
    held.entities.pop_back();
}

void apply(Usage& usage, const EntityCounterOpened& event) {
    const EntityCounter& c = event.counter;
    auto is_over = [&c](const EntityCounter& before) {
        return is_same_window(before, c) &&
               (before.span == c.span || before.span.end <= c.span.start);
    };
    std::erase_if(usage.entity_counters, is_over);
    usage.entity_counters.push_back(c);
}

}  // namespace rb::metering
