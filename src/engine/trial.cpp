#include "engine/trial.h"

#include <algorithm>
#include <map>
#include <set>

#include "base/check.h"
#include "domain/accounts/decide.h"
#include "domain/changes/decide.h"
#include "domain/ledger/decide.h"

namespace rb::engine {

namespace {

using ledger::Bucket;
using ledger::Wallet;
using metering::Usage;

template <class T, class IdType>
const T* find_by_id(const std::vector<T>& items, IdType id) {
    auto at = std::ranges::find(items, id, &T::id);
    return at == items.end() ? nullptr : &*at;
}

template <class T>
int128 sum_of(const std::vector<T>& items) {
    int128 sum = 0;
    for (const T& item : items) sum += item.amount.micros();
    return sum;
}

// A wallet with its sums, and of its holds and grants those that the events name.
struct Purse {
    Wallet wallet;
    Wallet before;  // the same parts, as they were
    std::set<Uuid> looked_up;
};

class Trial {
public:
    explicit Trial(const Book& book) : book_(book) {}

    void run(std::span<const Event> events) {
        for (const Event& event : events) {
            std::visit([&](const auto& e) { find_subject(e, event); }, event);
            std::visit([this](const auto& e) { look(e); }, event);
        }
        check_purses();
        for (const auto& [currency, micros] : deferred_)
            RB_CHECK(micros == 0, "what is deferred is what subscriptions have still to deliver");
    }

    // As the events leave it; nullptr: they say nothing of it.
    const subscriptions::Subscription* after(SubscriptionId id) const {
        auto at = subscriptions_.find(id);
        return at == subscriptions_.end() ? nullptr : at->second;
    }

private:
    const AccountRecord& record_of(AccountId id) const {
        const AccountRecord* record = book_.find(id);
        RB_CHECK(record != nullptr, "an event names an account that was opened");
        return *record;
    }

    // The directory's facts name accounts that stand elsewhere.
    template <class E>
    void find_subject(const E&, const Event& event) const {
        constexpr bool is_of_directory =
            std::is_same_v<E, AccountReserved> || std::is_same_v<E, AccountConfirmed> ||
            std::is_same_v<E, AccountLapsed> || std::is_same_v<E, KeyRegistered> ||
            std::is_same_v<E, ServiceKeyRegistered> || std::is_same_v<E, AliasGranted> ||
            std::is_same_v<E, KeyForgotten> || std::is_same_v<E, ServiceKeyForgotten>;
        if constexpr (!is_of_directory && !std::is_same_v<E, accounts::AccountOpened>)
            if (AccountId subject = subject_account(event); !subject.is_nil()) record_of(subject);
    }

    template <class E>
    void look(const E& event) {
        if constexpr (requires { ledger::Event(event); })
            money(ledger::Event(event));
        else if constexpr (requires { event.subscription.revision; })
            subscription(event.account, event.subscription);
    }

