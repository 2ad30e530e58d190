#pragma once
// The parts of lint, for this room's own files. Each adds its findings; none stops at the first.
#include <set>
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

// The findings of one plan: where begins with its path, the line is the plan's.
class PlanFindings {
public:
    PlanFindings(const PlanDraft& plan, Findings& out)
        : prefix_("plans/" + plan.head.key), line_(plan.line), out_(out) {}
    void error(std::string code, const std::string& where, std::string detail) {
        out_.error(std::move(code), path(where), std::move(detail), line_);
    }
    void warning(std::string code, const std::string& where, std::string detail) {
        out_.warning(std::move(code), path(where), std::move(detail), line_);
    }

private:
    std::string path(const std::string& where) const {
        return where.empty() ? prefix_ : prefix_ + "/" + where;
    }
    std::string prefix_;
    std::int32_t line_;
    Findings& out_;
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
// Of one plan: bounds and currencies of a price.
void check_prices(const Settings& settings, const Prices& prices, const std::string& where,
                  PlanFindings& out);
// The currencies of the catalog for which there is neither a price nor a rate that leads to one.
std::set<Currency> currencies_without_price(const Settings& settings,
                                            const std::set<Currency>& listed);
// "USD, EUR"
std::string joined(const std::set<Currency>& currencies);
// Of one plan: entitlements, packages and resource prices.
void check_usage(const Settings& settings, const PlanVersion& version, PlanFindings& out);
// Names, numbers, lookup keys and defaults that two plans must not share.
void lint_plan_names(const Draft& draft, Findings& findings);
// The rules themselves, and what they mean together with the plans: plans that nobody can reach or
// leave, changes there and back that cost nothing and give something.
void lint_changes(const Draft& draft, Findings& findings);

}  // namespace rb::catalog
