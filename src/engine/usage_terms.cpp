#include "engine/usage_terms.h"

#include "engine/decide.h"

namespace rb::engine {

using entitlements::Holding;
using entitlements::Level;
using entitlements::Party;
using entitlements::Terms;

std::size_t OfferTable::KeyHash::operator()(const Key& key) const {
    std::size_t hash = std::hash<std::string_view>{}(key.meter);
    auto mix = [&hash](std::uint64_t value) {
        hash = (hash ^ value) * 0x9E3779B97F4A7C15ULL;
        hash ^= hash >> 32;
    };
    mix(static_cast<std::uint64_t>(key.asker.kind) * 2 +
        static_cast<std::uint64_t>(key.asker.level));
    for (const Held& held : key.held) {
        mix(held.plan.plan.uuid.high ^ held.plan.version);
        mix(held.plan.plan.uuid.low);
    }
    return hash;
}

entitlements::OfferPtr OfferTable::get(const catalog::Catalog& catalog,
                                       std::span<const Holding> holdings,
                                       const entitlements::Asker& asker, Name meter, Instant now) {
    auto version = static_cast<std::uint64_t>(catalog.version);
    bool is_other = catalog_ != &catalog || catalog_version_ != version;
    if (is_other || offers_.size() >= offers_max) offers_.clear();
    catalog_ = &catalog;
    catalog_version_ = version;
    Key key{meter, asker, {}};
    key.held.reserve(holdings.size());
    for (const Holding& h : holdings)
        key.held.push_back(
            {Name(h.family->key), {h.plan->head.id, h.version->version}, h.plan->head.owner});
    auto& offer = offers_[std::move(key)];
    if (!offer || !offer->valid.contains(now))
        offer = std::make_shared<const entitlements::Offer>(
            entitlements::offer_of(catalog, holdings, asker, meter, now));
    return offer;
}

const Terms* TermsCache::find(Name meter, Level level, const Stamp& stamp, Instant now) const {
    for (const Entry& entry : entries_)
        if (entry.meter == meter && entry.level == level)
            return entry.stamp == stamp && now < entry.terms.valid_until ? &entry.terms : nullptr;
    return nullptr;
}

const Terms& TermsCache::put(Entry entry) {
    for (Entry& kept : entries_)
        if (kept.meter == entry.meter && kept.level == entry.level) {
            kept = std::move(entry);
            return kept.terms;
        }
    return entries_.emplace_back(std::move(entry)).terms;
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

// Of the account that is asked, of whose plans have a say above it, and of every agency: it sells to
// those before it that have no seller yet.
void add_party(const AccountRecord& record, const Terms& terms, Level level,
               std::vector<Party>& parties) {
    bool is_agency = record.account.kind == accounts::Kind::agency;
    if (is_agency)
        for (Party& below : parties)
            if (below.seller.is_nil()) below.seller = record.account.id;
    if (level == Level::above && !is_agency && !terms.offer->is_given) return;
    parties.push_back({&record.account, &record.usage, &record.wallet, &terms,
                       level == Level::asked ? metering::Scope::own : metering::Scope::pooled});
}

Terms make_terms(Book& book, const catalog::Catalog& catalog, const AccountRecord& record,
                 Name meter, Level level, Instant now) {
    auto holdings = holdings_of(book, catalog, record, now);
    Zone zone = record.account.profile.zone;
    auto offer = book.offers.get(catalog, holdings, {record.account.kind, zone, level}, meter, now);
    return entitlements::terms_of(std::move(offer), holdings, zone, now);
}

}  // namespace

void gather(Book& book, const catalog::Catalog& catalog, AccountRecord& record, Name meter,
            Instant now, std::vector<Party>& parties) {
    parties.clear();
    const Tree* tree = book.tree_of(record);
    TermsCache::Stamp stamp{tree->rules, &catalog, static_cast<std::uint64_t>(catalog.version)};
    Level level = Level::asked;
    for (AccountRecord* r = &record; r != nullptr; r = book.find(r->account.parent)) {
        const Terms* terms = r->terms.find(meter, level, stamp, now);
        if (terms == nullptr)
            terms = &r->terms.put(
                {stamp, meter, level, make_terms(book, catalog, *r, meter, level, now)});
        add_party(*r, *terms, level, parties);
        level = Level::above;
        if (r->account.parent.is_nil()) break;
    }
}

void gather_once(const Book& book, const catalog::Catalog& catalog, const AccountRecord& record,
                 Name meter, Instant now, std::vector<Party>& parties,
                 std::vector<std::unique_ptr<Terms>>& kept) {
    parties.clear();
    kept.clear();
    Level level = Level::asked;
    for (const AccountRecord* r = &record; r != nullptr; r = book.find(r->account.parent)) {
        kept.push_back(std::make_unique<Terms>(entitlements::terms_of(
            catalog, holdings_of(book, catalog, *r, now), r->account, meter, level, now)));
        add_party(*r, *kept.back(), level, parties);
        level = Level::above;
        if (r->account.parent.is_nil()) break;
    }
}

}  // namespace rb::engine
