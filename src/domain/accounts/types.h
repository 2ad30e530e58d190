#pragma once
// The account tree: who there is, who may act, with which keys. Plain data. Personal fields and
// secrets arrive sealed (ciphertext made outside under the account's data key) and stay sealed
// here.
#include <array>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/amount.h"
#include "base/enums.h"
#include "base/id.h"
#include "base/instant.h"
#include "base/text.h"
#include "base/zone.h"
#include "domain/ids/types.h"

namespace rb {

struct MemberTag {
    static constexpr std::string_view prefix = "mem_";
};
using MemberId = Id<MemberTag>;
struct ApiKeyTag {
    static constexpr std::string_view prefix = "key_";
};
using ApiKeyId = Id<ApiKeyTag>;
struct ClockTag {
    static constexpr std::string_view prefix = "clk_";
};
using ClockId = Id<ClockTag>;
struct OperatorTag {
    static constexpr std::string_view prefix = "opr_";
};
using OperatorId = Id<OperatorTag>;

}  // namespace rb

namespace rb::accounts {

// By minimum: an owner may what an admin may, and so on. Developer and accountant stand side by
// side in what they see; by minimum a developer is above an accountant.
enum class Role : std::uint8_t { user, accountant, developer, admin, owner };
constexpr auto enum_names(Role) {
    return std::array<std::string_view, 5>{"user", "accountant", "developer", "admin", "owner"};
}

enum class Status : std::uint8_t { active, frozen, closed };
constexpr auto enum_names(Status) {
    return std::array<std::string_view, 3>{"active", "frozen", "closed"};
}

// An agency makes plans of its own for the accounts below it.
enum class Kind : std::uint8_t { customer, agency };
constexpr auto enum_names(Kind) { return std::array<std::string_view, 2>{"customer", "agency"}; }

struct TaxProfile {
    std::string country;  // ISO 3166-1 alpha-2; empty: not taxed
    std::string region;
    bool exempt = false;
    bool operator==(const TaxProfile&) const = default;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "country", s.country);
        v(2, "region", s.region);
        v(3, "exempt", s.exempt);
    }
};

// The payer's consent to at most so much a 30-day cycle.
struct Cap {
    bool app_store = false;        // the payer is an app store: raising it needs its approval
    std::optional<Amount> amount;  // none: no consent given
    bool operator==(const Cap&) const = default;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "app_store", s.app_store);
        v(2, "amount", s.amount);
    }
};

// What an account is, apart from its money, plans and usage. Patched field by field.
struct Profile {
    std::string display_name;  // of the organization; not personal
    std::string key;           // its giver's own name for it; unique among that one's; may be empty
    Currency currency;
    Zone zone;
    std::string locale = "en";
    TaxProfile tax;
    std::int64_t credit_limit_micros = 0;  // in `currency`, >= 0
    std::optional<std::int64_t> notify_below_micros;
    std::string free_data;
    Cap cap;
    std::map<std::string, std::string>
        sealed;  // personal field -> ciphertext ("email", "phone", ...)
    // Who gave the key. Nil: the platform did, to a top; or it is from before keys had givers, and
    // then the whole tree's.
    AccountId key_giver;
    bool operator==(const Profile&) const = default;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "display_name", s.display_name);
        v(2, "key", s.key);
        v(3, "currency", s.currency);
        v(4, "zone", s.zone);
        v(5, "locale", s.locale);
        v(6, "tax", s.tax);
        v(7, "credit_limit_micros", s.credit_limit_micros);
        v(8, "notify_below_micros", s.notify_below_micros);
        v(9, "free_data", s.free_data);
        v(10, "cap", s.cap);
        v(11, "sealed", s.sealed);
        v(12, "key_giver", s.key_giver);
    }
};

// Over what time a spend cap counts, in the account's zone.
enum class SpendWindow : std::uint8_t { calendar_month, calendar_day, lifetime };
constexpr auto enum_names(SpendWindow) {
    return std::array<std::string_view, 3>{"calendar_month", "calendar_day", "lifetime"};
}

