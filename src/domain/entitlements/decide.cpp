#include "domain/entitlements/decide.h"

#include <algorithm>

#include "base/check.h"
#include "base/limits.h"
#include "domain/entitlements/caps.h"
#include "domain/entitlements/sell.h"
#include "domain/ledger/decide.h"
#include "domain/metering/entities.h"
#include "domain/metering/sums.h"
#include "domain/subscriptions/timeline.h"

namespace rb::entitlements {

namespace {

using catalog::Aggregation;
using metering::Counter;
using metering::Draw;
using metering::Scope;

constexpr int rolled_periods_max = 1200;  // a hundred years of months

// The account's own draw of a package that it shares now; of its default plan alone.
const Draw* find_alone(const metering::Usage& usage, const Terms& terms, const PackageTerms& p) {
    return metering::find(usage, metering::DrawName{terms.tenure_of(p).subscription.uuid,
                                                    p.draw.family, p.draw.package, Scope::own});
}

// What a level has bought. Whoever sold it and does not own the plan buys the same of who stands
// above itself.
struct Bought {
    const Terms* terms = nullptr;  // of the level
    const PackageTerms* package = nullptr;
    const UnitPrice* price = nullptr;  // where it is no package
    std::int64_t count = 0;            // of packs, or of units
    std::int64_t units = 0;            // beyond what there was

    const Sale& sale() const { return package != nullptr ? package->sale : price->sale; }
};

// What one level says; works on the usage as it is, and as it would be where a window begins.
class Judge {
public:
    // `below`: what the level below has bought; afterwards what this one has.
    struct Bench {
        const catalog::Catalog& catalog;
        const Act& act;
        Decision& decision;
        std::optional<Bought>& below;
        // Of a fact that the account told itself: how much of it the account could pay for, when
        // that is less than all. No level above pays for more.
        std::optional<std::int64_t>& paid_for;
        IdSource& ids;
    };
    Judge(const Bench& bench, const Party& party)
        : catalog_(bench.catalog),
          party_(party),
          terms_(*party.terms),
          selling_(party.terms),
          offer_(*party.terms->offer),
          act_(bench.act),
          excused_(act_.settles == nullptr ? 0 : act_.settles->quantity),
          decision_(bench.decision),
          below_(bench.below),
          paid_for_(bench.paid_for),
          ids_(bench.ids) {}

    // False: refused, and the answer says why.
    Result<bool> run() {
        for (const Allowance& allowance : offer_.allowances)
            if (auto passed = allowance.per == catalog::Per::account ? limit(allowance)
                                                                     : limit_of_entity(allowance);
                !passed || !*passed)
                return passed;
        // What is held together supplies its part, and buys nothing.
        bool is_shared = party_.scope == Scope::shared;
        if (offer_.packages.empty() && !offer_.price) return is_shared ? true : buy_as_below();
        if (!is_shared) below_.reset();
        return supply();
    }

private:
    bool may_be_refused() const { return act_.purpose != Purpose::fact; }
    bool follows() const { return act_.purpose != Purpose::ask; }
    Answer& answer() { return decision_.answer; }

    // The counter as it stands, or the one that begins now.
    const Counter& counter_of(const Allowance& a) {
        const Counter* found = metering::find(
            *party_.usage, {offer_.meter, a.window, a.rolling, a.scope, terms_.span(a), a.plan});
        if (found != nullptr) return *found;
        Counter& fresh = fresh_.emplace();
        if (a.scope == Scope::shared) {
            // What the account has used by itself before somebody shared it counts on.
            const Counter* alone = metering::find(
                *party_.usage, {offer_.meter, a.window, a.rolling, Scope::own, terms_.span(a)});
            if (alone != nullptr && party_.is_on_plan) fresh = *alone;
            fresh.family = a.family;
            fresh.plan = a.plan;
        }
        fresh.meter = offer_.meter;
        fresh.aggregation = offer_.aggregation;
        fresh.window = a.window;
        fresh.rolling = a.rolling;
        fresh.scope = a.scope;
        fresh.span = terms_.span(a);
        if (follows())
            decision_.events.emplace_back(metering::CounterOpened{party_.account->id, fresh});
        return fresh;
    }

