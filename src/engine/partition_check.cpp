// How a feature stands for an account, as numbers from which any quantity is answered alike. Only
// what is sure to be allowed is told here; everything else, and every rule in full, is in
// Partition::check and the domain's decide, which this must equal (standing_test).
#include <algorithm>
#include <limits>

#include "domain/metering/usage.h"
#include "engine/partition.h"

namespace rb::engine {

namespace {

using catalog::Aggregation;
using catalog::FeatureKind;
using entitlements::Allowance;
using entitlements::Party;
using metering::Counter;
using Numbers = Standing::Numbers;

constexpr std::int64_t any_quantity = std::numeric_limits<std::int64_t>::max();

Numbers asked_the_long_way() {
    Numbers n;
    n.valid_until_us = Instant::us_max;
    return n;
}

// One metered feature over all levels. False: it takes the long way.
class Survey {
public:
    Survey(Numbers& numbers, Instant now) : n_(numbers), now_(now) {}

    bool run(std::span<const Party> parties) {
        if (!parties.front().terms->offer->is_given || parties.front().terms->offer->is_per_entity)
            return false;
        return std::ranges::all_of(parties, [this](const Party& p) { return level(p); });
    }

private:
    bool level(const Party& party) {
        const entitlements::Offer& offer = *party.terms->offer;
        if (offer.aggregation == Aggregation::unique) return false;
        n_.valid_until_us = std::min(n_.valid_until_us, party.terms->valid_until.us);
        for (const Allowance& allowance : offer.allowances)
            if (!limit(party, allowance)) return false;
        if (offer.packages.empty()) return !offer.price;
        return packages(party);
    }

    bool limit(const Party& party, const Allowance& a) {
        const Name meter = party.terms->offer->meter;
        const Period span = party.terms->span(a);
        const Counter* counter =
            metering::find(*party.usage, {meter, a.window, a.rolling, a.scope, span, a.plan});
        held_ = metering::held(*party.usage, meter, a.scope);
        // It may begin with what its account has used by itself.
        if (counter == nullptr && a.scope == metering::Scope::shared) return false;
        bool is_late = now_ < span.start || (counter != nullptr && now_ < counter->newest);
        if (is_late) return false;
        std::int64_t used = counter == nullptr ? 0 : metering::value_at(*counter, now_);
        if (a.window == catalog::WindowKind::rolling) {
            std::int64_t step_us = a.rolling.us / metering::rolling_steps;
            n_.valid_until_us = std::min(n_.valid_until_us, (now_.us / step_us + 1) * step_us);
        }
        if (!a.limit) {
            if (n_.limit == Numbers::none && !a.feature.empty() && n_.account.is_nil())
                report(party, a, {Numbers::none, used, Numbers::none});
            return true;
        }
        std::int64_t room = *a.limit - used - held_;
        std::int64_t remaining = std::max<std::int64_t>(0, room);
        if (n_.remaining == Numbers::none || remaining < n_.remaining)
            report(party, a, {*a.limit, used, remaining});
        // A value that is seen replaces the one before; uses add to it.
        bool adds = party.terms->offer->aggregation == Aggregation::count ||
                    party.terms->offer->aggregation == Aggregation::sum;
        std::int64_t passes = adds ? room : std::max(used, *a.limit - held_);
        if (!a.is_soft) n_.most = std::min(n_.most, passes);
        n_.most_within = std::min(n_.most_within, passes);
        return n_.most > 0;
    }

    struct Left {
        std::int64_t limit;
        std::int64_t used;
        std::int64_t remaining;
    };
    void report(const Party& party, const Allowance& a, const Left& left) {
        const Instant end = party.terms->span(a).end;
        put(party, left, end);
        if (end.us >= Instant::us_max) n_.resets_at_us = Numbers::none;
    }
    void put(const Party& party, const Left& left, Instant resets_at) {
        n_.account = party.account->id;
        n_.limit = left.limit;
        n_.used = left.used;
        n_.held = held_;
        n_.remaining = left.remaining;
        n_.resets_at_us = resets_at.us;
    }

