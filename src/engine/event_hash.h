#pragma once
// Under what the id of a usage event is remembered: the account that used, the class of who tells,
// source and id, hashed. So what one of the two sides tells never stands in the way of what the
// other does, nor one account's of another's; and a key that was rotated repeats nothing.
#include <cstdint>
#include <string_view>

#include "base/id.h"
#include "domain/accounts/types.h"
#include "engine/usage_key.h"

namespace rb::engine {

struct AccountRecord;
struct Book;

// Who tells what an account has used. The numbers stand in hashes, for ever.
enum class Teller : std::uint8_t {
    seller = 1,  // the platform, or the nearest agency above the account
    self = 2,    // the account itself, or one above it that does not sell to it
};

// Of somebody who may know the account; of others it says self.
Teller teller_of(const Book& book, const accounts::Caller& caller, const AccountRecord& record);

// An event's id in the present form, and in the form that it had before ids were scoped by account
// and teller: by the tree alone. Nil: nothing of that time is remembered any more.
struct EventHash {
    Uuid now;
    Uuid before{};
};

Uuid event_hash(const UsageKey& key, AccountId account, Teller teller, std::string_view source,
                std::string_view id);

}  // namespace rb::engine
