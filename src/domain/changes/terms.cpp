#include "domain/changes/terms.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "domain/accounts/decide.h"
#include "domain/changes/fit.h"
#include "domain/changes/free.h"
#include "domain/changes/lookup.h"

namespace rb::changes {

namespace {

using catalog::PlanKind;
using subscriptions::Status;
using subscriptions::Subscription;

Refusal refusal(Fault fault, std::string detail, std::string field = {}) {
    return {fault, std::move(field), std::move(detail), {}, {}};
}

// The version that was for sale at `at`.
const catalog::PlanVersion& sold_at(const catalog::Plan& plan, Instant at) {
    const catalog::PlanVersion* sold = &plan.versions.front();
    for (const catalog::PlanVersion& version : plan.versions)
        if (version.published_at <= at) sold = &version;
    return *sold;
}

bool is_base(const catalog::Plan& plan) { return plan.head.kind != PlanKind::add_on; }

class Resolver {
public:
    Resolver(const World& world, const Ask& ask, Instant at) : world_(world) {
        terms_.ask = ask;
        terms_.at = at;
    }

    Result<Terms> run() {
        if (auto ok = check_cap(); !ok) return std::unexpected(ok.error());
        if (auto ok = find_subject(); !ok) return std::unexpected(ok.error());
        if (auto ok = find_target(); !ok) return std::unexpected(ok.error());
        fill_quantity();
        // A subscription stays in its family, and settles as that one does.
        terms_.family = family_of(
            world_, terms_.subject ? terms_.subject->family : terms_.to.plan->head.family);
        if (terms_.ask.kind == QuoteKind::start)
            start();
        else if (terms_.ask.kind == QuoteKind::cancel)
            cancel();
        else
            change();
        check_free();
        check_quantity();
        fill_ask();
        return std::move(terms_);
    }

private:
    void object(Fault fault, std::string detail, std::string field = {}) {
        terms_.objections.push_back(refusal(fault, std::move(detail), std::move(field)));
    }

    Result<void> check_cap() const {
        const auto& cap = terms_.ask.cap;
        if (!cap) return {};
        Currency currency = world_.account.profile.currency;
        if (cap->currency() != currency || cap->is_negative())
            return refuse(Fault::field_is_invalid,
                          "expected a cap of zero or more in " + std::string(currency.code()),
                          "/cap");
        return {};
    }

    Result<void> find_subject() {
        if (terms_.ask.kind == QuoteKind::start) return {};
        const Subscription* s = world_.subscriptions.find(terms_.ask.subscription);
        if (s == nullptr)
            return refuse(Fault::subscription_is_unknown, "the account has no such subscription",
                          "/subscription");
        if (!s->is_live())
            return refuse(Fault::subscription_has_ended,
                          "the subscription ended at " + s->ended_at.value_or(terms_.at).to_text(),
                          "/subscription");
        terms_.subject = s;
        terms_.from = {find_plan(world_, s->plan.plan), find_version(world_, s->plan), s->plan,
                       s->quantity};
        if (terms_.from.version == nullptr)
            return refuse(Fault::plan_is_unknown, "the subscription's plan is not to be seen here",
                          "/subscription");
        return {};
    }

    // A hidden plan is given by hand: by who sells it.
    bool is_shown(const catalog::PlanHead& head) const {
        if (head.kind != catalog::PlanKind::hidden || world_.caller.support) return true;
        return !head.owner.is_nil() && head.owner == world_.caller.account;
    }

    Result<void> find_target() {
        if (terms_.ask.kind == QuoteKind::cancel) return {};
        PlanRef wanted = terms_.ask.plan;
        Side& to = terms_.to;
        to.plan = find_plan(world_, wanted.plan);
        bool is_same = terms_.subject != nullptr && terms_.subject->plan.plan == wanted.plan;
        if (to.plan == nullptr || !(is_same || is_shown(to.plan->head)))
            return refuse(Fault::plan_is_unknown, "there is no such plan", "/plan");
        std::uint32_t sold = sold_at(*to.plan, terms_.at).version;
        if (wanted.version == 0) wanted.version = is_same ? terms_.subject->plan.version : sold;
        to.version = to.plan->find(wanted.version);
        to.ref = wanted;
        if (to.version == nullptr)
            return refuse(Fault::plan_is_unknown, "the plan has no such version", "/plan");
        bool stays = is_same && wanted.version == terms_.subject->plan.version;
        if (stays) return {};
        if (!is_shown(to.plan->head))
            return refuse(Fault::plan_is_unknown, "the plan has no such version", "/plan");
        if (to.plan->head.archived)
            return refuse(Fault::plan_is_archived, "the plan is not sold any more", "/plan");
        if (wanted.version != sold && !world_.caller.support)
            return refuse(Fault::plan_is_archived,
                          "the plan is sold in version " + std::to_string(sold) + " only", "/plan");
        return {};
    }