    bool packages(const Party& party) {
        const entitlements::Terms& terms = *party.terms;
        const entitlements::Offer& offer = *terms.offer;
        held_ = metering::held(*party.usage, offer.meter, offer.packages.front().draw.scope);
        std::int64_t size = 0;
        std::int64_t used = 0;
        for (const entitlements::PackageTerms& p : offer.packages) {
            const Period span = terms.tenure_of(p).span;
            const metering::Draw* kept = terms.find_draw(*party.usage, p);
            if (kept == nullptr && p.draw.scope == metering::Scope::shared) return false;
            // One that is about to be opened anew takes over from the one before.
            bool is_open = kept == nullptr || (kept->span == span && kept->plan == p.draw.plan);
            if (!is_open || now_ < span.start) return false;
            size += kept == nullptr ? p.draw.size : kept->size;
            used += kept == nullptr ? p.draw.used : kept->used;
        }
        std::int64_t left = size - used - held_;
        if (left < 1) return false;
        if (n_.remaining == Numbers::none || n_.remaining > left)
            put(party, {size, used, left}, terms.tenure_of(offer.packages.back()).span.end);
        n_.most = std::min(n_.most, left);
        return true;
    }

    Numbers& n_;
    Instant now_;
    std::int64_t held_ = 0;
};

// Flags, values and gauges; they move with commands only.
bool survey_given(Numbers& n, const entitlements::Given& given, FeatureKind kind,
                  std::int64_t exist) {
    if (!given.is_given) return false;
    if (kind == FeatureKind::flag) return given.is_on;
    if (kind != FeatureKind::limit) return true;
    n.used = exist;
    if (!given.limit) return true;
    n.limit = *given.limit;
    n.remaining = std::max<std::int64_t>(0, *given.limit - exist);
    n.most_within = *given.limit - exist;
    if (!given.is_soft) n.most = n.most_within;
    return n.most > 0;
}

}  // namespace

Numbers Partition::survey(const StandingCall& call, AccountId account, const std::string& key) {
    AccountRecord* record = book_.find(account);
    const catalog::Feature* feature = index_of(call.catalog).feature(key);
    bool is_askable = record != nullptr && feature != nullptr &&
                      record->account.status == accounts::Status::active;
    if (!is_askable) return asked_the_long_way();
    Tree& tree = *book_.tree_of(*record);
    const bool is_on_wall = tree.clock.is_nil();
    Instant clock = is_on_wall ? std::max(book_.wall, call.wall) : book_.clocks.at(tree.clock).now;
    Instant now = std::max(tree.now, clock);

    Numbers n;
    n.kind = static_cast<std::int64_t>(feature->kind);
    n.valid_until_us = Instant::us_max;
    n.most = n.most_within = any_quantity;
    bool is_sure = false;
    if (feature->kind == FeatureKind::metered) {
        auto meter = call.catalog->settings.meters.find(feature->meter);
        if (meter == call.catalog->settings.meters.end()) return asked_the_long_way();
        gather(book_, *call.catalog, *record, meter->second.key, now, parties_);
        is_sure = Survey(n, now).run(parties_);
    } else {
        auto gauge = record->gauges.find(key);
        is_sure = survey_given(
            n, entitlements::given(holdings_of(book_, *call.catalog, *record, now), key),
            feature->kind, gauge == record->gauges.end() ? 0 : gauge->second);
    }
    if (!is_sure) {
        std::int64_t valid_until_us = n.valid_until_us;
        n = asked_the_long_way();
        n.valid_until_us = valid_until_us;
    }
    if (n.account.is_nil()) n.account = account;
    // A test clock moves by a command, which is a turn.
    if (!is_on_wall) n.valid_until_us = Instant::us_max;
    return n;
}

void Partition::stand(const StandingCall& call, const Standings& of, const FeatureMark& feature,
                      Standing& standing, Numbers& out) {
    std::lock_guard lock(mutex_.quiet());
    book_.accounts.tidy();
    out = survey(call, of.account(), feature.key);
    out.stamp = {mutex_.turns(), call.catalog_seq};
    standing.write(out);
}

}  // namespace rb::engine
