// From terms to lines. The order is always: leave the old plan (credit, or what it still owes),
// then enter the new one (charge); each step bills the difference between the rounded exact cost
// and what was billed, so the steps of a period add up (the essay is in rating/proration.cpp).
#include "domain/changes/deed.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/limits.h"
#include "domain/changes/lookup.h"

namespace rb::changes {

namespace {

using catalog::FeeTiming;
using catalog::Proration;
using ledger::Bucket;
using rating::Components;
using subscriptions::Accrual;
using subscriptions::LineKind;
using subscriptions::PeriodAccount;
using subscriptions::Status;
using subscriptions::Subscription;

bool is_credit(const Components& c) {
    return c.net.is_negative() || (c.net.is_zero() && c.tax.is_negative());
}

std::vector<ledger::Posting> postings_of(PeriodAccount& account, const Components& amounts,
                                         AccountId seller, Delivered delivered) {
    std::vector<ledger::Posting> postings;
    auto add = [&](Bucket bucket, Amount amount) {
        if (!amount.is_zero()) postings.push_back({seller, bucket, amount});
    };
    if (!amounts.net.is_negative()) {
        bool is_deferred = delivered == Delivered::no;
        add(is_deferred ? Bucket::deferred_revenue : Bucket::revenue, amounts.net);
        if (is_deferred) account.deferred += amounts.net;
    } else {
        Amount from_deferred = std::max(amounts.net, -account.deferred);
        add(Bucket::deferred_revenue, from_deferred);
        add(Bucket::revenue, amounts.net - from_deferred);
        account.deferred += from_deferred;
    }
    add(Bucket::tax_payable, amounts.tax);
    return postings;
}

std::string description_of(const Side& side) { return side.version->name; }

// What entering costs may not undo a credit that was not given (unused: none).
Components at_least_nothing(const Components& c) {
    Amount zero = Amount::zero(c.net.currency());
    return is_credit(c) ? Components{zero, zero} : c;
}

class Pricer {
public:
    Pricer(const World& world, const Terms& terms)
        : world_(world), terms_(terms), grid_(grid_of(world, terms.family)) {}

    Result<Deed> run() {
        deed_.recognized = Amount::zero(grid_.currency);
        deed_.effective_at = terms_.at;
        if (terms_.subject != nullptr) {
            deed_.after = *terms_.subject;
            deed_.after.revision += 1;
            deed_.after.account = subscriptions::in_currency(deed_.after.account, grid_.currency);
            if (deed_.after.reservation) deed_.released = deed_.after.reservation->hold;
            deed_.after.reservation.reset();
            deed_.after.pending.reset();
        }
        Result<void> done = dispatch();
        if (!done) return std::unexpected(done.error());
        return std::move(deed_);
    }

private:
    Result<void> dispatch() {
        switch (terms_.course) {
            case Course::start:
                return start();
            case Course::restart:
                return restart();
            case Course::trial_change:
                return trial_change();
            case Course::change_now:
                return change_now();
            case Course::change_later:
                return change_later();
            case Course::end_now:
                return end_now();
            case Course::end_later:
                return end_later();
        }
        RB_CHECK(false, "an unknown course");
        return {};
    }

    Result<void> start() {
        Subscription& after = deed_.after;
        after.key = terms_.ask.key;
        after.family = terms_.family.key;
        after.started_at = terms_.at;
        take_plan();
        if (terms_.starts_trial) return start_trial();
        if (auto ok = begin(); !ok) return ok;
        if (auto ok = setup(); !ok) return ok;
        return look_ahead();
    }

    Result<void> start_trial() {
        Subscription& after = deed_.after;
        Instant end =
            subscriptions::trial_end_of(terms_.at, terms_.to.version->trial_days, zone_of(world_));
        after.status = Status::trialing;
        after.period = {terms_.at, end};
        after.trial_end = end;
        after.anchor =
            Anchor::at(terms_.family.anchor, terms_.to.version->every, end, zone_of(world_));
        after.account = subscriptions::empty_account(grid_.currency);
        return look_past_trial(terms_.to);
    }

