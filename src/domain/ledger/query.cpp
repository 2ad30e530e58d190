#include <algorithm>
#include <tuple>

#include "domain/ledger/decide.h"

namespace rb::ledger {

namespace {

bool is_expired(const Grant& grant, Instant now) {
    return grant.expires_at && *grant.expires_at <= now;
}

auto burn_key(const Grant& grant) {
    Instant expiry = grant.expires_at.value_or(Instant{INT64_MAX});
    return std::tuple(grant.priority, expiry, grant.created_at, grant.id);
}

}  // namespace

std::int64_t spendable_micros(const Wallet& wallet, const Booking& booking) {
    std::int64_t micros = wallet.balance(Bucket::available) + booking.credit_limit_micros;
    for (const Grant& grant : wallet.grants)
        if (!is_expired(grant, booking.now)) micros += grant.amount.micros();
    return std::max<std::int64_t>(0, micros);
}

const Hold* find_hold(const Wallet& wallet, HoldId id) {
    for (const Hold& hold : wallet.holds)
        if (hold.id == id) return &hold;
    return nullptr;
}

std::vector<const Grant*> burn_order(const Wallet& wallet, Instant now) {
    std::vector<const Grant*> order;
    for (const Grant& grant : wallet.grants)
        if (!is_expired(grant, now)) order.push_back(&grant);
    std::ranges::sort(order, {}, [](const Grant* grant) { return burn_key(*grant); });
    return order;
}

std::optional<Instant> next_expiry(const Wallet& wallet) {
    std::optional<Instant> next;
    auto consider = [&next](std::optional<Instant> expiry) {
        if (expiry && (!next || *expiry < *next)) next = expiry;
    };
    for (const Hold& hold : wallet.holds) consider(hold.expires_at);
    for (const Grant& grant : wallet.grants) consider(grant.expires_at);
    return next;
}

const Entry& entry_of(const Event& event) {
    return std::visit([](const auto& e) -> const Entry& { return e.entry; }, event);
}

}  // namespace rb::ledger