    void look_at_held(Scope scope) {
        held_ = metering::held(*party_.usage, offer_.meter, scope) - excused_;
    }
    // Of the reservation that is settled, at this level; nullptr: nothing.
    const metering::ReservedCost* excused_cost() const {
        if (act_.settles == nullptr) return nullptr;
        return metering::find_cost(*act_.settles, party_.account->id);
    }
    // What other reservations hold of packages. For the rest of what they hold units would be
    // bought: they have the money for these, and take none of what is left.
    std::int64_t held_of_packages() const {
        if (held_ == 0) return 0;
        std::int64_t bought = metering::units_bought(*party_.usage, offer_.meter);
        const metering::ReservedCost* mine = excused_cost();
        return held_ - bought + (mine == nullptr ? 0 : mine->units);
    }

    Result<bool> limit(const Allowance& a) {
        look_at_held(a.scope);
        const Counter& counter = counter_of(a);
        bool is_too_many = offer_.aggregation == Aggregation::unique &&
                           counter.members.size() >= limits::unique_members_max &&
                           !metering::has_member(counter, act_.use.member);
        std::int64_t used = metering::value_at(counter, act_.now);
        if (is_too_many) {
            if (a.limit)
                report(a, used, std::max<std::int64_t>(0, *a.limit - used - held_));
            else
                report_unlimited(a, used);
            refuse_with(Fault::too_many_members,
                        "the window holds 100000 different values already");
            return false;
        }
        // Members are few: only a limit asks whether this is one more.
        bool counts = act_.use.occurred_at >= terms_.span(a).start &&
                      (a.limit || offer_.aggregation != Aggregation::unique);
        return within(a, used, counts ? metering::value_after(counter, act_.use) : used);
    }

    // The window as it stands, or the one that begins now.
    const metering::EntityCounter& entities_of(const Allowance& a) {
        const metering::EntityCounter* found = metering::find_entities(
            *party_.usage, {offer_.meter, a.window, a.rolling, a.scope, terms_.span(a)});
        if (found != nullptr) return *found;
        metering::EntityCounter& fresh = fresh_entities_.emplace();
        fresh.meter = offer_.meter;
        fresh.aggregation = offer_.aggregation;
        fresh.window = a.window;
        fresh.rolling = a.rolling;
        fresh.span = terms_.span(a);
        if (follows())
            decision_.events.emplace_back(metering::EntityCounterOpened{party_.account->id, fresh});
        return fresh;
    }
    Result<bool> limit_of_entity(const Allowance& a) {
        const Uuid& entity = act_.use.entity;
        if (entity.is_nil()) return true;
        held_ = metering::entity_held(*party_.usage, offer_.meter, entity) - excused_;
        const metering::EntityCounter& counter = entities_of(a);
        bool is_late = act_.use.occurred_at < terms_.span(a).start;
        if (!is_late && !metering::has_room(counter, act_.use)) {
            refuse_with(Fault::too_many_entities,
                        "the window counts 100000 different entities already");
            return false;
        }
        std::int64_t used = metering::entity_value_at(counter, entity, act_.now);
        return within(a, used, is_late ? used : metering::entity_value_after(counter, act_.use));
    }

    // `used` before the use, `after` with it.
    Result<bool> within(const Allowance& a, std::int64_t used, std::int64_t after) {
        if (metering::leaves_range(used, after)) {
            if (a.limit)
                report(a, used, std::max<std::int64_t>(0, *a.limit - used - held_));
            else
                report_unlimited(a, used);
            return too_much("would be counted");
        }
        if (!a.limit) {
            report_unlimited(a, used);
            return true;
        }
        bool passes = after <= used || after + held_ <= *a.limit;
        std::int64_t remaining = std::max<std::int64_t>(0, *a.limit - used - held_);
        bool is_tightest = !answer().remaining || remaining < *answer().remaining;
        bool stops = !passes && !a.is_soft && may_be_refused();
        if (is_tightest || stops) report(a, used, remaining);
        if (stops) {
            refuse_with(Fault::allowance_is_used_up, sentence(a, used));
            return false;
        }
        if (!passes) answer().over_limit = true;
        if (follows()) pass_thresholds(a, used, after);
        return true;
    }