    Result<void> restart() {
        take_plan();
        if (auto ok = begin(); !ok) return ok;
        return look_ahead();
    }

    Result<void> begin() {
        auto lines = begin_period(
            deed_.after, {world_, terms_.family, terms_.to, terms_.rule.proration, terms_.at});
        if (!lines) return std::unexpected(lines.error());
        for (Booked& line : *lines) deed_.charges.push_back(std::move(line));
        deed_.after.status = Status::active;
        return {};
    }

    Result<void> setup() {
        const catalog::Prices& listed = terms_.to.version->setup_fee;
        if (listed.empty() || !is_payer(world_, *terms_.to.plan)) return {};
        auto fee = world_.catalog.price_in(listed, grid_.currency, Zone::utc().date_of(terms_.at));
        if (!fee) return std::unexpected(fee.error());
        Price price{*fee, tax_of(world_, terms_.family, terms_.at)};
        Components cost = cost_of(price, grid_);
        if (cost.total().is_zero()) return {};
        Accrual once = accrual_of(terms_.to, price, {terms_.at, terms_.at}, {1, 1});
        once.quantity = 1;
        rating::Precise exact = rating::exact_net({{price.amount, {1, 1}, price.tax}});
        Booked booked{
            line_of(LineKind::setup, once, description_of(terms_.to) + ": setup", cost, exact), {}};
        if (is_prepaid(terms_.family))
            booked.postings =
                postings_of(deed_.after.account, cost, seller_of(world_, terms_.to), Delivered::no);
        deed_.charges.push_back(std::move(booked));
        return {};
    }

    void take_plan() {
        Subscription& after = deed_.after;
        after.plan = terms_.to.ref;
        after.kind = terms_.to.plan->head.kind;
        after.quantity = terms_.to.quantity;
        after.reserve_next = terms_.rule.reserve_next;
        if (terms_.subject != nullptr && terms_.rule.usage == catalog::UsageCarry::reset)
            after.usage_since = world_.now;
    }

    Result<void> trial_change() {
        take_plan();
        deed_.after.anchor = Anchor::at(terms_.family.anchor, terms_.to.version->every,
                                        deed_.after.period.end, zone_of(world_));
        return look_past_trial(terms_.to);
    }

    Result<void> change_now() {
        bool is_new_period = terms_.from.version->every != terms_.to.version->every;
        Subscription& after = deed_.after;
        const Period period = after.period;
        Leaving left = leave(is_new_period);
        subscriptions::fold(after.account, period, now_in_period());
        if (after.account.accruals.size() >= limits::period_stretches_max)
            return refuse(Fault::too_many, "a period has at most 366 stretches of different price");
        bool is_new_seller = seller_of(world_, terms_.from) != seller_of(world_, terms_.to);
        if (is_new_period || is_new_seller) recognize();
        take_plan();
        auto entry = is_new_period ? begin() : enter(left);
        if (!entry) return entry;
        after.status = Status::active;
        return look_ahead();
    }

    Instant now_in_period() const {
        const Period& period = terms_.subject->period;
        return std::clamp(terms_.at, period.start, period.end);
    }

    // From when the new plan counts, and the share of the period that was given up for it; none
    // where nobody pays for any of the period.
    struct Leaving {
        Instant entered;
        std::optional<Ratio> given_up;
    };
    // Ends the running stretches by the rule and credits what it was paid for and did not use, or
    // bills what it still owes.
    Leaving leave(bool closes_period) {
        PeriodAccount& account = deed_.after.account;
        const Period& period = terms_.subject->period;
        Instant at = now_in_period();
        Instant entered = at;
        std::optional<Accrual> left = running(at);
        Ratio before = subscriptions::share_of(account, period);
        switch (terms_.rule.proration) {
            case Proration::none:
                if (closes_period) close(at);
                break;
            case Proration::full:
                for (const Accrual& a : account.accruals)
                    if (a.span.start >= period.start) entered = std::min(entered, a.span.start);
                subscriptions::clear_period(account, period);
                break;
            case Proration::second:
            case Proration::day:
            case Proration::thirty_day:
                subscriptions::cut(account, {terms_.rule.proration, period, at, zone_of(world_)});
                break;
        }
        Ratio given_up = before - subscriptions::share_of(account, period);
        if (left) settle_left(*left, {{std::max(at, left->span.start), period.end}, given_up}, at);
        return {entered, before.is_zero() ? std::nullopt : std::optional(given_up)};
    }

