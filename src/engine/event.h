#pragma once
// The closed list of facts that a journal can hold. Kind numbers and field numbers are never reused
// or renumbered; docs/formats/journal.md is generated from this list (tests/formats/check.py).
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "domain/accounts/platform.h"
#include "domain/accounts/types.h"
#include "domain/catalog/command.h"
#include "domain/changes/types.h"
#include "domain/ledger/types.h"
#include "domain/metering/types.h"
#include "domain/subscriptions/types.h"

namespace rb::engine {

// --- the directory: what is unique everywhere
// ---------------------------------------------------------

// How far a child's name reaches: whom it is unique among is its tree, and tops' reach everywhere.
// everywhere: it was given when all names were unique everywhere. platform: the platform gave it,
// and finds the child by it.
enum class NameReach : std::uint8_t { everywhere, tree, platform };
constexpr auto enum_names(NameReach) {
    return std::array<std::string_view, 3>{"everywhere", "tree", "platform"};
}

// A name and a number are taken for an account that its tree is about to open. Unconfirmed, it
// lapses.
struct AccountReserved {
    AccountId account;
    AccountId top;
    std::uint32_t partition = 0;
    std::string name;
    std::int64_t number = 0;
    std::string email_fingerprint;  // empty: none
    Instant until;
    NameReach reach = NameReach::everywhere;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "top", s.top);
        v(3, "partition", s.partition);
        v(4, "name", s.name);
        v(5, "number", s.number);
        v(6, "email_fingerprint", s.email_fingerprint);
        v(7, "until", s.until);
        v(8, "reach", s.reach);
    }
};
struct AccountConfirmed {
    AccountId account;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
    }
};
// The reservation was not used.
struct AccountLapsed {
    AccountId account;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
    }
};
// A name that is unique everywhere, of any account, for dialects that need one. It takes the place
// of the alias that the account had before.
struct AliasGranted {
    AccountId account;
    std::string alias;  // empty: it has none any more
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "alias", s.alias);
    }
};
// The hash of a key's text leads to its account; the key itself stands in the account.
struct KeyRegistered {
    Sha256 hash;
    AccountId account;
    ApiKeyId key;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "hash", s.hash);
        v(2, "account", s.account);
        v(3, "key", s.key);
    }
};
struct ServiceKeyRegistered {
    Uuid kid;
    AccountId account;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "kid", s.kid);
        v(2, "account", s.account);
    }
};
// The key opens nothing any more and leads to no account.
struct KeyForgotten {
    Sha256 hash;
    AccountId account;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "hash", s.hash);
        v(2, "account", s.account);
    }
};
struct ServiceKeyForgotten {
    Uuid kid;
    AccountId account;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "kid", s.kid);
        v(2, "account", s.account);
    }
};
// A root key, as it was written before keys had names: without expiry and narrowing.
struct RootKeyAdded {
    ApiKeyId key;
    Sha256 hash;
    std::string hint;
    Instant at;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "key", s.key);
        v(2, "hash", s.hash);
        v(3, "hint", s.hint);
        v(4, "at", s.at);
    }
};

// --- quarantines: engine/quarantine.h
// -----------------------------------------------------------------------------

struct TreeQuarantined {
    AccountId root;
    Instant at;
    std::string rule;
    std::string place;
    std::string command;
    AccountId about;  // not its subject: to tenants nothing is told of it
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "root", s.root);
        v(2, "at", s.at);
        v(3, "rule", s.rule);
        v(4, "place", s.place);
        v(5, "command", s.command);
        v(6, "about", s.about);
    }
};
struct QuarantineReleased {
    AccountId root;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "root", s.root);
    }
};

// --- test clocks
// ----------------------------------------------------------------------------------------

struct ClockMade {
    ClockId clock;
    std::string name;
    Instant now;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "clock", s.clock);
        v(2, "name", s.name);
        v(3, "now", s.now);
    }
};
struct ClockAdvancing {
    ClockId clock;
    Instant target;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "clock", s.clock);
        v(2, "target", s.target);
    }
};
struct ClockReached {
    ClockId clock;
    Instant now;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "clock", s.clock);
        v(2, "now", s.now);
    }
};

// --- the list
// -------------------------------------------------------------------------------------------

