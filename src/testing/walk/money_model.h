#pragma once
// Money, counted naively beside the engine: from what replies acknowledged, in sums of micros.
//
// Around a step that is about one account's money, its balance before and after must differ by what
// the reply said, and not at all when it was refused. At any time the ledger's pages must add up to
// the balance, and their payments be those that were acknowledged.
#include <map>
#include <optional>
#include <set>
#include <string>

#include "base/int128.h"
#include "testing/walk/replies.h"
#include "testing/walk/step.h"
#include "testing/walk/world.h"

namespace rb::testing::walk {

// Micros. `receivable` and `accrued` are what the account owes.
struct Balance {
    std::string currency;
    int128 available = 0;
    int128 held = 0;
    int128 grants = 0;
    int128 receivable = 0;
    int128 accrued = 0;
    int128 net() const { return available + held + grants - receivable - accrued; }
    bool operator==(const Balance&) const = default;
};
std::optional<Balance> balance_of(World& world, const std::string& account);

class MoneyModel {
public:
    // Before a step, of the account that it is about, as the route tells; its balance is kept.
    void before(World& world, std::string_view pattern, const std::string& account);
    // After it.
    Found after(World& world, std::string_view pattern, const http::Request& request,
                const http::Response& response, const Json& body);
    // What a reply acknowledged.
    void learn(const std::string& account, std::string_view pattern, const Json& body);
    // The ledger's pages of an account against its balance and what was acknowledged.
    Found check(World& world, const std::string& account) const;

private:
    std::string account_;
    std::optional<Balance> before_;
    std::map<std::string, std::map<std::string, int128>> payments_;  // account, entry, micros
    std::map<std::string, int128> granted_;
};

}  // namespace rb::testing::walk
