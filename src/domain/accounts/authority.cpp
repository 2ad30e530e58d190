#include "domain/accounts/authority.h"

#include <algorithm>

namespace rb::accounts {

namespace {

using enum Least;
using enum Status;

constexpr bool reads = true, acts = false;
constexpr std::uint32_t of(std::initializer_list<OperatorRole> roles) {
    std::uint32_t set = 0;
    for (OperatorRole role : roles) set |= 1U << static_cast<unsigned>(role);
    return set;
}
constexpr std::uint32_t owners = of({OperatorRole::owner});
constexpr std::uint32_t admins = owners | of({OperatorRole::admin});
// Who helps customers, who books their money, who sells, who builds.
constexpr std::uint32_t helpers = admins | of({OperatorRole::support});
constexpr std::uint32_t bookers = admins | of({OperatorRole::finance});
constexpr std::uint32_t sellers = helpers | bookers;
constexpr std::uint32_t makers = admins | of({OperatorRole::developer});
constexpr std::uint32_t keys_seen = helpers | makers;
constexpr std::uint32_t staff = helpers | makers | bookers;
constexpr std::uint32_t all = staff | of({OperatorRole::viewer});

// Right, its group, whether it only reads, the operators who have it; then the least role of the
// seller, the account itself and an ancestor; the worst status of the target for these and for the
// platform; the worst of the caller's own account.
constexpr std::array<Rule, 40> table{{
    {Right::read_account, Group::accounts, reads, all, user, user, user, closed, closed, frozen,
     "read the account, its plans and subscriptions",
     "whoever is above sees what is below; what is closed is still to be looked up"},
    {Right::read_usage, Group::usage, reads, all, user, user, user, closed, closed, frozen,
     "read usage, gauges, entitlements, rates", "as reading the account"},
    {Right::read_members, Group::access, reads, staff, accountant, accountant, accountant, closed,
     closed, frozen, "read members", "names and addresses of people are not everybody's"},
    {Right::read_money, Group::money, reads, all, accountant, accountant, accountant, closed,
     closed, frozen, "read balances, entries, holds, quotes, spend caps",
     "money is the accountant's"},
    {Right::read_limits, Group::plans, reads, all, admin, admin, admin, closed, closed, frozen,
     "read limits, fees, trial and consent in one", "the tenant dialect's page is its admins'"},
    {Right::read_keys, Group::access, reads, keys_seen, admin, admin, admin, closed, closed, frozen,
     "read the list of keys", "who makes keys sees them"},
    {Right::follow_changes, Group::feed, reads, all, developer, developer, developer, closed,
     closed, frozen, "follow the change feed", "the feed tells of all that is below"},

    {Right::check, Group::usage, reads, all, user, user, user, active, active, frozen,
     "ask whether something may be used",
     "nothing may be used while an account or one above it is frozen or closed"},
    {Right::use, Group::usage, acts, makers, developer, developer, developer, active, active,
     frozen, "use: consume", "as a check; it only adds"},
    {Right::add_usage, Group::usage, acts, makers, developer, developer, developer, frozen, frozen,
     frozen, "tell of events that add: of count, sum, max and unique meters, not negative",
     "what has happened counts while an account is frozen; telling more costs the teller only"},
    {Right::tell_usage, Group::usage, acts, makers, developer, developer, developer, frozen, frozen,
     frozen, "set gauges, tell latest values and corrections",
     "the measured party does not measure itself"},
    {Right::reserve_use, Group::usage, acts, makers, developer, developer, developer, closed,
     closed, frozen, "reserve a use while active, commit and release reservations",
     "a commit of nothing takes back what was used; what was put aside can be settled to the end"},

    {Right::quote, Group::plans, acts, sellers, accountant, accountant, accountant, frozen, frozen,
     frozen, "ask for a quote", "a quote says what stands against it, a freeze too"},
    {Right::change_plan, Group::plans, acts, helpers, owner, owner, owner, active, frozen, active,
     "start, change and cancel subscriptions, execute quotes",
     "it commits the account's money; a frozen account buys nothing but by support's hand"},

    {Right::update_profile, Group::accounts, acts, helpers, admin, admin, admin, frozen, frozen,
     frozen, "change the profile: names, zone, locale, addresses, another tax country",
     "one's own description; what the seller sets is set_seller_terms"},
    {Right::set_spend_cap, Group::money, acts, sellers, admin, admin, admin, frozen, frozen, frozen,
     "set a spend cap; raise or take away one's own or one of those below",
     "a cap is its author's: who is below may only lower it"},
    {Right::open_child, Group::accounts, acts, helpers, admin, admin, admin, active, active, active,
     "open a customer account below", "a tree grows below those who answer for it"},
    {Right::set_status, Group::accounts, acts, helpers, admin, never, admin, closed, closed, active,
     "freeze, thaw and close", "nobody thaws himself; a freeze is lifted by its author alone"},
    {Right::publish_plan, Group::plans, acts, admins, admin, admin, never, active, active, active,
     "publish and archive plans of an agency's own", "an agency sells for itself"},

    {Right::manage_members, Group::access, acts, helpers, admin, admin, admin, frozen, frozen,
     frozen, "invite and change members", "people below an owner are the admin's"},
    {Right::remove_members, Group::access, acts, helpers, admin, admin, admin, closed, closed,
     frozen, "remove members", "access ends even where everything else has ended"},
    {Right::manage_owners, Group::access, acts, admins, owner, owner, owner, closed, closed, frozen,
     "make, change and remove owners, make and revoke their keys",
     "nobody locks out one who stands above him"},
    {Right::make_key, Group::access, acts, admins, admin, admin, admin, frozen, frozen, active,
     "make keys", "a frozen account opens no new way in"},
    {Right::revoke_key, Group::access, acts, helpers, admin, admin, admin, closed, closed, frozen,
     "revoke keys", "access ends even where everything else has ended"},
    {Right::make_service_key, Group::access, acts, admins, owner, owner, owner, frozen, frozen,
     active, "make service keys", "a service account changes plans, which is the owner's"},
    {Right::revoke_service_key, Group::access, acts, helpers, admin, admin, admin, closed, closed,
     frozen, "revoke service keys", "access ends even where everything else has ended"},

    {Right::book_money, Group::money, acts, bookers, accountant, never, never, frozen, frozen,
     active, "book payments, payouts, credit grants and reversals",
     "money is booked by who has received it"},
    {Right::place_hold, Group::money, acts, bookers, accountant, never, never, frozen, frozen,
     active, "place, capture and release holds", "what is captured is the seller's revenue"},
    {Right::set_seller_terms, Group::money, acts, bookers, admin, never, never, frozen, frozen,
     active, "set credit limit, tax exemption, no tax country, an app store's cap",
     "terms of a sale are the seller's"},
    {Right::give_telling, Group::access, acts, admins, admin, never, never, frozen, frozen, active,
     "give a key the right meter:write", "the seller decides who measures"},

    {Right::open_tree, Group::accounts, acts, helpers, never, never, never, active, active, active,
     "open a top account", "trees are the platform's"},
    {Right::open_agency, Group::accounts, acts, admins, never, never, never, active, active, active,
     "open an agency", "who may sell the platform grants"},
    {Right::set_rate, Group::platform, acts, makers, never, never, never, closed, closed, active,
     "set a tree's request rate", "what a tree may ask of the machine the platform says"},
    {Right::run_platform, Group::platform, acts, admins, never, never, never, active, active,
     active, "end quarantines, grant aliases", "what all trees share is the platform's"},
    {Right::publish_catalog, Group::platform, acts, makers, never, never, never, active, active,
     active, "publish the catalog", "everybody's plans are the platform's"},
    {Right::run_clocks, Group::platform, acts, makers, never, never, never, active, active, active,
     "make and move test clocks", "a clock moves whole trees"},
    {Right::read_platform, Group::platform, reads, all, never, never, never, active, active, active,
     "see quarantines, test clocks, all trees", "what all trees share is the platform's"},
    {Right::read_audit, Group::platform, reads, admins, never, never, never, active, active, active,
     "read who did what", "it tells of everybody"},
    {Right::read_operators, Group::platform, reads, admins, never, never, never, active, active,
     active, "see operators and the platform's keys", "who makes keys sees them"},
    {Right::manage_operators, Group::platform, acts, owners, never, never, never, active, active,
     active, "make, change and end operators and the platform's keys",
     "who makes operators could be any of them"},
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

// What a key is narrowed to comes before the role that it has.
Result<void> is_left(const Caller& caller, const Rule& rule) {
    if (caller.narrowing.read_only && !rule.is_reading)
        return refuse(Fault::scope_is_missing, "this key only reads");
    if (caller.narrowing.has(rule.group)) return {};
    return refuse(Fault::scope_is_missing,
                  "this key has not the scope " + std::string(enum_text(rule.group)));
}

Result<void> has_operators_role(const Caller& caller, const Rule& rule) {
    if ((rule.operators >> static_cast<unsigned>(caller.operates) & 1U) != 0) return {};
    std::string roles;
    for (unsigned i = 0; i < enum_names(OperatorRole{}).size(); ++i)
        if ((rule.operators >> i & 1U) != 0)
            roles +=
                (roles.empty() ? "" : ", ") + std::string(enum_text(static_cast<OperatorRole>(i)));
    return refuse(Fault::role_is_too_low,
                  "of the platform's operators this needs one of: " + roles + "; the caller is " +
                      std::string(enum_text(caller.operates)));
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
    if (auto ok = is_left(caller, rule); !ok) return ok;
    const bool is_platform = stand.relation == Relation::platform;
    if (is_platform) {
        if (auto ok = has_operators_role(caller, rule); !ok) return ok;
    } else {
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
    const Rule& rule = rule_of(right);
    if (auto ok = is_left(caller, rule); !ok) return ok;
    if (caller.is_platform()) return has_operators_role(caller, rule);
    const Least least = std::min({rule.seller, rule.self, rule.ancestor});
    return least == Least::never ? never_allowed(rule) : has_role(caller, least);
}

Result<void> may_overall(const Caller& caller, Right right) {
    const AccountId only = caller.narrowing.only;
    if (!only.is_nil() && only != caller.account)
        return refuse(Fault::scope_is_missing,
                      "this key is for the account " + only.to_text() + " alone");
    return may_at_all(caller, right);
}

namespace {

std::string operators_text(std::uint32_t set) {
    if (set == all) return "all";
    std::string text;
    for (unsigned i = 0; i < enum_names(OperatorRole{}).size(); ++i)
        if ((set >> i & 1U) != 0)
            text +=
                (text.empty() ? "" : ", ") + std::string(enum_text(static_cast<OperatorRole>(i)));
    return text;
}

std::string text_of(const Rule& rule, Least least, Relation relation) {
    if (least == never) return "-";
    std::string text(enum_text(least));
    if (relation != Relation::seller && needs_telling(rule.right)) text += " with `meter:write`";
    return text;
}

}  // namespace

std::string rules_text() {
    std::string out =
        "| right | to | operators | seller | itself | above | scope | while the account is | while "
        "the caller is | because |\n"
        "| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |\n";
    for (const Rule& rule : table) {
        std::string target = "at worst " + std::string(enum_text(rule.target));
        if (rule.for_platform != rule.target)
            target += " (for the platform " + std::string(enum_text(rule.for_platform)) + ")";
        out += "| `" + std::string(enum_text(rule.right)) + "` | " + std::string(rule.what) +
               " | " + operators_text(rule.operators);
        for (Relation relation : {Relation::seller, Relation::self, Relation::ancestor})
            out += " | " + text_of(rule, least_of(rule, relation), relation);
        out += " | `" + std::string(enum_text(rule.group)) + "`" +
               (rule.is_reading ? ", read" : "") + " | " + target + " | at worst " +
               std::string(enum_text(rule.caller)) + " | " + std::string(rule.why) + " |\n";
    }
    return out;
}

}  // namespace rb::accounts