    // The accrual that has paid for what comes after `at`: the last one, unless it cost nothing
    // because it was entered without proration.
    std::optional<Accrual> running(Instant at) const {
        const auto& accruals = deed_.after.account.accruals;
        if (accruals.empty()) return std::nullopt;
        for (auto last = accruals.rbegin(); last != accruals.rend(); ++last)
            if (last->span.end > at && last->part != 0) return *last;
        return accruals.back();
    }

    // All that was used is due, also of a stretch in arrears that would have gone on.
    void close(Instant at) {
        for (Accrual& a : deed_.after.account.accruals) a.span.end = std::min(a.span.end, at);
    }

    struct Unused {
        Period span;
        Ratio share;
    };

    void settle_left(Accrual left, const Unused& unused, Instant due_at) {
        PeriodAccount& account = deed_.after.account;
        Components owed = subscriptions::owed_at(account, due_at, grid_);
        bool is_back = is_credit(owed);
        if (is_back && terms_.rule.unused == catalog::Unused::none) return;
        Proration mode = terms_.rule.proration;
        bool is_measured = mode != Proration::none && mode != Proration::full && left.part != 0;
        Period span = is_back ? unused.span : Period{left.span.start, unused.span.start};
        if (mode == Proration::full) span = left.span;
        if (is_measured) measure(left, span, is_back ? std::optional(unused.share) : std::nullopt);
        left.span = span;
        Side side{find_plan(world_, left.plan.plan), find_version(world_, left.plan), left.plan, 1};
        RB_CHECK(side.version != nullptr, "the plan version of an accrual exists");
        bool is_arrears = left.timing == FeeTiming::in_arrears;
        std::string name = description_of(side);
        Billing billing{world_, terms_.family, seller_of(world_, side),
                        is_arrears ? Delivered::yes : Delivered::no,
                        is_back ? name + ": unused time" : name};
        auto booked = bill_due(account, left, due_at, billing);
        if (!booked) return;
        (is_back ? deed_.credits : deed_.charges).push_back(std::move(*booked));
    }

    // The share that a line shows: of its span, or what was given up where that is another one.
    void measure(Accrual& left, const Period& span, const std::optional<Ratio>& given_up) const {
        const Period& period = terms_.subject->period;
        if (span.end < span.start || span.start < period.start || period.end < span.end) return;
        Zone zone = zone_of(world_);
        rating::Share share =
            rating::share_between(terms_.rule.proration, period, span.start, span.end, zone);
        if (given_up) share = rating::share_of(*given_up, share, period, zone);
        left.part = share.part;
        left.whole = share.whole;
    }

    void recognize() {
        PeriodAccount& account = deed_.after.account;
        deed_.recognized = account.deferred;
        deed_.recognized_by = seller_of(world_, terms_.from);
        account.deferred = Amount::zero(grid_.currency);
    }

