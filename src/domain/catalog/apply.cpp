#include "base/codec.h"
#include "domain/catalog/catalog.h"

namespace rb::catalog {

namespace {

template <class... F>
struct Overloaded : F... {
    using F::operator()...;
};

}  // namespace

void PlanTable::put(std::shared_ptr<const Plan> plan) {
    if (auto old = by_id_.find(plan->head.id); old != by_id_.end()) {
        const PlanHead& head = old->second->head;
        if (head.key != plan->head.key) by_key_.erase(head.key);
        auto numbered = by_number_.find({head.family, head.number});
        if (numbered != by_number_.end() && numbered->second->head.id == head.id)
            by_number_.erase(numbered);
    }
    by_key_[plan->head.key] = plan;
    by_id_[plan->head.id] = plan;
    if (plan->head.number == 0) return;
    // A number that an archived plan had may be given to a new plan: the living one is found.
    auto& numbered = by_number_[{plan->head.family, plan->head.number}];
    if (!numbered || numbered->head.archived || !plan->head.archived) numbered = std::move(plan);
}

void PlanTable::apply(const PlanPublished& event) {
    auto old = by_id_.find(event.head.id);
    auto plan =
        old == by_id_.end() ? std::make_shared<Plan>() : std::make_shared<Plan>(*old->second);
    plan->head = event.head;
    plan->versions.push_back(event.version);
    bytes_ += encode(event).size();
    put(std::move(plan));
}

void PlanTable::apply(const PlanHeadChanged& event) {
    auto old = by_id_.find(event.head.id);
    if (old == by_id_.end()) return;
    auto plan = std::make_shared<Plan>(*old->second);
    plan->head = event.head;
    put(std::move(plan));
}

void apply(Catalog& catalog, const Event& event) {
    std::visit(Overloaded{
                   [&](const SettingsReplaced& e) { catalog.settings = e.settings; },
                   [&](const PlanPublished& e) { catalog.plans.apply(e); },
                   [&](const PlanHeadChanged& e) { catalog.plans.apply(e); },
                   [&](const CatalogMoved& e) { catalog.version = e.version; },
               },
               event);
}

}  // namespace rb::catalog