using Event = std::variant<
    AccountReserved, AccountConfirmed, AccountLapsed, KeyRegistered, ServiceKeyRegistered,
    RootKeyAdded, ClockMade, ClockAdvancing, ClockReached, catalog::SettingsReplaced,
    catalog::PlanPublished, catalog::PlanHeadChanged, catalog::CatalogMoved,
    accounts::AccountOpened, accounts::ProfileUpdated, accounts::StatusSet, accounts::MemberAdded,
    accounts::MemberUpdated, accounts::MemberRemoved, accounts::ApiKeyAdded,
    accounts::ApiKeyRevoked, accounts::ServiceKeyAdded, accounts::ServiceKeyRevoked,
    ledger::EntryPosted, ledger::HoldPlaced, ledger::HoldCaptured, ledger::HoldReleased,
    ledger::GrantMade, ledger::GrantExpired, metering::GaugeSet, metering::CounterOpened,
    metering::DrawOpened, metering::PacksBought, metering::ThresholdPassed,
    metering::ReservationMade, metering::ReservationEnded, metering::UsageCounted,
    metering::EntityCounterOpened, metering::MoneySpent, metering::SpendThresholdPassed,
    accounts::SpendCapSet, subscriptions::SubscriptionStarted, subscriptions::PlanChanged,
    subscriptions::ChangeScheduled, subscriptions::SubscriptionRenewed,
    subscriptions::RenewalUnpaid, subscriptions::ReservationShort, subscriptions::TrialEnded,
    subscriptions::SubscriptionEnded, subscriptions::LinesAccrued, changes::QuoteMade,
    changes::QuoteExecuted, changes::CapSet, accounts::RequestRateSet, TreeQuarantined,
    QuarantineReleased, subscriptions::FreeThingTaken, AliasGranted, KeyForgotten,
    ServiceKeyForgotten, accounts::OperatorSet, accounts::PlatformKeySet>;

// Number in the journal and name in JSON of an event type.
template <class T>
struct EventKind;

#define RB_EVENT_KIND(type, kind_number, kind_name)          \
    template <>                                              \
    struct EventKind<type> {                                 \
        static constexpr std::uint16_t number = kind_number; \
        static constexpr std::string_view name = kind_name;  \
    }