    // The new plan takes over the share that was given up, where there was one.
    Result<void> enter(const Leaving& left) {
        PeriodAccount& account = deed_.after.account;
        auto price = price_of(world_, terms_.family, terms_.to, terms_.at);
        if (!price) return std::unexpected(price.error());
        const Period& period = terms_.subject->period;
        Proration mode = terms_.rule.proration;
        Proration measure = mode == Proration::full ? Proration::second : mode;
        rating::Share share =
            rating::share_between(measure, period, left.entered, period.end, zone_of(world_));
        if (left.given_up && mode != Proration::none)
            share = rating::share_of(*left.given_up, share, period, zone_of(world_));
        Accrual accrual = accrual_of(terms_.to, *price, {left.entered, period.end}, share);
        account.accruals.push_back(accrual);
        Components owed = at_least_nothing(subscriptions::owed_at(account, now_in_period(), grid_));
        if (owed.net.is_zero() && owed.tax.is_zero()) return {};
        auto booked = bill_due(account, accrual, now_in_period(),
                               {world_, terms_.family, seller_of(world_, terms_.to), Delivered::no,
                                description_of(terms_.to)});
        if (booked) deed_.charges.push_back(std::move(*booked));
        return {};
    }

    Result<void> change_later() {
        const Subscription& before = *terms_.subject;
        Instant at = before.period.end;
        deed_.after.pending =
            subscriptions::PendingChange{terms_.to.ref, terms_.to.quantity, at, terms_.at};
        deed_.effective_at = at;
        if (before.status == Status::trialing) return look_past_trial(terms_.to);
        return look_ahead();
    }

    Result<void> end_later() {
        const Subscription& before = *terms_.subject;
        deed_.after.pending =
            subscriptions::PendingChange{{}, before.quantity, before.period.end, terms_.at};
        deed_.effective_at = before.period.end;
        look_at_rest();
        return {};
    }

    Result<void> end_now() {
        Subscription& after = deed_.after;
        bool was_paid_for = after.status == Status::active;
        if (was_paid_for) end_paid();
        recognize();
        after.status = Status::ended;
        after.ended_at = terms_.at;
        return {};
    }

    // Nothing is charged for what a past-due subscription owes: ending it ends the debt.
    void end_paid() {
        PeriodAccount& account = deed_.after.account;
        const Period& period = terms_.subject->period;
        Proration mode = terms_.rule.proration;
        Instant at = now_in_period();
        if (mode == Proration::day) {
            // The day of the cancellation is used.
            CivilDate next = add_days(zone_of(world_).date_of(at), 1);
            at = std::min(zone_of(world_).midnight(next), period.end);
        }
        std::optional<Accrual> left = running(at);
        if (!left) return;
        Ratio before = subscriptions::share_of(account, period);
        if (mode == Proration::full)
            subscriptions::clear_period(account, period);
        else if (mode != Proration::none)
            subscriptions::cut(account, {mode, period, at, zone_of(world_)});
        Ratio given_up = before - subscriptions::share_of(account, period);
        settle_left(*left, {{at, period.end}, given_up}, period.end);
    }

    // The upcoming period: what it costs, and what of it is held now.
    Result<void> look_ahead() {
        look_at_rest();
        if (terms_.to.version->timing == FeeTiming::in_arrears) return {};
        auto next = upcoming(world_, terms_.family, terms_.to, terms_.at, deed_.after.period.end);
        if (!next) return std::unexpected(next.error());
        if (!*next) return {};
        const Upcoming& coming = **next;
        if (!deed_.next_charge)
            deed_.next_charge = NextCharge{coming.period_start, Amount::zero(grid_.currency),
                                           Amount::zero(grid_.currency)};
        deed_.next_charge->fee += coming.cost.net;
        deed_.next_charge->tax += coming.cost.tax;
        bool is_held =
            terms_.rule.reserve_next != catalog::ReserveNext::off && is_prepaid(terms_.family);
        if (is_held) deed_.reserve = coming;
        return {};
    }

    // What the running period will have cost in arrears when it ends.
    void look_at_rest() {
        Instant end = deed_.after.period.end;
        Components owed = subscriptions::owed_at(deed_.after.account, end, grid_);
        if (!is_credit(owed) && !owed.total().is_zero())
            deed_.next_charge = NextCharge{end, owed.net, owed.tax};
    }

