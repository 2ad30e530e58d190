#pragma once
// Inside the room: what uses cost, by the entries and lines that charge it, against what is said to
// be spent under caps.
#include <optional>
#include <set>
#include <string_view>

#include "testing/audit/audit.h"
#include "testing/audit/ledger_check.h"

namespace rb::testing::audit {

class SpendCheck {
public:
    // The events of one record, then its end.
    Problem take(std::string_view command, const engine::Event& event);
    Problem end_record();
    const SpentSums& sums() const { return sums_; }

private:
    struct Purchase {
        AccountId account;
        Amount amount;
        bool is_counted = false;
    };
    Problem bought(AccountId account, Amount amount);
    Problem spent(const metering::MoneySpent& event);
    void set(const accounts::SpendCapSet& event);

    std::map<AccountId, accounts::SpendWindow> caps_;
    std::optional<Purchase> last_;
    SpentSums sums_;
};

}  // namespace rb::testing::audit
