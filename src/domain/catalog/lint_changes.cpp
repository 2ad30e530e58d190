#include <map>
#include <set>
#include <tuple>

#include "base/limits.h"
#include "domain/catalog/lint_rules.h"
#include "domain/catalog/match.h"

namespace rb::catalog {

namespace {

struct NumberedRule {
    std::size_t index = 0;  // in the file
    const ChangeRule* rule = nullptr;
    std::string where() const { return "changes/" + std::to_string(index); }
};

// The plans and rules of one family.
struct Graph {
    std::vector<const PlanDraft*> plans;
    std::vector<NumberedRule> rules;

    const NumberedRule* find(const PlanHead& from, const PlanHead* to) const {
        for (const NumberedRule& numbered : rules)
            if (matches(*numbered.rule, from, to)) return &numbered;
        return nullptr;
    }
};

// Judging pairs of plans is left out where plans * plans * rules is greater: a family of that size
// is made by a program, and its file must still be read in a second or two.
constexpr std::size_t graph_work_max = 20'000'000;

using PlansByKey = std::map<std::string_view, const PlanDraft*>;

void check_plan_of_rule(const PlansByKey& plans, const ChangeRule& rule, const std::string& key,
                        const std::string& where, Findings& findings) {
    if (key.empty()) return;
    auto plan = plans.find(key);
    if (plan == plans.end())
        findings.error("plan_is_unknown", where, "there is no plan '" + key + "'");
    else if (plan->second->head.family != rule.family)
        findings.error("plan_is_of_another_family", where,
                       "plan '" + key + "' is not of the family " + rule.family);
}

void check_rule(const Settings& settings, const PlansByKey& plans, const NumberedRule& numbered,
                Findings& findings) {
    const ChangeRule& rule = *numbered.rule;
    const std::string where = numbered.where();
    auto family = settings.families.find(rule.family);
    if (family == settings.families.end()) {
        findings.error("family_is_unknown", where + "/family",
                       "there is no family '" + rule.family + "'");
        return;
    }
    check_plan_of_rule(plans, rule, rule.from, where + "/from", findings);
    check_plan_of_rule(plans, rule, rule.to, where + "/to", findings);
    if (rule.direction == Direction::cancel && !rule.to.empty())
        findings.error("field_is_not_allowed", where + "/to", "cancelling leads to no plan");
    if (rule.allowed && rule.reserve_next != ReserveNext::off &&
        family->second.settlement != Settlement::prepaid)
        findings.warning("reserve_needs_balance", where + "/reserve_next",
                         "only prepaid accounts have a balance on which a fee can be reserved");
    auto from = plans.find(rule.from);
    auto to = plans.find(rule.to);
    if (from == plans.end() || to == plans.end()) return;
    if (!matches(rule, from->second->head, &to->second->head))
        findings.warning(
            "rule_never_matches", where,
            "the ranks of these two plans do not go " + std::string(enum_text(rule.direction)));
}

// A rule behind a wider one is never asked.
void check_shadows(const Graph& graph, Findings& findings) {
    using Shape = std::tuple<std::string_view, std::string_view, Direction>;
    std::map<Shape, const NumberedRule*> seen;
    for (const NumberedRule& numbered : graph.rules) {
        const ChangeRule& rule = *numbered.rule;
        const NumberedRule* wider = nullptr;
        for (std::string_view from : {std::string_view(rule.from), std::string_view()})
            for (std::string_view to : {std::string_view(rule.to), std::string_view()})
                for (Direction direction : {rule.direction, Direction::any}) {
                    if ((direction == Direction::cancel) != (rule.direction == Direction::cancel))
                        continue;
                    auto earlier = seen.find({from, to, direction});
                    if (earlier != seen.end()) wider = earlier->second;
                }
        if (wider != nullptr)
            findings.warning("rule_is_shadowed", numbered.where(),
                             "rule " + std::to_string(wider->index + 1) +
                                 " stands before it and matches all that it matches");
        seen.emplace(Shape{rule.from, rule.to, rule.direction}, &numbered);
    }
}

bool costs(const PlanVersion& version) {
    auto positive = [](const Prices& prices) {
        for (const auto& [currency, amount] : prices)
            if (amount.is_positive()) return true;
        return false;
    };
    return positive(version.fee) || (version.seats && (positive(version.seats->per_seat) ||
                                                       positive(version.seats->minimum)));
}

// Support may do what a rule keeps for it, so a plan behind such a rule can be reached.
bool is_passable(const ChangeRule& rule) { return rule.allowed || rule.who == Who::support; }
bool is_open(const ChangeRule& rule) { return rule.allowed && rule.who == Who::role; }

void check_reach(const Graph& graph, Findings& findings) {
    std::vector<const PlanDraft*> reached;
    std::set<const PlanDraft*> seen;
    for (const PlanDraft* plan : graph.plans)
        if (plan->head.is_default && seen.insert(plan).second) reached.push_back(plan);
    // Without a default plan an account may start on any of them.
    if (reached.empty()) return;
    for (std::size_t i = 0; i < reached.size(); ++i)
        for (const PlanDraft* to : graph.plans) {
            if (seen.contains(to)) continue;
            const NumberedRule* numbered = graph.find(reached[i]->head, &to->head);
            if (numbered == nullptr || !is_passable(*numbered->rule)) continue;
            seen.insert(to);
            reached.push_back(to);
        }
    for (const PlanDraft* plan : graph.plans)
        if (plan->head.kind == PlanKind::regular && !seen.contains(plan))
            findings.warning("plan_is_unreachable", "plans/" + plan->head.key,
                             "no allowed change leads here from the family's default plan",
                             plan->line);
}

void check_dead_ends(const Graph& graph, Findings& findings) {
    for (const PlanDraft* plan : graph.plans) {
        if (!costs(plan->version)) continue;
        bool can_cancel =
            true;  // as the built-in rule lets, unless the family has rules of its own
        for (const NumberedRule& numbered : graph.rules)
            if (numbered.rule->direction == Direction::cancel) can_cancel = false;
        if (const NumberedRule* cancel = graph.find(plan->head, nullptr))
            can_cancel = is_open(*cancel->rule);
        bool can_leave = can_cancel;
        for (const PlanDraft* to : graph.plans) {
            if (can_leave) break;
            if (to == plan) continue;
            const NumberedRule* numbered = graph.find(plan->head, &to->head);
            can_leave = numbered != nullptr && is_open(*numbered->rule);
        }
        if (!can_leave)
            findings.warning("plan_is_dead_end", "plans/" + plan->head.key,
                             "the plan costs money and a subscriber can neither change nor cancel",
                             plan->line);
    }
}

bool has_allowance(const PlanDraft& plan, const Settings& settings) {
    if (!plan.version.packages.empty()) return true;
    for (const Entitlement& entitlement : plan.version.entitlements) {
        auto feature = settings.features.find(entitlement.feature);
        if (feature != settings.features.end() && feature->second.kind == FeatureKind::metered &&
            entitlement.limit)
            return true;
    }
    return false;
}

// What a change there and at once back would leave in the subscriber's hands; empty: nothing.
std::string gain(const ChangeRule& up, const ChangeRule& down, bool allowance) {
    auto refunds = [](const ChangeRule& rule) {
        return rule.unused != Unused::none && rule.proration != Proration::none;
    };
    const bool resets = up.usage == UsageCarry::reset || down.usage == UsageCarry::reset;
    if (resets && allowance && up.proration != Proration::full && down.proration != Proration::full)
        return "usage starts again at zero and nothing is paid for it in full: the package is "
               "refilled for free";
    if (up.proration == Proration::none && refunds(down))
        return "going up charges nothing and going down gives unused time back";
    if (up.proration != Proration::none && up.proration != Proration::full && refunds(down) &&
        up.proration != down.proration)
        return "going up is prorated by " + std::string(enum_text(up.proration)) +
               " and going down by " + std::string(enum_text(down.proration)) +
               ": the difference is given or kept";
    return {};
}

void check_arbitrage(const Graph& graph, const Settings& settings, Findings& findings) {
    std::set<std::pair<const ChangeRule*, const ChangeRule*>> judged;
    auto is_open_now = [](const NumberedRule* numbered) {
        return numbered != nullptr && is_open(*numbered->rule) &&
               numbered->rule->effective == Effective::now;
    };
    for (const PlanDraft* low : graph.plans)
        for (const PlanDraft* high : graph.plans) {
            if (low == high || low->head.rank > high->head.rank) continue;
            const NumberedRule* up = graph.find(low->head, &high->head);
            if (!is_open_now(up)) continue;
            const NumberedRule* down = graph.find(high->head, &low->head);
            if (!is_open_now(down)) continue;
            bool allowance = has_allowance(*low, settings) || has_allowance(*high, settings);
            std::string what = gain(*up->rule, *down->rule, allowance);
            if (what.empty() || !judged.emplace(up->rule, down->rule).second) continue;
            findings.warning("change_is_arbitrage", down->where(),
                             low->head.key + " to " + high->head.key + " and back: " + what);
        }
}

}  // namespace

void lint_changes(const Draft& draft, Findings& findings) {
    const auto& rules = draft.settings.changes;
    if (rules.size() > limits::change_rules_max) {
        findings.error("too_many", "changes",
                       std::to_string(rules.size()) + " of at most " +
                           std::to_string(limits::change_rules_max));
        return;
    }
    PlansByKey plans;
    std::map<std::string_view, Graph> graphs;
    for (const PlanDraft& plan : draft.plans) {
        plans.emplace(plan.head.key, &plan);
        if (plan.head.kind != PlanKind::add_on) graphs[plan.head.family].plans.push_back(&plan);
    }
    for (std::size_t i = 0; i < rules.size(); ++i) {
        const NumberedRule numbered{i, &rules[i]};
        check_rule(draft.settings, plans, numbered, findings);
        graphs[rules[i].family].rules.push_back(numbered);
    }
    for (const auto& [family, graph] : graphs) {
        check_shadows(graph, findings);
        if (!draft.settings.families.contains(std::string(family))) continue;
        std::size_t count = graph.plans.size();
        if (count * count * (graph.rules.size() + 1) > graph_work_max) {
            findings.warning("family_is_too_large", "families/" + std::string(family),
                             "its changes were not judged: too many plans and rules");
            continue;
        }
        if (graph.rules.empty() && count > 1) {
            findings.warning("changes_are_missing", "families/" + std::string(family),
                             "no rule lets a subscriber change from one of its plans to another");
        } else {
            check_reach(graph, findings);
        }
        check_dead_ends(graph, findings);
        check_arbitrage(graph, draft.settings, findings);
    }
}

}  // namespace rb::catalog
