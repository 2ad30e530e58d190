// State follows events. Nothing is decided here; what does not fit the wallet is a broken journal
// or a broken decision and stops the process.
#include <algorithm>
#include <map>

#include "base/check.h"
#include "domain/ledger/decide.h"

namespace rb::ledger {

namespace {

template <class T, class IdType>
auto find_in(std::vector<T>& items, IdType id) {
    return std::ranges::find(items, id, &T::id);
}

void apply_postings(Wallet& wallet, AccountId owner, const Entry& entry) {
    for (const Posting& posting : entry.postings) {
        if (posting.owner != owner || !is_wallet_bucket(posting.bucket)) continue;
        if (wallet.currency.empty()) wallet.currency = posting.amount.currency();
        RB_CHECK(posting.amount.currency() == wallet.currency, "a wallet has one currency");
        std::int64_t& balance = wallet.micros[static_cast<std::size_t>(posting.bucket)];
        RB_CHECK(!__builtin_add_overflow(balance, posting.amount.micros(), &balance),
                 "a balance left its range");
    }
    RB_CHECK(wallet.balance(Bucket::held) >= 0, "no more leaves held than was placed");
    RB_CHECK(wallet.balance(Bucket::grants) >= 0, "no more leaves the grants than was given");
}

void apply_draw(Wallet& wallet, const GrantDraw& draw) {
    auto at = find_in(wallet.grants, draw.grant);
    bool is_there = at != wallet.grants.end();
    std::int64_t before = is_there ? at->amount.micros() : 0;
    RB_CHECK(before - draw.amount.micros() == draw.left.amount.micros(),
             "a draw starts from what the grant had");
    RB_CHECK(!draw.left.amount.is_negative(), "a grant pays no more than it has");
    if (!is_there)
        wallet.grants.push_back(draw.left);
    else if (draw.left.amount.is_zero())
        wallet.grants.erase(at);
    else
        *at = draw.left;
}

void apply_own(Wallet&, const EntryPosted&) {}

void apply_own(Wallet& wallet, const HoldPlaced& event) { wallet.holds.push_back(event.hold); }

void apply_own(Wallet& wallet, const HoldCaptured& event) {
    auto at = find_in(wallet.holds, event.hold);
    RB_CHECK(at != wallet.holds.end(), "a captured hold is open");
    RB_CHECK(at->amount == event.captured + event.left, "a capture starts from what is held");
    if (event.left.is_zero())
        wallet.holds.erase(at);
    else
        at->amount = event.left;
}

void apply_own(Wallet& wallet, const HoldReleased& event) {
    auto at = find_in(wallet.holds, event.hold);
    RB_CHECK(at != wallet.holds.end(), "a released hold is open");
    wallet.holds.erase(at);
}

void apply_own(Wallet& wallet, const GrantMade& event) { wallet.grants.push_back(event.grant); }

void apply_own(Wallet& wallet, const GrantExpired& event) {
    auto at = find_in(wallet.grants, event.grant);
    RB_CHECK(at != wallet.grants.end(), "an expired grant had something left");
    wallet.grants.erase(at);
}

}  // namespace

void apply(Wallet& wallet, AccountId owner, const Event& event) {
    const Entry& entry = entry_of(event);
    check_zero_sum(entry);
    apply_postings(wallet, owner, entry);
    if (entry.account != owner) return;
    for (const GrantDraw& draw : entry.draws) apply_draw(wallet, draw);
    if (!entry.reverses.is_nil()) wallet.reversed.push_back(entry.reverses);
    std::visit([&wallet](const auto& e) { apply_own(wallet, e); }, event);
}

void check_zero_sum(const Entry& entry) {
    RB_CHECK(!entry.postings.empty(), "an entry has postings");
    Currency first = entry.postings.front().amount.currency();
    int128 sum = 0;
    std::map<Currency, int128> sums;  // of further currencies: rarely any
    for (const Posting& posting : entry.postings) {
        Currency currency = posting.amount.currency();
        (currency == first ? sum : sums[currency]) += posting.amount.micros();
    }
    RB_CHECK(sum == 0, "the postings of an entry sum to zero");
    for (const auto& [currency, other] : sums)
        RB_CHECK(other == 0, "the postings of an entry sum to zero in each currency");
}

}  // namespace rb::ledger
