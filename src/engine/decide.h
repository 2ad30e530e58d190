#pragma once
// From a command, or a timer that is due, to events: the dispatcher over the domain's rooms. Here
// authority is asked (domain/accounts/authority.h), once for each command; the rules stand in the
// rooms. Pure.
#include <vector>

#include "base/id_source.h"
#include "domain/changes/decide.h"
#include "engine/book.h"
#include "engine/command.h"
#include "engine/own_keys.h"
#include "engine/usage_key.h"

namespace rb::engine {

struct Decided {
    std::vector<Event> events;
    Reply reply;
};

struct DecideInput {
    const Book& book;
    const catalog::Catalog& catalog;
    const accounts::Caller& caller;
    Instant now;   // of the tree's clock
    Instant wall;  // for keys and their expiry
    Uuid seed;
    UsageKey key{};                     // of the hashes of entities
    const NameHolder* names = nullptr;  // in the directory; none: no name stands in a key's way
};

Result<Decided> decide(const DecideInput& in, const Command& command);

// What happens at a timer's instant (in.now). Always leaves the timer moved or gone.
std::vector<Event> fire(const DecideInput& in, const Timer& timer);

changes::World make_world(const Book& book, const catalog::Catalog& catalog,
                          const AccountRecord& record, const accounts::Caller& caller, Instant now);

}  // namespace rb::engine