    std::string sentence(const Allowance& a, std::int64_t used) const {
        std::string text = a.feature + ": " + std::to_string(used) + " used";
        if (held_ > 0) text += ", " + std::to_string(held_) + " reserved";
        text += ", " + std::to_string(*a.limit) + " allowed";
        if (a.per == catalog::Per::entity) text += " for each entity";
        if (act_.use.quantity > 1) text += ", " + std::to_string(act_.use.quantity) + " asked for";
        Instant end = terms_.span(a).end;
        if (end.us < Instant::us_max) text += "; it begins anew at " + end.to_text();
        return text;
    }
    void refuse_with(Fault fault, std::string detail) {
        answer().allowed = false;
        answer().reason = fault;
        answer().detail = std::move(detail);
        answer().account = party_.account->id;
    }
    void report(const Allowance& a, std::int64_t used, std::int64_t remaining) {
        answer().account = party_.account->id;
        answer().limit = a.limit;
        answer().used = used;
        answer().held = held_;
        answer().remaining = remaining;
        answer().resets_at.reset();
        resets_at(terms_.span(a).end);
    }
    void report_unlimited(const Allowance& a, std::int64_t used) {
        if (answer().limit || a.feature.empty() || !answer().account.is_nil()) return;
        answer().account = party_.account->id;
        answer().used = used;
        answer().held = held_;
        resets_at(terms_.span(a).end);
    }
    void resets_at(Instant end) {
        if (end.us < Instant::us_max) answer().resets_at = end;
    }
    void pass_thresholds(const Allowance& a, std::int64_t used, std::int64_t after) {
        for (std::int32_t percent : a.thresholds) {
            int128 mark = int128{*a.limit} * percent;
            bool passes = int128{used} * 100 < mark && int128{after} * 100 >= mark;
            if (passes)
                decision_.events.emplace_back(metering::ThresholdPassed{
                    party_.account->id, a.feature, percent, *a.limit, after,
                    std::string(a.per == catalog::Per::entity ? act_.entity : "")});
        }
    }

    // Valid until the next call. An open draw is not copied: this is on the way of every use.
    const Draw& draw_of(const PackageTerms& p) {
        const Draw* kept = terms_.find_draw(*party_.usage, p);
        if (kept != nullptr && stands(*kept, terms_, p)) return *kept;
        fresh_draw_ = draw_now(*party_.usage, terms_, p);
        if (follows()) {
            close_left(p.draw.scope);
            if (p.draw.scope == Scope::shared) close_alone(p);
            decision_.events.emplace_back(metering::DrawOpened{party_.account->id, *fresh_draw_});
        }
        return *fresh_draw_;
    }
    // A plan that was left within its period gives nothing any more: its draws end here, or uses
    // would be taken from them still.
    void close_left(Scope scope) {
        // What is shared is drawn on by those alone who hold its plan.
        if (scope == Scope::shared) return;
        for (const Draw& d : party_.usage->draws) {
            bool matches =
                d.scope == scope && d.meters.contains(offer_.meter) && d.span.contains(act_.now);
            bool is_held = std::ranges::any_of(offer_.packages, [&](const auto& p) {
                return terms_.tenure_of(p).subscription.uuid == d.subscription &&
                       p.draw.family == d.family && p.draw.package == d.package;
            });
            if (!matches || is_held) continue;
            Draw ended = d;
            ended.span.end = act_.now;
            decision_.events.emplace_back(metering::DrawOpened{party_.account->id, ended});
        }
    }

