// What subscriptions do by themselves: renew, end their trial, carry out what was scheduled, and
// come back when money arrives. Nothing here can be refused; what cannot be paid leads to the
// family's policy.
//
// The order at a period's end: what the period had deferred is recognized; what was scheduled
// happens; then the new period is paid, first from what was held for it.
#include <algorithm>
#include <utility>

#include "base/check.h"
#include "domain/accounts/decide.h"
#include "domain/changes/lookup.h"
#include "domain/changes/till.h"

namespace rb::changes {

namespace {

using catalog::FeeTiming;
using catalog::ShortagePolicy;
using rating::Components;
using subscriptions::Accrual;
using subscriptions::PeriodAccount;
using subscriptions::Reservation;
using subscriptions::Status;
using subscriptions::Subscription;

Side side_of(const World& world, PlanRef ref, std::int64_t quantity) {
    return {find_plan(world, ref.plan), find_version(world, ref), ref, quantity};
}

std::vector<subscriptions::Line> lines_of(const std::vector<Booked>& booked) {
    std::vector<subscriptions::Line> lines;
    for (const Booked& b : booked) lines.push_back(b.line);
    return lines;
}

class Renewer {
public:
    Renewer(const World& world, const Subscription& before, IdSource& ids)
        : world_(world),
          family_(family_of(world, before.family)),
          grid_(grid_of(world, family_)),
          till_(world, ids),
          before_(before),
          after_(before),
          side_(side_of(world, before.plan, before.quantity)) {
        RB_CHECK(side_.version != nullptr, "a subscription's plan version exists");
        after_.account = subscriptions::in_currency(after_.account, grid_.currency);
    }

    std::vector<Event> end_trial() {
        after_.account = subscriptions::empty_account(grid_.currency);
        if (before_.pending && before_.pending->cancels()) return end();
        catalog::TrialEnd outcome = side_.version->trial_end;
        if (before_.pending) {
            take_pending();
            outcome = catalog::TrialEnd::convert;
        }
        if (outcome == catalog::TrialEnd::fall_back) {
            const catalog::Plan* plan = default_plan(world_, before_.family);
            if (plan == nullptr || before_.kind == catalog::PlanKind::add_on)
                outcome = catalog::TrialEnd::expire;
            else
                take(default_side(*plan));
        }
        if (outcome == catalog::TrialEnd::expire) return expire();
        return convert();
    }

    std::vector<Event> end_period() {
        recognize();
        if (before_.pending && before_.pending->cancels()) return end();
        if (before_.pending) {
            PlanRef from = after_.plan;
            std::int64_t quantity = after_.quantity;
            take_pending();
            if (after_.plan != from || after_.quantity != quantity) changed(from, {});
        }
        move_on();
        return pay(Notice::renewed);
    }

    // After money came in: everything that is owed, or nothing.
    std::optional<std::vector<Event>> settle_debt() {
        std::vector<Booked> lines;
        // What belongs to earlier periods was delivered; what is left belongs to this one.
        PeriodAccount earlier = after_.account;
        subscriptions::clear_period(earlier, after_.period);
        if (!earlier.accruals.empty()) {
            bill(earlier, earlier.accruals.back(), Delivered::yes, lines);
            copy_billed(earlier);
        }
        if (!after_.account.accruals.empty())
            bill(after_.account, after_.account.accruals.back(), Delivered::no, lines);
        if (!till_.post(lines, after_.id)) return std::nullopt;
        after_.status = Status::active;
        reserve_again();
        step();
        note(subscriptions::SubscriptionRenewed{world_.account.id, after_, lines_of(lines)});
        note_shortages();
        return till_.take();
    }

private:
    enum class Notice { renewed, trial_ended };

    Side default_side(const catalog::Plan& plan) const {
        return {&plan, &plan.latest(), plan.latest_ref(), default_quantity(world_, plan.latest())};
    }

    template <class E>
    void note(E event) {
        till_.note(std::move(event));
    }
    void step() { after_.revision += 1; }

    void changed(PlanRef from, const std::vector<Booked>& lines) {
        step();
        note(subscriptions::PlanChanged{world_.account.id, from, after_, lines_of(lines)});
    }

