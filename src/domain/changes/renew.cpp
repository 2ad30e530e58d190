// What subscriptions do by themselves: renew, end their trial, carry out what was scheduled, and
// come back when money arrives. Nothing here can be refused; what cannot be paid leads to the
// family's policy.
//
// The order at a period's end: what the period had deferred is recognized; what was scheduled
// happens; then the new period is paid, first from what was held for it.
#include <algorithm>
#include <deque>
#include <utility>

#include "base/check.h"
#include "base/limits.h"
#include "domain/accounts/decide.h"
#include "domain/changes/lookup.h"
#include "domain/changes/sellers.h"
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

// One of those who pay for a subscription: the account, or a seller in the middle.
struct Payer {
    Payer(const World& here, const catalog::Family& family, const Subscription& seen, IdSource& ids)
        : world(&here),
          grid(grid_of(here, family)),
          till(here, ids),
          account(subscriptions::in_currency(seen.account, grid.currency)),
          reservation(seen.reservation) {}

    const World* world;
    subscriptions::Grid grid;
    Till till;
    PeriodAccount account;
    std::optional<Reservation> reservation;
    std::vector<Booked> lines;
    std::optional<PeriodAccount> debt;  // of the finished period, as it was before this renewal
};

// What happens is decided once, for the subscription; what it costs, for each payer, all or
// nothing.
class Renewer {
public:
    Renewer(const World& world, const Subscription& before, IdSource& ids)
        : world_(world),
          family_(family_of(world, before.family)),
          ids_(ids),
          before_(before),
          after_(before),
          side_(side_of(world, before.plan, before.quantity)) {
        RB_CHECK(side_.version != nullptr, "a subscription's plan version exists");
        worlds_.push_back(world_of_sale(world, &before));
        payers_.emplace_back(worlds_.front(), family_, before, ids);
        add_sellers(worlds_.front());
    }

    std::vector<Event> end_trial() {
        for (Payer& payer : payers_)
            payer.account = subscriptions::empty_account(payer.grid.currency);
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
        for (Payer& payer : payers_) recognize(payer);
        if (before_.pending && before_.pending->cancels()) return end();
        if (before_.pending) {
            PlanRef from = after_.plan;
            std::int64_t quantity = after_.quantity;
            take_pending();
            if (after_.plan != from || after_.quantity != quantity) changed(from, {});
        }
        if (!can_move_on()) return end();
        move_on();
        return pay(Notice::renewed);
    }

    // After money came in: everything that is owed, or nothing.
    std::optional<std::vector<Event>> settle_debt() {
        for (Payer& payer : payers_) bill_debt(payer);
        if (!take_from_all(is_prepaid(family_) ? &Renewer::post : &Renewer::let_wait))
            return std::nullopt;
        after_.status = Status::active;
        reserve_again();
        step();
        note(subscriptions::SubscriptionRenewed{world_.account.id, after_, lines()});
        note_shortages();
        return take_events();
    }

private:
    enum class Notice { renewed, trial_ended };

    // Behind the account itself, nearest first.
    void add_sellers(const World& sale) {
        for (std::size_t i = 0; i < sale.sellers.size(); ++i) {
            const World& seller = worlds_.emplace_back(world_of_seller(sale, i));
            payers_.emplace_back(seller, family_, seen_by(seller, before_), ids_);
        }
    }
    Payer& buyer() { return payers_.front(); }
    std::vector<subscriptions::Line> lines() { return lines_of(buyer().lines); }

    Side default_side(const catalog::Plan& plan) const {
        return {&plan, &plan.latest(), plan.latest_ref(), default_quantity(world_, plan.latest())};
    }

    void flush() {
        for (Payer& payer : payers_)
            for (Event& event : payer.till.take()) events_.push_back(std::move(event));
    }
    template <class E>
    void note(E event) {
        flush();
        events_.emplace_back(std::move(event));
    }
    std::vector<Event> take_events() {
        flush();
        return std::move(events_);
    }
    // What the payers have come to is the subscription's.
    void step() {
        after_.revision += 1;
        after_.account = buyer().account;
        after_.reservation = buyer().reservation;
        std::vector<Part> parts;
        for (std::size_t i = 1; i < payers_.size(); ++i)
            parts.push_back({*payers_[i].world, payers_[i].account, payers_[i].reservation});
        keep_wholesale(after_, parts);
    }

