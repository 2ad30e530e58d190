#include "domain/accounts/authority.h"

#include <algorithm>

namespace rb::accounts {

namespace {

using enum Least;
using enum Status;

// Right, then the least role of the seller, the account itself and an ancestor; the worst status of
// the target for these and for the platform; the worst of the caller's own account.
constexpr std::array<Rule, 34> table{{
    {Right::read_account, user, user, user, closed, closed, frozen,
     "read the account, its plans and subscriptions",
     "whoever is above sees what is below; what is closed is still to be looked up"},
    {Right::read_usage, user, user, user, closed, closed, frozen,
     "read usage, gauges, entitlements, rates", "as reading the account"},
    {Right::read_members, accountant, accountant, accountant, closed, closed, frozen,
     "read members", "names and addresses of people are not everybody's"},
    {Right::read_money, accountant, accountant, accountant, closed, closed, frozen,
     "read balances, entries, holds, quotes, spend caps", "money is the accountant's"},
    {Right::read_limits, admin, admin, admin, closed, closed, frozen,
     "read limits, fees, trial and consent in one", "the tenant dialect's page is its admins'"},
    {Right::read_keys, admin, admin, admin, closed, closed, frozen, "read the list of keys",
     "who makes keys sees them"},
    {Right::follow_changes, developer, developer, developer, closed, closed, frozen,
     "follow the change feed", "the feed tells of all that is below"},

    {Right::check, user, user, user, active, active, frozen, "ask whether something may be used",
     "nothing may be used while an account or one above it is frozen or closed"},
    {Right::use, developer, developer, developer, active, active, frozen, "use: consume",
     "as a check; it only adds"},
    {Right::add_usage, developer, developer, developer, frozen, frozen, frozen,
     "tell of events that add: of count, sum, max and unique meters, not negative",
     "what has happened counts while an account is frozen; telling more costs the teller only"},
    {Right::tell_usage, developer, developer, developer, frozen, frozen, frozen,
     "set gauges, tell latest values and corrections",
     "the measured party does not measure itself"},
    {Right::reserve_use, developer, developer, developer, closed, closed, frozen,
     "reserve a use while active, commit and release reservations",
     "a commit of nothing takes back what was used; what was put aside can be settled to the end"},

    {Right::quote, accountant, accountant, accountant, frozen, frozen, frozen, "ask for a quote",
     "a quote says what stands against it, a freeze too"},
    {Right::change_plan, owner, owner, owner, active, frozen, active,
     "start, change and cancel subscriptions, execute quotes",
     "it commits the account's money; a frozen account buys nothing but by support's hand"},

    {Right::update_profile, admin, admin, admin, frozen, frozen, frozen,
     "change the profile: names, zone, locale, addresses, another tax country",
     "one's own description; what the seller sets is set_seller_terms"},
    {Right::set_spend_cap, admin, admin, admin, frozen, frozen, frozen,
     "set a spend cap; raise or take away one's own or one of those below",
     "a cap is its author's: who is below may only lower it"},
    {Right::open_child, admin, admin, admin, active, active, active,
     "open a customer account below", "a tree grows below those who answer for it"},
    {Right::set_status, admin, never, admin, closed, closed, active, "freeze, thaw and close",
     "nobody thaws himself; a freeze is lifted by its author alone"},
    {Right::publish_plan, admin, admin, never, active, active, active,
     "publish and archive plans of an agency's own", "an agency sells for itself"},

    {Right::manage_members, admin, admin, admin, frozen, frozen, frozen,
     "invite and change members", "people below an owner are the admin's"},
    {Right::remove_members, admin, admin, admin, closed, closed, frozen, "remove members",
     "access ends even where everything else has ended"},
    {Right::manage_owners, owner, owner, owner, closed, closed, frozen,
     "make, change and remove owners, make and revoke their keys",
     "nobody locks out one who stands above him"},
    {Right::make_key, admin, admin, admin, frozen, frozen, active, "make keys",
     "a frozen account opens no new way in"},
    {Right::revoke_key, admin, admin, admin, closed, closed, frozen, "revoke keys",
     "access ends even where everything else has ended"},
    {Right::make_service_key, owner, owner, owner, frozen, frozen, active, "make service keys",
     "a service account changes plans, which is the owner's"},
    {Right::revoke_service_key, admin, admin, admin, closed, closed, frozen, "revoke service keys",
     "access ends even where everything else has ended"},

    {Right::book_money, accountant, never, never, frozen, frozen, active,
     "book payments, credit grants and reversals", "money is booked by who has received it"},
    {Right::place_hold, accountant, never, never, frozen, frozen, active,
     "place, capture and release holds", "what is captured is the seller's revenue"},
    {Right::set_seller_terms, admin, never, never, frozen, frozen, active,
     "set credit limit, tax exemption, no tax country, an app store's cap",
     "terms of a sale are the seller's"},
    {Right::give_telling, admin, never, never, frozen, frozen, active,
     "give a key the right meter:write", "the seller decides who measures"},

    {Right::open_tree, never, never, never, active, active, active, "open a top account",
     "trees are the platform's"},
    {Right::open_agency, never, never, never, active, active, active, "open an agency",
     "who may sell the platform grants"},
    {Right::set_rate, never, never, never, closed, closed, active, "set a tree's request rate",
     "what a tree may ask of the machine the platform says"},
    {Right::run_platform, never, never, never, active, active, active,
     "the catalog, test clocks, quarantines", "what all trees share is the platform's"},
}};

constexpr bool is_in_order() {
    for (std::size_t i = 0; i < table.size(); ++i)
        if (static_cast<std::size_t>(table[i].right) != i) return false;
    return true;
}
static_assert(is_in_order(), "a rule for every right, in the order of the list");

bool needs_telling(Right right) {
    return right == Right::tell_usage || right == Right::reserve_use;
}

Role role_of(Least least) { return static_cast<Role>(least); }
static_assert(static_cast<int>(Least::owner) == static_cast<int>(Role::owner));

std::unexpected<Refusal> never_allowed(const Rule& rule) {
    const std::string_view who = rule.seller != never
                                     ? "only the platform or the account's seller can do this: "
                                     : "only the platform itself can do this: ";
    return refuse(Fault::role_is_too_low, std::string(who) + std::string(rule.why));
}

Result<void> has_role(const Caller& caller, Least least) {
    if (caller.role >= role_of(least)) return {};
    return refuse(Fault::role_is_too_low, "the role " + std::string(enum_text(least)) +
                                              " or higher is needed: the caller's is " +
                                              std::string(enum_text(caller.role)));
}

Result<void> is_well(Status status, Status worst, std::string_view whose) {
    if (status <= worst) return {};
    const std::string subject(whose);
    if (status == Status::closed)
        return refuse(Fault::account_is_closed,
                      subject + " is closed, or one above it, and takes no changes");
    return refuse(Fault::account_is_frozen,
                  subject + " is frozen, or one above it: whoever froze it has to lift that first");
}

}  // namespace

std::span<const Rule> rules() { return table; }

const Rule& rule_of(Right right) { return table[static_cast<std::size_t>(right)]; }

Least least_of(const Rule& rule, Relation relation) {
    switch (relation) {
        case Relation::platform:
            return Least::user;
        case Relation::seller:
            return rule.seller;
        case Relation::self:
            return rule.self;
        case Relation::ancestor:
            return rule.ancestor;
        case Relation::stranger:
            break;
    }
    return Least::never;
}

Result<void> may(const Caller& caller, Right right, const Stand& stand) {
    const Rule& rule = rule_of(right);
    if (stand.relation == Relation::stranger)
        return refuse(Fault::account_is_unknown, "there is no such account", "/account");
    const bool is_platform = stand.relation == Relation::platform;
    if (!is_platform) {
        const Least least = least_of(rule, stand.relation);
        if (least == Least::never) return never_allowed(rule);
        if (auto ok = has_role(caller, least); !ok) return ok;
        const bool lacks_telling = needs_telling(right) && stand.relation != Relation::seller;
        if (lacks_telling && !caller.tells_usage)
            return refuse(Fault::scope_is_missing,
                          "the right meter:write is needed: the account's seller gives it");
        if (auto ok = is_well(stand.caller, rule.caller, "the caller's account"); !ok) return ok;
    }
    return is_well(stand.target, is_platform ? rule.for_platform : rule.target, "the account");
}

Result<void> may_at_all(const Caller& caller, Right right) {
    if (caller.is_platform()) return {};
    const Rule& rule = rule_of(right);
    const Least least = std::min({rule.seller, rule.self, rule.ancestor});
    return least == Least::never ? never_allowed(rule) : has_role(caller, least);
}

namespace {

std::string text_of(const Rule& rule, Least least, Relation relation) {
    if (least == never) return "-";
    std::string text(enum_text(least));
    if (relation != Relation::seller && needs_telling(rule.right)) text += " with `meter:write`";
    return text;
}

}  // namespace

std::string rules_text() {
    std::string out =
        "| right | to | seller | itself | above | while the account is | while the caller is | "
        "because |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- |\n";
    for (const Rule& rule : table) {
        std::string target = "at worst " + std::string(enum_text(rule.target));
        if (rule.for_platform != rule.target)
            target += " (for the platform " + std::string(enum_text(rule.for_platform)) + ")";
        out += "| `" + std::string(enum_text(rule.right)) + "` | " + std::string(rule.what);
        for (Relation relation : {Relation::seller, Relation::self, Relation::ancestor})
            out += " | " + text_of(rule, least_of(rule, relation), relation);
        out += " | " + target + " | at worst " + std::string(enum_text(rule.caller)) + " | " +
               std::string(rule.why) + " |\n";
    }
    return out;
}

}  // namespace rb::accounts
