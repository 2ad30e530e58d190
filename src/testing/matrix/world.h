#pragma once
// An engine in memory behind the routes of all surfaces, with every kind of account and of caller
// that the authority matrix knows. Everything is made over /v1 with the platform's key.
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/common/context.h"
#include "api/http/router.h"
#include "base/json.h"
#include "store/memory/memory_store.h"
#include "testing/matrix/rules.h"
#include "testing/matrix/signer.h"
#include "testing/sim.h"

namespace rb::testing::matrix {

// An account of the world. One without a name is an account that there is not.
struct Place {
    std::string name;
    const Place* above = nullptr;
    accounts::Kind kind = accounts::Kind::customer;
    accounts::Status status = accounts::Status::active;  // in the end
    std::string id;
    std::int64_t number = 0;
    std::string subscription;
    std::string plan;  // of an agency's own

    accounts::Status worst() const;  // with all above it
    bool is_below(const Place& other) const;
    const Place* seller() const;  // nullptr: the platform
};

struct Caller {
    std::string text;              // "acme's admin", or a special's name
    const Place* place = nullptr;  // nullptr: the platform or nobody
    accounts::Role role = accounts::Role::owner;
    const Special* special = nullptr;
    bool tells_usage = false;
    std::string operates = "owner";  // the platform's own
    Narrow narrow;
    const Place* only = nullptr;  // to which the key is narrowed
    // Keys of the surfaces; empty: none is sent.
    std::map<accounts::Surface, std::string> keys;
    std::string kid;  // of a service account, which has tokens and no keys

    bool is_platform() const { return place == nullptr && special == nullptr; }
};

class World {
public:
    explicit World(const Rules& rules);
    ~World();

    const std::vector<std::unique_ptr<Place>>& places() const { return places_; }
    const std::vector<Caller>& callers() const { return callers_; }
    const Place& nowhere() const { return nowhere_; }
    const http::Router& router() const { return router_; }

    // The request of a row about a place, without credentials. Where it has new numbers it can be
    // made with the same once more.
    enum class Numbers : std::uint8_t { fresh, as_before };
    http::Request request(const Row& row, const Place& about, Numbers numbers = Numbers::fresh);
    void give_key(http::Request& request, const Caller& caller) const;
    http::Response send(http::Request request);
    // How many facts the journal has.
    std::uint64_t facts() const { return engine_->status().events; }
    // After it was carried out: what it used up is gone, and what it changed is changed back.
    void make_new_again(const Row& row, const Place& about);

    static constexpr std::string_view root = "rb_root-key-of-the-matrix";

private:
    struct Stock {
        std::vector<std::string> ids;  // the last one is taken next
    };

    const Place* place(std::string_view name) const;
    void open(std::string name, std::string_view above, accounts::Kind kind,
              accounts::Status status = accounts::Status::active);
    void prepare(Place& place);
    void make_callers(Place& place);
    void make_operators(const Rules& rules);
    void make_specials(const Rules& rules);
    void make_service_accounts(const Rules& rules);
    std::string key_of(const Place& place, std::string_view role, accounts::Surface surface,
                       std::string more = "");
    // Over /v1 as the platform; "" when refused.
    std::string make(http::Method method, std::string path, std::string body,
                     std::string_view wanted);
    std::string thing(std::string_view kind, const Place& about);
    std::string make_thing(std::string_view kind, const Place& about);
    std::string value_of(const std::string& name, const Place& about);
    std::string filled(std::string_view text, const Row& row, const Place& about);

    std::unique_ptr<engine::Store> store_;
    ClearVault vault_;
    SimClock clock_{*Instant::parse("2026-03-01T00:00:00Z")};
    SimEntropy entropy_;
    std::unique_ptr<engine::Engine> engine_;
    std::optional<api::Context> context_;
    http::Router router_;
    std::vector<std::unique_ptr<Place>> places_;
    Place nowhere_;
    std::vector<Caller> callers_;
    std::map<std::pair<std::string, std::string>, Stock> stocks_;  // by kind and account
    Signer signer_;
    std::string public_pem_;  // as JSON has it
    std::string clock_id_;
    std::string problem_;
    Json last_;  // what `make` was answered
    int number_ = 0;
    int number_of_request_ = 0;
};

}  // namespace rb::testing::matrix
