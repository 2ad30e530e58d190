#include <algorithm>

#include "domain/catalog/decide.h"
#include "domain/catalog/lint_rules.h"

namespace rb::catalog {

std::vector<Finding> lint(const Draft& draft) {
    Findings findings;
    lint_settings(draft.settings, findings);
    for (const PlanDraft& plan : draft.plans) lint_plan(draft.settings, plan, findings);
    lint_plan_names(draft, findings);
    lint_changes(draft, findings);
    std::vector<Finding> out = findings.take();
    std::stable_sort(out.begin(), out.end(),
                     [](const Finding& a, const Finding& b) { return a.line < b.line; });
    return out;
}

}  // namespace rb::catalog