// The most that usage may cost the account in a window, tax included.
struct SpendCap {
    Amount amount;  // in the account's currency
    SpendWindow window = SpendWindow::calendar_month;
    // Who has set it (nil: the platform); none: not known, from before, and so the account's own.
    std::optional<AccountId> author;
    bool operator==(const SpendCap&) const = default;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "amount", s.amount);
        v(2, "window", s.window);
        v(3, "author", s.author);
    }
};

enum class MemberStatus : std::uint8_t { active, invited };
constexpr auto enum_names(MemberStatus) {
    return std::array<std::string_view, 2>{"active", "invited"};
}

struct Member {
    MemberId id;
    Role role = Role::user;
    MemberStatus status = MemberStatus::active;
    Instant created_at;
    std::map<std::string, std::string> sealed;  // "email", "name"

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "id", s.id);
        v(2, "role", s.role);
        v(3, "status", s.status);
        v(4, "created_at", s.created_at);
        v(5, "sealed", s.sealed);
    }
};

// A key works on its own surface only: rb_... on /v1 and the tenant dialect, in-... for agencies, a
// UUID for the platform dialect.
enum class Surface : std::uint8_t { native, agency, platform };
constexpr auto enum_names(Surface) {
    return std::array<std::string_view, 3>{"native", "agency", "platform"};
}

// What rights are about. A key may be narrowed to some of these groups.
enum class Group : std::uint8_t { accounts, access, plans, usage, money, feed, platform };
constexpr auto enum_names(Group) {
    return std::array<std::string_view, 7>{"accounts", "access", "plans",   "usage",
                                           "money",    "feed",   "platform"};
}

// What takes away from a key that its role would give. Nothing set: nothing is taken away.
struct Narrowing {
    bool read_only = false;
    std::uint32_t groups = 0;  // bit 1 << Group of each that is left; 0: all are
    AccountId only;            // this account and all below it; nil: as far as the role reaches
    bool operator==(const Narrowing&) const = default;
    bool has(Group group) const {
        return groups == 0 || (groups >> static_cast<unsigned>(group) & 1) != 0;
    }

    // Whether a key with this may do no more than one with `other`.
    bool is_within(const Narrowing& other) const {
        const bool groups_fit = other.groups == 0 || (groups != 0 && (groups & ~other.groups) == 0);
        const bool only_fits = other.only.is_nil() || only == other.only;
        return (read_only || !other.read_only) && groups_fit && only_fits;
    }

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "read_only", s.read_only);
        v(2, "groups", s.groups);
        v(3, "only", s.only);
    }
};

struct ApiKey {
    ApiKeyId id;
    Surface surface = Surface::native;
    Sha256 hash;       // of the key's text
    std::string hint;  // its last four characters
    std::string name;
    Role role = Role::admin;
    MemberId member;  // nil: bound to the account
    Instant created_at;
    std::optional<Instant> expires_at;
    std::optional<Instant> revoked_at;
    std::vector<std::string> rights;  // beyond the role's: "meter:write"
    Narrowing narrowing;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "id", s.id);
        v(2, "surface", s.surface);
        v(3, "hash", s.hash);
        v(4, "hint", s.hint);
        v(5, "name", s.name);
        v(6, "role", s.role);
        v(7, "member", s.member);
        v(8, "created_at", s.created_at);
        v(9, "expires_at", s.expires_at);
        v(10, "revoked_at", s.revoked_at);
        v(11, "rights", s.rights);
        v(12, "narrowing", s.narrowing);
    }
};

// Telling what is used: gauges, values that replace the one before, corrections, reservations. The
// seller's own; a key of the account itself has it only where the seller has given it.
inline constexpr std::string_view meter_write = "meter:write";

// The public half of a service account's RSA key; `kid` is what tokens name.
struct ServiceKey {
    Uuid kid;
    std::string public_key_pem;
    std::vector<std::string> roles;
    std::string name;
    Instant created_at;
    std::optional<Instant> revoked_at;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "kid", s.kid);
        v(2, "public_key_pem", s.public_key_pem);
        v(3, "roles", s.roles);
        v(4, "name", s.name);
        v(5, "created_at", s.created_at);
        v(6, "revoked_at", s.revoked_at);
    }
};

