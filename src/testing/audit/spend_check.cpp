#include "testing/audit/spend_check.h"

namespace rb::testing::audit {

using metering::SpendLimit;

Problem SpendCheck::take(std::string_view command, const engine::Event& event) {
    if (const auto* e = std::get_if<accounts::SpendCapSet>(&event)) set(*e);
    if (const auto* e = std::get_if<metering::MoneySpent>(&event)) return spent(*e);
    if (command != "usage" && command != "commit_reservation") return std::nullopt;
    if (const auto* e = std::get_if<ledger::EntryPosted>(&event)) {
        int128 micros = 0;
        Currency currency;
        for (const ledger::Posting& p : e->entry.postings) {
            if (p.owner != e->entry.account || !ledger::is_wallet_bucket(p.bucket)) continue;
            micros -= p.amount.micros();
            currency = p.amount.currency();
        }
        return bought(e->entry.account,
                      Amount::of_micros(static_cast<std::int64_t>(micros), currency));
    }
    if (const auto* e = std::get_if<subscriptions::LinesAccrued>(&event)) {
        Amount sum = Amount::zero(e->lines.front().line.net.currency());
        for (const subscriptions::AccruedLine& accrued : e->lines)
            sum = sum + accrued.line.net + accrued.line.tax;
        return bought(e->account, sum);
    }
    return std::nullopt;
}

void SpendCheck::set(const accounts::SpendCapSet& e) {
    auto before = caps_.find(e.account);
    bool counts_on = before != caps_.end() && e.cap && before->second == e.cap->window;
    if (!counts_on)
        std::erase_if(sums_, [&](const auto& known) {
            return known.first.account == e.account && known.first.against == SpendLimit::account;
        });
    if (e.cap)
        caps_[e.account] = e.cap->window;
    else
        caps_.erase(e.account);
}

Problem SpendCheck::bought(AccountId account, Amount amount) {
    if (Problem found = end_record()) return found;
    last_ = Purchase{account, amount, false};
    return std::nullopt;
}

Problem SpendCheck::spent(const metering::MoneySpent& e) {
    if (!last_ || last_->account != e.account || last_->amount != e.amount)
        return e.account.to_text() + " has spent what nothing charges";
    if (e.against == SpendLimit::account) {
        if (last_->is_counted) return e.account.to_text() + " has spent the same twice";
        last_->is_counted = true;
    }
    std::erase_if(sums_, [&](const auto& known) {
        const SpentWindow& w = known.first;
        bool is_over =
            e.against == SpendLimit::account ? w.span != e.span : w.span.end <= e.span.start;
        return w.account == e.account && w.against == e.against && is_over;
    });
    sums_[{e.account, e.against, e.span}] += e.amount.micros();
    return std::nullopt;
}

Problem SpendCheck::end_record() {
    bool is_missing = last_ && !last_->is_counted && caps_.contains(last_->account);
    AccountId account = last_ ? last_->account : AccountId{};
    last_.reset();
    if (is_missing) return account.to_text() + " was charged for a use that its cap did not count";
    return std::nullopt;
}

}  // namespace rb::testing::audit
