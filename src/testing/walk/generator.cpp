#include "testing/walk/generator.h"

#include <algorithm>

#include "testing/walk/catalogs.h"
#include "testing/walk/names.h"
#include "testing/walk/world.h"

namespace rb::testing::walk {

namespace {

constexpr int beginnings = 30;  // steps in which accounts and keys are made above all

struct Weight {
    std::string_view part;
    std::size_t weight;
};
// How much more often than a read a route is asked; the first that its pattern ends with.
constexpr Weight weights[] = {
    {"POST /v1/accounts", 5},
    {"PATCH /v1/accounts/{account}", 6},
    {"POST /v1/accounts/{account}/status", 2},
    {"POST /v1/accounts/{account}/api_keys", 6},
    {"POST /v1/accounts/{account}/members", 2},
    {"POST /v1/accounts/{account}/payments", 8},
    {"POST /v1/accounts/{account}/payouts", 3},
    {"POST /v1/accounts/{account}/credit_grants", 4},
    {"GET /v1/accounts/{account}/balance", 4},
    {"POST /v1/accounts/{account}/ledger_entries/{entry}/reversal", 3},
    {"POST /v1/accounts/{account}/holds", 3},
    {"POST /v1/accounts/{account}/holds/{hold}/capture", 2},
    {"POST /v1/accounts/{account}/subscriptions", 12},
    {"POST /v1/accounts/{account}/quotes", 4},
    {"POST /v1/subscriptions/{subscription}/quotes", 5},
    {"POST /v1/subscriptions/{subscription}/changes", 14},
    {"POST /v1/subscriptions/{subscription}/cancel", 4},
    {"DELETE /v1/subscriptions/{subscription}/pending_change", 2},
    {"PUT /v1/accounts/{account}/gauges/{feature}", 4},
    {"PUT /v1/accounts/{account}/spend-cap", 3},
    {"POST /v1/events", 22},
    {"POST /v1/entitlements/check", 10},
    {"POST /v1/entitlements/consume", 16},
    {"POST /v1/reservations", 10},
    {"POST /v1/reservations/{reservation}/commit", 6},
    {"POST /v1/reservations/{reservation}/release", 3},
    {"PUT /v1/catalog", 1},
    {"POST /platform_api/{method...}", 6},
    {"POST /api/{tenant}/{version}/plans/change_plan", 4},
    {"POST /api/v1/agency/billing/{agency_id}/billing_plan", 4},
    {"POST /v1/test_clocks/{clock}/advance", 3},
    {"PUT /v1/accounts/{account}/rate", 1},
};
// Long texts that are always the same.
constexpr std::string_view seldom[] = {"/openapi.json", "/docs", "/healthz", "/version", "/readyz"};

}  // namespace

Generator::Generator(const Stage& stage, std::uint64_t seed) : dice_(seed), stage_(stage) {
    for (const std::string& route : all_routes()) {
        const std::size_t blank = route.find(' ');
        Route made{route.substr(0, blank), route.substr(blank + 1), 2};
        for (const Weight& weight : weights)
            if (weight.part == route) made.weight = weight.weight * 2;
        for (std::string_view rare : seldom)
            if (made.pattern == rare) made.weight = dice_.percent(10) ? 1 : 0;
        weights_ += made.weight;
        routes_.push_back(std::move(made));
    }
}

Step Generator::next() {
    ++steps_;
    if (!planned_.empty()) {
        Step step = std::move(planned_.front());
        planned_.pop_front();
        return step;
    }
    if (accounts_.size() < 2 || (steps_ < beginnings && accounts_.size() < 6 && dice_.percent(40)))
        return opening();
    if (steps_ < beginnings && dice_.percent(30)) {
        for (const Route& route : routes_)
            if (route.pattern.ends_with(dice_.percent(50) ? "/api_keys" : "/payments") &&
                route.method == "POST")
                return request(route);
    }
    const std::size_t roll = dice_.below(1000);
    if (roll < 70) return clock_move();
    if (roll < 80) return {.kind = Step::Kind::restart};
    if (roll < 84) return {.kind = Step::Kind::rebuild};
    if (roll < 120 && steps_ > beginnings) {
        burst();
        if (!planned_.empty()) return next();
    }
    return any_request();
}

Step Generator::any_request() {
    std::size_t at = dice_.below(weights_);
    for (const Route& route : routes_) {
        if (at < route.weight) return request(route);
        at -= route.weight;
    }
    return request(routes_.front());
}

Step Generator::clock_move() {
    static constexpr std::string_view moves[] = {
        "+1s", "+1m",  "+5m",      "+16m",     "+1h",      "+1h",   "+6h",  "+1d",
        "+1d", "+2d",  "+3d",      "+7d",      "+15d",     "+31d",  "+32d", "+90d",
        "+1h", "+25h", "to:month", "to:month", "to:month", "to:dst"};
    Step step;
    step.kind = Step::Kind::clock;
    step.move = dice_.pick(moves);
    return step;
}

Step Generator::opening() {
    for (const Route& route : routes_)
        if (route.method == "POST" && route.pattern == "/v1/accounts") return request(route);
    return {};
}

const Generator::Account& Generator::any_account() {
    static const Account none;
    return accounts_.empty() ? none : dice_.pick(accounts_);
}

std::optional<Generator::Account> Generator::account(int number) const {
    auto found = std::ranges::find(accounts_, number, &Account::number);
    return found == accounts_.end() ? std::nullopt : std::optional(*found);
}

bool Generator::is_within(int number, int ancestor) const {
    for (int at = number; at != 0;) {
        if (at == ancestor) return true;
        const auto found = account(at);
        at = found ? found->parent : 0;
    }
    return false;
}

// The platform, a key of the account or of one above it, or whoever.
std::string Generator::caller_for(int number) {
    const std::size_t roll = dice_.below(100);
    if (roll < 40) return "root";
    if (roll < 42) return "none";
    if (roll < 43) return "key0";
    std::vector<const Key*> fitting;
    for (const Key& key : keys_)
        if (key.surface == "native" && (roll > 93 || is_within(number, key.account)))
            fitting.push_back(&key);
    if (fitting.empty()) return "root";
    return "key" + std::to_string(dice_.pick(fitting)->number);
}

std::string Generator::label(std::string_view kind, const Things& things, int number) {
    std::vector<int> own;
    for (const Thing& thing : things)
        if (thing.account == number || number == 0) own.push_back(thing.number);
    if (own.empty()) {
        if (things.empty()) return "$" + std::string(kind) + "0";
        return "$" + std::string(kind) + std::to_string(dice_.pick(things).number);
    }
    // The newest most often: older ones have ended.
    const int chosen = dice_.percent(50) ? own.back() : dice_.pick(own);
    return "$" + std::string(kind) + std::to_string(chosen);
}

Generator::Things* Generator::things_of(std::string_view kind) {
    if (kind == "sub") return &subscriptions_;
    if (kind == "quo") return &quotes_;
    if (kind == "hld") return &holds_;
    if (kind == "ent") return &entries_;
    if (kind == "mem") return &members_;
    if (kind == "rsv") return &reservations_;
    if (kind == "clk") return &clocks_;
    if (kind == "svc") return &services_;
    return nullptr;
}

std::string Generator::path_of(const Route& route, int number) {
    const std::string id = std::to_string(number);
    std::string out;
    std::string_view rest = route.pattern;
    while (!rest.empty()) {
        const std::size_t open = rest.find('{');
        out += rest.substr(0, open);
        if (open == std::string_view::npos) break;
        const std::size_t close = rest.find('}');
        const std::string_view name = rest.substr(open + 1, close - open - 1);
        rest.remove_prefix(close + 1);
        if (name == "account") {
            out += dice_.percent(90) ? "$acc" + id : dice_.percent(80) ? "$nam" + id : "k" + id;
        } else if (name == "subscription") {
            out += label("sub", subscriptions_, number);
        } else if (name == "quote") {
            out += label("quo", quotes_, number);
        } else if (name == "hold") {
            out += label("hld", holds_, number);
        } else if (name == "entry") {
            out += label("ent", entries_, number);
        } else if (name == "member") {
            out += label("mem", members_, number);
        } else if (name == "reservation") {
            out += label("rsv", reservations_, number);
        } else if (name == "clock") {
            out += label("clk", clocks_, 0);
        } else if (name == "key" && route.pattern.ends_with("service_keys/{key}")) {
            out += label("svc", services_, number);
        } else if (name == "key" && route.pattern.starts_with("/ofrep")) {
            out += dice_.pick(features_of(stage_.catalog)).key;
        } else if (name == "key") {
            Things own;
            for (const Key& key : keys_) own.push_back({key.number, key.account});
            out += label("kid", own, number);
        } else if (name == "plan") {
            out += plan();
        } else if (name == "feature") {
            out += dice_.pick(features_of(stage_.catalog)).key;
        } else if (name == "tenant") {
            out += "$nam" + id;
        } else if (name == "version") {
            out += dice_.percent(95) ? "v1" : "v9223372036854775808";
        } else if (name == "agency_id") {
            out += "$uid" + id;
        } else if (name == "billing_plan_id") {
            out += "$uid" + id;
        } else if (name == "method...") {
            static constexpr std::string_view methods[] = {"GetAccountInfo",    "GetAccountPlans",
                                                           "GetAvailablePlans", "ChangeAccountPlan",
                                                           "ChangeAccountPlan", "Nothing"};
            out += dice_.pick(methods);
        } else {
            out += "$acc" + id;
        }
    }
    return out;
}

std::string Generator::query_of(const Route& route) {
    std::string out;
    auto add = [&](std::string_view name, std::string value) {
        out += (out.empty() ? "?" : "&") + std::string(name) + "=" + value;
    };
    const std::string_view pattern = route.pattern;
    if (pattern.ends_with("/usage")) {
        add("meter", std::string(dice_.pick(meters_of(stage_.catalog)).key));
        add("from", "@{-20d}");
        add("to", dice_.percent(80) ? "@{now}" : "@{+20d}");
        if (dice_.percent(50)) add("by", "day");
        if (dice_.percent(20)) add("dimension", "country");
    }
    if (pattern.ends_with("/balance") && dice_.percent(20)) add("at", "@{-1d}");
    if (pattern == "/v1/changes") add("limit", std::to_string(1 + dice_.below(1000)));
    if (pattern == "/v1/accounts" && route.method == "GET" && dice_.percent(30))
        add("parent", "$acc" + std::to_string(any_account().number));
    if (pattern.starts_with("/v1/plans") && dice_.percent(40))
        add("account", "$acc" + std::to_string(any_account().number));
    if (dice_.percent(2)) add(dice_.percent(50) ? "limit" : "cursor", extreme_integer(dice_));
    return out;
}

// One that has what the path names, mostly.
int Generator::account_for(const Route& route) {
    if (dice_.percent(85)) {
        static constexpr std::pair<std::string_view, std::string_view> kinds[] = {
            {"{subscription}", "sub"}, {"{quote}", "quo"},  {"{hold}", "hld"},
            {"{entry}", "ent"},        {"{member}", "mem"}, {"{reservation}", "rsv"}};
        for (const auto& [name, kind] : kinds)
            if (route.pattern.find(name) != std::string::npos)
                if (const Things& things = *things_of(kind); !things.empty())
                    return dice_.pick(things).account;
        const bool is_agency = route.pattern.starts_with("/api/v1/agency");
        const bool is_platform = route.pattern.starts_with("/platform_api");
        std::vector<int> holders;
        for (const Key& key : keys_)
            if (key.surface == (is_agency ? "agency" : is_platform ? "platform" : "none"))
                holders.push_back(key.account);
        if (!holders.empty()) return dice_.pick(holders);
    }
    return any_account().number;
}

Step Generator::request(const Route& route) {
    const int number = account_for(route);
    Step step;
    step.method = route.method;
    step.caller = caller_for(number);
    step.target = path_of(route, number);
    if (route.method == "GET") step.target += query_of(route);
    fill(step, route, number);
    const bool is_mutating = route.method != "GET";
    if (is_mutating && dice_.percent(15))
        step.headers.emplace_back("Idempotency-Key",
                                  dice_.percent(90) ? "i" + std::to_string(steps_) : "again");
    return step;
}

void Generator::learn(const Step& step, int status, bool was_refused) {
    if (step.kind != Step::Kind::request) return;
    if (step.method != "GET" && !was_refused) accepted_ = step;
    if (step.label.empty() || was_refused || status >= 300) return;
    const auto [kind, digits] = parts_of(step.label);
    const int number = std::stoi(std::string(digits));
    int owner = 0;
    for (const std::string& at : labels_in(step.target)) {
        const auto parts = parts_of(at);
        const int other = std::stoi(std::string(parts.second));
        if (parts.first == "acc" || parts.first == "nam") owner = other;
        if (Things* things = things_of(parts.first))
            for (const Thing& thing : *things)
                if (thing.number == other) owner = thing.account;
    }
    auto word = [&](std::string_view name) {
        const std::string mark = '"' + std::string(name) + "\":\"";
        const std::size_t from = step.body.find(mark);
        if (from == std::string::npos) return std::string();
        const std::size_t begin = from + mark.size();
        return step.body.substr(begin, step.body.find('"', begin) - begin);
    };
    if (owner == 0)
        if (auto named = labels_in(word("account")); !named.empty())
            owner = std::stoi(std::string(parts_of(named.front()).second));
    if (kind == "acc") {
        Account made{number, 0, word("currency"), 0, word("kind") == "agency"};
        if (auto parent = labels_in(word("parent")); !parent.empty())
            made.parent = std::stoi(std::string(parts_of(parent.front()).second));
        else
            for (const Key& key : keys_)
                if ("key" + std::to_string(key.number) == step.caller) made.parent = key.account;
        if (auto clock = labels_in(word("test_clock")); !clock.empty())
            made.clock = std::stoi(std::string(parts_of(clock.front()).second));
        if (made.currency.empty()) made.currency = "USD";
        accounts_.push_back(std::move(made));
    } else if (kind == "key") {
        const std::string surface = word("surface");
        keys_.push_back({number, owner, word("role"), surface.empty() ? "native" : surface});
    } else if (Things* things = things_of(kind)) {
        things->push_back({number, owner});
    }
}

}  // namespace rb::testing::walk
