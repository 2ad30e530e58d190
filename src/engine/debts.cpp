#include "engine/debts.h"

#include <map>

#include "base/limits.h"
#include "domain/ledger/decide.h"

namespace rb::engine {

namespace {

// The wallets that were touched, as what was decided so far leaves them.
class Wallets {
public:
    explicit Wallets(const Book& book) : book_(book) {}

    void put(AccountId account, ledger::Wallet wallet) {
        touched_.insert_or_assign(account, std::move(wallet));
    }
    changes::World present(const changes::World& world) const {
        std::vector<changes::Seller> sellers = world.sellers;
        for (changes::Seller& seller : sellers)
            seller.wallet = &of(seller.account->id, *seller.wallet);
        return changes::with_wallets(world, of(world.account.id, world.wallet), std::move(sellers));
    }
    void apply(const Event& event) {
        std::visit(
            [this]<class E>(const E& e) {
                if constexpr (requires { ledger::Event(e); }) apply_money(e);
            },
            event);
    }

private:
    const ledger::Wallet& of(AccountId account, const ledger::Wallet& untouched) const {
        auto found = touched_.find(account);
        return found == touched_.end() ? untouched : found->second;
    }
    // Each entry of a change posts to one wallet.
    void apply_money(const auto& event) {
        AccountId owner = event.entry.account;
        auto found = touched_.find(owner);
        if (found == touched_.end())
            found = touched_.emplace(owner, book_.find(owner)->wallet).first;
        ledger::apply(found->second, owner, ledger::Event(event));
    }

    const Book& book_;
    std::map<AccountId, ledger::Wallet> touched_;
};

}  // namespace

void settle_debts(const DecideInput& in, const AccountRecord& record, ledger::Wallet wallet,
                  IdSource& ids, std::vector<Event>& out) {
    Wallets wallets(in.book);
    wallets.put(record.account.id, std::move(wallet));
    auto settle = [&](const AccountRecord& owing) {
        changes::World world = make_world(in.book, in.catalog, owing, in.caller, in.now);
        for (changes::Event& settled : changes::settle_past_due(wallets.present(world), ids)) {
            Event& event = out.emplace_back(lift(std::move(settled)));
            wallets.apply(event);
        }
    };
    settle(record);
    std::size_t settled = 0;
    AccountId last;
    for (auto at = in.book.owing_sellers.lower_bound({record.account.id, {}, {}});
         at != in.book.owing_sellers.end() && at->seller == record.account.id; ++at) {
        if (settled++ == limits::debts_settled_max) break;
        if (at->buyer == last) continue;
        last = at->buyer;
        const AccountRecord* buyer = in.book.find(last);
        if (buyer != nullptr && quarantine_of(in.book, last) == nullptr) settle(*buyer);
    }
}

}  // namespace rb::engine
