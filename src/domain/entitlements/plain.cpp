#include "domain/entitlements/plain.h"

#include <algorithm>

namespace rb::entitlements {

namespace {

bool is_additive(catalog::Aggregation aggregation) {
    return aggregation == catalog::Aggregation::count || aggregation == catalog::Aggregation::sum;
}

bool passes_threshold(const Allowance& a, std::int64_t used, std::int64_t after) {
    return std::ranges::any_of(a.thresholds, [&](std::int32_t percent) {
        int128 mark = int128{*a.limit} * percent;
        return int128{used} * 100 < mark && int128{after} * 100 >= mark;
    });
}

bool is_within(const Party& party, const Allowance& a, const metering::Use& use) {
    if (a.per != catalog::Per::account || a.window == catalog::WindowKind::rolling) return false;
    Period span = party.terms->span(a);
    const metering::Counter* counter =
        metering::find(*party.usage, {use.meter, a.window, a.rolling, a.scope, span, a.plan});
    if (counter == nullptr) return false;  // it begins now
    if (!a.limit || use.occurred_at < span.start) return true;
    std::int64_t after = counter->value + use.quantity;
    return after <= *a.limit && !passes_threshold(a, counter->value, after);
}

// What the packages of one level still have is more than nothing and enough for the use.
bool is_supplied(const Party& party, const metering::Use& use) {
    const Terms& terms = *party.terms;
    const Offer& offer = *terms.offer;
    if (offer.packages.empty()) return !offer.price;
    std::int64_t left = 0;
    for (const PackageTerms& p : offer.packages) {
        const metering::Draw* draw = terms.find_draw(*party.usage, p);
        bool is_open =
            draw != nullptr && draw->span == terms.tenure_of(p).span && draw->plan == p.draw.plan;
        if (!is_open) return false;
        left += draw->left();
    }
    if (use.occurred_at < terms.tenure_of(offer.packages.front()).span.start) return true;
    return left > 0 && use.quantity <= left;
}

bool is_plain_at(const Party& party, const metering::Use& use) {
    const Offer& offer = *party.terms->offer;
    auto fits = [&](const Allowance& a) { return is_within(party, a, use); };
    return metering::held(*party.usage, use.meter, metering::Scope::pooled) == 0 &&
           std::ranges::all_of(offer.allowances, fits) && is_supplied(party, use);
}

}  // namespace

bool is_plain(std::span<const Party> parties, const metering::Use& use) {
    bool is_candidate =
        is_additive(use.aggregation) && use.quantity >= 0 && parties.front().terms->offer->is_given;
    return is_candidate && std::ranges::all_of(parties, [&](const Party& party) {
               return is_plain_at(party, use);
           });
}

}  // namespace rb::entitlements