    void recognize() {
        till_.recognize(seller_of(side_), after_.account.deferred, after_.id);
        after_.account.deferred = Amount::zero(grid_.currency);
    }

    void take(Side side) {
        side_ = side;
        after_.plan = side.ref;
        after_.kind = side.plan->head.kind;
        after_.quantity = side.quantity;
    }

    void take_pending() {
        const subscriptions::PendingChange& pending = *before_.pending;
        Side target = side_of(world_, pending.to, pending.quantity);
        const catalog::ChangeRule* rule =
            target.plan == nullptr ? nullptr
                                   : world_.catalog.rule(side_.plan->head, &target.plan->head);
        after_.pending.reset();
        // A plan that has no price any more is not taken: the present one goes on.
        if (target.version == nullptr || !price_of(world_, family_, target, world_.now)) return;
        if (rule != nullptr) after_.reserve_next = rule->reserve_next;
        take(target);
    }

    std::vector<Event> end() {
        drop_reservation();
        std::vector<Booked> lines;
        // What was paid for and not given back (unused: none) stays.
        Components owed = subscriptions::owed_at(after_.account, world_.now, grid_);
        if (after_.status != Status::past_due && owed.net.is_positive())
            bill(after_.account, after_.account.accruals.back(), Delivered::yes, lines);
        // The last bill in arrears is for what was used: it is booked whether the money is there or
        // not.
        if (is_prepaid(family_)) {
            auto posted = till_.post_fact(lines, after_.id);
            if (!posted) lines.clear();
        } else {
            accrue(till_, world_, after_.id, lines);
        }
        after_.pending.reset();
        after_.status = Status::ended;
        after_.ended_at = world_.now;
        step();
        note(subscriptions::SubscriptionEnded{world_.account.id, after_, lines_of(lines)});
        return till_.take();
    }

    std::vector<Event> expire() {
        after_.status = Status::expired;
        after_.pending.reset();
        step();
        note(subscriptions::TrialEnded{world_.account.id, after_, {}});
        return till_.take();
    }

    std::vector<Event> convert() {
        after_.pending.reset();
        after_.usage_since.reset();
        auto rule = starting_rule(world_, *side_.plan);
        catalog::Proration mode = rule ? rule->proration : catalog::Proration::second;
        auto lines = begin_period(after_, {world_, family_, side_, mode, world_.now});
        if (!lines) return expire();  // a plan without a price cannot be charged
        lines_ = std::move(*lines);
        after_.status = Status::active;
        return pay(Notice::trial_ended);
    }

    // The new period with its accrual. What an unpaid period still owes moves along, before it.
    void move_on() {
        Zone zone = zone_of(world_);
        PeriodAccount old = std::move(after_.account);
        Components owed = subscriptions::owed_at(old, world_.now, grid_);
        bool is_owed = owed.net.is_positive() || owed.tax.is_positive();
        if (is_owed && !old.accruals.empty()) {
            debt_ = old;
            Accrual last = old.accruals.back();
            bill(old, last, Delivered::yes, lines_);
        }
        PeriodAccount fresh = subscriptions::empty_account(grid_.currency);
        bool is_same_length = after_.anchor.every == side_.version->every;
        if (!is_same_length)
            after_.anchor =
                Anchor::at(family_.anchor, side_.version->every, after_.period.end, zone);
        Instant start = after_.period.end;
        after_.period = subscriptions::following(after_.anchor, after_.period, zone);
        after_.usage_since.reset();
        rating::Share share{1, 1};
        Period whole = after_.anchor.containing(start, zone);
        // A calendar period that runs already where the length has changed: its share.
        if (!is_same_length && whole.start < start && family_.anchor == AnchorKind::calendar) {
            after_.period = whole;
            share =
                rating::share_between(catalog::Proration::second, whole, start, whole.end, zone);
        }
        Accrual accrual = accrual_of(side_, new_price(), {start, after_.period.end}, share);
        fresh.accruals.push_back(accrual);
        bill(fresh, accrual, Delivered::no, lines_);
        after_.account = std::move(fresh);
    }

    bool is_reserved() const {
        const auto& r = before_.reservation;
        return r && r->plan == after_.plan && r->quantity == after_.quantity &&
               r->period_start == before_.period.end && r->price.currency() == grid_.currency;
    }

