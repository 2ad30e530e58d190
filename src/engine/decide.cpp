#include "engine/decide.h"

#include <algorithm>

#include "domain/accounts/decide.h"
#include "domain/catalog/decide.h"
#include "domain/ledger/decide.h"
#include "domain/metering/decide.h"
#include "engine/debts.h"
#include "engine/reservations.h"

namespace rb::engine {

changes::World make_world(const Book& book, const catalog::Catalog& catalog,
                          const AccountRecord& record, const accounts::Caller& caller,
                          Instant now) {
    std::vector<const catalog::PlanTable*> owned;
    std::vector<changes::Seller> sellers;
    for (AccountId id = record.account.parent; !id.is_nil();) {
        const AccountRecord* above = book.find(id);
        if (!above) break;
        if (above->owned_plans) owned.push_back(above->owned_plans.get());
        if (above->account.kind == accounts::Kind::agency)
            sellers.push_back({&above->account, &above->wallet});
        id = above->account.parent;
    }
    return {catalog,
            std::move(owned),
            record.account,
            record.wallet,
            record.subscriptions,
            record.gauges,
            record.quotes,
            caller,
            now,
            std::move(sellers)};
}

namespace {

using accounts::Role;

std::unexpected<Refusal> unknown_account() {
    return refuse(Fault::account_is_unknown, "there is no such account", "/account");
}

class Decider {
public:
    explicit Decider(const DecideInput& in) : in_(in), ids_(in.now, in.seed) {}

    // Clocks and the catalog belong to the platform.
    Result<Decided> operator()(const MakeClock& c) {
        if (auto ok = platform_only(); !ok) return std::unexpected(ok.error());
        if (in_.book.clocks.contains(c.clock))
            return refuse(Fault::key_is_taken, "this test clock exists already", "/clock");
        return one(ClockMade{c.clock, c.name, c.now}, c.clock);
    }
    Result<Decided> operator()(const AdvanceClock& c) {
        if (auto ok = platform_only(); !ok) return std::unexpected(ok.error());
        auto it = in_.book.clocks.find(c.clock);
        if (it == in_.book.clocks.end())
            return refuse(Fault::clock_is_unknown, "there is no such test clock", "/clock");
        if (it->second.advancing())
            return refuse(Fault::clock_is_advancing,
                          "the clock is on its way to " + it->second.target.to_text());
        if (c.to <= it->second.now)
            return refuse(
                Fault::clock_moves_forward_only,
                "a test clock moves forward only; it stands at " + it->second.now.to_text(), "/to");
        return one(ClockAdvancing{c.clock, c.to}, c.clock);
    }
    Result<Decided> operator()(const catalog::ApplyCatalog& c) {
        if (auto ok = platform_only(); !ok) return std::unexpected(ok.error());
        auto events = catalog::decide(in_.book.catalog, c, in_.now, ids_);
        if (!events) return std::unexpected(events.error());
        std::int64_t version = in_.book.catalog.version;
        for (const catalog::Event& e : *events)
            if (const auto* moved = std::get_if<catalog::CatalogMoved>(&e))
                version = moved->version;
        return many(std::move(*events), CatalogVersion{version});
    }

    Result<Decided> operator()(const catalog::PublishOwnedPlan& c) {
        auto r = target(c.owner, Role::admin);
        if (!r) return std::unexpected(r.error());
        if ((*r)->account.kind != accounts::Kind::agency)
            return refuse(Fault::role_is_too_low, "only an agency has plans of its own");
        static const catalog::PlanTable none;
        const catalog::PlanTable& owned = (*r)->owned_plans ? *(*r)->owned_plans : none;
        auto events = catalog::decide(in_.catalog, owned, c, in_.now, ids_);
        if (!events) return std::unexpected(events.error());
        // A new default takes the mark from the old one, whose head then comes as an event too: the
        // plan that was asked for is the one that the draft names.
        PlanRef ref;
        for (const catalog::Event& e : *events) {
            if (const auto* p = std::get_if<catalog::PlanPublished>(&e))
                ref = {p->head.id, p->version.version};
            const auto* head = std::get_if<catalog::PlanHeadChanged>(&e);
            if (head && ref.plan.is_nil() && (c.plan.is_nil() || head->head.id == c.plan))
                ref.plan = head->head.id;
        }
        if (ref.plan.is_nil()) ref.plan = c.plan;
        return many(std::move(*events), ref);
    }
    Result<Decided> operator()(const catalog::ArchiveOwnedPlan& c) {
        auto r = target(c.owner, Role::admin);
        if (!r) return std::unexpected(r.error());
        static const catalog::PlanTable none;
        auto events = catalog::decide((*r)->owned_plans ? *(*r)->owned_plans : none, c);
        if (!events) return std::unexpected(events.error());
        return many(std::move(*events), PlanRef{c.plan, 0});
    }

