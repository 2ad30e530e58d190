#pragma once
// One walk in this process: does steps and says what is wrong with them.
#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "testing/walk/money_model.h"
#include "testing/walk/names.h"
#include "testing/walk/relations.h"
#include "testing/walk/replies.h"
#include "testing/walk/step.h"
#include "testing/walk/usage_model.h"
#include "testing/walk/world.h"

namespace rb::testing::walk {

// How often a route was asked, and how often it said yes.
struct Tally {
    std::uint64_t asked = 0;
    std::uint64_t accepted = 0;
};
using Tallies = std::map<std::string, Tally>;

class Walker {
public:
    // `without`: kinds of failures that are passed over, by how they begin.
    Walker(const Stage& stage, std::string folder, std::vector<std::string> without);

    Found take(const Step& step);
    // What must hold at the end: two restarts change nothing, the auditor agrees, and the models.
    Found finish();

    // Of the last request.
    const http::Response& response() const { return response_; }
    const Json& reply() const { return reply_; }
    const Relations& relations() const { return relations_; }
    const Tallies& tallies() const { return tallies_; }

private:
    Found restart(Step::Kind kind);
    Found requests(const Step& step);
    Found one_request(const Step& step);
    Found learn(const Step& step, const http::Request& request, const std::string& pattern);
    Found judge(const Step& step, const http::Request& request, std::uint64_t events_before);
    Found check_repeated(const Step& step, const http::Request& request);
    Found check_kept();
    Found check_stranger(const Step& step, const http::Request& request);
    Found check_models();
    http::Request request_of(const Step& step) const;
    bool is_passed_over(const Failure& failure) const;
    Found unless_passed_over(Found found) const;

    // A reply that its Idempotency-Key must bring again.
    struct Kept {
        http::Request request;
        http::Response response;
        Instant at;
    };

    World world_;
    Names names_;
    Relations relations_;
    MoneyModel money_;
    UsageModel usage_;
    Tallies tallies_;
    std::vector<std::string> without_;
    std::vector<Kept> kept_;
    http::Response response_;
    Json reply_;
    std::uint64_t count_ = 0;
};

}  // namespace rb::testing::walk