// Who has frozen an account, and alone takes it back.
struct Freeze {
    std::optional<AccountId> author;  // nil: the platform; none: not known, from before
    Instant at;
    bool for_debt = false;  // by its family's policy: a payment of all that is due lifts it too
    bool operator==(const Freeze&) const = default;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "author", s.author);
        v(2, "at", s.at);
        v(3, "for_debt", s.for_debt);
    }
};

struct Account {
    AccountId id;
    AccountId parent;  // nil: directly below the platform
    AccountId top;     // the account that begins the tree; itself when parent is nil
    Kind kind = Kind::customer;
    Status status = Status::active;
    std::string name;         // lower case: a top's unique among tops, a child's in its tree
    std::int64_t number = 0;  // unique everywhere, below 2^53: the platform dialect's account_id
    std::int32_t depth = 0;   // 0 for the top
    Instant created_at;
    ClockId clock;                 // nil: the wall clock
    std::string wrapped_data_key;  // ciphertext; empty once erased
    Profile profile;
    std::vector<Member> members;
    std::vector<ApiKey> api_keys;
    std::vector<ServiceKey> service_keys;
    std::optional<SpendCap> spend_cap;
    // Why it is frozen. Frozen and none: by one who is not known, from before.
    std::vector<Freeze> freezes;
    std::optional<Instant> closed_at;  // none: it is not closed, or was before this was kept

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "id", s.id);
        v(2, "parent", s.parent);
        v(3, "top", s.top);
        v(4, "kind", s.kind);
        v(5, "status", s.status);
        v(6, "name", s.name);
        v(7, "number", s.number);
        v(8, "depth", s.depth);
        v(9, "created_at", s.created_at);
        v(10, "clock", s.clock);
        v(11, "wrapped_data_key", s.wrapped_data_key);
        v(12, "profile", s.profile);
        v(13, "members", s.members);
        v(14, "api_keys", s.api_keys);
        v(15, "service_keys", s.service_keys);
        v(16, "spend_cap", s.spend_cap);
        v(17, "freezes", s.freezes);
        v(18, "closed_at", s.closed_at);
    }
};

// What the platform's own people may do. Which rights a role has stands in the table of authority;
// an owner has all of them.
enum class OperatorRole : std::uint8_t { viewer, developer, finance, support, admin, owner };
constexpr auto enum_names(OperatorRole) {
    return std::array<std::string_view, 6>{"viewer",  "developer", "finance",
                                           "support", "admin",     "owner"};
}

// Who gives a command. `account` nil: the platform itself.
struct Caller {
    AccountId account;
    Role role = Role::owner;
    Uuid principal;            // the key, member or service key; scope of idempotency keys
    bool support = false;      // the platform's own staff: may what change rules leave to support
    bool tells_usage = false;  // its key has meter:write
    OperatorRole operates = OperatorRole::owner;  // of the platform itself: what it may
    Uuid person;  // the member or the operator whose key it is; nil: nobody's
    Narrowing narrowing;
    static Caller platform(Uuid principal = {}) { return {{}, Role::owner, principal, true}; }
    bool is_platform() const { return account.is_nil(); }
};

// Commands.