    Result<Decided> operator()(const accounts::OpenAccount& c) {
        const accounts::Account* parent = nullptr;
        if (c.parent.is_nil()) {
            if (auto ok = platform_only(); !ok) return std::unexpected(ok.error());
        } else {
            auto r = target(c.parent, Role::admin);
            if (!r) return std::unexpected(r.error());
            parent = &(*r)->account;
        }
        if (in_.book.find(c.id))
            return refuse(Fault::name_is_taken, "this account exists already", "/name");
        if (!c.clock.is_nil() && !in_.book.clocks.contains(c.clock))
            return refuse(Fault::clock_is_unknown, "there is no such test clock", "/test_clock");
        if (parent && !c.profile.key.empty())
            if (const Tree* tree = in_.book.tree_of(parent->id);
                tree && tree->keys.contains(c.profile.key))
                return refuse(Fault::key_is_taken, "another account of this tree has the key",
                              "/key");
        auto event = accounts::decide(parent, c, in_.now);
        if (!event) return std::unexpected(event.error());
        const auto& opened = std::get<accounts::AccountOpened>(*event).account;
        if (auto ok = listed(opened.profile.currency); !ok) return std::unexpected(ok.error());
        return one(std::move(*event), c.id);
    }
    Result<Decided> operator()(const accounts::UpdateProfile& c) {
        auto r = target(c.account, Role::admin);
        if (!r) return std::unexpected(r.error());
        const accounts::Profile& old = (*r)->account.profile;
        bool seller_side = old.credit_limit_micros != c.profile.credit_limit_micros ||
                           old.cap != c.profile.cap || old.tax.exempt != c.profile.tax.exempt;
        if (seller_side)
            if (auto ok = above(**r); !ok) return std::unexpected(ok.error());
        const Tree* tree = in_.book.tree_of(c.account);
        if (!c.profile.key.empty() && c.profile.key != old.key &&
            tree->keys.contains(c.profile.key))
            return refuse(Fault::key_is_taken, "another account of this tree has the key", "/key");
        auto event = accounts::decide((*r)->account, c, (*r)->wallet.currency);
        if (!event) return std::unexpected(event.error());
        if (c.profile.currency != old.currency)
            if (auto ok = listed(c.profile.currency); !ok) return std::unexpected(ok.error());
        return one(std::move(*event), c.account);
    }
    Result<Decided> operator()(const accounts::SetStatus& c) {
        auto r = target(c.account, Role::admin);
        if (!r) return std::unexpected(r.error());
        if (auto ok = above(**r); !ok) return std::unexpected(ok.error());
        auto decided = from(accounts::decide((*r)->account, c), c.account);
        if (!decided || c.status != accounts::Status::closed) return decided;
        lift_all(
            decided->events,
            changes::end_all(make_world(in_.book, in_.catalog, **r, in_.caller, in_.now), ids_));
        for (const metering::ReservedUse& reservation : (*r)->usage.reservations)
            give_back(in_, **r, reservation, metering::Ending::released, ids_, decided->events);
        return decided;
    }
    Result<Decided> operator()(const accounts::SetSpendCap& c) {
        auto r = target(c.account, Role::admin);
        if (!r) return std::unexpected(r.error());
        return from(accounts::decide((*r)->account, c), c.account);
    }
    Result<Decided> operator()(const accounts::SetRequestRate& c) {
        auto r = target(c.account, Role::admin);
        if (!r) return std::unexpected(r.error());
        if (auto ok = platform_only(); !ok) return std::unexpected(ok.error());
        return from(accounts::decide((*r)->account, c), c.account);
    }
    Result<Decided> operator()(const accounts::AddMember& c) {
        auto r = target(c.account, c.member.role == Role::owner ? Role::owner : Role::admin);
        if (!r) return std::unexpected(r.error());
        auto event = accounts::decide((*r)->account, c, in_.now, ids_);
        if (!event) return std::unexpected(event.error());
        return one(*event, std::get<accounts::MemberAdded>(*event).member.id);
    }
    Result<Decided> operator()(const accounts::UpdateMember& c) {
        auto r = target(c.account, c.role == Role::owner ? Role::owner : Role::admin);
        if (!r) return std::unexpected(r.error());
        return from(accounts::decide((*r)->account, c), c.member);
    }
    Result<Decided> operator()(const accounts::RemoveMember& c) {
        auto r = target(c.account, Role::admin);
        if (!r) return std::unexpected(r.error());
        return from(accounts::decide((*r)->account, c), c.member);
    }
    Result<Decided> operator()(const accounts::AddApiKey& c) {
        auto r = target(c.account, Role::admin);
        if (!r) return std::unexpected(r.error());
        if (c.key.role > in_.caller.role)
            return refuse(Fault::role_is_too_low, "a key cannot have a higher role than its maker",
                          "/role");
        return from(accounts::decide((*r)->account, c, in_.wall), c.key.id);
    }
    Result<Decided> operator()(const accounts::RevokeApiKey& c) {
        auto r = target(c.account, Role::admin);
        if (!r) return std::unexpected(r.error());
        return from(accounts::decide((*r)->account, c, in_.wall), c.key);
    }
    Result<Decided> operator()(const accounts::AddServiceKey& c) {
        auto r = target(c.account, Role::admin);
        if (!r) return std::unexpected(r.error());
        return from(accounts::decide((*r)->account, c, in_.wall), c.key.kid);
    }
    Result<Decided> operator()(const accounts::RevokeServiceKey& c) {
        auto r = target(c.account, Role::admin);
        if (!r) return std::unexpected(r.error());
        return from(accounts::decide((*r)->account, c, in_.wall), c.kid);
    }