    // --- money ---
    Purse& purse_of(AccountId owner) {
        auto [at, is_new] = purses_.try_emplace(owner);
        if (is_new) {
            const Wallet& whole = record_of(owner).wallet;
            at->second.wallet.currency = whole.currency;
            at->second.wallet.micros = whole.micros;
            at->second.before = at->second.wallet;
        }
        return at->second;
    }
    // Puts a hold or a grant into the purse as the wallet has it, once.
    template <class T, class IdType>
    void bring(Purse& purse, std::vector<T> Wallet::* list, AccountId owner, IdType id) {
        if (!purse.looked_up.insert(id.uuid).second) return;
        if (find_by_id(purse.wallet.*list, id) != nullptr) return;  // made by an event before
        const T* found = find_by_id(record_of(owner).wallet.*list, id);
        if (found == nullptr) return;
        (purse.wallet.*list).push_back(*found);
        (purse.before.*list).push_back(*found);
    }
    void money(const ledger::Event& event) {
        const ledger::Entry& entry = ledger::entry_of(event);
        ledger::check_zero_sum(entry);
        const AccountId owner = entry.account;
        Purse& own = purse_of(owner);
        std::visit(
            [&]<class E>(const E& e) {
                if constexpr (requires { e.captured; })
                    bring(own, &Wallet::holds, owner, e.hold);
                else if constexpr (std::is_same_v<E, ledger::HoldReleased>)
                    bring(own, &Wallet::holds, owner, e.hold);
                else if constexpr (std::is_same_v<E, ledger::GrantExpired>)
                    bring(own, &Wallet::grants, owner, e.grant);
            },
            event);
        for (const ledger::GrantDraw& draw : entry.draws)
            bring(own, &Wallet::grants, owner, draw.grant);
        ledger::apply(own.wallet, owner, event);
        std::set<AccountId> others;
        for (const ledger::Posting& p : entry.postings) {
            if (p.bucket == Bucket::deferred_revenue)
                deferred_[p.amount.currency()] += p.amount.micros();
            if (ledger::is_wallet_bucket(p.bucket) && p.owner != owner) others.insert(p.owner);
        }
        for (AccountId other : others) ledger::apply(purse_of(other).wallet, other, event);
    }
    void check_purses() const {
        for (const auto& [owner, purse] : purses_) {
            const Wallet& now = purse.wallet;
            const Wallet& was = purse.before;
            RB_CHECK(int128{now.balance(Bucket::held)} - was.balance(Bucket::held) ==
                         sum_of(now.holds) - sum_of(was.holds),
                     "held money is what the open holds hold");
            RB_CHECK(int128{now.balance(Bucket::grants)} - was.balance(Bucket::grants) ==
                         sum_of(now.grants) - sum_of(was.grants),
                     "credit is what the grants have left");
            RB_CHECK(now.balance(Bucket::receivable) <= 0 ||
                         now.balance(Bucket::receivable) <= was.balance(Bucket::receivable),
                     "a receivable is owed to the seller, never by it");
        }
    }

    // --- subscriptions ---
    void subscription(AccountId account, const subscriptions::Subscription& after) {
        const subscriptions::Subscription* before = nullptr;
        if (auto at = subscriptions_.find(after.id); at != subscriptions_.end())
            before = at->second;
        else
            before = record_of(account).subscriptions.find(after.id);
        RB_CHECK(before == nullptr || after.revision > before->revision,
                 "the revisions of a subscription ascend");
        if (before != nullptr) deliver(*before, 1);
        deliver(after, -1);
        subscriptions_[after.id] = &after;
    }
    void deliver(const subscriptions::Subscription& s, int sign) {
        deliver(s.account.deferred, sign);
        for (const subscriptions::Wholesale& kept : s.wholesale)
            deliver(kept.account.deferred, sign);
    }
    void deliver(const Amount& deferred, int sign) {
        if (!deferred.currency().empty())
            deferred_[deferred.currency()] += sign * deferred.micros();
    }

    // --- usage ---
    // What packs and spent money change, as the events before leave it.
    Usage& counted_of(AccountId account) {
        auto [at, is_new] = counted_.try_emplace(account);
        if (is_new) {
            const Usage& whole = record_of(account).usage;
            at->second.draws = whole.draws;
            at->second.spent = whole.spent;
        }
        return at->second;
    }
    void look(const metering::DrawOpened& e) { metering::apply(counted_of(e.account), e); }
    void look(const metering::PacksBought& e) {
        Usage& usage = counted_of(e.account);
        const metering::Draw* draw =
            metering::find(usage, metering::DrawName{e.subscription, e.family, e.package, e.scope});
        std::int64_t sum = 0;
        RB_CHECK(draw != nullptr && !__builtin_add_overflow(draw->size, e.units, &sum) &&
                     !__builtin_add_overflow(draw->packs, e.packs, &sum),
                 "packs are bought for a package that was opened, and stay in its range");
        metering::apply(usage, e);
    }
    void look(const metering::MoneySpent& e) { metering::apply(counted_of(e.account), e); }

