#include "engine/own_keys.h"

#include <algorithm>

#include "domain/accounts/decide.h"
#include "engine/book.h"

namespace rb::engine {

namespace {

// Keys of old belong to the top of their tree, which could set them all. Nil: the platform's.
AccountId owner_of(const KeyHolder& held, AccountId top) {
    return held.giver.is_nil() && held.account != top ? top : held.giver;
}

std::unexpected<Refusal> taken(std::string_view detail) {
    return refuse(Fault::key_is_taken, std::string(detail), "/key");
}

// Does the giver (nil: the platform) name this account by its name? Those that others opened
// further below are named by these others, and shall not stand in the giver's way.
bool names_it_so(const Book& book, AccountId giver, AccountId named) {
    if (giver.is_nil()) return true;
    const AccountRecord* record = book.find(named);
    return named == giver || (record && record->account.parent == giver);
}

// The one whose the key becomes (nil: the platform's), if the caller may set it there.
Result<AccountId> new_giver(const Book& book, const accounts::Caller& caller,
                            const KeyPlace& place) {
    const accounts::Account& account = place.account;
    if (caller.is_platform()) return account.parent.is_nil() ? AccountId{} : account.top;
    if (place.is == KeyPlace::Is::opened) return caller.account;
    if (account.id == caller.account)
        return refuse(Fault::role_is_too_low,
                      "an account's key is given by whoever is above it, not by itself", "/key");
    if (!account.profile.key.empty() &&
        !book.is_within(owner_of({account.id, account.profile.key_giver}, account.top),
                        caller.account))
        return refuse(Fault::role_is_too_low, "this key was given by an account above yours",
                      "/key");
    return caller.account;
}

}  // namespace

void put_key(Tree& tree, const accounts::Account& account) {
    if (!account.profile.key.empty())
        tree.keys.emplace(account.profile.key, KeyHolder{account.id, account.profile.key_giver});
}

void drop_key(Tree& tree, const accounts::Account& account) {
    auto [begin, end] = tree.keys.equal_range(account.profile.key);
    auto held = std::find_if(begin, end,
                             [&](const auto& item) { return item.second.account == account.id; });
    if (held != end) tree.keys.erase(held);
}

KeyMeaning key_meaning(const Book& book, AccountId asker, std::string_view key) {
    KeyMeaning meaning;
    const Tree* tree = book.tree_of(asker);
    if (!tree) return meaning;
    AccountId nearest;  // of the givers above
    auto [begin, end] = tree->keys.equal_range(key);
    for (const auto& [text, held] : std::ranges::subrange(begin, end)) {
        const bool is_visible = book.is_within(held.account, asker);
        if (held.giver.is_nil() && held.account != tree->top) {
            meaning.before = held.account;
        } else if (held.giver == asker) {
            if (is_visible) meaning.own = held.account;
        } else if (is_visible && (held.giver.is_nil() || book.is_within(asker, held.giver))) {
            const bool is_nearer = meaning.above.is_nil() || nearest.is_nil() ||
                                   (!held.giver.is_nil() && book.is_within(held.giver, nearest));
            if (!is_nearer) continue;
            meaning.above = held.account;
            nearest = held.giver;
        }
    }
    return meaning;
}

Result<void> give_key(const Book& book, const NameHolder& names, const accounts::Caller& caller,
                      const KeyPlace& place, accounts::Profile& profile) {
    const accounts::Account& account = place.account;
    const AccountId self = account.id;
    profile.key_giver = {};
    if (profile.key.empty() && place.is == KeyPlace::Is::opened) return {};
    auto giver = new_giver(book, caller, place);
    if (!giver) return std::unexpected(giver.error());
    if (profile.key.empty()) return {};
    profile.key_giver = *giver;
    if (auto ok = accounts::check_new_key(profile.key); !ok) return ok;
    const Tree* tree = account.parent.is_nil() ? nullptr : book.tree_of(account.parent);
    if (tree) {
        auto [begin, end] = tree->keys.equal_range(profile.key);
        for (const auto& [text, held] : std::ranges::subrange(begin, end)) {
            const bool is_before = held.giver.is_nil() && held.account != tree->top;
            if (held.account != self && (is_before || held.giver == *giver))
                return taken("another account of this tree has the key");
        }
    }
    if (!names) return {};
    auto named = names(giver->is_nil() ? AccountId{} : account.top, profile.key);
    if (named && *named != self && names_it_so(book, *giver, *named))
        return taken("another account has this as its name");
    return {};
}

Result<void> name_is_no_key(const Tree& tree, std::string_view name) {
    if (tree.keys.find(name) == tree.keys.end()) return {};
    return refuse(Fault::name_is_taken, "this is the key of another account", "/name");
}

}  // namespace rb::engine