    void changed(PlanRef from, std::vector<subscriptions::Line> lines) {
        step();
        note(subscriptions::PlanChanged{world_.account.id, from, after_, std::move(lines)});
    }

    void recognize(Payer& payer) {
        payer.till.recognize(seller_of(*payer.world, side_), payer.account.deferred, after_.id);
        payer.account.deferred = Amount::zero(payer.grid.currency);
    }

    void take(Side side) {
        side_ = side;
        after_.plan = side.ref;
        after_.kind = side.plan->head.kind;
        after_.quantity = side.quantity;
    }

    bool has_price(const Side& side) const {
        return std::ranges::all_of(payers_, [&](const Payer& payer) {
            return price_of(*payer.world, family_, side, world_.now).has_value();
        });
    }

    void take_pending() {
        const subscriptions::PendingChange& pending = *before_.pending;
        Side target = side_of(world_, pending.to, pending.quantity);
        const catalog::ChangeRule* rule =
            target.plan == nullptr ? nullptr
                                   : world_.catalog.rule(side_.plan->head, &target.plan->head);
        after_.pending.reset();
        // A plan that has no price any more, or that a change may not lead to, is not taken: the
        // present one goes on.
        bool is_in_family = target.plan != nullptr && target.plan->head.family == before_.family;
        if (target.plan != side_.plan && !is_in_family) return;
        if (target.version == nullptr || !has_price(target)) return;
        if (rule != nullptr) after_.reserve_next = rule->reserve_next;
        take(target);
    }

    std::vector<Event> end() {
        for (Payer& payer : payers_) end_for(payer);
        after_.pending.reset();
        after_.status = Status::ended;
        after_.ended_at = world_.now;
        step();
        note(subscriptions::SubscriptionEnded{world_.account.id, after_, lines()});
        return take_events();
    }

    void end_for(Payer& payer) {
        drop_reservation(payer);
        // What was paid for and not given back (unused: none) stays.
        Components owed = subscriptions::owed_at(payer.account, world_.now, payer.grid);
        if (after_.status != Status::past_due && owed.net.is_positive())
            bill(payer, payer.account, Delivered::yes);
        // The last bill in arrears is for what was used: it is booked whether the money is there or
        // not.
        auto booked = is_prepaid(family_) ? payer.till.post_fact(payer.lines, after_.id)
                                          : let_wait(payer.till, payer);
        if (!booked) payer.lines.clear();
    }

    std::vector<Event> expire() {
        after_.status = Status::expired;
        after_.pending.reset();
        step();
        note(subscriptions::TrialEnded{world_.account.id, after_, {}});
        return take_events();
    }

    std::vector<Event> convert() {
        after_.pending.reset();
        after_.usage_since.reset();
        auto rule = starting_rule(world_, *side_.plan);
        catalog::Proration mode = rule ? rule->proration : catalog::Proration::second;
        // Without a price, or where no invoice could say it, nothing is charged.
        if (!begin_for_all(side_, mode)) return expire();
        after_.status = Status::active;
        return pay(Notice::trial_ended);
    }

    // What is owed and the period that begins, tax included, are within what an account can pay at
    // all, and what waits for an invoice within what one can say. Beyond it the subscription ends.
    bool can_move_on() const {
        return std::ranges::all_of(payers_, [&](const Payer& p) { return can_move_on(p); });
    }
    bool can_move_on(const Payer& payer) const {
        const PeriodAccount& old = payer.account;
        if (old.accruals.size() >= limits::unpaid_stretches_max) return false;
        Components owed = subscriptions::owed_at(old, world_.now, payer.grid);
        Components next = cost_of(new_price(payer), payer.grid);
        int128 sum =
            int128{owed.net.micros()} + owed.tax.micros() + next.net.micros() + next.tax.micros();
        if (!is_prepaid(family_)) sum += waiting_micros(*payer.world, payer.grid.currency);
        return sum <= limits::amount_micros_max;
    }

