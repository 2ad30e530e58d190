#pragma once
// For this room's tests: an engine over the memory store with the demo catalog, an agency "north"
// with a sub-account "shop", an agency "south" beside it, their keys, and requests to the dialect's
// routes.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "api/agency/agency.h"
#include "base/check.h"
#include "base/json.h"
#include "catalog_file/catalog_file.h"
#include "store/memory/memory_store.h"
#include "testing/sim.h"

namespace rb::api::agency {

class Reseller {
public:
    Reseller() {
        auto opened =
            engine::Engine::open(*store_, vault_, clock_, entropy_, {engine::Threads::none, 1});
        RB_CHECK(opened.has_value(), "an empty store opens");
        engine_ = std::move(*opened);
        context_.emplace(Context{*engine_, "test", "127.0.0.1:8080"});
        add_routes(router_, *context_);
        std::ifstream file(RATEBOOK_SOURCE_DIR "/packaging/demo/catalog.yaml");
        std::stringstream text;
        text << file.rdbuf();
        auto read = catalog_file::read(text.str());
        RB_CHECK(read.ok(), "the demo catalog is in order");
        give(catalog::ApplyCatalog{std::move(read.draft), {}});
        north = open("north", {}, accounts::Kind::agency);
        shop = open("shop", north, accounts::Kind::customer);
        south = open("south", {}, accounts::Kind::agency);
        // It hands on what it has: given by hand, as the plan is hidden.
        changes::Ask resale;
        resale.plan = engine_->catalog()->plans.find_key("agency_reseller")->latest_ref();
        give(changes::Change{north, resale});
        add_key(north, "in-north", accounts::Role::admin);
        add_key(north, "in-reader", accounts::Role::user);
        add_key(south, "in-south", accounts::Role::admin);
        add_key(shop, "in-shop", accounts::Role::owner);
    }

    // As the platform; a refusal fails the test.
    engine::Reply give(engine::Command command) {
        auto outcome = try_give(std::move(command));
        if (!outcome) ADD_FAILURE() << outcome.error().detail;
        return outcome.value_or(engine::Reply{});
    }
    Result<engine::Reply> try_give(engine::Command command) {
        Result<engine::Reply> out = refuse(Fault::store_is_stopped, "no answer");
        engine::Reply made;
        engine_->execute(
            {accounts::Caller::platform(), std::move(command), {}, {}},
            [&](const engine::Reader&, const engine::Reply& reply) {
                made = reply;
                return engine::Rendered{};
            },
            [&](Result<engine::Rendered>&& done) {
                if (done)
                    out = made;
                else
                    out = std::unexpected(done.error());
            });
        return out;
    }
    AccountId open(std::string name, AccountId parent, accounts::Kind kind) {
        accounts::OpenAccount command;
        command.name = std::move(name);
        command.parent = parent;
        command.kind = kind;
        command.profile.currency = "USD";
        return std::get<AccountId>(give(std::move(command)));
    }
    void add_key(AccountId account, std::string_view text, accounts::Role role) {
        accounts::ApiKey key;
        key.id = ApiKeyId{engine_->fresh_id()};
        key.surface = accounts::Surface::agency;
        key.hash = Sha256::of(text);
        key.role = role;
        give(accounts::AddApiKey{account, std::move(key)});
    }
    template <class F>
    void look(AccountId account, F&& see) {
        bool seen = false;
        engine_->read(
            account, accounts::Caller::platform(),
            [&](const engine::Reader& reader) -> Result<engine::Rendered> {
                see(reader, *reader.account(account));
                seen = true;
                return engine::Rendered{};
            },
            [](Result<engine::Rendered>&&) {});
        EXPECT_TRUE(seen);
    }

    http::Response send(http::Request&& request) {
        http::Response out;
        int answers = 0;
        router_.handle(std::move(request), [&](http::Response&& response) {
            out = std::move(response);
            ++answers;
        });
        EXPECT_EQ(answers, 1);
        return out;
    }
    http::Response send(http::Method method, std::string path, std::string query,
                        std::string body = {}, std::vector<http::Header> headers = {}) {
        http::Request request;
        request.method = method;
        request.path = "/api/v1/agency/billing/" + path;
        request.query = std::move(query);
        request.body = std::move(body);
        request.headers = std::move(headers);
        return send(std::move(request));
    }
    http::Response create(std::string body, std::string key = "in-north",
                          std::vector<http::Header> headers = {}) {
        clock_.advance(Duration::of_seconds(1));
        return send(http::Method::post, north.uuid.to_text() + "/billing_plan", "api_key=" + key,
                    std::move(body), std::move(headers));
    }
    http::Response list(std::string query = "api_key=in-north") {
        return send(http::Method::get, north.uuid.to_text() + "/billing_plan/list",
                    std::move(query));
    }
    http::Response get(std::string id, std::string key = "in-north") {
        return send(http::Method::get, std::move(id), "api_key=" + key);
    }

    const http::Router& router() const { return router_; }
    void stand_behind(Gate& gate) { context_->gate = &gate; }

    AccountId north;
    AccountId south;
    AccountId shop;

private:
    testing::SimClock clock_{*Instant::parse("2026-04-10T12:00:00Z")};
    testing::SimEntropy entropy_;
    testing::ClearVault vault_;
    std::unique_ptr<engine::Store> store_ = store::memory::make();
    std::unique_ptr<engine::Engine> engine_;
    std::optional<Context> context_;
    http::Router router_;
};

inline constexpr std::string_view growth_plan = R"({
    "name": "Growth", "description": "For shops", "bots_count": 3, "queries_count": 6000,
    "words_count": 200000, "voice_seconds": 3600, "premium_support": true,
    "remove_branding": true, "billing_plan_group": "Regular",
    "credits": {"rollover": 1.50}, "attributes": {"badge": "popular"},
    "plan_lookup_key": "growth_monthly", "colour": "green"})";

inline std::string at(const http::Response& response, std::string_view path) {
    auto json = Json::parse(response.body);
    EXPECT_TRUE(json.has_value()) << response.body;
    const Json* found = json ? json->at_path(path) : nullptr;
    return found == nullptr ? std::string() : found->to_text();
}
// As `at`, of a string without its quotes.
inline std::string text_at(const http::Response& response, std::string_view path) {
    std::string text = at(response, path);
    return text.size() < 2 ? text : text.substr(1, text.size() - 2);
}

}  // namespace rb::api::agency
