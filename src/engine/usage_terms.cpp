#include "engine/usage_terms.h"

#include <map>

#include "base/codec.h"
#include "domain/entitlements/bound.h"
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
    mix(static_cast<std::uint64_t>(key.asker.kind) * 8 +
        static_cast<std::uint64_t>(key.asker.level) * 2 + static_cast<std::uint64_t>(key.tenures));
    for (const Held& held : key.held) {
        mix(held.plan.plan.uuid.high ^ held.plan.version);
        mix(held.plan.plan.uuid.low ^ static_cast<std::uint64_t>(held.share));
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
    Key key{meter, asker, entitlements::tenures_of(holdings), {}};
    key.held.reserve(holdings.size());
    for (const Holding& h : holdings) {
        Held& held = key.held.emplace_back(Held{Name(h.family->key),
                                                {h.plan->head.id, h.version->version},
                                                h.plan->head.owner,
                                                h.share,
                                                {}});
        if (h.left) codec::put(held.left, *h.left);
    }
    auto& offer = offers_[std::move(key)];
    if (!offer || !offer->valid.contains(now))
        offer = std::make_shared<const entitlements::Offer>(
            entitlements::offer_of(catalog, holdings, asker, meter, now));
    return offer;
}

const Terms* TermsCache::find(const Key& key, const Stamp& stamp, Instant now) const {
    for (const Entry& entry : entries_)
        if (entry.meter == key.meter && entry.level == key.level && entry.first == key.first)
            return entry.stamp == stamp && now < entry.terms.valid_until ? &entry.terms : nullptr;
    return nullptr;
}

const Terms& TermsCache::put(Entry entry) {
    for (Entry& kept : entries_)
        if (kept.meter == entry.meter && kept.level == entry.level && kept.first == entry.first) {
            kept = std::move(entry);
            return kept.terms;
        }
    return entries_.emplace_back(std::move(entry)).terms;
}

namespace {

// Agencies' plans give what the agencies have.
void bound(const Book& book, const catalog::Catalog& catalog, Instant now,
           std::vector<Holding>& holdings) {
    std::map<AccountId, std::vector<Holding>> sellers;
    for (Holding& holding : holdings) {
        const AccountId owner = holding.plan->head.owner;
        if (owner.is_nil()) continue;
        auto [of, is_new] = sellers.try_emplace(owner);
        if (is_new)
            if (const AccountRecord* seller = book.find(owner))
                of->second = holdings_of(book, catalog, *seller, now);
        holding.left = entitlements::bounded(catalog.settings, *holding.version, of->second);
        if (holding.left) holding.version = holding.left.get();
    }
}

}  // namespace

std::vector<Holding> holdings_of(const Book& book, const catalog::Catalog& catalog,
                                 const AccountRecord& record, Instant now) {
    static const accounts::Caller anybody = accounts::Caller::platform();
    changes::World world = make_world(book, catalog, record, anybody, now);
    std::vector<Holding> holdings;
    for (const auto& [key, family] : catalog.settings.families) {
        changes::Effective e = changes::effective_plan(world, key);
        // Alone as long as nobody is below it, which is most accounts.
        bool has_none_below = e.share == changes::Share::first && record.children.empty();
        if (has_none_below) e.share = changes::Share::alone;
        if (e.version) holdings.push_back({&family, e.plan, e.version, e.subscription, e.share});
    }
    for (const subscriptions::Subscription& s : record.subscriptions.items) {
        if (s.kind != catalog::PlanKind::add_on || !s.is_live()) continue;
        const catalog::Family* family = catalog.family(s.family);
        const catalog::Plan* plan = changes::find_plan(world, s.plan.plan);
        const catalog::PlanVersion* version = changes::find_version(world, s.plan);
        if (family && plan && version) holdings.push_back({family, plan, version, &s});
    }
    bound(book, catalog, now, holdings);
    return holdings;
}

std::vector<Holding> holdings_with(const Book& book, const catalog::Catalog& catalog,
                                   const AccountRecord& record, const AccountRecord& first,
                                   Instant now) {
    static const accounts::Caller anybody = accounts::Caller::platform();
    changes::World world = make_world(book, catalog, first, anybody, now);
    const metering::Sharing sharing = sharing_at(record, metering::Scope::pooled);
    std::vector<Holding> holdings;
    for (Holding h : holdings_of(book, catalog, record, now)) {
        bool is_with = h.share == changes::Share::joint &&
                       h.plan->head.owner == first.account.parent &&
                       sharing.in(Name(h.family->key), h.plan->head.id);
        if (!is_with) continue;
        changes::Effective e = changes::effective_plan(world, h.family->key);
        h.subscription = nullptr;
        h.left.reset();
        h.version = &h.plan->latest();
        if (e.plan == h.plan && e.version != nullptr) {
            h.subscription = e.subscription;
            h.version = e.version;
        }
        holdings.push_back(h);
    }
    bound(book, catalog, now, holdings);
    return holdings;
}