    // With what waits for an invoice already, within what one can say.
    Result<void> can_wait(const Payer& payer, const std::vector<Booked>& lines) const {
        return ledger::check_accrual(waiting_micros(*payer.world, payer.grid.currency),
                                     total_of(lines, payer.grid.currency));
    }
    // Nothing is noted where it cannot.
    Result<void> let_wait(Till& till, const Payer& payer) const {
        if (auto ok = can_wait(payer, payer.lines); !ok) return ok;
        accrue(till, *payer.world, after_.id, payer.lines);
        return {};
    }

    // A paid period of the side from now on; false, and nothing has changed: a price is missing, or
    // it cannot wait for an invoice.
    bool begin_for_all(const Side& side, catalog::Proration mode) {
        std::vector<Subscription> begun;
        std::vector<std::vector<Booked>> lines;
        for (const Payer& payer : payers_) {
            Subscription& after = begun.emplace_back(after_);
            auto booked = begin_period(after, {*payer.world, family_, side, mode, world_.now});
            if (!booked) return false;
            if (!is_prepaid(family_) && !can_wait(payer, *booked)) return false;
            lines.push_back(std::move(*booked));
        }
        for (std::size_t i = 0; i < payers_.size(); ++i) {
            payers_[i].account = begun[i].account;
            payers_[i].lines = std::move(lines[i]);
        }
        after_.anchor = begun.front().anchor;
        after_.period = begun.front().period;
        return true;
    }

    // The new period with its accrual. What an unpaid period still owes moves along, before it.
    void move_on() {
        for (Payer& payer : payers_) bill_old(payer);
        if (before_.status != Status::past_due) sell_through();
        Zone zone = zone_of(world_);
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
        for (Payer& payer : payers_) {
            payer.account = subscriptions::empty_account(payer.grid.currency);
            payer.account.accruals.push_back(
                accrual_of(side_, new_price(payer), {start, after_.period.end}, share));
            bill(payer, payer.account, Delivered::no);
        }
    }

    void bill_old(Payer& payer) {
        Components owed = subscriptions::owed_at(payer.account, world_.now, payer.grid);
        bool is_owed = owed.net.is_positive() || owed.tax.is_positive();
        if (!is_owed || payer.account.accruals.empty()) return;
        payer.debt = payer.account;
        bill(payer, payer.account, Delivered::yes);
    }

    // What was sold directly in the period that is over is sold through the sellers from here on,
    // where these can pay for it at all.
    void sell_through() {
        if (worlds_.front().sellers.size() == world_.sellers.size()) return;
        const World& sale = worlds_.emplace_back(world_of_sale(world_, nullptr));
        const std::size_t paying = payers_.size();
        add_sellers(sale);
        if (can_move_on())
            buyer().world = &sale;
        else
            while (payers_.size() > paying) payers_.pop_back();
    }

    bool is_reserved(const Payer& payer) const {
        const auto& r = payer.reservation;
        return r && r->plan == after_.plan && r->quantity == after_.quantity &&
               r->period_start == before_.period.end && r->price.currency() == payer.grid.currency;
    }

    // As it was held, else as of today, else (where no price leads there any more) as it was.
    Price new_price(const Payer& payer) const {
        if (is_reserved(payer))
            return {payer.reservation->price,
                    {payer.reservation->tax_percent, payer.reservation->tax_mode}};
        if (auto price = price_of(*payer.world, family_, side_, world_.now)) return *price;
        const PeriodAccount last = seen_by_payer(payer);
        for (auto accrual = last.accruals.rbegin(); accrual != last.accruals.rend(); ++accrual)
            if (accrual->price.currency() == payer.grid.currency)
                return {accrual->price, {accrual->tax_percent, accrual->tax_mode}};
        return {Amount::zero(payer.grid.currency), {}};
    }

    // As it was before.
    PeriodAccount seen_by_payer(const Payer& payer) const {
        return &payer == &payers_.front() ? before_.account
                                          : seen_by(*payer.world, before_).account;
    }