    // As it was held, else as of today, else (where no price leads there any more) as it was.
    Price new_price() const {
        if (is_reserved())
            return {before_.reservation->price,
                    {before_.reservation->tax_percent, before_.reservation->tax_mode}};
        if (auto price = price_of(world_, family_, side_, world_.now)) return *price;
        for (auto last = before_.account.accruals.rbegin(); last != before_.account.accruals.rend();
             ++last)
            if (last->price.currency() == grid_.currency)
                return {last->price, {last->tax_percent, last->tax_mode}};
        return {Amount::zero(grid_.currency), {}};
    }

    void bill(PeriodAccount& account, const Accrual& accrual, Delivered delivered,
              std::vector<Booked>& lines) {
        bool in_arrears = accrual.timing == FeeTiming::in_arrears;
        auto booked = bill_due(
            account, accrual, world_.now,
            {world_, family_, seller_of(side_of(world_, accrual.plan, 1)),
             in_arrears ? Delivered::yes : delivered, find_version(world_, accrual.plan)->name});
        if (booked) lines.push_back(std::move(*booked));
    }

    void copy_billed(const PeriodAccount& from) {
        after_.account.net_billed = from.net_billed;
        after_.account.tax_billed = from.tax_billed;
        after_.account.deferred = from.deferred;
    }

    void drop_reservation() {
        if (after_.reservation) till_.release(after_.reservation->hold);
        after_.reservation.reset();
    }

    std::vector<Event> pay(Notice notice) {
        if (!is_prepaid(family_)) {
            drop_reservation();
            accrue(till_, world_, after_.id, lines_);
        } else if (!take_money()) {
            return unpaid(notice);
        }
        after_.status = Status::active;
        if (is_prepaid(family_)) reserve_again();
        announce(notice, lines_);
        note_shortages();
        return till_.take();
    }

    void note_shortages() {
        for (auto& shortage : shortages_) note(std::move(shortage));
        shortages_.clear();
    }

    void announce(Notice notice, const std::vector<Booked>& lines) {
        step();
        if (notice == Notice::trial_ended)
            note(subscriptions::TrialEnded{world_.account.id, after_, lines_of(lines)});
        else
            note(subscriptions::SubscriptionRenewed{world_.account.id, after_, lines_of(lines)});
    }

    bool take_money() {
        if (!after_.reservation) return till_.post(lines_, after_.id).has_value();
        HoldId hold = after_.reservation->hold;
        Till attempt = till_;
        if (is_reserved()) {
            if (!attempt.capture(hold, lines_, after_.id)) return false;
        } else {
            attempt.release(hold);
            if (!attempt.post(lines_, after_.id)) return false;
        }
        till_ = std::move(attempt);
        after_.reservation.reset();
        return true;
    }

    // `always`: the next period is held as far as the money goes. Too little is a notice, never a
    // fault.
    void reserve_again() {
        bool is_wanted = after_.reserve_next == catalog::ReserveNext::always &&
                         side_.version->timing == FeeTiming::in_advance && !after_.reservation;
        if (!is_wanted) return;
        auto next = upcoming(world_, family_, side_, world_.now, after_.period.end);
        if (!next || !*next) return;
        Amount wanted = (*next)->cost.total();
        Amount there = std::min(wanted, till_.holdable());
        if (there.is_positive()) {
            auto reserved = till_.reserve(**next, there, after_.id);
            if (!reserved) there = Amount::zero(grid_.currency);
            if (reserved) after_.reservation = std::move(*reserved);
        }
        if (there < wanted) shortages_.push_back({world_.account.id, after_.id, wanted - there});
    }

    std::vector<Event> unpaid(Notice notice) {
        Amount total = total_of(lines_, grid_.currency);
        drop_reservation();
        Amount missing = total - std::min(total, till_.spendable());
        owe();
        after_.status = Status::past_due;
        if (notice == Notice::trial_ended) announce(notice, {});
        step();
        note(subscriptions::RenewalUnpaid{world_.account.id, after_, missing});
        if (family_.on_shortage == ShortagePolicy::fall_back) fall_back();
        if (family_.on_shortage == ShortagePolicy::freeze) {
            const catalog::Plan* plan = find_plan(world_, after_.plan.plan);
            const AccountId seller = plan == nullptr ? AccountId{} : plan->head.owner;
            if (auto frozen = accounts::freeze_for_debt(world_.account, seller, world_.now))
                note(std::move(*frozen));
        }
        return till_.take();
    }