    // What is charged when the trial has ended.
    Result<void> look_past_trial(const Side& side) {
        Subscription then = deed_.after;
        auto rule = starting_rule(world_, *side.plan);
        Proration mode = rule ? rule->proration : Proration::second;
        Instant end = deed_.after.period.end;
        // Priced with the rows that are known now for that day.
        auto lines = begin_period(then, {world_, terms_.family, side, mode, end});
        if (!lines) return std::unexpected(lines.error());
        if (lines->empty()) return {};
        const subscriptions::Line& line = lines->front().line;
        deed_.next_charge = NextCharge{end, line.net, line.tax};
        return {};
    }

    const World& world_;
    const Terms& terms_;
    subscriptions::Grid grid_;
    Deed deed_;
};

}  // namespace

bool is_prepaid(const catalog::Family& family) {
    return family.settlement == catalog::Settlement::prepaid;
}

std::optional<Booked> bill_due(PeriodAccount& account, const Accrual& accrual, Instant due_at,
                               const Billing& billing) {
    subscriptions::Grid grid = grid_of(billing.world, billing.family);
    Components owed = subscriptions::owed_at(account, due_at, grid);
    if (owed.net.is_zero() && owed.tax.is_zero()) return std::nullopt;
    rating::Precise exact = subscriptions::exact_owed_at(account, due_at);
    LineKind kind = is_credit(owed) ? LineKind::credit : LineKind::charge;
    Booked booked{line_of(kind, accrual, billing.description, owed, exact), {}};
    subscriptions::bill(account, owed);
    if (is_prepaid(billing.family))
        booked.postings = postings_of(account, owed, billing.seller, billing.delivered);
    return booked;
}

Result<std::vector<Booked>> begin_period(Subscription& after, const Beginning& beginning) {
    const auto& [world, family, side, proration, at] = beginning;
    Zone zone = zone_of(world);
    auto price = price_of(world, family, side, at);
    if (!price) return std::unexpected(price.error());
    after.anchor = Anchor::at(family.anchor, side.version->every, at, zone);
    after.period = after.anchor.containing(at, zone);
    rating::Share share{1, 1};
    if (family.anchor == AnchorKind::anniversary)
        after.period.start = at;
    else if (at > after.period.start)
        share = rating::share_between(proration, after.period, at, after.period.end, zone);
    after.account = subscriptions::empty_account(grid_of(world, family).currency);
    Accrual accrual = accrual_of(side, *price, {at, after.period.end}, share);
    after.account.accruals.push_back(accrual);
    std::vector<Booked> lines;
    auto booked =
        bill_due(after.account, accrual, at,
                 {world, family, seller_of(world, side), Delivered::no, description_of(side)});
    if (booked) lines.push_back(std::move(*booked));
    return lines;
}

Result<std::optional<Upcoming>> upcoming(const World& world, const catalog::Family& family,
                                         const Side& side, Instant priced_at,
                                         Instant period_start) {
    auto price = price_of(world, family, side, priced_at);
    if (!price) return std::unexpected(price.error());
    Components cost = cost_of(*price, grid_of(world, family));
    if (cost.total().is_zero()) return std::nullopt;
    return Upcoming{side, *price, cost, period_start};
}

Result<Deed> price(const World& world, const Terms& terms) {
    const World sale = world_of_sale(world, terms.subject);
    auto deed = Pricer(sale, terms).run();
    for (std::size_t i = 0; deed && i < sale.sellers.size(); ++i) {
        World seller = world_of_seller(sale, i);
        Terms theirs = terms;
        Subscription seen;
        if (terms.subject != nullptr) {
            seen = seen_by(seller, *terms.subject);
            theirs.subject = &seen;
        }
        auto resale = Pricer(seller, theirs).run();
        if (!resale) return std::unexpected(resale.error());
        deed->resales.push_back({std::move(seller), std::move(*resale)});
    }
    return deed;
}

}  // namespace rb::changes