    // The account's draw from before the package was shared, which the shared one goes on from.
    void close_alone(const PackageTerms& p) {
        const Draw* alone = find_alone(*party_.usage, terms_, p);
        if (alone == nullptr || !alone->span.contains(act_.now)) return;
        Draw ended = *alone;
        ended.span.end = act_.now;
        decision_.events.emplace_back(metering::DrawOpened{party_.account->id, ended});
    }

    // The packages of one level together. Several of the largest are more than 64 bits can say.
    struct Stock {
        int128 size_sum = 0;
        int128 used_sum = 0;
        std::int64_t size = 0;
        std::int64_t used = 0;
        std::int64_t left = 0;
        Instant ends{Instant::us_max};
        const PackageTerms* overrun = nullptr;
    };
    Stock take_stock() {
        Stock stock;
        for (const PackageTerms& p : offer_.packages) {
            const Draw& draw = draw_of(p);
            stock.size_sum += draw.size;
            // What others have used beyond it by facts takes nothing of the account's own packages.
            stock.used_sum +=
                draw.scope == Scope::shared ? std::min(draw.used, draw.size) : draw.used;
            stock.ends = draw.span.end;
            if (p.package.may_overrun) stock.overrun = &p;
        }
        stock.size = metering::within_range(stock.size_sum);
        stock.used = metering::within_range(stock.used_sum);
        int128 left = stock.size_sum - stock.used_sum - held_of_packages();
        stock.left = std::max<std::int64_t>(0, metering::within_range(left));
        return stock;
    }
    // Packages first, then packs of the last one that may overrun, then the price of single units.
    Result<bool> supply() {
        bool has_packages = !offer_.packages.empty();
        look_at_held(has_packages ? offer_.packages.front().draw.scope : party_.scope);
        bool is_shared = has_packages && offer_.packages.front().draw.scope == Scope::shared;
        std::int64_t wanted = metering::increase_of(*party_.usage, act_.use,
                                                    is_shared ? Scope::shared : party_.scope);
        if (offer_.aggregation == Aggregation::unique && is_first_of_period()) wanted = 1;
        Stock stock = take_stock();
        bool is_late = has_packages &&
                       act_.use.occurred_at < terms_.tenure_of(offer_.packages.front()).span.start;
        if (is_late) return true;  // of a period that is over
        is_reported_ = has_packages && (!answer().remaining || *answer().remaining > stock.left);
        if (is_reported_) report_package(stock);
        if (auto priced = price_next(stock.overrun, stock.left); !priced)
            return std::unexpected(priced.error());
        if (wanted <= stock.left) return true;
        auto passed = supply_beyond(stock, wanted);
        if (passed && !*passed && has_packages) report_package(stock);
        return passed;
    }
    Result<bool> supply_beyond(const Stock& stock, std::int64_t wanted) {
        std::int64_t lacking = wanted - stock.left;
        if (paid_for_ && party_.scope != Scope::own) {
            lacking = std::min(lacking, *paid_for_);
            if (lacking == 0) return true;
        }
        bool stops = stock.overrun == nullptr && !offer_.price && may_be_refused();
        if (!stops && !metering::is_in_range(stock.used_sum + wanted))
            return too_much("would be used of the package");
        if (stock.overrun != nullptr) return buy_packs(stock, lacking);
        if (offer_.price) return buy_units(*offer_.price, lacking);
        if (!may_be_refused()) return answer().over_limit = true;
        refuse_with(Fault::package_is_used_up, "the package of " + std::to_string(stock.size) +
                                                   " is used up until " + stock.ends.to_text() +
                                                   ": " + std::to_string(stock.left) + " left, " +
                                                   std::to_string(wanted) + " asked for");
        return false;
    }
    // The counter of the period is about to be opened, so that every member is new.
    bool is_first_of_period() const {
        const Allowance& kept = offer_.allowances.back();
        return metering::find(*party_.usage, {offer_.meter, kept.window, kept.rolling, kept.scope,
                                              terms_.span(kept), kept.plan}) == nullptr;
    }
    void report_package(const Stock& stock) {
        answer().account = party_.account->id;
        answer().limit = stock.size;
        answer().used = stock.used;
        answer().held = held_;
        answer().remaining = stock.left;
        answer().resets_at = stock.ends;
    }
    Result<void> price_next(const PackageTerms* overrun, std::int64_t left) {
        if (left > 0 || party_.scope != Scope::own) return {};
        if (overrun == nullptr && !offer_.price) return {};
        auto next = overrun != nullptr
                        ? pack_price(catalog_, *party_.account, *overrun, act_.now)
                        : unit_cost(catalog_, *party_.account, *offer_.price, {1, act_.now});
        if (!next) return std::unexpected(next.error());
        if (!next->is_zero()) answer().next_unit_price = *next;
        return {};
    }

