#include "domain/catalog/decide.h"

#include <algorithm>
#include <set>

#include "base/codec.h"
#include "base/limits.h"
#include "domain/catalog/lint_rules.h"

namespace rb::catalog {

namespace {

const Finding* first_error(const std::vector<Finding>& findings) {
    auto at = std::find_if(findings.begin(), findings.end(),
                           [](const Finding& f) { return f.severity == Severity::error; });
    return at == findings.end() ? nullptr : &*at;
}

std::unexpected<Refusal> refuse_draft(const std::string& where, const std::string& detail,
                                      std::int32_t line = 0) {
    std::string text = where + ": " + detail;
    if (line > 0) text += " (line " + std::to_string(line) + ")";
    return refuse(Fault::catalog_is_invalid, std::move(text), where.empty() ? "" : "/" + where);
}

// A price group stays, and so do the meter and the price by which the version uses it: without them
// its subscribers could no longer be charged.
Result<void> keep_price_groups(const Settings& old, const Settings& settings, const Plan& plan,
                               const PlanVersion& version) {
    auto lost = [&](std::int64_t number, const std::string& what) {
        return refuse_draft("price_groups", "version " + std::to_string(version.version) +
                                                " of plan " + plan.head.key +
                                                " draws on price group " + std::to_string(number) +
                                                ": keep " + what);
    };
    auto keep = [&](std::int64_t number) -> Result<void> {
        auto group = settings.price_groups.find(number);
        if (group == settings.price_groups.end()) return lost(number, "it");
        auto before = old.price_groups.find(number);
        if (before != old.price_groups.end() && !before->second.meter.empty() &&
            group->second.meter.empty())
            return lost(number, "its meter");
        return {};
    };
    for (const Package& package : version.packages)
        for (std::int64_t number : package.price_groups)
            if (auto kept = keep(number); !kept) return kept;
    for (std::int64_t number : version.price_groups) {
        if (auto kept = keep(number); !kept) return kept;
        if (settings.price_groups.at(number).price.empty()) return lost(number, "its price");
    }
    return {};
}

// What published versions name stays in the catalog: somebody may be on them.
Result<void> keep_what_is_named(const Catalog& catalog, const Settings& settings) {
    for (const auto& [key, plan] : catalog.plans.by_key()) {
        if (!settings.families.contains(plan->head.family))
            return refuse_draft("families", "published plan " + key + " is of the family " +
                                                plan->head.family + ": keep it");
        for (const PlanVersion& version : plan->versions)
            if (auto kept = keep_price_groups(catalog.settings, settings, *plan, version); !kept)
                return kept;
    }
    return {};
}

PlanVersion published(PlanVersion version, const Plan* old, Instant now) {
    version.version = old == nullptr ? 1 : old->latest().version + 1;
    version.published_at = now;
    return version;
}

Result<void> check_room_for_version(const Plan& plan) {
    if (plan.versions.size() < limits::plan_versions_max) return {};
    return refuse(Fault::too_many, "plan " + plan.head.key + " has " +
                                       std::to_string(plan.versions.size()) +
                                       " versions, as many as there may be");
}

// The events that bring one plan to what is wanted, none when it is so already.
Result<void> move_plan(const Plan* old, PlanHead head, const PlanVersion& version, Instant now,
                       std::vector<Event>& events) {
    if (old == nullptr) {
        events.push_back(PlanPublished{std::move(head), published(version, nullptr, now)});
    } else if (!old->latest().same_offer(version)) {
        if (auto room = check_room_for_version(*old); !room) return room;
        events.push_back(PlanPublished{std::move(head), published(version, old, now)});
    } else if (old->head != head) {
        events.push_back(PlanHeadChanged{std::move(head)});
    }
    return {};
}

PlanHead archived(PlanHead head) {
    head.archived = true;
    head.is_default = false;
    return head;
}

}  // namespace

Result<std::vector<Event>> decide(const Catalog& catalog, const ApplyCatalog& command, Instant now,
                                  IdSource& ids) {
    if (command.expected_version && *command.expected_version != catalog.version)
        return refuse(Fault::catalog_has_moved, "the catalog is at version " +
                                                    std::to_string(catalog.version) + ", not " +
                                                    std::to_string(*command.expected_version));
    const Draft& draft = command.draft;
    const std::vector<Finding> findings = lint(draft);
    if (const Finding* error = first_error(findings))
        return refuse_draft(error->where, error->detail, error->line);
    if (auto kept = keep_what_is_named(catalog, draft.settings); !kept)
        return std::unexpected(kept.error());

    std::vector<Event> events;
    if (draft.settings != catalog.settings) events.push_back(SettingsReplaced{draft.settings});
    std::set<std::string_view> keys;
    std::size_t added = 0;
    for (const PlanDraft& plan : draft.plans) {
        keys.insert(plan.head.key);
        const Plan* old = catalog.plans.find_key(plan.head.key);
        PlanHead head = plan.head;
        head.owner = AccountId{};
        head.archived = false;
        if (old == nullptr) {
            ++added;
            head.id = ids.next<PlanId>();
        } else {
            head.id = old->head.id;
            if (old->head.family != head.family)
                return refuse_draft("plans/" + head.key + "/family",
                                    "a published plan stays in its family, " + old->head.family,
                                    plan.line);
        }
        if (auto moved = move_plan(old, std::move(head), plan.version, now, events); !moved)
            return std::unexpected(moved.error());
    }
    if (catalog.plans.size() + added > limits::plans_max)
        return refuse(Fault::too_many, "a catalog has at most " +
                                           std::to_string(limits::plans_max) +
                                           " plans, archived ones counted");
    for (const auto& [key, plan] : catalog.plans.by_key())
        if (!plan->head.archived && !keys.contains(key))
            events.push_back(PlanHeadChanged{archived(plan->head)});
    if (!events.empty()) events.push_back(CatalogMoved{catalog.version + 1});
    return events;
}

namespace {

// "plans/gold/entitlements/bots" -> "/entitlements/bots"
std::string field_of(const std::string& where, const std::string& key) {
    return where.substr(std::min(where.size(), std::string("plans/").size() + key.size()));
}

Result<void> check_room_for_bytes(const PlanTable& owned, const std::vector<Event>& events) {
    std::size_t bytes = owned.bytes();
    for (const Event& event : events)
        if (const auto* added = std::get_if<PlanPublished>(&event)) bytes += encode(*added).size();
    if (bytes <= limits::owned_plan_bytes_max) return {};
    return refuse(Fault::tree_is_full, "plans: those of this account would be " +
                                           std::to_string(bytes) +
                                           " bytes with all their versions, and may be " +
                                           std::to_string(limits::owned_plan_bytes_max));
}

Result<PlanHead> head_of_owned(const PlanTable& owned, const PublishOwnedPlan& command,
                               const Plan* old, IdSource& ids) {
    PlanHead head = command.draft.head;
    head.owner = command.owner;
    head.archived = false;
    if (old == nullptr) {
        if (owned.size() >= limits::owned_plans_max)
            return refuse(Fault::too_many, "an account has at most " +
                                               std::to_string(limits::owned_plans_max) + " plans");
        head.id = ids.next<PlanId>();
        if (head.key.empty()) head.key = head.id.to_text();
    } else {
        head.id = old->head.id;
        if (head.key.empty()) head.key = old->head.key;
        if (head.family != old->head.family)
            return refuse(Fault::field_is_invalid, "a published plan stays in its family",
                          "/family");
    }
    if (head.number != 0)
        return refuse(Fault::field_is_invalid, "a plan of one's own has no number", "/number");
    if (const Plan* taken = owned.find_key(head.key); taken != nullptr && taken != old)
        return refuse(Fault::key_is_taken, "another plan has the key '" + head.key + "'", "/key");
    return head;
}

}  // namespace

Result<std::vector<Event>> decide(const Catalog& catalog, const PlanTable& owned,
                                  const PublishOwnedPlan& command, Instant now, IdSource& ids) {
    const Plan* old = nullptr;
    if (!command.plan.is_nil()) {
        old = owned.find(command.plan);
        if (old == nullptr) return refuse(Fault::plan_is_unknown, "there is no such plan");
        if (old->head.archived) return refuse(Fault::plan_is_archived, "the plan is archived");
    }
    auto made = head_of_owned(owned, command, old, ids);
    if (!made) return std::unexpected(made.error());
    PlanHead head = std::move(*made);

    const Plan* previous = nullptr;  // the family's default so far
    bool is_first = true;
    for (const auto& [key, plan] : owned.by_key()) {
        if (plan->head.family != head.family || plan.get() == old) continue;
        is_first = is_first && plan->head.archived;
        if (plan->head.is_default) previous = plan.get();
    }
    if (is_first && old == nullptr && head.kind == PlanKind::regular) head.is_default = true;
    if (head.is_default && head.kind != PlanKind::regular)
        return refuse(Fault::field_is_invalid, "only a regular plan can be the default",
                      "/is_default");

    Findings findings;
    PlanDraft checked{head, command.draft.version, 0};
    lint_plan(catalog.settings, checked, findings);
    const std::vector<Finding> found = findings.take();
    if (const Finding* error = first_error(found))
        return refuse(Fault::field_is_invalid, error->detail, field_of(error->where, head.key));

    std::vector<Event> events;
    if (head.is_default && previous != nullptr) {
        PlanHead other = previous->head;
        other.is_default = false;
        events.push_back(PlanHeadChanged{std::move(other)});
    }
    if (auto moved = move_plan(old, std::move(head), command.draft.version, now, events); !moved)
        return std::unexpected(moved.error());
    if (auto room = check_room_for_bytes(owned, events); !room)
        return std::unexpected(room.error());
    return events;
}

Result<std::vector<Event>> decide(const PlanTable& owned, const ArchiveOwnedPlan& command) {
    const Plan* plan = owned.find(command.plan);
    if (plan == nullptr) return refuse(Fault::plan_is_unknown, "there is no such plan");
    std::vector<Event> events;
    if (!plan->head.archived) events.push_back(PlanHeadChanged{archived(plan->head)});
    return events;
}

}  // namespace rb::catalog