    // Money is booked by the side that sells: the platform or an account above.
    Result<Decided> operator()(const ledger::RecordPayment& c) {
        auto r = seller_target(c.account);
        if (!r) return std::unexpected(r.error());
        auto posted = ledger::pay_in((*r)->wallet, booking(**r), c, in_.book.seller_of(**r), ids_);
        if (!posted) return std::unexpected(posted.error());
        Decided out{{}, posted->entry.id};
        ledger::Wallet after = (*r)->wallet;
        ledger::apply(after, c.account, ledger::Event(*posted));
        out.events.push_back(std::move(*posted));
        settle_debts(in_, **r, std::move(after), ids_, out.events);
        return out;
    }
    Result<Decided> operator()(const ledger::PlaceHold& c) {
        auto r = seller_target(c.account);
        if (!r) return std::unexpected(r.error());
        if (c.expires_at && *c.expires_at <= in_.now)
            return refuse(Fault::instant_is_in_the_past, "a hold expires in the future",
                          "/expires_at");
        auto placed = ledger::place_hold((*r)->wallet, booking(**r),
                                         {c.amount, c.reason, {}, c.expires_at}, ids_);
        if (!placed) return std::unexpected(placed.error());
        HoldId id = placed->hold.id;
        return one(std::move(*placed), id);
    }
    Result<Decided> operator()(const ledger::CaptureHold& c) {
        auto r = own_hold(c.account, c.hold);
        if (!r) return std::unexpected(r.error());
        const ledger::Hold& hold = *ledger::find_hold((*r)->wallet, c.hold);
        Amount amount = c.amount.value_or(hold.amount);
        ledger::Charge charge{ledger::EntryKind::capture,
                              hold.reason,
                              c.hold.uuid,
                              {{in_.book.seller_of(**r), ledger::Bucket::revenue, amount}}};
        auto captured = ledger::capture((*r)->wallet, booking(**r), c.hold, charge, ids_);
        if (!captured) return std::unexpected(captured.error());
        Decided out{{}, captured->entry.id};
        if (!captured->left.is_zero()) {
            ledger::Wallet after = (*r)->wallet;
            ledger::apply(after, c.account, ledger::Event(*captured));
            auto released = ledger::release(after, booking(**r), c.hold, ids_);
            RB_CHECK(released.has_value(), "the rest of a captured hold can be released");
            out.events.push_back(std::move(*captured));
            out.events.push_back(std::move(*released));
        } else {
            out.events.push_back(std::move(*captured));
        }
        return out;
    }
    Result<Decided> operator()(const ledger::ReleaseHold& c) {
        auto r = own_hold(c.account, c.hold);
        if (!r) return std::unexpected(r.error());
        auto released = ledger::release((*r)->wallet, booking(**r), c.hold, ids_);
        if (!released) return std::unexpected(released.error());
        EntryId id = released->entry.id;
        return one(std::move(*released), id);
    }
    Result<Decided> operator()(const ledger::GrantCredit& c) {
        auto r = seller_target(c.account);
        if (!r) return std::unexpected(r.error());
        if (c.expires_at && *c.expires_at <= in_.now)
            return refuse(Fault::instant_is_in_the_past, "a grant expires in the future",
                          "/expires_at");
        auto made = ledger::grant((*r)->wallet, booking(**r), c, in_.book.seller_of(**r), ids_);
        if (!made) return std::unexpected(made.error());
        GrantId id = made->grant.id;
        return one(std::move(*made), id);
    }
    Result<Decided> operator()(const ledger::ReverseEntry& c) {
        auto r = seller_target(c.account);
        if (!r) return std::unexpected(r.error());
        if (c.original.account != c.account)
            return refuse(Fault::entry_is_unknown, "there is no such entry", "/entry");
        auto posted = ledger::reverse((*r)->wallet, booking(**r), c, ids_);
        if (!posted) return std::unexpected(posted.error());
        EntryId id = posted->entry.id;
        return one(std::move(*posted), id);
    }