    Result<bool> buy_packs(const Stock& stock, std::int64_t lacking) {
        const PackageTerms& p = *stock.overrun;
        std::int64_t in_pack = std::max<std::int64_t>(1, p.package.overrun_resources);
        std::int64_t packs = (lacking + in_pack - 1) / in_pack;
        if (!metering::is_in_range(stock.size_sum + int128{packs} * in_pack))
            return too_much("would be bought for the package");
        return buy_count(p, packs, lacking);
    }
    // An agency that supplies nothing itself buys what it has sold, unless the plan is its own.
    Result<bool> buy_as_below() {
        bool sells = below_ && party_.account->kind == accounts::Kind::agency;
        if (!sells) return true;
        if (below_->sale().owner == party_.account->id) {
            below_.reset();
            return true;
        }
        const Bought below = *below_;
        selling_ = below.terms;
        if (below.price != nullptr) return buy_units(*below.price, below.count);
        return buy_count(*below.package, below.count, below.units);
    }
    Result<bool> buy_count(const PackageTerms& p, std::int64_t packs, std::int64_t lacking) {
        std::int64_t in_pack = std::max<std::int64_t>(1, p.package.overrun_resources);
        auto each = pack_price(catalog_, *party_.account, p, act_.now);
        if (!each) return std::unexpected(each.error());
        if (int128{each->micros()} * packs > limits::amount_micros_max) return too_expensive();
        auto purchase_of = [&](std::int64_t count) -> Result<Purchase> {
            return Purchase{Amount::of_micros(each->micros() * count, each->currency()), *each,
                            count, p.package.name + ": overrun"};
        };
        auto allowed = within_caps(p.sale, packs, purchase_of);
        if (!allowed) return std::unexpected(allowed.error());
        note_paid_for(packs, *allowed, in_pack);
        if (*allowed == 0) return !may_be_refused();
        packs = *allowed;
        auto purchase = purchase_of(packs);
        below_ = Bought{selling_, &p, nullptr, packs, lacking};
        if (follows() && selling_ == &terms_)
            decision_.events.emplace_back(metering::PacksBought{
                party_.account->id, terms_.tenure_of(p).subscription.uuid, p.draw.family,
                p.draw.package, p.draw.scope, packs, packs * in_pack});
        auto paid = pay(p.sale, *purchase, lacking);
        if (paid && *paid && follows() && is_reported_) {
            *answer().limit += packs * in_pack;
            *answer().remaining += packs * in_pack;
        }
        return paid;
    }
    Result<bool> buy_units(const UnitPrice& price, std::int64_t lacking) {
        auto purchase_of = [&](std::int64_t count) -> Result<Purchase> {
            auto cost = unit_cost(catalog_, *party_.account, price, {count, act_.now});
            if (!cost) return std::unexpected(cost.error());
            return Purchase{*cost, *cost, count, price.group.name};
        };
        auto allowed = within_caps(price.sale, lacking, purchase_of);
        if (!allowed) return std::unexpected(allowed.error());
        note_paid_for(lacking, *allowed, 1);
        if (*allowed == 0) return !may_be_refused();
        auto purchase = purchase_of(*allowed);
        if (!purchase) return std::unexpected(purchase.error());
        below_ = Bought{selling_, nullptr, &price, *allowed, *allowed};
        return pay(price.sale, *purchase, *allowed);
    }