namespace {

// Somebody's first customer: of the platform, or of an agency.
bool is_first_of_tree(const Book& book, const AccountRecord& record) {
    if (record.account.parent.is_nil()) return true;
    const AccountRecord* above = book.find(record.account.parent);
    return above != nullptr &&
           (above->account.kind == accounts::Kind::agency || above->owned_plans != nullptr);
}

bool has_shared(const entitlements::Offer& offer) {
    return !offer.allowances.empty() || !offer.packages.empty();
}

Party shared_party(const AccountRecord& first, const Terms& terms) {
    Party party{&first.account,          &first.usage,        &first.wallet, &terms,
                metering::Scope::shared, &first.subscriptions};
    const metering::Sharing sharing = sharing_at(first, metering::Scope::own);
    const entitlements::Offer& offer = *terms.offer;
    if (!offer.allowances.empty())
        party.is_on_plan =
            sharing.in(offer.allowances.front().family, offer.allowances.front().plan);
    return party;
}

// Of the account that is asked, of whose plans have a say above it, and of every agency: it sells
// to those before it that have no seller yet.
void add_party(const AccountRecord& record, const Terms& terms, Level level,
               std::vector<Party>& parties) {
    bool is_agency = record.account.kind == accounts::Kind::agency;
    if (is_agency)
        for (Party& below : parties)
            if (below.seller.is_nil()) below.seller = record.account.id;
    if (level == Level::above && !is_agency && !terms.offer->is_given) return;
    parties.push_back({&record.account, &record.usage, &record.wallet, &terms,
                       level == Level::asked ? metering::Scope::own : metering::Scope::pooled,
                       &record.subscriptions});
}

Terms make_terms(Book& book, const catalog::Catalog& catalog, const AccountRecord& record,
                 Name meter, Level level, Instant now) {
    auto holdings = holdings_of(book, catalog, record, now);
    Zone zone = record.account.profile.zone;
    auto offer = book.offers.get(catalog, holdings, {record.account.kind, zone, level}, meter, now);
    return entitlements::terms_of(std::move(offer), holdings, zone, now);
}

Terms make_shared_terms(Book& book, const catalog::Catalog& catalog, const AccountRecord& record,
                        const AccountRecord& first, Name meter, Instant now) {
    auto holdings = holdings_with(book, catalog, record, first, now);
    Zone zone = first.account.profile.zone;
    auto offer =
        book.offers.get(catalog, holdings, {first.account.kind, zone, Level::shared}, meter, now);
    return entitlements::terms_of(std::move(offer), holdings, zone, now);
}

}  // namespace

void gather(Book& book, const catalog::Catalog& catalog, AccountRecord& record, Name meter,
            Instant now, std::vector<Party>& parties) {
    parties.clear();
    const Tree* tree = book.tree_of(record);
    TermsCache::Stamp stamp{tree->rules, &catalog, static_cast<std::uint64_t>(catalog.version)};
    if (!record.account.parent.is_nil())
        record.terms.make_room(static_cast<std::size_t>(record.account.depth) + 2);
    Level level = Level::asked;
    for (AccountRecord* r = &record; r != nullptr; r = book.find(r->account.parent)) {
        const Terms* terms = r->terms.find({meter, level}, stamp, now);
        if (terms == nullptr)
            terms = &r->terms.put(
                {stamp, meter, level, make_terms(book, catalog, *r, meter, level, now)});
        add_party(*r, *terms, level, parties);
        if (level == Level::above && is_first_of_tree(book, *r)) {
            const AccountId first = r->account.id;
            const Terms* shared = record.terms.find({meter, Level::shared, first}, stamp, now);
            if (shared == nullptr)
                shared = &record.terms.put(
                    {stamp, meter, Level::shared,
                     make_shared_terms(book, catalog, record, *r, meter, now), first});
            if (has_shared(*shared->offer)) parties.push_back(shared_party(*r, *shared));
        }
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
        if (level == Level::above && is_first_of_tree(book, *r)) {
            kept.push_back(std::make_unique<Terms>(
                entitlements::terms_of(catalog, holdings_with(book, catalog, record, *r, now),
                                       r->account, meter, Level::shared, now)));
            if (has_shared(*kept.back()->offer)) parties.push_back(shared_party(*r, *kept.back()));
        }
        level = Level::above;
        if (r->account.parent.is_nil()) break;
    }
}

}  // namespace rb::engine
