#include <algorithm>
#include <set>

#include "domain/catalog/decide.h"
#include "domain/catalog/document.h"

namespace rb::catalog {

namespace {

bool is_scalar(const Json& value) { return !value.is_object() && !value.is_array(); }

bool is_flat_list(const Json& value) {
    return value.is_array() &&
           std::all_of(value.as_array().begin(), value.as_array().end(), is_scalar);
}

// Numbers and texts as they are, "80, 100" for a list of them, "rolling 30d" for a single member.
std::string shown(const Json* value) {
    if (value == nullptr) return "(none)";
    if (value->is_string()) return value->as_string();
    if (is_flat_list(*value)) {
        std::string out;
        for (const Json& item : value->as_array()) out += (out.empty() ? "" : ", ") + shown(&item);
        return out.empty() ? "(none)" : out;
    }
    if (value->is_object() && value->as_object().size() == 1) {
        const auto& [name, member] = value->as_object().front();
        if (is_scalar(member)) return name + " " + shown(&member);
    }
    return value->to_text();
}

std::string joined(const std::string& path, std::string_view name) {
    return path.empty() ? std::string(name) : path + " " + std::string(name);
}

// The leaves in which two values differ, "fee USD: 100 -> 120". Lists of things are compared item
// by item in their order, lists of numbers or texts are one line; so is a member that only one side
// has.
void compare(const Json* old, const Json* now, const std::string& path,
             std::vector<std::string>& out) {
    if (old != nullptr && now != nullptr) {
        if (*old == *now) return;
        if (old->is_object() && now->is_object()) {
            for (const auto& [name, value] : old->as_object())
                compare(&value, now->find(name), joined(path, name), out);
            for (const auto& [name, value] : now->as_object())
                if (old->find(name) == nullptr) compare(nullptr, &value, joined(path, name), out);
            return;
        }
        if (old->is_array() && now->is_array() && !(is_flat_list(*old) && is_flat_list(*now))) {
            const auto& a = old->as_array();
            const auto& b = now->as_array();
            for (std::size_t i = 0; i < std::max(a.size(), b.size()); ++i)
                compare(i < a.size() ? &a[i] : nullptr, i < b.size() ? &b[i] : nullptr,
                        joined(path, std::to_string(i + 1)), out);
            return;
        }
    }
    out.push_back(path + ": " + shown(old) + " -> " + shown(now));
}

// What an allowance has without saying it, as far as the other one says it.
void spell_out(Json& allowance, const Json& other) {
    if (!allowance.is_object()) allowance = Json(Json::Object{{"limit", std::move(allowance)}});
    const std::pair<const char*, Json> defaults[] = {{"soft", Json(false)},
                                                     {"window", Json("subscription")},
                                                     {"pooled", Json(false)},
                                                     {"per", Json("account")}};
    for (const auto& [name, value] : defaults)
        if (other.find(name) != nullptr && allowance.find(name) == nullptr)
            allowance.as_object().emplace_back(name, value);
}

// An allowance is a number, or an object where it says more than that. Where two of a feature
// differ, both are brought to the same form, so that what differs has its name and not all is new.
void align_entitlements(Json& before, Json& after) {
    auto section = [](Json& plan) -> Json::Object* {
        for (auto& [name, value] : plan.as_object())
            if (name == "entitlements") return &value.as_object();
        return nullptr;
    };
    Json::Object* old = section(before);
    Json::Object* now = section(after);
    if (old == nullptr || now == nullptr) return;
    // Both are sorted by feature.
    auto other = now->begin();
    for (auto& [feature, value] : *old) {
        while (other != now->end() && other->first < feature) ++other;
        if (other == now->end() || other->first != feature) continue;
        if (!value.is_object() && !other->second.is_object()) continue;
        spell_out(value, other->second);
        spell_out(other->second, value);
    }
}

void diff_settings(const Settings& old_settings, const Settings& new_settings,
                   std::vector<Difference>& out) {
    if (old_settings == new_settings) return;
    const Json old = document(old_settings);
    const Json now = document(new_settings);
    // Sections whose members are things with names of their own are told apart by them.
    const std::pair<std::string_view, std::string_view> named[] = {{"features", "feature"},
                                                                   {"meters", "meter"},
                                                                   {"price_groups", "price group"},
                                                                   {"families", "family"}};
    for (const auto& [section, now_value] : now.as_object()) {
        const Json* old_value = old.find(section);
        if (*old_value == now_value) continue;
        auto word = std::find_if(std::begin(named), std::end(named),
                                 [&](const auto& pair) { return pair.first == section; });
        if (word == std::end(named)) {
            Difference difference{Difference::Kind::settings, section, {}, {}};
            compare(old_value, &now_value, {}, difference.details);
            // A value that is no object or list has no path of its own.
            for (std::string& line : difference.details)
                if (line.starts_with(": ")) line.erase(0, 2);
            out.push_back(std::move(difference));
            continue;
        }
        std::set<std::string> keys;
        for (const auto& [key, value] : old_value->as_object()) keys.insert(key);
        for (const auto& [key, value] : now_value.as_object()) keys.insert(key);
        for (const std::string& key : keys) {
            const Json* before = old_value->find(key);
            const Json* after = now_value.find(key);
            if (before != nullptr && after != nullptr && *before == *after) continue;
            Difference difference{
                Difference::Kind::settings, std::string(word->second) + " " + key, {}, {}};
            if (before == nullptr)
                difference.details.push_back("added");
            else if (after == nullptr)
                difference.details.push_back("removed");
            else
                compare(before, after, {}, difference.details);
            out.push_back(std::move(difference));
        }
    }
}

}  // namespace

std::vector<Difference> diff(const Catalog& catalog, const Draft& draft) {
    std::vector<Difference> out;
    diff_settings(catalog.settings, draft.settings, out);
    std::set<std::string_view> kept;
    for (const PlanDraft& plan : draft.plans) {
        kept.insert(plan.head.key);
        const std::string what = "plan " + plan.head.key;
        const Plan* old = catalog.plans.find_key(plan.head.key);
        if (old == nullptr) {
            out.push_back({Difference::Kind::added, what, {}, {}});
            continue;
        }
        Difference difference{Difference::Kind::changed, what, {}, old->head.id};
        if (old->head.archived) difference.details.push_back("archived: true -> false");
        // Old and new entitlements are read with the new kinds: a change of kind is the feature's.
        Json before = document(draft.settings, old->head, old->latest());
        Json after = document(draft.settings, plan.head, plan.version);
        align_entitlements(before, after);
        compare(&before, &after, {}, difference.details);
        if (!difference.details.empty()) out.push_back(std::move(difference));
    }
    for (const auto& [key, plan] : catalog.plans.by_key())
        if (!plan->head.archived && !kept.contains(key))
            out.push_back({Difference::Kind::archived, "plan " + key, {}, plan->head.id});
    return out;
}

}  // namespace rb::catalog