    // A payer's consent is for what its account buys itself.
    void find_budgets(const Sale& sale) {
        const accounts::Account& account = *party_.account;
        budgets_.clear();
        if (selling_ == &terms_)
            budgets_ =
                budgets_for(account, *party_.usage, {sale, terms_.tenure(sale.tenure)}, act_.now);
        else if (auto own = own_budget(account, *party_.usage, act_.now))
            budgets_.push_back(*own);
    }
    // What an agency has sold by facts it has to pay for: its own word bounds that no more, another
    // one's does.
    bool bounds(const Budget& budget) const {
        const bool is_sale = party_.scope != Scope::own && !may_be_refused();
        if (!is_sale || budget.against != metering::SpendLimit::account) return true;
        const auto& cap = party_.account->spend_cap;
        return cap->author && *cap->author != party_.account->id;
    }
    void note_paid_for(std::int64_t wanted, std::int64_t allowed, std::int64_t units_of_each) {
        if (act_.is_self_told && !may_be_refused() && allowed < wanted)
            paid_for_ = allowed * units_of_each;
    }
    // What a fact may spend at most; nothing: it may leave a debt.
    std::optional<std::int64_t> money_there(const Sale& sale) const {
        const bool is_bounded = act_.is_self_told && !may_be_refused() &&
                                sale.family.settlement == catalog::Settlement::prepaid;
        if (!is_bounded) return std::nullopt;
        const accounts::Account& account = *party_.account;
        const ledger::Booking booking{account.id, account.profile.currency,
                                      account.profile.credit_limit_micros, act_.now};
        const int128 left = ledger::spendable_micros(*party_.wallet, booking);
        return static_cast<std::int64_t>(std::clamp<int128>(left, 0, limits::amount_micros_max));
    }
    // How many of `wanted` (1 or more) the account's caps let pass. A use gets all or none, and the
    // answer says why; of a fact that many are charged, and it is beyond the limit.
    template <class PurchaseOf>
    Result<std::int64_t> within_caps(const Sale& sale, std::int64_t wanted,
                                     const PurchaseOf& purchase_of) {
        find_budgets(sale);
        const std::optional<std::int64_t> money = money_there(sale);
        if (budgets_.empty() && !money) return wanted;
        auto total = [&](std::int64_t count) -> Result<std::int64_t> {
            auto purchase = purchase_of(count);
            if (!purchase) return std::unexpected(purchase.error());
            return cost_of(catalog_, *party_.account, sale, *purchase, act_.now).total().micros();
        };
        const metering::ReservedCost* mine = excused_cost();
        const Budget* tightest = nullptr;
        for (Budget& budget : budgets_) {
            bool is_excused = mine != nullptr &&
                              (budget.against == metering::SpendLimit::account || mine->is_payers);
            if (is_excused) budget.held -= mine->money_micros;
            if (!bounds(budget)) continue;
            if (tightest == nullptr || budget.left() < tightest->left()) tightest = &budget;
        }
        auto asked = total(wanted);
        if (!asked) return std::unexpected(asked.error());
        const std::int64_t left =
            std::min(tightest == nullptr ? limits::amount_micros_max
                                         : std::max<std::int64_t>(0, tightest->left()),
                     money.value_or(limits::amount_micros_max));
        if (*asked <= left) return wanted;
        if (may_be_refused()) {
            refuse_with(Fault::spend_cap_is_reached, sentence(*tightest, *asked));
            return 0;
        }
        answer().over_limit = true;
        std::int64_t passes = 0;
        std::int64_t beyond = wanted;
        while (beyond - passes > 1) {
            std::int64_t middle = passes + (beyond - passes) / 2;
            auto cost = total(middle);
            if (!cost) return std::unexpected(cost.error());
            (*cost <= left ? passes : beyond) = middle;
        }
        return passes;
    }
    std::string sentence(const Budget& budget, std::int64_t asked) const {
        Currency currency = party_.account->profile.currency;
        auto money = [&](std::int64_t micros) {
            return Amount::of_micros(micros, currency).to_text(catalog_.exponent(currency)) + " " +
                   std::string(currency.code());
        };
        bool is_own = budget.against == metering::SpendLimit::account;
        std::string text = is_own ? "spend cap: " : "the payer's consent: ";
        text += money(budget.spent) + " spent";
        if (budget.held > 0) text += ", " + money(budget.held) + " reserved";
        text += ", " + money(budget.cap) + " allowed, " + money(asked) + " asked for";
        if (budget.span.end.us < Instant::us_max)
            text += "; it begins anew at " + budget.span.end.to_text();
        return text;
    }
    void note_spent(Amount amount) {
        for (const Budget& budget : budgets_) {
            decision_.events.emplace_back(
                metering::MoneySpent{party_.account->id, budget.against, budget.span, amount});
            std::int64_t after = budget.spent + amount.micros();
            for (std::int32_t percent : spend_thresholds) {
                int128 mark = int128{budget.cap} * percent;
                if (int128{budget.spent} * 100 >= mark || int128{after} * 100 < mark) continue;
                decision_.events.emplace_back(
                    metering::SpendThresholdPassed{party_.account->id, budget.against, percent,
                                                   Amount::of_micros(budget.cap, amount.currency()),
                                                   Amount::of_micros(after, amount.currency())});
            }
        }
    }
    Result<bool> pay(const Sale& sale, const Purchase& purchase, std::int64_t units) {
        Sold sold = cost_of(catalog_, *party_.account, sale, purchase, act_.now);
        decision_.costs.push_back({&party_, units, sold.total(), sale.family.settlement});
        auto paid = settle({catalog_, party_, sale, selling_->tenure(sale.tenure), purchase, act_},
                           sold, ids_);
        if (!paid) return std::unexpected(paid.error());
        if (paid->shortage) {
            if (may_be_refused()) {
                refuse_with(Fault::money_is_short, paid->shortage->detail);
                return false;
            }
            answer().over_limit = true;
        }
        if (!follows()) return true;
        for (Event& event : paid->events) decision_.events.push_back(std::move(event));
        if (!budgets_.empty() && !sold.total().is_zero()) note_spent(sold.total());
        return true;
    }
    // A question has an answer; a use and a fact are wrong in what they say.
    Result<bool> too_much(std::string_view what) {
        std::string detail = "more than 4000000000000000000 of the meter " + offer_.meter.text() +
                             " " + std::string(what) + ": no sum can be larger";
        if (act_.purpose != Purpose::ask)
            return refuse(Fault::quantity_exceeds_limit, std::move(detail), "/quantity");
        refuse_with(Fault::quantity_exceeds_limit, std::move(detail));
        return false;
    }
    static std::unexpected<Refusal> too_expensive() {
        return refuse(Fault::amount_exceeds_limit,
                      "the packs for this quantity would exceed 1000000000000 of the currency",
                      "/quantity");
    }

