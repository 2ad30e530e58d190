#include "engine/decide.h"

#include <algorithm>

#include "base/limits.h"
#include "domain/accounts/decide.h"
#include "domain/catalog/decide.h"
#include "domain/ledger/decide.h"
#include "domain/metering/decide.h"
#include "engine/authority.h"
#include "engine/closing.h"
#include "engine/debts.h"
#include "engine/directory.h"
#include "engine/fixed_currency.h"
#include "engine/reservations.h"
#include "engine/usage_terms.h"

namespace rb::engine {

changes::World make_world(const Book& book, const catalog::Catalog& catalog,
                          const AccountRecord& record, const accounts::Caller& caller,
                          Instant now) {
    std::vector<const catalog::PlanTable*> owned;
    accounts::Status worst = record.account.status;
    std::vector<changes::Seller> sellers;
    for (AccountId id = record.account.parent; !id.is_nil();) {
        const AccountRecord* above = book.find(id);
        if (!above) break;
        if (above->owned_plans) owned.push_back(above->owned_plans.get());
        worst = std::max(worst, above->account.status);
        if (above->account.kind == accounts::Kind::agency)
            sellers.push_back({&above->account, &above->wallet, &above->subscriptions});
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
            worst,
            [&book](AccountId id) -> changes::Neighbour {
                const AccountRecord* r = book.find(id);
                if (r == nullptr) return {};
                return {&r->account, &r->subscriptions};
            },
            std::move(sellers)};
}

namespace {

using accounts::Right;

// Periods, windows and what is due lie ahead of a clock, and instants end with the year 9999: a
// test clock stands so far before that no plan's length reaches it.
constexpr Instant clock_end = Instant::of_seconds(221'845'392'000);  // 9000-01-01T00:00:00Z

Result<void> check_clock(Instant at, std::string_view field) {
    if (at < clock_end) return {};
    return refuse(Fault::field_is_invalid,
                  "expected an instant before " + clock_end.to_text() + ", the end of test clocks",
                  std::string(field));
}

// Whether the catalog has a tax of any category for those who live there.
bool is_taxed(const catalog::Settings& settings, const accounts::TaxProfile& tax) {
    if (tax.country.empty()) return false;
    return std::ranges::any_of(settings.tax_rates, [&](const catalog::TaxRate& row) {
        return row.country == tax.country && (row.region.empty() || row.region == tax.region);
    });
}

class Decider {
public:
    explicit Decider(const DecideInput& in) : in_(in), ids_(in.now, in.seed) {}

    // Clocks and the catalog belong to the platform.
    Result<Decided> operator()(const MakeClock& c) {
        if (auto ok = overall(Right::run_clocks); !ok) return std::unexpected(ok.error());
        if (auto ok = check_clock(c.now, "/now"); !ok) return std::unexpected(ok.error());
        if (in_.book.clocks.contains(c.clock))
            return refuse(Fault::key_is_taken, "this test clock exists already", "/clock");
        if (in_.book.clocks.size() >= limits::test_clocks_max)
            return refuse(Fault::too_many, "there are " + std::to_string(limits::test_clocks_max) +
                                               " test clocks, as many as there may be");
        return one(ClockMade{c.clock, c.name, c.now}, c.clock);
    }
    Result<Decided> operator()(const AdvanceClock& c) {
        if (auto ok = overall(Right::run_clocks); !ok) return std::unexpected(ok.error());
        auto it = in_.book.clocks.find(c.clock);
        if (it == in_.book.clocks.end())
            return refuse(Fault::clock_is_unknown, "there is no such test clock", "/clock");
        if (auto ok = check_clock(c.to, "/to"); !ok) return std::unexpected(ok.error());
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
        if (auto ok = overall(Right::publish_catalog); !ok) return std::unexpected(ok.error());
        auto events = catalog::decide(in_.book.catalog, c, in_.now, ids_);
        if (!events) return std::unexpected(events.error());
        std::int64_t version = in_.book.catalog.version;
        for (const catalog::Event& e : *events)
            if (const auto* moved = std::get_if<catalog::CatalogMoved>(&e))
                version = moved->version;
        return many(std::move(*events), CatalogVersion{version});
    }

    Result<Decided> operator()(const catalog::PublishOwnedPlan& c) {
        auto r = target(c.owner, Right::publish_plan);
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
        auto r = target(c.owner, Right::publish_plan);
        if (!r) return std::unexpected(r.error());
        static const catalog::PlanTable none;
        auto events = catalog::decide((*r)->owned_plans ? *(*r)->owned_plans : none, c);
        if (!events) return std::unexpected(events.error());
        return many(std::move(*events), PlanRef{c.plan, 0});
    }

    Result<Decided> operator()(const accounts::OpenAccount& c) {
        const AccountRecord* parent = nullptr;
        if (!c.parent.is_nil()) {
            auto r = target(c.parent, Right::open_child);
            if (!r) return at(r.error(), r.error().field.empty() ? "" : "/parent");
            parent = *r;
        }
        accounts::OpenAccount asked = c;
        if (auto ok = may_open(parent, asked); !ok) return std::unexpected(ok.error());
        if (in_.book.find(c.id))
            return refuse(Fault::name_is_taken, "this account exists already", "/name");
        if (!c.clock.is_nil() && !in_.book.clocks.contains(c.clock))
            return refuse(Fault::clock_is_unknown, "there is no such test clock", "/test_clock");
        auto event = accounts::decide(parent ? &parent->account : nullptr, asked, in_.now);
        if (!event) return std::unexpected(event.error());
        auto& opened = std::get<accounts::AccountOpened>(*event).account;
        if (auto ok = named_and_keyed(opened); !ok) return std::unexpected(ok.error());
        if (auto ok = listed(opened.profile.currency); !ok) return std::unexpected(ok.error());
        return one(std::move(*event), c.id);
    }
    Result<Decided> operator()(const accounts::UpdateProfile& c) {
        auto r = target(c.account, Right::update_profile);
        if (!r) return std::unexpected(r.error());
        const accounts::Profile& old = (*r)->account.profile;
        if (accounts::moves_seller_terms(old, c.profile) || is_untaxed(old.tax, c.profile.tax))
            if (auto ok = may(Right::set_seller_terms, **r); !ok)
                return std::unexpected(ok.error());
        auto event = accounts::decide((*r)->account, c, fixed_currency(**r, in_.now));
        if (!event) return std::unexpected(event.error());
        auto& updated = std::get<accounts::ProfileUpdated>(*event).profile;
        updated.key_giver = old.key_giver;
        if (updated.key != old.key)
            if (auto ok = keyed((*r)->account, updated); !ok) return std::unexpected(ok.error());
        if (c.profile.currency != old.currency)
            if (auto ok = listed(c.profile.currency); !ok) return std::unexpected(ok.error());
        return one(std::move(*event), c.account);
    }
    Result<Decided> operator()(const accounts::SetStatus& c) {
        auto r = target(c.account, Right::set_status);
        if (!r) return std::unexpected(r.error());
        auto decided = from(accounts::decide((*r)->account, c, actor(**r), in_.now), c.account);
        if (!decided || c.status != accounts::Status::closed) return decided;
        // Once more: what stood then stands on, unless something is said of it now.
        const accounts::Closing& said = c.closing;
        if ((*r)->account.status == accounts::Status::closed && !said.balance && !said.debt)
            return decided;
        auto settled = settle_closing(in_, **r, c, ids_);
        if (!settled) return std::unexpected(settled.error());
        for (Event& event : *settled) decided->events.push_back(std::move(event));
        return decided;
    }
    Result<Decided> operator()(const accounts::SetSpendCap& c) {
        auto r = target(c.account, Right::set_spend_cap);
        if (!r) return std::unexpected(r.error());
        return from(accounts::decide((*r)->account, c, actor(**r), cap_authority(**r)), c.account);
    }
    Result<Decided> operator()(const accounts::SetRequestRate& c) {
        auto r = target(c.account, Right::set_rate);
        if (!r) return std::unexpected(r.error());
        return from(accounts::decide((*r)->account, c), c.account);
    }
    Result<Decided> operator()(const accounts::GrantAlias& c) {
        const auto ok = in_.caller.is_platform()
                            ? overall(Right::run_platform)
                            : accounts::may_at_all(in_.caller, Right::run_platform);
        if (!ok) return std::unexpected(ok.error());
        auto events = grant_alias(in_.book.directory, c.account, c.alias);
        if (!events) return std::unexpected(events.error());
        return Decided{std::move(*events), c.account};
    }
    Result<Decided> operator()(const accounts::AddOperator& c) {
        return of_platform(c, [](const accounts::PlatformEvents& made) {
            return std::get<accounts::OperatorSet>(made.front()).person.id;
        });
    }
    Result<Decided> operator()(const accounts::UpdateOperator& c) {
        return of_platform(c, [&](const auto&) { return c.id; });
    }
    Result<Decided> operator()(const accounts::RemoveOperator& c) {
        return of_platform(c, [&](const auto&) { return c.id; });
    }
    Result<Decided> operator()(const accounts::AddPlatformKey& c) {
        if (auto ok = gives_no_more(c.key.narrowing); !ok) return std::unexpected(ok.error());
        const AccountId only = c.key.narrowing.only;
        if (!only.is_nil() && !in_.book.directory.accounts.find(only))
            return refuse(Fault::account_is_unknown, "there is no such account", "/only");
        return of_platform(c, [&](const auto&) { return c.key.id; });
    }
    Result<Decided> operator()(const accounts::ChangePlatformKey& c) {
        return of_platform(c, [&](const auto&) { return c.key; });
    }
    Result<Decided> operator()(const accounts::RotatePlatformKey& c) {
        const accounts::PlatformKey* old = accounts::find_key(in_.book.directory.platform, c.key);
        if (old != nullptr)
            if (auto ok = gives_no_more(old->narrowing); !ok) return std::unexpected(ok.error());
        return of_platform(c, [&](const auto&) { return c.fresh.id; });
    }
    Result<Decided> operator()(const accounts::RevokePlatformKey& c) {
        return of_platform(c, [&](const auto&) { return c.key; });
    }
    Result<Decided> operator()(const accounts::AddMember& c) {
        auto r = target(c.account, Right::manage_members);
        if (!r) return std::unexpected(r.error());
        if (auto ok = may(right_for((*r)->account, c), **r); !ok)
            return std::unexpected(ok.error());
        auto event = accounts::decide((*r)->account, c, in_.now, ids_);
        if (!event) return std::unexpected(event.error());
        return one(*event, std::get<accounts::MemberAdded>(*event).member.id);
    }
    Result<Decided> operator()(const accounts::UpdateMember& c) {
        auto r = target(c.account, Right::manage_members);
        if (!r) return std::unexpected(r.error());
        if (auto ok = may(right_for((*r)->account, c), **r); !ok)
            return std::unexpected(ok.error());
        return from(accounts::decide((*r)->account, c), c.member);
    }
    Result<Decided> operator()(const accounts::RemoveMember& c) {
        auto r = target(c.account, Right::remove_members);
        if (!r) return std::unexpected(r.error());
        if (auto ok = may(right_for((*r)->account, c), **r); !ok)
            return std::unexpected(ok.error());
        return from(accounts::decide((*r)->account, c), c.member);
    }
    Result<Decided> operator()(const accounts::AddApiKey& c) {
        auto r = target(c.account, Right::make_key);
        if (!r) return std::unexpected(r.error());
        if (auto ok = may(right_for((*r)->account, c), **r); !ok)
            return std::unexpected(ok.error());
        if (!c.key.rights.empty())
            if (auto ok = may(Right::give_telling, **r); !ok) return at(ok.error(), "/rights");
        if (c.key.role > in_.caller.role)
            return refuse(Fault::role_is_too_low, "a key cannot have a higher role than its maker",
                          "/role");
        if (auto ok = gives_no_more(c.key.narrowing, c.account); !ok)
            return std::unexpected(ok.error());
        if (auto ok = is_bound_below(c.key.narrowing, c.account); !ok)
            return std::unexpected(ok.error());
        return from(accounts::decide((*r)->account, c, in_.wall), c.key.id);
    }
    Result<Decided> operator()(const accounts::RevokeApiKey& c) {
        auto r = target(c.account, Right::revoke_key);
        if (!r) return std::unexpected(r.error());
        if (auto ok = may(right_for((*r)->account, c), **r); !ok)
            return std::unexpected(ok.error());
        return from(accounts::decide((*r)->account, c, in_.wall), c.key);
    }
    Result<Decided> operator()(const accounts::AddServiceKey& c) {
        auto r = target(c.account, Right::make_service_key);
        if (!r) return std::unexpected(r.error());
        if (auto ok = gives_no_more({}, c.account); !ok) return std::unexpected(ok.error());
        return from(accounts::decide((*r)->account, c, in_.wall), c.key.kid);
    }
    Result<Decided> operator()(const accounts::RevokeServiceKey& c) {
        auto r = target(c.account, Right::revoke_service_key);
        if (!r) return std::unexpected(r.error());
        return from(accounts::decide((*r)->account, c, in_.wall), c.kid);
    }

    // Money is booked by the side that sells and has received it.
    Result<Decided> operator()(const ledger::RecordPayment& c) {
        auto r = target(c.account, Right::book_money);
        if (!r) return std::unexpected(r.error());
        if (c.recorded) return recorded(*c.recorded, c.amount);
        auto posted = ledger::pay_in((*r)->wallet, booking(**r), c, in_.book.seller_of(**r), ids_);
        if (!posted) return std::unexpected(posted.error());
        Decided out{{}, posted->entry.id};
        ledger::Wallet after = (*r)->wallet;
        ledger::apply(after, c.account, ledger::Event(*posted));
        out.events.push_back(std::move(*posted));
        settle_debts(in_, **r, std::move(after), ids_, out.events);
        return out;
    }
    Result<Decided> operator()(const ledger::PayOut& c) {
        auto r = target(c.account, Right::book_money);
        if (!r) return std::unexpected(r.error());
        if (c.recorded) return recorded(*c.recorded, c.amount);
        auto posted = ledger::pay_out((*r)->wallet, booking(**r), c, in_.book.seller_of(**r), ids_);
        if (!posted) return std::unexpected(posted.error());
        EntryId id = posted->entry.id;
        return one(std::move(*posted), id);
    }
    Result<Decided> operator()(const ledger::PlaceHold& c) {
        auto r = target(c.account, Right::place_hold);
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
        auto r = target(c.account, Right::book_money);
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
        auto r = target(c.account, Right::book_money);
        if (!r) return std::unexpected(r.error());
        if (c.original.account != c.account)
            return refuse(Fault::entry_is_unknown, "there is no such entry", "/entry");
        auto posted = ledger::reverse((*r)->wallet, booking(**r), c, ids_);
        if (!posted) return std::unexpected(posted.error());
        EntryId id = posted->entry.id;
        return one(std::move(*posted), id);
    }

    Result<Decided> operator()(const metering::SetGauge& c) {
        auto r = target(c.account, Right::tell_usage);
        if (!r) return std::unexpected(r.error());
        auto event =
            metering::decide((*r)->gauges, in_.catalog.settings, hard_limit(**r, c.feature), c);
        if (!event) return std::unexpected(event.error());
        return one(*event, GaugeValue{std::get<metering::GaugeSet>(*event).value});
    }

    Result<Decided> operator()(const entitlements::Reserve& c) {
        auto r = target(c.account, Right::reserve_use);
        if (!r) return std::unexpected(r.error());
        return reserve(in_, **r, c, ids_);
    }
    Result<Decided> operator()(const entitlements::CommitReservation& c) {
        auto r = target(c.account, Right::reserve_use);
        if (!r) return std::unexpected(r.error());
        return commit(in_, **r, c, ids_);
    }
    Result<Decided> operator()(const entitlements::ReleaseReservation& c) {
        auto r = target(c.account, Right::reserve_use);
        if (!r) return std::unexpected(r.error());
        return release(in_, **r, c, ids_);
    }

    Result<Decided> operator()(const changes::MakeQuote& c) {
        auto r = target(c.account, Right::quote);
        if (!r) return std::unexpected(r.error());
        return changed(
            changes::decide(make_world(in_.book, in_.catalog, **r, in_.caller, in_.now), c, ids_));
    }
    Result<Decided> operator()(const changes::Change& c) {
        auto r = target(c.account, Right::change_plan);
        if (!r) return std::unexpected(r.error());
        return changed(
            changes::decide(make_world(in_.book, in_.catalog, **r, in_.caller, in_.now), c, ids_));
    }
    Result<Decided> operator()(const changes::ExecuteQuote& c) {
        auto r = target(c.account, Right::change_plan);
        if (!r) return std::unexpected(r.error());
        // Told, not done: whoever may execute it, under whatever idempotency key.
        if (const auto* done = in_.book.executed_quotes.find(c.quote, c.account, in_.now))
            return Decided{
                {}, changes::Outcome{done->quote, done->subscription, changes::Doing::before}};
        return changed(
            changes::decide(make_world(in_.book, in_.catalog, **r, in_.caller, in_.now), c, ids_));
    }
    Result<Decided> operator()(const changes::WithdrawPending& c) {
        auto r = target(c.account, Right::change_plan);
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

    static Result<Decided> recorded(const ledger::Entry& entry, Amount amount) {
        auto id = ledger::recorded_as(entry, amount);
        if (!id) return std::unexpected(id.error());
        return Decided{{}, RecordedBefore{*id}};
    }
    // What belongs to no account.
    Result<void> overall(Right right) const { return accounts::may_overall(in_.caller, right); }
    template <class C>
    Result<Decided> of_platform(const C& c, auto reply_of) {
        if (auto ok = overall(Right::manage_operators); !ok) return std::unexpected(ok.error());
        auto events = [&] {
            const accounts::Platform& platform = in_.book.directory.platform;
            if constexpr (requires { accounts::decide(platform, c, in_.now, ids_); })
                return accounts::decide(platform, c, in_.now, ids_);
            else if constexpr (requires { accounts::decide(platform, c, in_.now); })
                return accounts::decide(platform, c, in_.now);
            else
                return accounts::decide(platform, c);
        }();
        if (!events) return std::unexpected(events.error());
        auto reply = reply_of(*events);
        return many(std::move(*events), reply);
    }
    // A key gives away no more than it has; a key of an account reaches no further than that.
    Result<void> gives_no_more(accounts::Narrowing given, AccountId of = {}) const {
        const accounts::Narrowing& own = in_.caller.narrowing;
        if (!of.is_nil() && in_.book.is_within(of, own.only)) given.only = own.only;
        if (given.is_within(own)) return {};
        return refuse(Fault::scope_is_missing,
                      "a narrowed key makes keys that are narrowed at least as much");
    }
    // An account that a key may be bound to is one below its own.
    Result<void> is_bound_below(const accounts::Narrowing& given, AccountId account) const {
        if (given.only.is_nil() || in_.book.is_within(given.only, account)) return {};
        return refuse(Fault::account_is_unknown, "there is no such account", "/only");
    }
    static std::unexpected<Refusal> at(Refusal refusal, std::string_view field) {
        refusal.field = field;
        return std::unexpected(std::move(refusal));
    }
    Result<void> may(Right right, const AccountRecord& r) const {
        return accounts::may(in_.caller, right, standing_of(in_.book, in_.caller, r));
    }
    accounts::Actor actor(const AccountRecord& r) const {
        return {in_.caller.account, standing_of(in_.book, in_.caller, r).relation};
    }
    // The author of the present cap, and whoever stands above him, may do with it what they like.
    accounts::CapAuthority cap_authority(const AccountRecord& r) const {
        const auto& cap = r.account.spend_cap;
        const bool is_free =
            !cap || !cap->author || in_.caller.is_platform() ||
            (!cap->author->is_nil() && in_.book.is_within(*cap->author, in_.caller.account));
        return is_free ? accounts::CapAuthority::own : accounts::CapAuthority::outranked;
    }
    // Taxed before, and not any more.
    bool is_untaxed(const accounts::TaxProfile& before, const accounts::TaxProfile& after) const {
        const catalog::Settings& settings = in_.catalog.settings;
        return is_taxed(settings, before) && !is_taxed(settings, after);
    }
    // What an account is opened as, and on which terms. One that its seller does not open is taxed
    // where its parent is, unless it says where else.
    Result<void> may_open(const AccountRecord* parent, accounts::OpenAccount& c) const {
        if (parent == nullptr) return overall(Right::open_tree);
        const accounts::Stand stand = standing_below(in_.book, in_.caller, *parent);
        if (c.kind == accounts::Kind::agency)
            if (auto ok = accounts::may(in_.caller, Right::open_agency, stand); !ok)
                return at(ok.error(), "/kind");
        const bool is_sellers =
            accounts::may(in_.caller, Right::set_seller_terms, stand).has_value();
        if (is_sellers) return {};
        const accounts::TaxProfile& above = parent->account.profile.tax;
        accounts::Profile plain;
        plain.tax.country = c.profile.tax.country;
        const bool has_terms = accounts::moves_seller_terms(plain, c.profile);
        if (c.profile.tax.country.empty()) {
            c.profile.tax.country = above.country;
            c.profile.tax.region = above.region;
        }
        if (has_terms || is_untaxed(above, c.profile.tax))
            return accounts::may(in_.caller, Right::set_seller_terms, stand);
        return {};
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
    Result<void> keyed(const accounts::Account& account, accounts::Profile& profile) const {
        static const NameHolder none;
        const bool is_new = in_.book.find(account.id) == nullptr;
        return give_key(in_.book, in_.names ? *in_.names : none, in_.caller,
                        {account, is_new ? KeyPlace::Is::opened : KeyPlace::Is::there}, profile);
    }
    Result<void> named_and_keyed(accounts::Account& opened) const {
        const Tree* tree = opened.parent.is_nil() ? nullptr : in_.book.tree_of(opened.parent);
        if (tree)
            if (auto ok = name_is_no_key(*tree, opened.name); !ok) return ok;
        return keyed(opened, opened.profile);
    }
    Result<const AccountRecord*> target(AccountId id, Right right) const {
        return allowed(in_.book, in_.caller, id, right);
    }
    // A hold that was placed by command; reservations belong to their subscription.
    Result<const AccountRecord*> own_hold(AccountId id, HoldId hold) const {
        auto r = target(id, Right::place_hold);
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
    std::optional<std::int64_t> hard_limit(const AccountRecord& r,
                                           const std::string& feature) const {
        std::optional<std::int64_t> limit;
        for (const entitlements::Holding& h : holdings_of(in_.book, in_.catalog, r, in_.now)) {
            if (h.plan->head.kind == catalog::PlanKind::add_on) continue;
            bool is_others = h.share == changes::Share::joint || h.share == changes::Share::none;
            for (const catalog::Entitlement& e : h.version->entitlements)
                if (e.feature == feature && e.limit && !e.soft)
                    limit = limit.value_or(0) + (is_others ? 0 : *e.limit);
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
    // Nothing renews below a closed account: it ends where its period does.
    if (worst_of(in.book, *r) == accounts::Status::closed) {
        lift_all(out,
                 changes::end_all(make_world(in.book, in.catalog, *r, in.caller, in.now), ids));
        return out;
    }
    lift_all(out, changes::fire(make_world(in.book, in.catalog, *r, in.caller, in.now),
                                SubscriptionId{timer.subject}, ids));
    return out;
}

}  // namespace rb::engine
