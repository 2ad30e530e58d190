#pragma once
// For this room's tests: an engine over the memory store with a small catalog, the platform's key,
// and requests to the routes. Every exchange is checked against the OpenAPI document on the way.
#include <gtest/gtest.h>

#include <memory>
#include <optional>
#include <string>

#include "api/native/backups.h"
#include "api/native/native.h"
#include "api/native/routes.h"
#include "api/native/test_contract.h"
#include "store/memory/memory_store.h"
#include "testing/sim.h"

namespace rb::api::native {

inline constexpr std::string_view small_catalog = R"(catalog: 1
currencies: {USD: {exponent: 2}, EUR: {exponent: 2}}
exchange_rates: {base: USD, EUR: [{from: 2020-01-01, rate: "0.9"}]}
tax_rates: {standard: [{country: DE, rate: "20%", mode: exclusive, from: 2007-01-01}]}
features:
  mailboxes: {kind: limit, name: Mailboxes}
  api_access: {kind: flag, name: API access}
families:
  DESK: {name: Desk, anchor: anniversary, settlement: prepaid, tax: standard}
plans:
  free: {family: DESK, rank: 0, default: true, name: Free, fee: {USD: "0"},
         entitlements: {mailboxes: 1}}
  small: {family: DESK, rank: 1, name: Small, fee: {USD: "30"}, entitlements: {mailboxes: 3}}
  large: {family: DESK, rank: 2, name: Large, fee: {USD: "300"},
          entitlements: {mailboxes: 10, api_access: true}}
  secret: {family: DESK, kind: hidden, rank: 3, name: Secret, fee: {USD: "1"}}
changes:
  - {family: DESK, direction: up, allowed: true, effective: now, proration: second}
  - {family: DESK, direction: down, allowed: true, effective: period_end,
     proration: none, unused: none, requires_fit: true}
  - {family: DESK, direction: cancel, allowed: true, effective: period_end,
     proration: none, unused: none}
)";

struct Answer {
    http::Response response;
    Json body;  // null when it is no JSON

    int status() const { return response.status; }
    // The member at "items/0/id" as text; numbers as written; "null", "true".
    std::string at(std::string_view path) const {
        const Json* found = body.at_path(path);
        if (!found) return "(nothing at " + std::string(path) + ")";
        if (found->is_string()) return found->as_string();
        return found->to_text();
    }
    std::string header(std::string_view name) const {
        const auto* value = http::find(response.headers, name);
        return value ? *value : std::string();
    }
    std::string money(std::string_view path) const {
        return at(std::string(path) + "/amount") + " " + at(std::string(path) + "/currency");
    }
};

class Shop {
public:
    static constexpr std::string_view root = "rb_root-key-of-the-tests";

    Shop() : Shop(std::string(small_catalog)) {}
    explicit Shop(const std::string& catalog, std::uint32_t tree_partitions = 1)
        : tree_partitions_(tree_partitions) {
        reopen();
        engine_->add_root_key(root,
                              [](Result<void> ok) { RB_CHECK(ok.has_value(), "a root key"); });
        if (!catalog.empty()) {
            auto applied = put("/v1/catalog", catalog, {{"Content-Type", "application/yaml"}});
            EXPECT_EQ(applied.status(), 200) << applied.response.body;
        }
    }

    // A new engine over the same store, as after a restart.
    void reopen() {
        router_ = http::Router();
        engine_.reset();
        auto opened = engine::Engine::open(*store_, vault_, clock_, entropy_,
                                           {engine::Threads::none, tree_partitions_});
        RB_CHECK(opened.has_value(), "the store opens");
        engine_ = std::move(*opened);
        context_.emplace(Context{*engine_, "1.2.3", "127.0.0.1:8080"});
        add_routes(router_, *context_);
        add_backup_routes(router_, *context_, nullptr);
    }

    // The same, with nothing left of what is derived.
    void reopen_from_journal() {
        router_ = http::Router();
        engine_.reset();
        EXPECT_TRUE(store_->views().clear());
        reopen();
    }

    engine::Store& store() { return *store_; }
    void make_keys_by(RsaMaker& maker) { context_->rsa = &maker; }

