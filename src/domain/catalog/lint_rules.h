#pragma once
// The parts of lint, for this room's own files. Each adds its findings; none stops at the first.
#include <string>
#include <vector>

#include "domain/catalog/types.h"

namespace rb::catalog {

class Findings {
public:
    void error(std::string code, std::string where, std::string detail, std::int32_t line = 0) {
        add({Severity::error, std::move(code), std::move(where), line, std::move(detail)});
    }
    void warning(std::string code, std::string where, std::string detail, std::int32_t line = 0) {
        add({Severity::warning, std::move(code), std::move(where), line, std::move(detail)});
    }
    std::vector<Finding> take() { return std::move(all_); }

private:
    // A file that is wrong everywhere need not be told everything.
    static constexpr std::size_t findings_max = 1000;
    void add(Finding finding) {
        if (all_.size() < findings_max) all_.push_back(std::move(finding));
    }
    std::vector<Finding> all_;
};

// Lower-case letters, digits, '_', '.', '-', beginning with a letter or digit; at most
// key_bytes_max.
bool is_key(std::string_view text);
// As above, and upper-case letters too: families and features are named as their dialects name
// them.
bool is_wide_key(std::string_view text);

// Currencies, rates, taxes, features, meters, price groups, families.
void lint_settings(const Settings& settings, Findings& findings);
// One plan against the settings, apart from other plans. `where` begins with "plans/<key>".
void lint_plan(const Settings& settings, const PlanDraft& plan, Findings& findings);
// Names, numbers, lookup keys and defaults that two plans must not share.
void lint_plan_names(const Draft& draft, Findings& findings);
// The rules themselves, and what they mean together with the plans: plans that nobody can reach or
// leave, changes there and back that cost nothing and give something.
void lint_changes(const Draft& draft, Findings& findings);

}  // namespace rb::catalog