    Result<Decided> operator()(const metering::SetGauge& c) {
        auto r = target(c.account, Role::developer);
        if (!r) return std::unexpected(r.error());
        changes::World world = make_world(in_.book, in_.catalog, **r, in_.caller, in_.now);
        auto event =
            metering::decide((*r)->gauges, in_.catalog.settings, hard_limit(world, c.feature), c);
        if (!event) return std::unexpected(event.error());
        return one(*event, GaugeValue{std::get<metering::GaugeSet>(*event).value});
    }

    Result<Decided> operator()(const entitlements::Reserve& c) {
        auto r = target(c.account, Role::developer);
        if (!r) return std::unexpected(r.error());
        return reserve(in_, **r, c, ids_);
    }
    Result<Decided> operator()(const entitlements::CommitReservation& c) {
        auto r = target(c.account, Role::developer);
        if (!r) return std::unexpected(r.error());
        return commit(in_, **r, c, ids_);
    }
    Result<Decided> operator()(const entitlements::ReleaseReservation& c) {
        auto r = target(c.account, Role::developer);
        if (!r) return std::unexpected(r.error());
        return release(in_, **r, c, ids_);
    }

    Result<Decided> operator()(const changes::MakeQuote& c) {
        auto r = target(c.account, Role::accountant);
        if (!r) return std::unexpected(r.error());
        return changed(
            changes::decide(make_world(in_.book, in_.catalog, **r, in_.caller, in_.now), c, ids_));
    }
    Result<Decided> operator()(const changes::Change& c) {
        auto r = target(c.account, Role::admin);
        if (!r) return std::unexpected(r.error());
        return changed(
            changes::decide(make_world(in_.book, in_.catalog, **r, in_.caller, in_.now), c, ids_));
    }
    Result<Decided> operator()(const changes::ExecuteQuote& c) {
        auto r = target(c.account, Role::admin);
        if (!r) return std::unexpected(r.error());
        return changed(
            changes::decide(make_world(in_.book, in_.catalog, **r, in_.caller, in_.now), c, ids_));
    }
    Result<Decided> operator()(const changes::WithdrawPending& c) {
        auto r = target(c.account, Role::admin);
        if (!r) return std::unexpected(r.error());
        return changed(
            changes::decide(make_world(in_.book, in_.catalog, **r, in_.caller, in_.now), c, ids_));
    }

private:
    template <class E, class R>
    Result<Decided> one(E event, R reply) {
        Decided out;
        out.reply = std::move(reply);
        if constexpr (std::is_constructible_v<Event, E>)
            out.events.emplace_back(std::move(event));
        else
            out.events.push_back(lift(std::move(event)));
        return out;
    }
    template <class E, class R>
    Result<Decided> many(std::vector<E>&& events, R reply) {
        Decided out;
        out.reply = std::move(reply);
        lift_all(out.events, std::move(events));
        return out;
    }
    template <class E, class R>
    Result<Decided> from(Result<E>&& event, R reply) {
        if (!event) return std::unexpected(event.error());
        return one(std::move(*event), reply);
    }
    template <class R>
    Result<Decided> changed(Result<changes::Decision<R>>&& decision) {
        if (!decision) return std::unexpected(decision.error());
        return many(std::move(decision->events), std::move(decision->reply));
    }