    const catalog::Catalog& catalog_;
    const Party& party_;
    const Terms& terms_;
    const Terms* selling_;  // under whose terms is bought: the level's own, or of the one below
    const Offer& offer_;
    const Act& act_;
    const std::int64_t excused_;  // of what is held: the reservation that the use settles
    Decision& decision_;
    std::optional<Bought>& below_;
    std::optional<std::int64_t>& paid_for_;
    IdSource& ids_;
    std::optional<Counter> fresh_;
    std::optional<metering::EntityCounter> fresh_entities_;
    std::optional<Draw> fresh_draw_;
    std::int64_t held_ = 0;
    std::vector<Budget> budgets_;  // of what is being bought
    bool is_reported_ = false;     // the answer's numbers are of this level's packages
};

// What is left moves on from period to period, also through those in which nothing was used.
std::int64_t rolled(const Draw& before, const Tenure& tenure, Zone zone) {
    std::int64_t left = std::max<std::int64_t>(0, before.left());
    Period period = before.span;
    for (int i = 0; i < rolled_periods_max && period.end < tenure.span.start; ++i) {
        period = tenure.anchor
                     ? subscriptions::following(*tenure.anchor, period, zone)
                     : metering::calendar_span(catalog::WindowKind::month, period.end, zone);
        left = metering::plus_within_range(left, before.included);
    }
    return period.end == tenure.span.start ? left : 0;
}

}  // namespace

bool stands(const Draw& draw, const Terms& terms, const PackageTerms& p) {
    return draw.span == terms.tenure_of(p).span && draw.plan == p.draw.plan &&
           (draw.included == p.draw.included || draw.included == 0);
}

Draw draw_now(const metering::Usage& usage, const Terms& terms, const PackageTerms& p) {
    const Draw wanted = terms.first_draw(p);
    const Draw* found = terms.find_draw(usage, p);
    if (found == nullptr && p.draw.scope == Scope::shared) {
        const Draw* alone = find_alone(usage, terms, p);
        if (alone == nullptr || alone->span.start != wanted.span.start) return wanted;
        Draw taken_over = wanted;
        taken_over.size = std::max(wanted.size, alone->size);
        taken_over.used = alone->used;
        return taken_over;
    }
    if (found == nullptr) return wanted;
    bool is_same_period = found->span.start == wanted.span.start;
    if (is_same_period && found->plan == wanted.plan) {
        Draw resumed = *found;  // its end may be an earlier one: the plan was left for a while
        resumed.span = wanted.span;
        // What an agency may give can move within a period.
        if (resumed.included > 0) resumed.size += wanted.included - resumed.included;
        resumed.included = wanted.included;
        return resumed;
    }
    Draw fresh = wanted;
    if (is_same_period) {
        // What was paid for by unit or pack counts no more, what was bought and is left stays. A
        // smaller package in between, whose units were all paid for, gives nothing back.
        fresh.carried = std::max(found->carried, std::min(found->used, found->included));
        fresh.packs = found->packs;
        std::int64_t bought =
            std::max<std::int64_t>(0, found->size - std::max(found->used, found->included));
        fresh.used = std::min(fresh.carried, fresh.size);
        fresh.size = metering::plus_within_range(fresh.size, bought);
    } else if (p.package.rolls_over) {
        fresh.size =
            metering::plus_within_range(fresh.size, rolled(*found, terms.tenure_of(p), p.zone));
    }
    return fresh;
}

Result<Decision> decide(const catalog::Catalog& catalog, std::span<const Party> parties,
                        const Act& act, IdSource& ids) {
    Decision decision;
    const Offer& first = *parties.front().terms->offer;
    Answer& answer = decision.answer;
    answer.allowed = true;
    if (!first.is_given) {
        if (act.purpose != Purpose::fact) {
            answer.allowed = false;
            answer.reason = Fault::feature_is_not_in_plan;
            answer.detail = "no plan of the account gives this";
            return decision;
        }
        answer.over_limit = true;
    }
    // A question about nothing is about the account; a reservation may be from before the limit.
    bool asks_for_none = act.purpose == Purpose::ask && act.use.quantity == 0;
    bool needs_entity = first.is_per_entity && !asks_for_none && act.settles == nullptr;
    if (needs_entity && act.use.entity.is_nil())
        return refuse(
            Fault::entity_is_missing,
            "a limit of " + first.meter.text() + " holds for each entity: say whose use it is",
            "/entity");
    std::optional<Bought> below;
    std::optional<std::int64_t> paid_for;
    for (const Party& party : parties) {
        auto passed = Judge({catalog, act, decision, below, paid_for, ids}, party).run();
        if (!passed) return std::unexpected(passed.error());
        if (!*passed) {
            decision.events.clear();
            return decision;
        }
    }
    return decision;
}

}  // namespace rb::entitlements