RB_EVENT_KIND(AccountReserved, 1, "account_reserved");
RB_EVENT_KIND(AccountConfirmed, 2, "account_confirmed");
RB_EVENT_KIND(AccountLapsed, 3, "account_lapsed");
RB_EVENT_KIND(KeyRegistered, 4, "key_registered");
RB_EVENT_KIND(ServiceKeyRegistered, 5, "service_key_registered");
RB_EVENT_KIND(RootKeyAdded, 6, "root_key_added");
RB_EVENT_KIND(KeyForgotten, 7, "key_forgotten");
RB_EVENT_KIND(ServiceKeyForgotten, 8, "service_key_forgotten");
RB_EVENT_KIND(ClockMade, 10, "clock_made");
RB_EVENT_KIND(ClockAdvancing, 11, "clock_advancing");
RB_EVENT_KIND(ClockReached, 12, "clock_reached");
RB_EVENT_KIND(catalog::SettingsReplaced, 20, "settings_replaced");
RB_EVENT_KIND(catalog::PlanPublished, 21, "plan_published");
RB_EVENT_KIND(catalog::PlanHeadChanged, 22, "plan_head_changed");
RB_EVENT_KIND(catalog::CatalogMoved, 23, "catalog_moved");
RB_EVENT_KIND(accounts::AccountOpened, 30, "account_opened");
RB_EVENT_KIND(accounts::ProfileUpdated, 31, "profile_updated");
RB_EVENT_KIND(accounts::StatusSet, 32, "status_set");
RB_EVENT_KIND(accounts::MemberAdded, 33, "member_added");
RB_EVENT_KIND(accounts::MemberUpdated, 34, "member_updated");
RB_EVENT_KIND(accounts::MemberRemoved, 35, "member_removed");
RB_EVENT_KIND(accounts::ApiKeyAdded, 36, "api_key_added");
RB_EVENT_KIND(accounts::ApiKeyRevoked, 37, "api_key_revoked");
RB_EVENT_KIND(accounts::ServiceKeyAdded, 38, "service_key_added");
RB_EVENT_KIND(accounts::ServiceKeyRevoked, 39, "service_key_revoked");
RB_EVENT_KIND(accounts::SpendCapSet, 40, "spend_cap_set");
RB_EVENT_KIND(accounts::RequestRateSet, 41, "request_rate_set");
RB_EVENT_KIND(AliasGranted, 44, "alias_granted");
RB_EVENT_KIND(accounts::OperatorSet, 45, "operator_set");
RB_EVENT_KIND(accounts::PlatformKeySet, 46, "platform_key_set");
RB_EVENT_KIND(ledger::EntryPosted, 50, "entry_posted");
RB_EVENT_KIND(ledger::HoldPlaced, 51, "hold_placed");
RB_EVENT_KIND(ledger::HoldCaptured, 52, "hold_captured");
RB_EVENT_KIND(ledger::HoldReleased, 53, "hold_released");
RB_EVENT_KIND(ledger::GrantMade, 54, "grant_made");
RB_EVENT_KIND(ledger::GrantExpired, 55, "grant_expired");
RB_EVENT_KIND(metering::GaugeSet, 60, "gauge_set");
RB_EVENT_KIND(metering::CounterOpened, 61, "counter_opened");
RB_EVENT_KIND(metering::DrawOpened, 62, "draw_opened");
RB_EVENT_KIND(metering::PacksBought, 63, "packs_bought");
RB_EVENT_KIND(metering::ThresholdPassed, 64, "threshold_passed");
RB_EVENT_KIND(metering::ReservationMade, 65, "reservation_made");
RB_EVENT_KIND(metering::ReservationEnded, 66, "reservation_ended");
RB_EVENT_KIND(metering::UsageCounted, 67, "usage_counted");
RB_EVENT_KIND(metering::EntityCounterOpened, 68, "entity_counter_opened");
RB_EVENT_KIND(subscriptions::SubscriptionStarted, 70, "subscription_started");
RB_EVENT_KIND(subscriptions::PlanChanged, 71, "plan_changed");
RB_EVENT_KIND(subscriptions::ChangeScheduled, 72, "change_scheduled");
RB_EVENT_KIND(subscriptions::SubscriptionRenewed, 73, "subscription_renewed");
RB_EVENT_KIND(subscriptions::RenewalUnpaid, 74, "renewal_unpaid");
RB_EVENT_KIND(subscriptions::ReservationShort, 75, "reservation_short");
RB_EVENT_KIND(subscriptions::TrialEnded, 76, "trial_ended");
RB_EVENT_KIND(subscriptions::SubscriptionEnded, 77, "subscription_ended");
RB_EVENT_KIND(subscriptions::LinesAccrued, 78, "lines_accrued");
RB_EVENT_KIND(subscriptions::FreeThingTaken, 79, "free_thing_taken");
RB_EVENT_KIND(changes::QuoteMade, 90, "quote_made");
RB_EVENT_KIND(changes::QuoteExecuted, 91, "quote_executed");
RB_EVENT_KIND(changes::CapSet, 92, "cap_set");
RB_EVENT_KIND(metering::MoneySpent, 100, "money_spent");
RB_EVENT_KIND(metering::SpendThresholdPassed, 101, "spend_threshold_passed");
RB_EVENT_KIND(TreeQuarantined, 110, "tree_quarantined");
RB_EVENT_KIND(QuarantineReleased, 111, "quarantine_released");
#undef RB_EVENT_KIND

std::uint16_t kind_number(const Event& event);
std::string_view kind_name(const Event& event);
// How many event numbers it takes: 1, or as many as there are uses in it.
std::uint64_t width(std::uint32_t kind, std::string_view bytes);
// Appends the binary form of the event's fields.
void encode_event(std::string& out, const Event& event);
// nullopt: an unknown kind or malformed fields.
std::optional<Event> decode_event(std::uint16_t kind, std::string_view bytes);
// One JSON object: the fields, amounts and ids as a person reads them.
std::string event_json(const Event& event);
// As the account may see it: without what its sellers pay for it.
Event for_feed(Event event);
// The account that the event is about; nil for catalog and clocks.
AccountId subject_account(const Event& event);
// The ledger entry that the event posts, if it posts one.
const ledger::Entry* entry_of(const Event& event);

// Puts events of a room's variant behind the engine's.
template <class RoomEvent>
Event lift(RoomEvent&& event) {
    return std::visit([](auto&& e) { return Event(std::forward<decltype(e)>(e)); },
                      std::forward<RoomEvent>(event));
}
template <class RoomEvent>
void lift_all(std::vector<Event>& out, std::vector<RoomEvent>&& events) {
    out.reserve(out.size() + events.size());
    for (RoomEvent& e : events) out.push_back(lift(std::move(e)));
}

}  // namespace rb::engine