    // As asked, else the present one of the same plan, else one a person where seats are priced,
    // else 1.
    void fill_quantity() {
        if (terms_.to.plan == nullptr) return;
        if (terms_.ask.quantity)
            terms_.to.quantity = *terms_.ask.quantity;
        else if (terms_.subject != nullptr && terms_.subject->plan.plan == terms_.to.ref.plan)
            terms_.to.quantity = terms_.subject->quantity;
        else
            terms_.to.quantity = default_quantity(world_, *terms_.to.version);
    }

    void start() {
        terms_.course = Course::start;
        const catalog::Plan& to = *terms_.to.plan;
        std::size_t live = 0;
        for (const Subscription& s : world_.subscriptions.items) {
            if (!s.is_live()) continue;
            ++live;
            if (!terms_.ask.key.empty() && s.key == terms_.ask.key)
                object(Fault::key_is_taken, "a live subscription has this key", "/key");
            else if (!is_base(to) && s.plan.plan == to.head.id && s.key == terms_.ask.key)
                object(Fault::key_is_taken,
                       "the add-on stands already: give the second one a key of its own", "/key");
        }
        if (live >= limits::subscriptions_max)
            object(Fault::too_many, "an account has at most 1000 live subscriptions");
        if (is_base(to) && world_.subscriptions.base_of(to.head.family) != nullptr)
            object(Fault::family_is_taken, "the account has a subscription of the family " +
                                               to.head.family + ": change that one");
        begin_rule();
        terms_.starts_trial = terms_.to.version->trial_days > 0 && !terms_.ask.skip_trial &&
                              !is_trial_used(world_, to);
    }

    void begin_rule() {
        if (auto rule = starting_rule(world_, *terms_.to.plan)) {
            terms_.rule = std::move(*rule);
            check_rule();
        } else {
            forbid();
        }
        if (terms_.ask.effective == catalog::Effective::period_end)
            object(Fault::field_is_invalid, "expected now: there is no running period",
                   "/effective");
    }

    void change() {
        const Subscription& s = *terms_.subject;
        bool is_other_family =
            terms_.to.plan != terms_.from.plan && terms_.to.plan->head.family != s.family;
        if (s.status == Status::expired) {
            terms_.course = Course::restart;
            if (is_other_family)
                forbid();
            else if (is_base(*terms_.to.plan) != is_base(*terms_.from.plan))
                forbid();
            else
                begin_rule();
            return;
        }
        bool is_same_plan = s.plan == terms_.to.ref;
        if (is_same_plan && s.quantity == terms_.to.quantity)
            object(Fault::plan_is_current, "the subscription is on this plan already", "/plan");
        if (is_other_family || is_base(*terms_.to.plan) != is_base(*terms_.from.plan)) {
            forbid();
            return;
        }
        if (s.plan.plan == terms_.to.ref.plan) {
            stay_rule();
        } else {
            const catalog::ChangeRule* rule =
                world_.catalog.rule(terms_.from.plan->head, &terms_.to.plan->head);
            if (rule == nullptr) {
                forbid();
                return;
            }
            terms_.rule = *rule;
            check_rule();
        }
        set_course(Course::change_now, Course::change_later);
        if (s.status == Status::trialing && terms_.course == Course::change_now)
            terms_.course = Course::trial_change;
    }

    // The same plan in another quantity or version: always allowed and at once. A rule says only
    // how it is prorated and what is reserved.
    void stay_rule() {
        const Subscription& s = *terms_.subject;
        const catalog::ChangeRule* rule =
            world_.catalog.rule(terms_.from.plan->head, &terms_.to.plan->head);
        if (rule != nullptr && rule->allowed) {
            terms_.rule = *rule;
        } else {
            terms_.rule.reserve_next = s.reserve_next;
            if (s.reservation && s.reserve_next == catalog::ReserveNext::off)
                terms_.rule.reserve_next = catalog::ReserveNext::on_change;
        }
        terms_.rule.allowed = true;
        terms_.rule.who = catalog::Who::role;
        terms_.rule.effective = catalog::Effective::now;
    }

    void cancel() {
        terms_.course = Course::end_later;
        const Subscription& s = *terms_.subject;
        const catalog::ChangeRule* rule = world_.catalog.rule(terms_.from.plan->head, nullptr);
        if (rule == nullptr) {
            object(Fault::plan_is_not_allowed, "this plan cannot be cancelled", "/subscription");
            return;
        }
        terms_.rule = *rule;
        check_rule();
        set_course(Course::end_now, Course::end_later);
        if (s.status == Status::expired) terms_.course = Course::end_now;
    }

    void set_course(Course now, Course later) {
        bool is_later = terms_.rule.effective == catalog::Effective::period_end;
        if (terms_.ask.effective == catalog::Effective::now && is_later) {
            object(Fault::plan_is_not_allowed,
                   "this change takes effect at the end of the period only", "/effective");
            terms_.objections.back().possible_at = terms_.subject->period.end;
        }
        if (terms_.ask.effective == catalog::Effective::period_end) is_later = true;
        terms_.course = is_later ? later : now;
    }

    void forbid() {
        object(Fault::plan_is_not_allowed,
               "the change rules do not lead to the plan " + terms_.to.plan->head.key, "/plan");
    }