    using Headers = std::vector<http::Header>;
    Answer get(std::string target, Headers headers = {}) {
        return send(http::Method::get, std::move(target), "", std::move(headers));
    }
    Answer post(std::string target, std::string body = "", Headers headers = {}) {
        return send(http::Method::post, std::move(target), std::move(body), std::move(headers));
    }
    Answer put(std::string target, std::string body, Headers headers = {}) {
        return send(http::Method::put, std::move(target), std::move(body), std::move(headers));
    }
    Answer patch(std::string target, std::string body, Headers headers = {}) {
        return send(http::Method::patch, std::move(target), std::move(body), std::move(headers));
    }
    Answer del(std::string target, Headers headers = {}) {
        return send(http::Method::del, std::move(target), "", std::move(headers));
    }
    Answer send(http::Method method, std::string target, std::string body, Headers headers) {
        // Time goes on between requests, and ids sort by it.
        clock_.advance(Duration{1000});
        http::Request request;
        request.method = method;
        const std::size_t mark = target.find('?');
        request.path = target.substr(0, mark);
        if (mark != std::string::npos) request.query = target.substr(mark + 1);
        request.body = std::move(body);
        request.headers = std::move(headers);
        request.request_id = "req-1";
        if (!key_.empty() && !request.header("Authorization"))
            request.headers.emplace_back("Authorization", "Bearer " + key_);
        http::Request kept = request;
        std::optional<http::Response> response;
        int answers = 0;
        router_.handle(std::move(request), [&](http::Response&& given) {
            response = std::move(given);
            ++answers;
        });
        EXPECT_EQ(answers, 1) << target << " is answered exactly once";
        Answer answer{response.value_or(http::Response{}), {}};
        if (auto json = Json::parse(answer.response.body)) answer.body = std::move(*json);
        check(kept, answer.response);
        return answer;
    }

    // Later requests carry this key.
    void use(std::string_view key) { key_ = key; }
    void use_root() { key_ = root; }
    std::string open(std::string name, std::string more = "") {
        auto answer = post("/v1/accounts", R"({"name":")" + name + R"(","currency":"USD")" +
                                               (more.empty() ? "" : "," + more) + "}");
        EXPECT_EQ(answer.status(), 201) << answer.response.body;
        return answer.at("id");
    }
    // The text of a new key of the account.
    std::string make_key(std::string account, std::string role) {
        auto answer =
            post("/v1/accounts/" + account + "/api_keys", R"({"role":")" + role + R"("})");
        EXPECT_EQ(answer.status(), 201) << answer.response.body;
        return answer.at("text");
    }
    void pay(const std::string& account, const std::string& amount) {
        auto answer = post("/v1/accounts/" + account + "/payments",
                           R"({"amount":{"amount":")" + amount + R"(","currency":"USD"}})");
        EXPECT_EQ(answer.status(), 201) << answer.response.body;
    }

    testing::SimClock& clock() { return clock_; }
    engine::Engine& engine() { return *engine_; }
    const http::Router& router() const { return router_; }
    const Context& context() const { return *context_; }
    void stand_behind(Gate& gate) { context_->gate = &gate; }
    // Requests that break the document on purpose.
    bool is_checked = true;

private:
    void check(const http::Request& request, const http::Response& response) {
        if (!is_checked) return;
        const std::string pattern = pattern_of(request);
        if (pattern.empty()) return;
        static const Contract contract;
        for (const std::string& wrong : contract.check(pattern, request, response))
            ADD_FAILURE() << http::method_text(request.method) << " " << request.path << " -> "
                          << response.status << ": " << wrong << "\n"
                          << response.body;
    }
    // The route that the request takes: literal segments win over parameters.
    static std::string pattern_of(const http::Request& request) {
        std::string best;
        std::size_t best_literals = 0;
        for (auto table : {routes(), open_routes()})
            for (const Route& route : table) {
                if (route.method != request.method) continue;
                auto literals = fit(route.pattern, request.path);
                if (literals && (best.empty() || *literals > best_literals)) {
                    best = route.pattern;
                    best_literals = *literals;
                }
            }
        return best;
    }
    static std::optional<std::size_t> fit(std::string_view pattern, std::string_view path) {
        std::size_t literals = 0;
        while (!pattern.empty() && !path.empty()) {
            auto one = pattern.substr(1, pattern.find('/', 1) - 1);
            auto two = path.substr(1, path.find('/', 1) - 1);
            if (one == two)
                ++literals;
            else if (!one.starts_with('{'))
                return std::nullopt;
            pattern.remove_prefix(one.size() + 1);
            path.remove_prefix(two.size() + 1);
        }
        if (!pattern.empty() || !path.empty()) return std::nullopt;
        return literals;
    }

    std::uint32_t tree_partitions_ = 1;
    std::unique_ptr<engine::Store> store_ = store::memory::make();
    testing::ClearVault vault_;
    testing::SimClock clock_{*Instant::parse("2026-03-01T00:00:00Z")};
    testing::SimEntropy entropy_;
    std::unique_ptr<engine::Engine> engine_;
    std::optional<Context> context_;
    http::Router router_;
    std::string key_{root};
};

}  // namespace rb::api::native
