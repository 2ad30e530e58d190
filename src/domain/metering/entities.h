#pragma once
// Counting for each entity of an account by itself: a seat, a user, a device. An entity is known by
// a hash of its text; finding one costs the same however many there are.
#include <cstdint>

#include "domain/metering/usage.h"

namespace rb::metering {

// The window as it stands. The scope of the name says nothing here: entities are of one account.
const EntityCounter* find_entities(const Usage& usage, const CounterName& name);

// What the entity used at an instant, and what it would be after the use.
std::int64_t entity_value_at(const EntityCounter& counter, const Uuid& entity, Instant now);
std::int64_t entity_value_after(const EntityCounter& counter, const Use& use);
// Whether the use's entity is there, or may become one more.
bool has_room(const EntityCounter& counter, const Use& use);
// What open reservations of the entity hold of the meter.
std::int64_t entity_held(const Usage& usage, Name meter, const Uuid& entity);

// Adds the use to every window of entities that contains it.
void count_entity(Usage& usage, const Use& use);
// More is held for the entity, or less.
void hold_for(Held& held, const Uuid& entity, std::int64_t difference);
void apply(Usage& usage, const EntityCounterOpened& event);

}  // namespace rb::metering