    void check_rule() {
        if (permits(world_, terms_.rule)) return;
        if (terms_.rule.who == catalog::Who::support)
            object(Fault::plan_is_not_allowed,
                   terms_.to.plan == nullptr
                       ? "only support can cancel this plan"
                       : "only support can change to the plan " + terms_.to.plan->head.key,
                   "/plan");
        else
            forbid();
    }

    // Of a plan that the account is on already nothing new is taken.
    void check_free() {
        if (terms_.to.plan == nullptr) return;
        const Subscription* s = terms_.subject;
        bool stays =
            s != nullptr && s->status != Status::expired && s->plan.plan == terms_.to.ref.plan;
        if (stays) return;
        if (auto why = free_objection(world_, terms_.to))
            object(Fault::plan_is_not_allowed, std::move(*why), "/plan");
    }

    void check_quantity() {
        if (terms_.to.plan == nullptr) return;
        if (terms_.to.quantity >= 1 && terms_.to.quantity <= limits::quantity_max) return;
        terms_.can_be_priced = false;
        object(Fault::quantity_is_not_allowed, "expected a quantity from 1 to 1000000000000000",
               "/quantity");
    }

    void fill_ask() {
        Ask& ask = terms_.ask;
        bool is_later = terms_.course == Course::change_later || terms_.course == Course::end_later;
        ask.effective = is_later ? catalog::Effective::period_end : catalog::Effective::now;
        if (terms_.to.plan == nullptr) return;
        ask.plan = terms_.to.ref;
        ask.quantity = terms_.to.quantity;
    }

    const World& world_;
    Terms terms_;
};

std::optional<Refusal> cap_objection(const World& world, const Terms& terms) {
    auto required = required_cap(world, *terms.to.version);
    if (!required) return required.error();
    const accounts::Cap& held = world.account.profile.cap;
    Currency currency = required->currency();
    std::optional<Amount> present =
        held.amount && held.amount->currency() == currency ? held.amount : std::nullopt;
    Amount consent = terms.ask.cap.value_or(present.value_or(Amount::zero(currency)));
    if (!terms.ask.cap && !held.app_store) return std::nullopt;
    if (consent < *required) {
        Refusal low = refusal(Fault::cap_is_too_low,
                              "a cap of at least " + money_text(world, *required) +
                                  " is required: the payer agreed to " + money_text(world, consent),
                              "/cap");
        low.blockers.push_back({Fault::cap_is_too_low, "cap", money_text(world, *required),
                                money_text(world, consent)});
        return low;
    }
    if (terms.ask.cap && held.app_store && (!present || consent > *present)) {
        Refusal approval = refusal(Fault::approval_is_required,
                                   "the payer has to approve a cap of " +
                                       money_text(world, consent) + " at its app store first",
                                   "/cap");
        approval.blockers.push_back({Fault::approval_is_required, "cap", money_text(world, consent),
                                     present ? money_text(world, *present) : std::string{}});
        return approval;
    }
    return std::nullopt;
}

}  // namespace

std::int64_t default_quantity(const World& world, const catalog::PlanVersion& version) {
    if (!version.seats) return 1;
    return std::max<std::int64_t>(
        1, accounts::active_members(world.account) + accounts::invited_members(world.account));
}

std::optional<Refusal> account_objection(const World& world) {
    const accounts::Status status = std::max(world.account.status, world.worst);
    if (status == accounts::Status::closed)
        return refusal(Fault::account_is_closed, "the account is closed");
    if (status == accounts::Status::frozen && !world.caller.support)
        return refusal(Fault::account_is_frozen,
                       "the account is frozen: pay what is due, or ask support");
    return std::nullopt;
}

Result<Terms> resolve(const World& world, const Ask& ask, Instant at) {
    return Resolver(world, ask, at).run();
}

std::optional<catalog::ChangeRule> starting_rule(const World& world, const catalog::Plan& to) {
    const catalog::Plan* from = is_base(to) ? default_plan_beside(world, to) : nullptr;
    if (from == nullptr || from->head.id == to.head.id) return catalog::ChangeRule{};
    const catalog::ChangeRule* rule = world.catalog.rule(from->head, &to.head);
    if (rule == nullptr) return std::nullopt;
    return *rule;
}

bool permits(const World& world, const catalog::ChangeRule& rule) {
    return rule.who == catalog::Who::support ? world.caller.support : rule.allowed;
}

std::vector<Refusal> checks(const World& world, const Terms& terms) {
    std::vector<Refusal> found;
    if (terms.to.plan == nullptr) return found;
    if (terms.rule.requires_fit) {
        auto blockers = fit_after(world, terms.from.version, *terms.to.version);
        if (!blockers.empty()) {
            const Blocker& first = blockers.front();
            Refusal refused =
                refusal(Fault::usage_does_not_fit, first.subject + ": " + first.used + " in use, " +
                                                       first.allowed + " allowed");
            refused.blockers = std::move(blockers);
            found.push_back(std::move(refused));
        }
    }
    if (auto cap = cap_objection(world, terms)) found.push_back(std::move(*cap));
    return found;
}

}  // namespace rb::changes