    // At the account and at each level above: what is held of the meter, without entities.
    template <class F>
    void levels(AccountId account, Name meter, F&& f) {
        for (AccountId id = account; !id.is_nil();) {
            const AccountRecord& record = record_of(id);
            Usage level;
            for (const metering::Held& h : record.usage.held) {
                if (h.meter != meter) continue;
                metering::Held& held = level.held.emplace_back();
                held.meter = meter;
                held.own = h.own;
                held.below = h.below;
                held.units = h.units;
                held.money_micros = h.money_micros;
                held.payers_micros = h.payers_micros;
            }
            f(level, id);
            id = record.account.parent;
        }
    }
    void look(const metering::ReservationMade& e) {
        RB_CHECK(e.reservation.quantity >= 0, "a reservation holds something");
        levels(e.account, e.reservation.meter, [&](Usage& level, AccountId id) {
            metering::ReservationMade made = e;
            made.reservation.entity = {};
            for (const metering::Held& h : level.held)
                RB_CHECK(h.own <= most_held - made.reservation.quantity &&
                             h.below <= most_held - made.reservation.quantity,
                         "what is held stays in its range");
            metering::apply(level, made, id);
        });
    }
    void look(const metering::ReservationEnded& e) {
        const metering::ReservedUse* found =
            metering::find_reservation(record_of(e.account).usage, e.reservation);
        RB_CHECK(found != nullptr, "a reservation that ends is open");
        levels(e.account, found->meter, [&](Usage& level, AccountId id) {
            metering::ReservedUse ended = *found;
            ended.entity = {};
            metering::apply(level, e, ended, id);
        });
        ended_.insert(e.reservation);
    }

    // --- members and keys ---
    void look(const accounts::MemberUpdated& e) { member_is_there(e.account, e.member); }
    void look(const accounts::MemberRemoved& e) { member_is_there(e.account, e.member); }
    void member_is_there(AccountId account, MemberId member) const {
        RB_CHECK(find_by_id(record_of(account).account.members, member) != nullptr,
                 "a member that is changed is there");
    }
    void look(const accounts::ApiKeyRevoked& e) {
        RB_CHECK(accounts::find_api_key(record_of(e.account).account, e.key) != nullptr,
                 "a key that is revoked is there");
    }
    void look(const accounts::ServiceKeyRevoked& e) {
        RB_CHECK(accounts::find_service_key(record_of(e.account).account, e.kid) != nullptr,
                 "a key that is revoked is there");
    }

public:
    bool has_ended(const Uuid& reservation) const { return ended_.contains(reservation); }
    // Whether the hold or the grant is not in the wallet any more.
    template <class T, class IdType>
    bool is_gone(AccountId owner, std::vector<T> Wallet::* list, IdType id) const {
        auto at = purses_.find(owner);
        return at != purses_.end() && at->second.looked_up.contains(id.uuid) &&
               find_by_id(at->second.wallet.*list, id) == nullptr;
    }

private:
    static constexpr std::int64_t most_held = std::int64_t{1} << 62;

    const Book& book_;
    std::map<AccountId, Purse> purses_;
    std::map<AccountId, Usage> counted_;
    std::map<SubscriptionId, const subscriptions::Subscription*> subscriptions_;
    std::map<Currency, int128> deferred_;  // posted, less what subscriptions say
    std::set<Uuid> ended_;
};

// What was due at the instant is gone.
void check_expired(const Trial& trial, const AccountRecord& record, Instant due) {
    constexpr auto why = "what has expired is released";
    const AccountId id = record.account.id;
    for (const ledger::Hold& hold : record.wallet.holds)
        RB_CHECK(!hold.expires_at || *hold.expires_at > due ||
                     trial.is_gone(id, &Wallet::holds, hold.id),
                 why);
    for (const ledger::Grant& grant : record.wallet.grants)
        RB_CHECK(!grant.expires_at || *grant.expires_at > due ||
                     trial.is_gone(id, &Wallet::grants, grant.id),
                 why);
    for (const metering::ReservedUse& reservation : record.usage.reservations)
        RB_CHECK(reservation.expires_at > due || trial.has_ended(reservation.id), why);
}

}  // namespace

void try_events(const Book& book, std::span<const Event> events) { Trial(book).run(events); }

void try_timer(const Book& book, const Timer& timer, std::span<const Event> events) {
    Trial trial(book);
    trial.run(events);
    if (timer.kind == Timer::Kind::subscription) {
        const auto* after = trial.after(SubscriptionId{timer.subject});
        RB_CHECK(after != nullptr, "a timer that fires moves");
        auto next = changes::next_due(*after);
        RB_CHECK(!next || *next > timer.due, "a timer that fires moves forward");
        return;
    }
    const AccountRecord* record = book.find(timer.account);
    RB_CHECK(record != nullptr, "a timer names an account that was opened");
    check_expired(trial, *record, timer.due);
}

}  // namespace rb::engine