    // Bills what is due of the account as a line of its last accrual.
    void bill(Payer& payer, PeriodAccount& account, Delivered delivered) {
        const Accrual accrual = account.accruals.back();
        bool in_arrears = accrual.timing == FeeTiming::in_arrears;
        auto booked = bill_due(
            account, accrual, world_.now,
            {*payer.world, family_, seller_of(*payer.world, side_of(world_, accrual.plan, 1)),
             in_arrears ? Delivered::yes : delivered, find_version(world_, accrual.plan)->name});
        if (booked) payer.lines.push_back(std::move(*booked));
    }

    void bill_debt(Payer& payer) {
        PeriodAccount& account = payer.account;
        // What belongs to earlier periods was delivered; what is left belongs to this one.
        PeriodAccount earlier = account;
        subscriptions::clear_period(earlier, after_.period);
        if (!earlier.accruals.empty()) {
            bill(payer, earlier, Delivered::yes);
            account.net_billed = earlier.net_billed;
            account.tax_billed = earlier.tax_billed;
            account.deferred = earlier.deferred;
        }
        if (!account.accruals.empty()) bill(payer, account, Delivered::no);
    }

    void drop_reservation(Payer& payer) {
        if (payer.reservation) payer.till.release(payer.reservation->hold);
        payer.reservation.reset();
    }

    std::vector<Event> pay(Notice notice) {
        if (!is_prepaid(family_)) {
            for (Payer& payer : payers_) {
                drop_reservation(payer);
                accrue(payer.till, *payer.world, after_.id, payer.lines);
            }
        } else {
            if (!take_from_all(&Renewer::pay_period)) return unpaid(notice);
            for (Payer& payer : payers_) payer.reservation.reset();
        }
        after_.status = Status::active;
        if (is_prepaid(family_)) reserve_again();
        announce(notice, lines());
        note_shortages();
        return take_events();
    }

    void note_shortages() {
        for (auto& shortage : shortages_) note(std::move(shortage));
        shortages_.clear();
    }

    void announce(Notice notice, std::vector<subscriptions::Line> lines) {
        step();
        if (notice == Notice::trial_ended)
            note(subscriptions::TrialEnded{world_.account.id, after_, std::move(lines)});
        else
            note(subscriptions::SubscriptionRenewed{world_.account.id, after_, std::move(lines)});
    }

    // Every payer's till moves, or none does and `short_` says whose money was short.
    using Step = Result<void> (Renewer::*)(Till&, const Payer&) const;
    bool take_from_all(Step step_of) {
        std::vector<Till> attempts;
        for (const Payer& payer : payers_) {
            Till& attempt = attempts.emplace_back(payer.till);
            if ((this->*step_of)(attempt, payer)) continue;
            short_ = attempts.size() == 1 ? AccountId{} : payer.world->account.id;
            return false;
        }
        for (std::size_t i = 0; i < payers_.size(); ++i) payers_[i].till = std::move(attempts[i]);
        return true;
    }
    Result<void> post(Till& till, const Payer& payer) const {
        return till.post(payer.lines, after_.id);
    }
    Result<void> pay_period(Till& till, const Payer& payer) const {
        if (!payer.reservation) return till.post(payer.lines, after_.id);
        HoldId hold = payer.reservation->hold;
        if (is_reserved(payer)) return till.capture(hold, payer.lines, after_.id);
        till.release(hold);
        return till.post(payer.lines, after_.id);
    }

    void reserve_again() {
        for (Payer& payer : payers_) reserve_again(payer);
    }
    // `always`: the next period is held as far as the money goes. Too little is a notice, never a
    // fault.
    void reserve_again(Payer& payer) {
        bool is_wanted = after_.reserve_next == catalog::ReserveNext::always &&
                         side_.version->timing == FeeTiming::in_advance && !payer.reservation;
        if (!is_wanted) return;
        auto next = upcoming(*payer.world, family_, side_, world_.now, after_.period.end);
        if (!next || !*next) return;
        Amount wanted = (*next)->cost.total();
        Amount there = std::min(wanted, payer.till.holdable());
        if (there.is_positive()) {
            auto reserved = payer.till.reserve(**next, there, after_.id);
            if (!reserved) there = Amount::zero(payer.grid.currency);
            if (reserved) payer.reservation = std::move(*reserved);
        }
        if (there < wanted)
            shortages_.push_back({payer.world->account.id, after_.id, wanted - there});
    }

