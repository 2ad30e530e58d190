#pragma once
// Inside the room: what an ask means against the present state, before any money is counted:
// between which plans, under which rule, when, and what stands against it.
#include <optional>
#include <vector>

#include "domain/changes/price.h"

namespace rb::changes {

enum class Course : std::uint8_t {
    start,         // a new subscription
    restart,       // an expired one begins a paid period
    trial_change,  // another plan for the rest of the trial
    change_now,
    change_later,  // scheduled for the period's end
    end_now,
    end_later,
};

struct Terms {
    Ask ask;  // every default filled in
    Course course = Course::start;
    const subscriptions::Subscription* subject = nullptr;  // nullptr when starting
    Side from;
    Side to;
    catalog::Family family;
    catalog::ChangeRule rule;
    Instant at;  // what is priced is priced at this instant
    bool starts_trial = false;
    bool can_be_priced = true;  // false: the quantity is none
    // In the order of precedence: family, plan, rule, quantity.
    std::vector<Refusal> objections;
};

// account_is_closed; account_is_frozen unless support asks.
std::optional<Refusal> account_objection(const World& world);

// Refused for what leaves nothing to be priced: an unknown or ended subscription, an unknown plan,
// an archived plan or version, a malformed cap.
Result<Terms> resolve(const World& world, const Ask& ask, Instant at);

// One a person where seats are priced, else 1.
std::int64_t default_quantity(const World& world, const catalog::PlanVersion& version);

// The rule from one plan to another for somebody without a subscription: from the default plan
// beside the target. Without one, allowed at once; nullopt: there is one, and no rule leads from
// it.
std::optional<catalog::ChangeRule> starting_rule(const World& world, const catalog::Plan& to);
// May this caller do what the rule is about?
bool permits(const World& world, const catalog::ChangeRule& rule);

// What stands against it besides the rules, in this order: usage that does not fit, the cap.
std::vector<Refusal> checks(const World& world, const Terms& terms);

}  // namespace rb::changes
