#pragma once
// Keys that callers give the accounts below them ("cust-42"): whose a key is, who may set one, and
// which texts are free. A key belongs to whoever gave it: two accounts of a tree may each have
// given the same text. Pure.
#include <functional>
#include <optional>
#include <string_view>

#include "domain/faults/types.h"
#include "engine/account_record.h"

namespace rb::engine {

struct Book;

// Enters the account's key into its tree, or takes it out.
void put_key(Tree& tree, const accounts::Account& account);
void drop_key(Tree& tree, const accounts::Account& account);

// Whom a key may mean to one who asks; nil: nobody.
struct KeyMeaning {
    AccountId own;     // the asker gave it, to an account below
    AccountId before;  // given when keys were the whole tree's; whether the asker sees it or not
    AccountId above;   // given by the nearest above the asker, to an account within the asker's
};
KeyMeaning key_meaning(const Book& book, AccountId asker, std::string_view key);

// Whoever has a name in a tree, or (nil) among tops and aliases; looked up in the directory.
using NameHolder = std::function<std::optional<AccountId>(AccountId top, std::string_view name)>;

// Where a key is to be set: on an account that is there, or on one that is being opened.
struct KeyPlace {
    enum class Is : std::uint8_t { there, opened };
    const accounts::Account& account;
    Is is = Is::there;
};
// May the caller give the profile's key, and is it free? Then `profile` says who gave it.
// role_is_too_low: the account's own key, or one that somebody above the caller gave.
// field_is_invalid: it looks like an id or a reference. key_is_taken: it is the key of another
// account, or the name of one that the giver names so.
Result<void> give_key(const Book& book, const NameHolder& names, const accounts::Caller& caller,
                      const KeyPlace& place, accounts::Profile& profile);

// A new name may not be a key of its tree. name_is_taken.
Result<void> name_is_no_key(const Tree& tree, std::string_view name);

// A key that cannot be used by itself: a name, or what has an id's form, stands in its way.
struct ClashingKey {
    AccountId account;
    AccountId top;
    std::string key;
    AccountId named;  // whoever has it as a name; nil: the key has the form of an id or a reference
};

}  // namespace rb::engine
