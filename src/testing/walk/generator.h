#pragma once
// Makes the steps of a walk one by one, from the routes and from what earlier replies gave. Most
// are sensible, so that walks go deep; some are extreme or broken.
#include <deque>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "testing/walk/dice.h"
#include "testing/walk/object.h"
#include "testing/walk/step.h"

namespace rb::testing::walk {

class Generator {
public:
    Generator(const Stage& stage, std::uint64_t seed);
    Step next();
    // What became of the step.
    void learn(const Step& step, int status, bool was_refused);

private:
    // What exists, by the numbers of labels.
    struct Account {
        int number = 0;
        int parent = 0;  // 0: a top
        std::string currency;
        int clock = 0;  // of tests; 0: none
        bool is_agency = false;
    };
    struct Key {
        int number = 0;
        int account = 0;
        std::string role;
        std::string surface;
    };
    struct Thing {
        int number = 0;
        int account = 0;
    };
    using Things = std::vector<Thing>;

    struct Route {
        std::string method;
        std::string pattern;
        std::size_t weight = 1;
    };

    // --- generator.cpp: which step ---
    Step any_request();
    Step request(const Route& route);
    Step clock_move();
    Step opening();
    std::string caller_for(int account);
    std::string path_of(const Route& route, int account);
    std::string query_of(const Route& route);
    const Account& any_account();
    std::optional<Account> account(int number) const;
    bool is_within(int account, int ancestor) const;
    std::string label(std::string_view kind, const Things& things, int account);
    std::string new_label(std::string_view kind) {
        return std::string(kind) + std::to_string(++made_);
    }
    int account_for(const Route& route);
    Things* things_of(std::string_view kind);

    // --- generate_bodies.cpp: what is sent ---
    void fill(Step& step, const Route& route, int account);
    bool fill_account(Step& step, std::string_view pattern);
    std::string reference();
    bool fill_money(Step& step, std::string_view pattern, const Account& account);
    bool fill_plans(Step& step, std::string_view pattern, const Account& account);
    bool fill_keys(Step& step, std::string_view pattern, int account);
    bool fill_rest(Step& step, std::string_view pattern, const Account& account);
    void fill_platform(Step& step, int account);
    void fill_agency(Step& step, int account);
    void fill_catalog(Step& step);
    Object profile(const Account& account);
    std::string money(const Account& account);
    std::string quantity();
    std::string plan();
    std::string future();

    // --- generate_usage.cpp: events and uses ---
    bool fill_usage(Step& step, std::string_view pattern, int account);
    std::string event(int account);
    std::string batch(int account);
    Object use(int account);
    std::string measured();

    // --- bursts: several steps that belong together ---
    void burst();
    void trial_burst();
    void months_burst();
    void insist_burst();
    void flood_burst();
    void two_tenants_burst();
    Step by_hand(std::string_view line);

    Dice dice_;
    Stage stage_;
    std::vector<Route> routes_;
    std::size_t weights_ = 0;
    std::vector<Account> accounts_;
    std::vector<Key> keys_;
    Things subscriptions_, quotes_, holds_, entries_, members_, reservations_, clocks_, services_;
    std::deque<Step> planned_;
    std::optional<Step> accepted_;  // the last mutating step that was
    int made_ = 0;
    int steps_ = 0;
    std::string last_id_ = "e0";
};

}  // namespace rb::testing::walk
