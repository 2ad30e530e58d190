#include "engine/reader.h"

#include <algorithm>

#include "domain/ledger/decide.h"
#include "domain/metering/decide.h"
#include "engine/authority.h"
#include "engine/decide.h"
#include "engine/usage_terms.h"

namespace rb::engine {

Reader::Reader(const Book& book, std::shared_ptr<const catalog::Catalog> catalog,
               accounts::Caller caller, Instant now)
    : book_(book), catalog_(std::move(catalog)), caller_(caller), now_(now) {}

const AccountRecord* Reader::account(AccountId id) const {
    const AccountRecord* record = book_.find(id);
    if (!record) return nullptr;
    if (!caller_.is_platform() && !book_.is_within(id, caller_.account)) return nullptr;
    const AccountId only = caller_.narrowing.only;
    if (!only.is_nil() && !book_.is_within(id, only)) return nullptr;
    return record;
}

Result<const AccountRecord*> Reader::allowed(AccountId id, accounts::Right right) const {
    return engine::allowed(book_, caller_, id, right);
}

std::vector<const AccountRecord*> Reader::children(AccountId parent, AccountId after,
                                                   std::size_t limit) const {
    std::vector<const AccountRecord*> page;
    if (const AccountRecord* record = account(parent))
        for (AccountId id : slice_after(record->children, after, limit))
            page.push_back(book_.find(id));
    return page;
}

changes::World Reader::world(const AccountRecord& record) const {
    return make_world(book_, *catalog_, record, caller_, now_);
}

std::vector<changes::Offer> Reader::offers(const AccountRecord& record,
                                           std::string_view family) const {
    return changes::offers(world(record), family);
}

std::vector<EntitlementView> Reader::entitlements(const AccountRecord& record) const {
    std::map<std::string, EntitlementView> views;
    auto add = [&](const catalog::Plan& plan, const catalog::PlanVersion& version,
                   changes::Share share) {
        bool is_own = share == changes::Share::alone || share == changes::Share::first;
        for (catalog::Entitlement e : version.entitlements) {
            auto feature = catalog_->settings.features.find(e.feature);
            if (feature == catalog_->settings.features.end()) continue;
            // Of what a tree has together another account has it all; none: this one has no part.
            const bool is_count = feature->second.kind == catalog::FeatureKind::limit;
            if (e.limit && (share == changes::Share::none || (!is_own && is_count))) e.limit = 0;
            bool known = views.contains(e.feature);
            EntitlementView& view = views[e.feature];
            if (!known) {
                view.feature = e.feature;
                view.kind = feature->second.kind;
                view.on = e.on;
                view.value = e.value;
                view.limit = e.limit;
                view.soft = e.soft;
                view.per = e.per;
                view.plan = plan.head.key;
                view.family = plan.head.family;
                if (view.kind == catalog::FeatureKind::limit)
                    view.used = metering::gauge(record.gauges, e.feature);
                continue;
            }
            // Add-ons stack: flags join, limits add up, unlimited stays unlimited.
            view.on = view.on || e.on;
            if (!view.limit || !e.limit)
                view.limit.reset();
            else
                *view.limit += *e.limit;
        }
    };
    for (const entitlements::Holding& holding : holdings_of(book_, *catalog_, record, now_))
        add(*holding.plan, *holding.version, holding.share);
    for (auto& [key, view] : views)
        if (view.kind == catalog::FeatureKind::metered) measure(record, view);
    std::vector<EntitlementView> out;
    for (auto& [key, view] : views) out.push_back(std::move(view));
    return out;
}

// What stands: the answer to a use of nothing.
void Reader::measure(const AccountRecord& record, EntitlementView& view) const {
    const std::string& meter_key = catalog_->settings.features.at(view.feature).meter;
    auto meter = catalog_->settings.meters.find(meter_key);
    if (meter == catalog_->settings.meters.end()) return;
    std::vector<entitlements::Party> parties;
    std::vector<std::unique_ptr<entitlements::Terms>> kept;
    const Name key = meter->second.key;
    gather_once(book_, *catalog_, record, key, now_, parties, kept);
    entitlements::Act act{
        {key, meter->second.aggregation, 0, {}, now_}, entitlements::Purpose::ask, now_};
    IdSource ids(now_, {});
    auto decided = entitlements::decide(*catalog_, parties, act, ids);
    if (!decided) return;
    // Of what the tree has together the numbers are those of its first account.
    for (const entitlements::Party& party : parties)
        if (party.scope == metering::Scope::shared && party.account->id == decided->answer.account)
            view.limit = decided->answer.limit;
    view.used = decided->answer.used;
    view.held = decided->answer.held;
    view.remaining = decided->answer.remaining;
    view.resets_at = decided->answer.resets_at;
}

std::optional<entitlements::Budget> Reader::budget(const AccountRecord& record) const {
    return entitlements::own_budget(record.account, record.usage, now_);
}

Result<void> Reader::would_be_accepted(const Command& command) const {
    auto decided = decide({book_, *catalog_, caller_, now_, now_, {}, {}}, command);
    if (!decided) return std::unexpected(decided.error());
    return {};
}

std::optional<std::int64_t> Reader::request_rate(const AccountRecord& record) const {
    auto it = book_.request_rates.find(record.account.top);
    return it == book_.request_rates.end() ? std::nullopt : std::optional(it->second);
}

PackageView Reader::package_of(const AccountRecord& record, const FamilyView& view,
                               std::uint32_t place) const {
    const catalog::Package& p = view.effective.version->packages[place];
    const AccountRecord* of = &record;
    entitlements::Level level = entitlements::Level::asked;
    auto holdings = holdings_of(book_, *catalog_, record, now_);
    if (view.effective.share == changes::Share::joint && !p.may_overrun) {
        level = entitlements::Level::shared;
        const AccountId seller = view.effective.plan->head.owner;
        while (of->account.parent != seller && !of->account.parent.is_nil())
            of = book_.find(of->account.parent);
        holdings = holdings_with(book_, *catalog_, record, *of, now_);
    }
    std::erase_if(holdings, [&](const entitlements::Holding& h) {
        return h.plan != view.effective.plan || h.family != view.family;
    });
    // An agency's plan gives what the agency has.
    const catalog::Package& given =
        holdings.empty() ? p : holdings.front().version->packages[place];
    for (std::int64_t number : given.price_groups) {
        auto group = catalog_->settings.price_groups.find(number);
        if (group == catalog_->settings.price_groups.end()) continue;
        auto terms = entitlements::terms_of(*catalog_, holdings, of->account,
                                            Name(group->second.meter), level, now_);
        for (const entitlements::PackageTerms& t : terms.offer->packages)
            if (t.draw.package == place) {
                metering::Draw draw = entitlements::draw_now(of->usage, terms, t);
                return {&p, draw.size, p.size, std::max<std::int64_t>(0, draw.left())};
            }
    }
    const std::int64_t size = given.price_groups.empty() ? 0 : given.size;
    return {&p, size, p.size, size};
}

std::vector<FamilyView> Reader::families(const AccountRecord& record,
                                         std::string_view surface) const {
    changes::World w = world(record);
    std::vector<FamilyView> out;
    for (const auto& [key, family] : catalog_->settings.families) {
        if (!surface.empty() && family.surface != surface) continue;
        FamilyView view;
        view.family = &family;
        view.effective = changes::effective_plan(w, key);
        if (!view.effective.version) continue;
        std::int64_t quantity =
            view.effective.subscription ? view.effective.subscription->quantity : 1;
        if (auto fee = changes::fee_of(w, *view.effective.version, quantity, now_)) view.fee = *fee;
        if (view.effective.subscription)
            view.next_charge = changes::next_due(*view.effective.subscription);
        for (std::uint32_t i = 0; i < view.effective.version->packages.size(); ++i)
            view.packages.push_back(package_of(record, view, i));
        out.push_back(std::move(view));
    }
    return out;
}

const catalog::Plan* Reader::plan(const AccountRecord& record, PlanId id) const {
    if (record.owned_plans)
        if (const catalog::Plan* own = record.owned_plans->find(id)) return own;
    return changes::find_plan(world(record), id);
}

const catalog::Plan* Reader::plan(const AccountRecord& record, std::string_view key) const {
    if (const catalog::Plan* plan = catalog_->plans.find_key(key)) return plan;
    if (record.owned_plans)
        if (const catalog::Plan* own = record.owned_plans->find_key(key)) return own;
    for (const catalog::PlanTable* table : world(record).owned_plans)
        if (const catalog::Plan* plan = table->find_key(key)) return plan;
    return nullptr;
}

const catalog::PlanVersion* Reader::version(const AccountRecord& record, const PlanRef& ref) const {
    const catalog::Plan* found = plan(record, ref.plan);
    return found ? found->find(ref.version) : nullptr;
}

Amount Reader::spendable(const AccountRecord& record) const {
    const accounts::Profile& profile = record.account.profile;
    ledger::Booking booking{record.account.id, profile.currency, profile.credit_limit_micros, now_};
    return Amount::of_micros(ledger::spendable_micros(record.wallet, booking), profile.currency);
}

const changes::Executed* Reader::executed_quote(const AccountRecord& record, QuoteId quote) const {
    return book_.executed_quotes.find(quote, record.account.id, now_);
}

std::map<PlanId, std::int64_t> Reader::subscribers(AccountId agency) const {
    std::map<PlanId, std::int64_t> counts;
    const AccountRecord* record = account(agency);
    if (!record) return counts;
    std::vector<AccountId> below = record->children;
    AccountsTable::Shape child;
    while (!below.empty()) {
        AccountId id = below.back();
        below.pop_back();
        if (!book_.accounts.look(id, child)) continue;
        for (const subscriptions::Subscription& s : child.subscriptions.items)
            if (s.is_live()) ++counts[s.plan.plan];
        below.insert(below.end(), child.children.begin(), child.children.end());
    }
    return counts;
}

const TestClock* Reader::clock(ClockId id) const {
    auto it = book_.clocks.find(id);
    return it == book_.clocks.end() ? nullptr : &it->second;
}

}  // namespace rb::engine