// Ids, name and number were reserved in the directory before.
struct OpenAccount {
    AccountId id;
    AccountId parent;  // nil: a new tree
    Kind kind = Kind::customer;
    std::string name;
    std::int64_t number = 0;
    ClockId clock;  // only for a new tree
    std::string wrapped_data_key;
    Profile profile;
};
// Replaces the profile; callers patch a copy and give it back whole.
struct UpdateProfile {
    AccountId account;
    Profile profile;
};
// What becomes of what stands on an account when it is closed. What is not said is not decided, and
// refused where something stands.
enum class BalanceAtEnd : std::uint8_t { refund, transfer, forfeit };
constexpr auto enum_names(BalanceAtEnd) {
    return std::array<std::string_view, 3>{"refund", "transfer", "forfeit"};
}
enum class UnusedAtEnd : std::uint8_t { credit, none };
constexpr auto enum_names(UnusedAtEnd) { return std::array<std::string_view, 2>{"credit", "none"}; }
enum class DebtAtEnd : std::uint8_t { write_off };
constexpr auto enum_names(DebtAtEnd) { return std::array<std::string_view, 1>{"write_off"}; }
struct Closing {
    std::optional<BalanceAtEnd> balance;  // of money, what is released and credited at the end too
    AccountId transfer_to;                // of a transfer: of the same tree, seller and currency
    std::string reference;                // of a refund: the payout's; unique as any payout's
    std::string provider;
    Uuid recorded;                      // the payout that has this reference already; nil: none
    std::optional<UnusedAtEnd> unused;  // of periods that were paid
    std::optional<DebtAtEnd> debt;      // the seller's to say
};
struct SetStatus {
    AccountId account;
    Status status = Status::active;
    Closing closing{};  // when it is closed
};
// Sets the cap, changes its amount or its window, or takes it away. What was spent counts on as
// long as the window stays the same.
struct SetSpendCap {
    AccountId account;
    std::optional<SpendCap> cap;  // none: without
};
// How often the account's tree may ask, instead of what the server allows every tree.
struct SetRequestRate {
    AccountId account;                                // a top
    std::optional<std::int64_t> requests_per_second;  // none: as every tree
};
// Gives the account a name that is unique everywhere beside its own, or takes it away.
struct GrantAlias {
    AccountId account;
    std::string alias;  // empty: none
};
struct AddMember {
    AccountId account;
    Member member;  // id nil, created_at unset: decided
};
struct UpdateMember {
    AccountId account;
    MemberId member;
    Role role = Role::user;
    MemberStatus status = MemberStatus::active;
};
struct RemoveMember {
    AccountId account;
    MemberId member;
};
struct AddApiKey {
    AccountId account;
    ApiKey key;  // id given (reserved in the directory), created_at decided
};
struct RevokeApiKey {
    AccountId account;
    ApiKeyId key;
};
struct AddServiceKey {
    AccountId account;
    ServiceKey key;
};
struct RevokeServiceKey {
    AccountId account;
    Uuid kid;
};

// Events.

struct AccountOpened {
    Account account;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
    }
};
struct ProfileUpdated {
    AccountId account;
    Profile profile;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "profile", s.profile);
    }
};
struct StatusSet {
    AccountId account;
    Status status = Status::active;  // as it is from now on
    std::optional<AccountId> by;     // nil: the platform; none: from before authors were kept
    std::vector<Freeze> freezes;     // all that stand from now on
    std::optional<Instant> at;       // of a closing
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "status", s.status);
        v(3, "by", s.by);
        v(4, "freezes", s.freezes);
        v(5, "at", s.at);
    }
};
struct SpendCapSet {
    AccountId account;
    std::optional<SpendCap> cap;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "cap", s.cap);
    }
};
// No part of the account: who keeps accounts keeps these beside them, to be found without one.
struct RequestRateSet {
    AccountId account;
    std::optional<std::int64_t> requests_per_second;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "requests_per_second", s.requests_per_second);
    }
};
struct MemberAdded {
    AccountId account;
    Member member;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "member", s.member);
    }
};
struct MemberUpdated {
    AccountId account;
    MemberId member;
    Role role = Role::user;
    MemberStatus status = MemberStatus::active;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "member", s.member);
        v(3, "role", s.role);
        v(4, "status", s.status);
    }
};
struct MemberRemoved {
    AccountId account;
    MemberId member;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "member", s.member);
    }
};
struct ApiKeyAdded {
    AccountId account;
    ApiKey key;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "key", s.key);
    }
};
struct ApiKeyRevoked {
    AccountId account;
    ApiKeyId key;
    Instant at;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "key", s.key);
        v(3, "at", s.at);
    }
};
struct ServiceKeyAdded {
    AccountId account;
    ServiceKey key;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "key", s.key);
    }
};
struct ServiceKeyRevoked {
    AccountId account;
    Uuid kid;
    Instant at;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "kid", s.kid);
        v(3, "at", s.at);
    }
};

using Event = std::variant<AccountOpened, ProfileUpdated, StatusSet, MemberAdded, MemberUpdated,
                           MemberRemoved, ApiKeyAdded, ApiKeyRevoked, ServiceKeyAdded,
                           ServiceKeyRevoked, SpendCapSet>;

}  // namespace rb::accounts
