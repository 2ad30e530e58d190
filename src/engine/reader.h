#pragma once
// Reading the state of one partition at one moment. Valid only inside the callback that receives
// it; pointers must not leave it. Everything of an account outside the caller's authority looks as
// if it did not exist: ask `account` first and stop on nullptr.
#include <map>
#include <memory>
#include <optional>
#include <string_view>
#include <vector>

#include "domain/accounts/authority.h"
#include "domain/catalog/catalog.h"
#include "domain/changes/decide.h"
#include "domain/entitlements/caps.h"
#include "engine/book.h"
#include "engine/command.h"

namespace rb::engine {

// What one feature means for an account now.
struct EntitlementView {
    std::string feature;
    catalog::FeatureKind kind = catalog::FeatureKind::flag;
    bool on = false;                    // flag
    std::string value;                  // config
    std::optional<std::int64_t> limit;  // limit, metered; nullopt: unlimited
    std::int64_t used = 0;
    std::int64_t held = 0;                  // by open reservations
    std::optional<std::int64_t> remaining;  // of a limit or of packages; nullopt: unlimited
    std::optional<Instant> resets_at;       // metered
    bool soft = false;
    catalog::Per per = catalog::Per::account;  // entity: the limit is each one's, used is not told
    std::string plan;                          // key of the plan that gives it
    std::string family;
};

// How much of a package of the current plan is left.
struct PackageView {
    const catalog::Package* package = nullptr;
    std::int64_t size = 0;  // with packs bought
    std::int64_t original_size = 0;
    std::int64_t left = 0;
};

// What a live family looks like to an account.
struct FamilyView {
    const catalog::Family* family = nullptr;
    changes::Effective effective;  // plan, version, subscription
    Amount fee;                    // of one period in the account's currency
    std::optional<Instant> next_charge;
    std::vector<PackageView> packages;
};

class Reader {
public:
    Reader(const Book& book, std::shared_ptr<const catalog::Catalog> catalog,
           accounts::Caller caller, Instant now);

    const accounts::Caller& caller() const { return caller_; }
    Instant now() const { return now_; }  // of the tree's clock, or the wall
    const catalog::Catalog& catalog() const { return *catalog_; }

    // nullptr: unknown, or not within the caller's authority.
    const AccountRecord* account(AccountId id) const;
    // When the caller may do this to it: domain/accounts/authority.h.
    Result<const AccountRecord*> allowed(AccountId id, accounts::Right right) const;
    // Within the caller's authority, in order of opening. `after`: the last one of the page before.
    // The tops of all trees are Engine::tops.
    std::vector<const AccountRecord*> children(AccountId parent, AccountId after,
                                               std::size_t limit) const;

    changes::World world(const AccountRecord& record) const;
    std::vector<changes::Offer> offers(const AccountRecord& record, std::string_view family) const;
    std::vector<EntitlementView> entitlements(const AccountRecord& record) const;
    // Families of this surface ("platform", "tenant"; empty: all) that the account has a plan in.
    std::vector<FamilyView> families(const AccountRecord& record, std::string_view surface) const;
    // A plan by id or key as the account sees it: the platform's, then its ancestors' own.
    const catalog::Plan* plan(const AccountRecord& record, PlanId id) const;
    const catalog::Plan* plan(const AccountRecord& record, std::string_view key) const;
    const catalog::PlanVersion* version(const AccountRecord& record, const PlanRef& ref) const;
    // What can be spent now: available, live grants and the credit limit; never negative.
    Amount spendable(const AccountRecord& record) const;
    // The account's spend cap as it stands; nothing: it has none.
    std::optional<entitlements::Budget> budget(const AccountRecord& record) const;
    // Requests a second that the account's tree has been given; nothing: what the server allows
    // all.
    std::optional<std::int64_t> request_rate(const AccountRecord& record) const;
    // What became of a quote of the account that was executed not long ago; nullptr: it was not.
    const changes::Executed* executed_quote(const AccountRecord& record, QuoteId quote) const;
    // Sub-accounts of an agency by the plans that they are on; one walk over all of them.
    std::map<PlanId, std::int64_t> subscribers(AccountId agency) const;

    // Why the command would be refused now; changes nothing.
    Result<void> would_be_accepted(const Command& command) const;

    // The platform's people and keys; only in the reader of a command about them.
    const accounts::Platform& platform() const { return book_.directory.platform; }
    const TestClock* clock(ClockId id) const;
    // The seller's balances, micros by bucket and currency.
    const std::map<HouseKey, HouseBalance>& house() const { return book_.house; }
    std::uint64_t event_count() const { return book_.event_count; }
    std::size_t account_count() const { return book_.accounts.size(); }

private:
    void measure(const AccountRecord& record, EntitlementView& view) const;
    PackageView package_of(const AccountRecord& record, const FamilyView& view,
                           std::uint32_t place) const;

    const Book& book_;
    std::shared_ptr<const catalog::Catalog> catalog_;
    accounts::Caller caller_;
    Instant now_;
};

}  // namespace rb::engine