    // Takes back the billing of what was not paid: older debts stand before the new accruals.
    void owe() {
        PeriodAccount owed = debt_.value_or(subscriptions::empty_account(grid_.currency));
        owed.deferred = Amount::zero(grid_.currency);
        if (!debt_) owed.accruals.clear();
        for (Accrual& accrual : after_.account.accruals) owed.accruals.push_back(accrual);
        after_.account = std::move(owed);
    }

    void fall_back() {
        const catalog::Plan* plan = default_plan(world_, after_.family);
        if (plan == nullptr || plan->head.id == after_.plan.plan ||
            after_.kind == catalog::PlanKind::add_on)
            return;
        PlanRef from = after_.plan;
        Side side = default_side(*plan);
        Subscription fallen = after_;
        auto lines =
            begin_period(fallen, {world_, family_, side, catalog::Proration::second, world_.now});
        if (!lines) return;
        // Its own fee is owed as any other where it has one that cannot be paid.
        bool is_paid = till_.post(*lines, after_.id).has_value();
        take(side);
        after_.anchor = fallen.anchor;
        after_.period = fallen.period;
        after_.account = fallen.account;
        after_.reserve_next = catalog::ReserveNext::off;
        after_.status = is_paid ? Status::active : Status::past_due;
        if (!is_paid) {
            after_.account.net_billed = Amount::zero(grid_.currency);
            after_.account.tax_billed = Amount::zero(grid_.currency);
            after_.account.deferred = Amount::zero(grid_.currency);
            lines->clear();
        }
        changed(from, *lines);
    }

    const World& world_;
    catalog::Family family_;
    subscriptions::Grid grid_;
    Till till_;
    const Subscription& before_;
    Subscription after_;
    Side side_;
    std::vector<Booked> lines_;
    std::optional<PeriodAccount> debt_;  // of the finished period, as it was before this renewal
    std::vector<subscriptions::ReservationShort> shortages_;
};

Instant owed_since(const Subscription& s) {
    return s.account.accruals.empty() ? s.period.start : s.account.accruals.front().span.start;
}

}  // namespace

std::optional<Instant> next_due(const Subscription& subscription) {
    switch (subscription.status) {
        case Status::trialing:
        case Status::active:
        case Status::past_due:
            return subscription.period.end;
        case Status::expired:
        case Status::ended:
            return std::nullopt;
    }
    return std::nullopt;
}

std::vector<Event> fire(const World& world, SubscriptionId subscription, IdSource& ids) {
    const Subscription* found = world.subscriptions.find(subscription);
    RB_CHECK(found != nullptr && next_due(*found) && *next_due(*found) <= world.now,
             "a subscription fires when it is due");
    Renewer renewer(world, *found, ids);
    return found->status == Status::trialing ? renewer.end_trial() : renewer.end_period();
}

std::vector<Event> settle_past_due(const World& world, IdSource& ids) {
    std::vector<const Subscription*> owing;
    for (const Subscription& s : world.subscriptions.items)
        if (s.status == Status::past_due) owing.push_back(&s);
    std::ranges::stable_sort(owing, {}, [](const Subscription* s) { return owed_since(*s); });
    std::vector<Event> events;
    ledger::Wallet wallet = world.wallet;
    std::size_t paid = 0;
    for (const Subscription* s : owing) {
        World present{world.catalog, world.owned_plans,   world.account,
                      wallet,        world.subscriptions, world.gauges,
                      world.quotes,  world.caller,        world.now,
                      world.worst};
        auto settled = Renewer(present, *s, ids).settle_debt();
        if (!settled) continue;
        ++paid;
        for (Event& event : *settled) {
            apply_money(wallet, world.account.id, event);
            events.push_back(std::move(event));
        }
    }
    bool is_clear = paid > 0 && paid == owing.size();
    if (!is_clear) return events;
    if (auto thawed = accounts::thaw_after_debt(world.account))
        events.push_back(std::move(*thawed));
    return events;
}

}  // namespace rb::changes
