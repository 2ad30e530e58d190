#pragma once
// Who may do what: one table, right by relation, asked once for every command and every read. Who
// stands how to whom the engine finds out; what follows from it stands here alone.
//
// docs/authority.md is this table in words (authority_test.cpp fails when it is not).
#include <array>
#include <span>
#include <string>
#include <string_view>

#include "domain/accounts/types.h"
#include "domain/faults/types.h"

namespace rb::accounts {

// How a caller stands to the account that something is about.
enum class Relation : std::uint8_t {
    platform,  // the platform itself, the seller of whatever stands below no agency
    seller,    // the nearest agency above
    self,      // the account itself
    ancestor,  // above it, and not its seller
    stranger,  // in another tree, below it, or beside it: to him it does not exist
};
constexpr auto enum_names(Relation) {
    return std::array<std::string_view, 5>{"platform", "seller", "self", "ancestor", "stranger"};
}

enum class Right : std::uint8_t {
    // Reading.
    read_account,
    read_usage,
    read_members,
    read_money,
    read_limits,
    read_keys,
    follow_changes,
    // Using.
    check,
    use,
    add_usage,
    tell_usage,
    reserve_use,
    // Buying.
    quote,
    change_plan,
    // The account.
    update_profile,
    set_spend_cap,
    open_child,
    set_status,
    publish_plan,
    // People and keys.
    manage_members,
    remove_members,
    manage_owners,
    make_key,
    revoke_key,
    make_service_key,
    revoke_service_key,
    // The seller's side.
    book_money,
    place_hold,
    set_seller_terms,
    give_telling,
    // The platform's.
    open_tree,
    open_agency,
    set_rate,
    run_platform,
    publish_catalog,
    run_clocks,
    read_platform,
    read_audit,
    read_operators,
    manage_operators,
};
constexpr auto enum_names(Right) {
    return std::array<std::string_view, 40>{"read_account",
                                            "read_usage",
                                            "read_members",
                                            "read_money",
                                            "read_limits",
                                            "read_keys",
                                            "follow_changes",
                                            "check",
                                            "use",
                                            "add_usage",
                                            "tell_usage",
                                            "reserve_use",
                                            "quote",
                                            "change_plan",
                                            "update_profile",
                                            "set_spend_cap",
                                            "open_child",
                                            "set_status",
                                            "publish_plan",
                                            "manage_members",
                                            "remove_members",
                                            "manage_owners",
                                            "make_key",
                                            "revoke_key",
                                            "make_service_key",
                                            "revoke_service_key",
                                            "book_money",
                                            "place_hold",
                                            "set_seller_terms",
                                            "give_telling",
                                            "open_tree",
                                            "open_agency",
                                            "set_rate",
                                            "run_platform",
                                            "publish_catalog",
                                            "run_clocks",
                                            "read_platform",
                                            "read_audit",
                                            "read_operators",
                                            "manage_operators"};
}

// The least role that has a right.
enum class Least : std::uint8_t { user, accountant, developer, admin, owner, never };
constexpr auto enum_names(Least) {
    return std::array<std::string_view, 6>{"user",  "accountant", "developer",
                                           "admin", "owner",      "never"};
}

struct Rule {
    Right right = Right::read_account;
    Group group = Group::accounts;  // to which a key may be narrowed
    // Whether a key that only reads has it, and which operators of the platform have.
    bool is_reading = false;
    std::uint32_t operators = 0;  // bit 1 << OperatorRole of each
    Least seller = Least::never;
    Least self = Least::never;
    Least ancestor = Least::never;
    // The worst that the target, with all above it, may be: for others, and for the platform.
    Status target = Status::closed;
    Status for_platform = Status::closed;
    // The worst that the caller's own account, with all above it, may be.
    Status caller = Status::frozen;
    std::string_view what;  // the deed, in words
    std::string_view why;
};

// Of every right, in the order of the list.
std::span<const Rule> rules();
const Rule& rule_of(Right right);
// The least role of a relation; a stranger never.
Least least_of(const Rule& rule, Relation relation);

// Where a caller stands to a target. `caller` is of no account while it is the platform.
struct Stand {
    Relation relation = Relation::stranger;
    Status target = Status::active;  // the worst of the target and of all above it
    Status caller = Status::active;  // the worst of the caller's account and of all above it
};

// In this order: a stranger is told that there is no such account; scope_is_missing where the key
// is narrowed; role_is_too_low; scope_is_missing; account_is_closed and account_is_frozen.
Result<void> may(const Caller& caller, Right right, const Stand& stand);
// Whether the caller's role is enough for the right on any account at all: for those who must
// answer before it is known which account is meant.
Result<void> may_at_all(const Caller& caller, Right right);
// The right to what belongs to no account, or to all of the caller's at once. As may_at_all; a key
// for one account is refused.
Result<void> may_overall(const Caller& caller, Right right);

// The table as docs/authority.md has it.
std::string rules_text();

}  // namespace rb::accounts
