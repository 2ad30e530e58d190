#pragma once
// For this room's tests: an engine over the memory store with the demo catalog, a tenant "acme"
// with an owner's and an admin's key, a tenant "other" beside it, and requests to the dialect's
// routes.
#include <gtest/gtest.h>

#include <fstream>
#include <sstream>
#include <string>

#include "api/tenant/tenant.h"
#include "base/check.h"
#include "base/json.h"
#include "catalog_file/catalog_file.h"
#include "store/memory/memory_store.h"
#include "testing/sim.h"

namespace rb::api::tenant {

class Helpdesk {
public:
    Helpdesk() {
        auto opened =
            engine::Engine::open(*store_, vault_, clock, entropy_, {engine::Threads::none, 1});
        RB_CHECK(opened.has_value(), "an empty store opens");
        engine_ = std::move(*opened);
        context_.emplace(Context{*engine_, "test", "127.0.0.1:8080"});
        add_routes(router_, *context_);
        apply_catalog("", "");
        acme = open("acme");
        other = open("other");
        add_key(acme, "rb_owner", accounts::Role::owner);
        add_key(acme, "rb_admin", accounts::Role::admin);
        add_key(acme, "rb_developer", accounts::Role::developer);
        add_key(other, "rb_other", accounts::Role::owner);
    }

    // The demo catalog with the first place that says one thing saying another.
    void apply_catalog(std::string_view from, std::string_view to) {
        std::ifstream file(RATEBOOK_SOURCE_DIR "/packaging/demo/catalog.yaml");
        std::stringstream stream;
        stream << file.rdbuf();
        std::string text = stream.str();
        std::size_t place = text.find(from);
        RB_CHECK(place != std::string::npos, "the demo catalog says so");
        text.replace(place, from.size(), to);
        auto read = catalog_file::read(text);
        RB_CHECK(read.ok(), "the demo catalog is in order");
        give(catalog::ApplyCatalog{std::move(read.draft), {}});
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
    AccountId open(std::string name, AccountId parent = {}, Currency currency = "USD") {
        accounts::OpenAccount command;
        command.name = std::move(name);
        command.parent = parent;
        command.profile.currency = currency;
        return std::get<AccountId>(give(std::move(command)));
    }
    void add_key(AccountId account, std::string_view text, accounts::Role role) {
        accounts::ApiKey key;
        key.id = ApiKeyId{engine_->fresh_id()};
        key.hash = Sha256::of(text);
        key.role = role;
        give(accounts::AddApiKey{account, std::move(key)});
    }
    void add_members(AccountId account, int active, int invited) {
        for (int i = 0; i < active + invited; ++i) {
            accounts::Member member;
            member.role = i == 0 ? accounts::Role::owner : accounts::Role::user;
            member.status =
                i < active ? accounts::MemberStatus::active : accounts::MemberStatus::invited;
            give(accounts::AddMember{account, std::move(member)});
        }
    }
    void set_cap(AccountId account, accounts::Cap cap) {
        accounts::Profile profile;
        engine_->read(
            account, accounts::Caller::platform(),
            [&](const engine::Reader& reader) -> Result<engine::Rendered> {
                profile = reader.account(account)->account.profile;
                return engine::Rendered{};
            },
            [](Result<engine::Rendered>&&) {});
        profile.cap = cap;
        give(accounts::UpdateProfile{account, std::move(profile)});
    }
    void set_gauge(std::string feature, std::int64_t value) {
        give(metering::SetGauge{acme, std::move(feature), value, {}});
    }

    http::Response send(http::Method method, std::string path, std::string key,
                        std::string body = {}, std::vector<http::Header> headers = {}) {
        http::Request request;
        request.method = method;
        request.path = std::move(path);
        request.body = std::move(body);
        request.headers = std::move(headers);
        if (!key.empty()) request.headers.emplace_back("Authorization", "Bearer " + key);
        return send(std::move(request));
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
    http::Response limits(std::string key = "rb_admin") {
        return send(http::Method::get, "/api/acme/v1/plans/get_limits", std::move(key));
    }
    http::Response change(std::string body, std::string key = "rb_owner") {
        return send(http::Method::post, "/api/acme/v1/plans/change_plan", std::move(key),
                    std::move(body));
    }
    engine::Engine& engine() { return *engine_; }
    const http::Router& router() const { return router_; }
    void stand_behind(Gate& gate) { context_->gate = &gate; }

    testing::SimClock clock{*Instant::parse("2026-04-10T12:00:00Z")};
    AccountId acme;
    AccountId other;

private:
    testing::SimEntropy entropy_;
    testing::ClearVault vault_;
    std::unique_ptr<engine::Store> store_ = store::memory::make();
    std::unique_ptr<engine::Engine> engine_;
    std::optional<Context> context_;
    http::Router router_;
};

inline Json json_of(const http::Response& response) {
    auto json = Json::parse(response.body);
    EXPECT_TRUE(json.has_value()) << response.body;
    return json.value_or(Json());
}
// The compact text of the value at a path; "" when there is none.
inline std::string at(const http::Response& response, std::string_view path) {
    Json json = json_of(response);
    const Json* found = json.at_path(path);
    return found == nullptr ? std::string() : found->to_text();
}

}  // namespace rb::api::tenant
