#include "engine/usage_terms.h"

#include "engine/decide.h"

namespace rb::engine {

using entitlements::Holding;
using entitlements::Level;
using entitlements::Party;
using entitlements::Terms;

const Terms* TermsCache::find(std::string_view meter, Level level, const Stamp& stamp,
                              Instant now) const {
    for (const auto& entry : entries_)
        if (entry->level == level && entry->terms.meter == meter)
            return entry->stamp == stamp && now < entry->terms.valid_until ? &entry->terms
                                                                           : nullptr;
    return nullptr;
}

const Terms& TermsCache::put(Entry entry) {
    for (auto& kept : entries_)
        if (kept->level == entry.level && kept->terms.meter == entry.terms.meter) {
            *kept = std::move(entry);
            return kept->terms;
        }
    return entries_.emplace_back(std::make_unique<Entry>(std::move(entry)))->terms;
}

void TermsCache::bring_near() const {
    if (!entries_.empty()) engine::bring_near(entries_.front().get(), sizeof(Entry));
}

void TermsCache::bring_parts_near() const {
    if (entries_.empty()) return;
    const Terms& terms = entries_.front()->terms;
    engine::bring_near(terms.allowances.data(),
                       terms.allowances.size() * sizeof(entitlements::Allowance));
    // Of a package the draw comes first; what it costs is asked for when it is used up.
    if (!terms.packages.empty()) engine::bring_near(terms.packages.data(), sizeof(metering::Draw));
}

std::vector<Holding> holdings_of(const Book& book, const catalog::Catalog& catalog,
                                 const AccountRecord& record, Instant now) {
    static const accounts::Caller anybody = accounts::Caller::platform();
    changes::World world = make_world(book, catalog, record, anybody, now);
    std::vector<Holding> holdings;
    for (const auto& [key, family] : catalog.settings.families) {
        changes::Effective e = changes::effective_plan(world, key);
        if (e.version) holdings.push_back({&family, e.plan, e.version, e.subscription});
    }
    for (const subscriptions::Subscription& s : record.subscriptions.items) {
        if (s.kind != catalog::PlanKind::add_on || !s.is_live()) continue;
        const catalog::Family* family = catalog.family(s.family);
        const catalog::Plan* plan = changes::find_plan(world, s.plan.plan);
        const catalog::PlanVersion* version = changes::find_version(world, s.plan);
        if (family && plan && version) holdings.push_back({family, plan, version, &s});
    }
    return holdings;
}

namespace {

Party party_of(const AccountRecord& record, const Terms& terms, Level level) {
    return {&record.account, &record.usage, &record.wallet, &terms,
            level == Level::asked ? metering::Scope::own : metering::Scope::pooled};
}

Terms make_terms(const Book& book, const catalog::Catalog& catalog, const AccountRecord& record,
                 std::string_view meter, Level level, Instant now) {
    auto holdings = holdings_of(book, catalog, record, now);
    return entitlements::terms_of(catalog, holdings, record.account, meter, level, now);
}

}  // namespace

void gather(Book& book, const catalog::Catalog& catalog, AccountRecord& record,
            std::string_view meter, Instant now, std::vector<Party>& parties) {
    parties.clear();
    const Tree* tree = book.tree_of(record);
    TermsCache::Stamp stamp{tree->rules, &catalog, static_cast<std::uint64_t>(catalog.version)};
    Level level = Level::asked;
    for (AccountRecord* r = &record; r != nullptr; r = book.find(r->account.parent)) {
        const Terms* terms = r->terms.find(meter, level, stamp, now);
        if (terms == nullptr)
            terms = &r->terms.put({stamp, level, make_terms(book, catalog, *r, meter, level, now)});
        if (level == Level::asked || terms->is_given)
            parties.push_back(party_of(*r, *terms, level));
        level = Level::above;
        if (r->account.parent.is_nil()) break;
    }
}

void gather_once(const Book& book, const catalog::Catalog& catalog, const AccountRecord& record,
                 std::string_view meter, Instant now, std::vector<Party>& parties,
                 std::vector<std::unique_ptr<Terms>>& kept) {
    parties.clear();
    kept.clear();
    Level level = Level::asked;
    for (const AccountRecord* r = &record; r != nullptr; r = book.find(r->account.parent)) {
        kept.push_back(std::make_unique<Terms>(make_terms(book, catalog, *r, meter, level, now)));
        if (level == Level::asked || kept.back()->is_given)
            parties.push_back(party_of(*r, *kept.back(), level));
        level = Level::above;
        if (r->account.parent.is_nil()) break;
    }
}

}  // namespace rb::engine