    std::vector<Event> unpaid(Notice notice) {
        Amount total = total_of(buyer().lines, buyer().grid.currency);
        for (Payer& payer : payers_) drop_reservation(payer);
        Amount missing = total - std::min(total, buyer().till.spendable());
        for (Payer& payer : payers_) owe(payer);
        after_.status = Status::past_due;
        if (notice == Notice::trial_ended) announce(notice, {});
        step();
        note(subscriptions::RenewalUnpaid{world_.account.id, after_, missing, short_});
        if (family_.on_shortage == ShortagePolicy::fall_back) fall_back();
        // Who could pay is not frozen because its seller could not.
        if (family_.on_shortage == ShortagePolicy::freeze && short_.is_nil()) {
            const AccountId seller = seller_of(*buyer().world, side_);
            if (auto frozen = accounts::freeze_for_debt(world_.account, seller, world_.now))
                note(std::move(*frozen));
        }
        return take_events();
    }

    // Takes back the billing of what was not paid: older debts stand before the new accruals.
    void owe(Payer& payer) {
        PeriodAccount owed = payer.debt.value_or(subscriptions::empty_account(payer.grid.currency));
        owed.deferred = Amount::zero(payer.grid.currency);
        for (Accrual& accrual : payer.account.accruals) owed.accruals.push_back(std::move(accrual));
        payer.account = std::move(owed);
        payer.lines.clear();
    }

    void fall_back() {
        const catalog::Plan* plan = default_plan(world_, after_.family);
        if (plan == nullptr || plan->head.id == after_.plan.plan ||
            after_.kind == catalog::PlanKind::add_on)
            return;
        PlanRef from = after_.plan;
        Side side = default_side(*plan);
        if (!begin_for_all(side, catalog::Proration::second)) return;
        // Its own fee is owed as any other where it has one that cannot be paid.
        bool is_paid = take_from_all(&Renewer::post);
        take(side);
        after_.reserve_next = catalog::ReserveNext::off;
        after_.status = is_paid ? Status::active : Status::past_due;
        if (!is_paid)
            for (Payer& payer : payers_) unbill(payer);
        changed(from, lines());
    }

    static void unbill(Payer& payer) {
        payer.account.net_billed = Amount::zero(payer.grid.currency);
        payer.account.tax_billed = Amount::zero(payer.grid.currency);
        payer.account.deferred = Amount::zero(payer.grid.currency);
        payer.lines.clear();
    }

    const World& world_;
    std::deque<World> worlds_;  // of the payers: their places stay
    catalog::Family family_;
    IdSource& ids_;
    const Subscription& before_;
    Subscription after_;
    Side side_;
    std::vector<Payer> payers_;  // the account first
    AccountId short_;            // nil: the account; else the seller whose money was short
    std::vector<subscriptions::ReservationShort> shortages_;
    std::vector<Event> events_;
};

// Those of the account and of the sellers above it, as what was decided so far leaves them.
class Wallets {
public:
    explicit Wallets(const World& world) : own_(world.wallet) {
        for (const Seller& seller : world.sellers) sellers_.push_back(*seller.wallet);
    }
    World present(const World& world) const {
        std::vector<Seller> sellers = world.sellers;
        for (std::size_t i = 0; i < sellers.size(); ++i) sellers[i].wallet = &sellers_[i];
        return with_wallets(world, own_, std::move(sellers));
    }
    void apply(const World& world, const Event& event) {
        apply_money(own_, world.account.id, event);
        for (std::size_t i = 0; i < sellers_.size(); ++i)
            apply_money(sellers_[i], world.sellers[i].account->id, event);
    }

private:
    ledger::Wallet own_;
    std::vector<ledger::Wallet> sellers_;
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
    Wallets wallets(world);
    std::size_t paid = 0;
    for (const Subscription* s : owing) {
        World present = wallets.present(world);
        auto settled = Renewer(present, *s, ids).settle_debt();
        if (!settled) continue;
        ++paid;
        for (Event& event : *settled) {
            wallets.apply(world, event);
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
