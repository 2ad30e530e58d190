#pragma once
// Usage, counted naively beside the engine: what replies acknowledged of meters that count or sum,
// and which ids they counted.
#include <map>
#include <set>
#include <string>
#include <tuple>

#include "base/instant.h"
#include "base/int128.h"
#include "testing/walk/relations.h"
#include "testing/walk/replies.h"
#include "testing/walk/world.h"

namespace rb::testing::walk {

class UsageModel {
public:
    // Another catalog holds from now on.
    void set_catalog(std::string name) { catalog_ = std::move(name); }
    Found take(const Relations& relations, const Step& step, const http::Request& request,
               const Json& reply, Instant now);
    // GET usage of an account against what was acknowledged.
    Found check(World& world, const std::string& account) const;

private:
    struct Fact {
        std::string account;
        std::string id;  // with its source; empty: none
    };
    Found events(const Relations& relations, const Step& step, const http::Request& request,
                 const Json& reply, Instant now);
    Found event(const Relations& relations, const Step& step, const Json& event, const Json* result,
                Instant now);
    void consumed(const Json& use, const Json& answer, const Relations& relations);
    Found counted(const Relations& relations, const Step& step, const Fact& fact, Instant now);
    void add(const std::string& account, std::string_view meter, int128 quantity);

    std::string catalog_ = "small";
    std::map<std::pair<std::string, std::string>, int128> sums_;  // account and meter
    std::set<std::string> blind_;                        // accounts of which not all is known
    std::set<std::pair<std::string, std::string>> ids_;  // top and id: ever counted
    // Account, caller and id, and when it was counted.
    std::map<std::tuple<std::string, std::string, std::string>, Instant> when_;
};

}  // namespace rb::testing::walk