    Result<void> platform_only() const {
        if (in_.caller.is_platform()) return {};
        return refuse(Fault::role_is_too_low, "only the platform itself can do this");
    }
    // A currency that the catalog lists; any while there is no catalog.
    Result<void> listed(Currency currency) const {
        const catalog::Catalog& catalog = in_.catalog;
        bool is_any =
            currency.empty() || catalog.version == 0 || catalog.settings.currencies.empty();
        if (is_any || catalog.settings.currencies.contains(currency)) return {};
        return refuse(
            Fault::currency_is_unknown,
            "expected a currency of the catalog: it does not list " + std::string(currency.code()),
            "/currency");
    }
    // The account, when it stands in the caller's subtree; another tree's looks unknown.
    Result<const AccountRecord*> target(AccountId id, Role minimum) const {
        const AccountRecord* r = in_.book.find(id);
        if (!r || (!in_.caller.is_platform() && !in_.book.is_within(id, in_.caller.account)))
            return unknown_account();
        if (auto ok = accounts::require_role(in_.caller, minimum); !ok)
            return std::unexpected(ok.error());
        return r;
    }
    Result<void> above(const AccountRecord& r) const {
        if (in_.caller.is_platform() || r.account.id != in_.caller.account) return {};
        return refuse(Fault::role_is_too_low, "only the platform or an account above can do this");
    }
    Result<const AccountRecord*> seller_target(AccountId id) const {
        auto r = target(id, Role::accountant);
        if (!r) return r;
        if (auto ok = above(**r); !ok) return std::unexpected(ok.error());
        if (auto ok = accounts::must_not_be_closed((*r)->account); !ok)
            return std::unexpected(ok.error());
        return r;
    }
    // A hold that was placed by command; reservations belong to their subscription.
    Result<const AccountRecord*> own_hold(AccountId id, HoldId hold) const {
        auto r = seller_target(id);
        if (!r) return r;
        const ledger::Hold* found = ledger::find_hold((*r)->wallet, hold);
        if (!found) return refuse(Fault::hold_is_unknown, "there is no such open hold", "/hold");
        if (!found->subject.is_nil())
            return refuse(Fault::field_is_invalid,
                          "this hold belongs to a subscription's next period or to a reservation; "
                          "end that instead",
                          "/hold");
        return r;
    }
    ledger::Booking booking(const AccountRecord& r) const {
        return {r.account.id, r.account.profile.currency, r.account.profile.credit_limit_micros,
                in_.now};
    }
    static std::optional<std::int64_t> hard_limit(const changes::World& world,
                                                  const std::string& feature) {
        std::optional<std::int64_t> limit;
        for (const auto& [key, family] : world.catalog.settings.families) {
            changes::Effective effective = changes::effective_plan(world, key);
            if (!effective.version) continue;
            for (const catalog::Entitlement& e : effective.version->entitlements)
                if (e.feature == feature && e.limit && !e.soft)
                    limit = limit.value_or(0) + *e.limit;
        }
        return limit;
    }

    const DecideInput& in_;
    IdSource ids_;
};

std::vector<Event> fire_expiry(const DecideInput& in, const AccountRecord& r, IdSource& ids) {
    std::vector<Event> out;
    ledger::Wallet wallet = r.wallet;
    ledger::Booking booking{r.account.id, r.account.profile.currency,
                            r.account.profile.credit_limit_micros, in.now};
    auto take = [&](auto&& event) {
        RB_CHECK(event.has_value(), "what has expired can be released");
        ledger::apply(wallet, r.account.id, ledger::Event(*event));
        out.push_back(std::move(*event));
    };
    for (const ledger::Hold& hold : r.wallet.holds)
        if (hold.expires_at && *hold.expires_at <= in.now)
            take(ledger::release(wallet, booking, hold.id, ids));
    for (const ledger::Grant& grant : r.wallet.grants)
        if (grant.expires_at && *grant.expires_at <= in.now)
            take(ledger::expire(wallet, booking, grant.id, ids));
    for (const metering::ReservedUse& reservation : r.usage.reservations)
        if (reservation.expires_at <= in.now)
            give_back(in, r, reservation, metering::Ending::expired, ids, out);
    return out;
}

}  // namespace

Result<Decided> decide(const DecideInput& in, const Command& command) {
    return std::visit(Decider(in), command);
}

std::vector<Event> fire(const DecideInput& in, const Timer& timer) {
    const AccountRecord* r = in.book.find(timer.account);
    RB_CHECK(r != nullptr, "a timer names an account that was never opened");
    IdSource ids(in.now, in.seed);
    if (timer.kind == Timer::Kind::expiry) return fire_expiry(in, *r, ids);
    std::vector<Event> out;
    lift_all(out, changes::fire(make_world(in.book, in.catalog, *r, in.caller, in.now),
                                SubscriptionId{timer.subject}, ids));
    return out;
}

}  // namespace rb::engine
