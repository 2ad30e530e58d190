// The same routes over an engine with threads of its own.
#include <gtest/gtest.h>

#include <future>
#include <map>
#include <set>
#include <thread>

#include "api/native/native.h"
#include "base/json.h"
#include "store/memory/memory_store.h"
#include "testing/sim.h"

namespace rb::api::native {
namespace {

class BusyShop {
public:
    BusyShop() {
        engine_ = std::move(
            *engine::Engine::open(*store_, vault_, clock_, entropy_, {engine::Threads::own, 1}));
        std::promise<void> made;
        engine_->add_root_key("rb_root", [&](Result<void>) { made.set_value(); });
        made.get_future().wait();
        context_.emplace(Context{*engine_, "1", "h"});
        add_routes(router_, *context_);
    }
    ~BusyShop() { engine_->stop(); }

    std::future<http::Response> begin(http::Method method, std::string path, std::string query,
                                      std::string body, std::string key = "") const {
        http::Request request;
        request.method = method;
        request.path = std::move(path);
        request.query = std::move(query);
        request.body = std::move(body);
        request.headers = {{"Authorization", "Bearer rb_root"}};
        if (!key.empty()) request.headers.emplace_back("Idempotency-Key", key);
        auto promise = std::make_shared<std::promise<http::Response>>();
        auto future = promise->get_future();
        router_.handle(std::move(request),
                       [promise](http::Response&& r) { promise->set_value(std::move(r)); });
        return future;
    }
    http::Response send(http::Method method, std::string path, std::string body = "") const {
        return begin(method, std::move(path), "", std::move(body)).get();
    }

private:
    std::unique_ptr<engine::Store> store_ = store::memory::make();
    testing::ClearVault vault_;
    testing::SimClock clock_{*Instant::parse("2026-03-01T00:00:00Z")};
    testing::SimEntropy entropy_;
    std::unique_ptr<engine::Engine> engine_;
    std::optional<Context> context_;
    http::Router router_;
};

constexpr std::string_view acme = R"({"name":"acme","currency":"USD"})";

// evidence: N-050
TEST(Concurrency, patches_of_two_fields_at_once_lose_nothing) {
    BusyShop shop;
    ASSERT_EQ(shop.send(http::Method::post, "/v1/accounts", std::string(acme)).status, 201);
    constexpr int rounds = 200;
    auto patcher = [&](const std::string& field) {
        return std::thread([&shop, field] {
            for (int i = 1; i <= rounds; ++i) {
                auto answer = shop.send(http::Method::patch, "/v1/accounts/acme",
                                        "{\"" + field + "\":\"v" + std::to_string(i) + "\"}");
                ASSERT_EQ(answer.status, 200) << answer.body;
                // What was written last by this thread is still there in the next reply.
                auto body = Json::parse(answer.body);
                ASSERT_EQ(body->find(field)->as_string(), "v" + std::to_string(i));
            }
        });
    };
    std::thread one = patcher("display_name");
    std::thread two = patcher("free_data");
    std::thread three = patcher("first_name");
    one.join();
    two.join();
    three.join();
    auto last = Json::parse(shop.send(http::Method::get, "/v1/accounts/acme").body);
    for (const char* field : {"display_name", "free_data", "first_name"})
        EXPECT_EQ(last->find(field)->as_string(), "v" + std::to_string(rounds)) << field;
}

// evidence: N-030
TEST(Concurrency, one_idempotency_key_many_times_at_once_opens_one_account) {
    BusyShop shop;
    std::vector<std::future<http::Response>> answers;
    for (int i = 0; i < 20; ++i)
        answers.push_back(
            shop.begin(http::Method::post, "/v1/accounts", "", std::string(acme), "key-1"));
    std::set<std::string> bodies;
    for (auto& answer : answers) {
        http::Response response = answer.get();
        EXPECT_EQ(response.status, 201) << response.body;
        bodies.insert(response.body);
    }
    EXPECT_EQ(bodies.size(), 1u);
}

std::string payment(const std::string& amount, const std::string& reference) {
    return R"({"amount":{"amount":")" + amount + R"(","currency":"USD"},"reference":")" +
           reference + "\"}";
}

std::string available(const BusyShop& shop) {
    auto balance = Json::parse(shop.send(http::Method::get, "/v1/accounts/acme/balance").body);
    return balance->at_path("available/amount")->as_string();
}

// evidence: N-065
TEST(Concurrency, one_reference_many_times_at_once_is_one_payment) {
    BusyShop shop;
    ASSERT_EQ(shop.send(http::Method::post, "/v1/accounts", std::string(acme)).status, 201);
    std::vector<std::future<http::Response>> answers;
    constexpr int rounds = 10, at_once = 8;
    for (int round = 0; round < rounds; ++round)
        for (int i = 0; i < at_once; ++i)
            answers.push_back(shop.begin(http::Method::post, "/v1/accounts/acme/payments", "",
                                         payment("7", "p" + std::to_string(round)),
                                         "key-" + std::to_string(i) + std::to_string(round)));
    std::map<std::string, int> entries;
    int made = 0;
    for (auto& answer : answers) {
        http::Response response = answer.get();
        ASSERT_TRUE(response.status == 201 || response.status == 200) << response.body;
        made += response.status == 201 ? 1 : 0;
        ++entries[Json::parse(response.body)->find("entry")->as_string()];
    }
    EXPECT_EQ(made, rounds);
    EXPECT_EQ(entries.size(), static_cast<std::size_t>(rounds));
    for (const auto& [entry, count] : entries) EXPECT_EQ(count, at_once) << entry;
    EXPECT_EQ(available(shop), "70.00");
}

// evidence: N-065
TEST(Concurrency, of_two_amounts_under_one_reference_one_is_refused) {
    BusyShop shop;
    ASSERT_EQ(shop.send(http::Method::post, "/v1/accounts", std::string(acme)).status, 201);
    for (int round = 0; round < 20; ++round) {
        const std::string reference = "p" + std::to_string(round);
        auto one = shop.begin(http::Method::post, "/v1/accounts/acme/payments", "",
                              payment("1", reference));
        auto two = shop.begin(http::Method::post, "/v1/accounts/acme/payments", "",
                              payment("2", reference));
        std::multiset<int> statuses{one.get().status, two.get().status};
        EXPECT_EQ(statuses, (std::multiset<int>{201, 409})) << reference;
    }
}

// evidence: N-075
TEST(Concurrency, two_that_execute_one_quote_at_once_do_it_once) {
    BusyShop shop;
    const http::Method post = http::Method::post;
    auto catalog = Json::parse(
        shop.send(http::Method::put, "/v1/catalog",
                  R"({"catalog":1,"currencies":{"USD":{}},"families":{"DESK":{"name":"Desk"}},)"
                  R"("plans":{"small":{"family":"DESK","name":"Small","fee":{"USD":"30"}}}})")
            .body);
    ASSERT_TRUE(catalog.has_value());
    ASSERT_EQ(shop.send(post, "/v1/accounts", std::string(acme)).status, 201);
    shop.send(post, "/v1/accounts/acme/payments", payment("100", "p"));
    auto quote =
        Json::parse(shop.send(post, "/v1/accounts/acme/quotes", R"({"plan":"small"})").body);
    ASSERT_TRUE(quote.has_value() && quote->find("id"));
    const std::string body = R"({"quote":")" + quote->find("id")->as_string() + "\"}";
    std::vector<std::future<http::Response>> answers;
    for (int i = 0; i < 12; ++i)
        answers.push_back(shop.begin(post, "/v1/accounts/acme/subscriptions", "", body,
                                     i % 2 == 0 ? "" : "key-" + std::to_string(i)));
    std::multiset<int> statuses;
    std::set<std::string> subscriptions;
    for (auto& answer : answers) {
        http::Response response = answer.get();
        statuses.insert(response.status);
        auto done = Json::parse(response.body);
        ASSERT_TRUE(done && done->at_path("subscription/id")) << response.body;
        subscriptions.insert(done->at_path("subscription/id")->as_string());
    }
    EXPECT_EQ(statuses.count(201), 1u);
    EXPECT_EQ(statuses.count(200), 11u);
    EXPECT_EQ(subscriptions.size(), 1u);
    EXPECT_EQ(available(shop), "70.00");
}

// evidence: N-081
TEST(Concurrency, a_long_poll_is_answered_when_something_happens) {
    BusyShop shop;
    shop.send(http::Method::post, "/v1/accounts", std::string(acme));
    auto first = Json::parse(shop.send(http::Method::get, "/v1/changes").body);
    ASSERT_TRUE(first.has_value());
    auto waiting = shop.begin(http::Method::get, "/v1/changes",
                              "wait=30&after=" + first->find("next_cursor")->as_string(), "");
    shop.send(http::Method::post, "/v1/accounts/acme/payments",
              R"({"amount":{"amount":"1","currency":"USD"}})");
    auto page = Json::parse(waiting.get().body);
    ASSERT_TRUE(page.has_value());
    EXPECT_EQ(page->at_path("items/0/type")->as_string(), "entry_posted");
}

}  // namespace
}  // namespace rb::api::native
