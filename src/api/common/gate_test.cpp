// The gate as a surface sees it: what is let through, what is refused and with which headers.
#include "api/common/gate.h"

#include <gtest/gtest.h>

#include <string>
#include <thread>

#include "api/http/problem.h"
#include "base/enums.h"

namespace rb::api {
namespace {

AccountId tree(std::uint64_t number) { return AccountId{{3, number}}; }

std::string header(const http::Response& response, std::string_view name) {
    const auto* found = http::find(response.headers, name);
    return found ? *found : std::string();
}

struct Call {
    http::Respond respond;
    std::vector<int>& ran;
    int what;

    void refuse(const Refusal& refusal) {
        const int status = refusal.fault == Fault::rate_is_exceeded ? 429 : 503;
        auto response = http::problem(status, enum_text(refusal.fault), refusal.detail, "req-1");
        respond(std::move(response.with("Retry-After", "60")));
    }
};

class Hall {
public:
    explicit Hall(const Gate::Options& options = {}) : gate(options) {}

    void ask(AccountId who) {
        Call call{[this](http::Response&& given) { answers.push_back(std::move(given)); }, ran,
                  asked++};
        gate.enter({who, 100}, std::move(call), [](Call&& let_in) {
            let_in.ran.push_back(let_in.what);
            let_in.respond(http::Response::json(200, "{}"));
        });
    }

    Gate gate;
    std::vector<int> ran;
    std::vector<http::Response> answers;
    int asked = 0;
};

Gate::Options narrow() {
    Gate::Options options;
    options.turns.turn_units = 2;
    options.turns.waiting_units_max = 4;
    options.turns.few_requests = 0;
    return options;
}

TEST(Gate, lets_everything_through_at_once_on_a_thread_without_turns) {
    Hall hall(narrow());
    for (int i = 0; i < 20; ++i) hall.ask(tree(1));
    EXPECT_EQ(hall.ran.size(), 20u);
    EXPECT_EQ(hall.gate.serve(), Turns::Left::nothing);
    EXPECT_TRUE(hall.answers.back().headers.empty());
}

TEST(Gate, runs_what_waits_at_the_end_of_turns_and_sheds_what_is_too_much) {
    Hall hall(narrow());
    hall.gate.begin_thread();
    for (int i = 0; i < 6; ++i) hall.ask(tree(1));
    EXPECT_EQ(hall.ran, (std::vector<int>{0, 1}));
    ASSERT_EQ(hall.answers.size(), 4u) << "two at once, and two shed";
    for (const std::size_t i : {2u, 3u}) {
        EXPECT_EQ(hall.answers[i].status, 503);
        EXPECT_EQ(header(hall.answers[i], "Retry-After"), "1");
        EXPECT_EQ(hall.answers[i].pace, http::Pace::rest);
        EXPECT_NE(hall.answers[i].body.find("engine_is_overloaded"), std::string::npos);
    }
    while (hall.gate.serve() == Turns::Left::waits) {
    }
    EXPECT_EQ(hall.ran, (std::vector<int>{0, 1, 2, 3}));
    EXPECT_EQ(hall.answers.size(), 6u);
    EXPECT_EQ(hall.answers.back().pace, http::Pace::go_on);
}

TEST(Gate, what_waits_leaves_so_much_less_room_for_what_arrives) {
    Gate::Options options = narrow();
    options.turns.waiting_bytes_max = 250;
    Hall hall(options);
    EXPECT_EQ(hall.gate.arriving_bytes_max(), 250u);
    hall.gate.begin_thread();
    for (int i = 0; i < 3; ++i) hall.ask(tree(1));
    EXPECT_EQ(hall.gate.arriving_bytes_max(), 150u) << "two ran at once, one of 100 bytes waits";
    while (hall.gate.serve() == Turns::Left::waits) {
    }
    EXPECT_EQ(hall.gate.arriving_bytes_max(), 250u);
}

TEST(Gate, each_thread_has_a_queue_of_its_own) {
    Hall hall(narrow());
    hall.gate.begin_thread();
    for (int i = 0; i < 3; ++i) hall.ask(tree(1));
    std::thread([&hall] {
        hall.gate.begin_thread();
        hall.ask(tree(1));
        EXPECT_EQ(hall.gate.serve(), Turns::Left::nothing);
    }).join();
    EXPECT_EQ(hall.ran, (std::vector<int>{0, 1, 3}));
}

TEST(Gate, tells_the_rate_on_every_answer_and_refuses_beyond_it_with_429) {
    Gate::Options options;
    options.rate = Rate{3};
    Hall hall(options);
    // On a machine that stops for long the rate may be earned meanwhile: asked until it is not.
    while (hall.answers.empty() || hall.answers.back().status == 200) hall.ask(tree(1));
    const http::Response& first = hall.answers.front();
    EXPECT_EQ(first.status, 200);
    EXPECT_EQ(header(first, "RateLimit-Policy"), "\"tree\";q=3;w=1");
    EXPECT_EQ(header(first, "RateLimit"), "\"tree\";r=2;t=1");
    EXPECT_EQ(header(first, "Retry-After"), "");
    const http::Response& refused = hall.answers.back();
    EXPECT_EQ(refused.status, 429);
    EXPECT_EQ(header(refused, "RateLimit"), "\"tree\";r=0;t=1");
    EXPECT_EQ(header(refused, "Retry-After"), "1");
    EXPECT_EQ(refused.pace, http::Pace::rest);
    EXPECT_EQ(hall.ran.size() + 1, hall.answers.size()) << "what is refused does not run";
    hall.ask(tree(2));
    EXPECT_EQ(hall.answers.back().status, 200) << "each tree has a rate of its own";
}

TEST(Gate, a_rate_of_a_trees_own_holds_instead_of_the_servers_from_the_next_request_on) {
    engine::TreeRates own;
    Gate::Options options;
    options.rate = Rate{3};
    options.own_rates = &own;
    Hall hall(options);
    const auto policy = [&](AccountId who) {
        hall.ask(who);
        return header(hall.answers.back(), "RateLimit-Policy");
    };
    EXPECT_EQ(policy(tree(1)), "\"tree\";q=3;w=1");
    own.set(tree(1), 1'000'000);
    EXPECT_EQ(policy(tree(1)), "\"tree\";q=1000000;w=1");
    EXPECT_EQ(header(hall.answers.back(), "RateLimit"), "\"tree\";r=999999;t=1");
    EXPECT_EQ(policy(tree(2)), "\"tree\";q=3;w=1") << "another tree's is as before";
    own.set(tree(1), 1);
    EXPECT_EQ(policy(tree(1)), "\"tree\";q=1;w=1");
    EXPECT_EQ(hall.answers.back().status, 200) << "nothing is owed from before";
    own.set(tree(1), std::nullopt);
    EXPECT_EQ(policy(tree(1)), "\"tree\";q=3;w=1");
    EXPECT_EQ(hall.answers.back().status, 200);
}

TEST(Gate, a_tree_may_have_the_only_rate) {
    engine::TreeRates own;
    Gate::Options options;
    options.own_rates = &own;
    Hall hall(options);
    own.set(tree(1), 1);
    while (hall.answers.empty() || hall.answers.back().status == 200) hall.ask(tree(1));
    EXPECT_EQ(hall.answers.back().status, 429);
    EXPECT_NE(hall.answers.back().body.find("may ask 1 times a second"), std::string::npos);
    for (const AccountId other : {tree(2), AccountId{}}) {
        hall.ask(other);
        EXPECT_EQ(hall.answers.back().status, 200);
        EXPECT_TRUE(hall.answers.back().headers.empty());
    }
    own.set(tree(1), std::nullopt);
    hall.ask(tree(1));
    EXPECT_EQ(hall.answers.back().status, 200);
    EXPECT_TRUE(hall.answers.back().headers.empty());
}

// 30 items cost three units more, and 40 KiB of reply two: of ten a second one request of each
// leaves three.
TEST(Gate, charges_items_and_bytes_when_they_are_answered) {
    Gate::Options options;
    options.rate = Rate{10};
    Gate gate(options);
    std::vector<http::Response> answers;
    auto ask = [&](std::size_t items, std::size_t bytes) {
        std::vector<int> ran;
        Call call{[&](http::Response&& given) { answers.push_back(std::move(given)); }, ran, 0};
        gate.enter({tree(1), 0}, std::move(call), [=](Call&& let_in) {
            auto response = http::Response::json(200, std::string(bytes, ' '));
            response.items = items;
            let_in.respond(std::move(response));
        });
        const std::string text = header(answers.back(), "RateLimit");
        return std::stoi(text.substr(text.find("r=") + 2));
    };
    EXPECT_EQ(ask(30, 0), 6);
    // On a machine that stops for long some of it may be earned meanwhile.
    EXPECT_LE(ask(0, 40 * 1024), 5);
    ask(10'000, 0);
    EXPECT_EQ(answers.back().status, 200) << "what has come is answered";
    ask(0, 0);
    EXPECT_EQ(answers.back().status, 429);
    EXPECT_GE(std::stoi(header(answers.back(), "Retry-After")), 60) << "1,001 units, ten a second";
}

TEST(Gate, the_platform_itself_has_no_rate) {
    Gate::Options options;
    options.rate = Rate{1};
    Hall hall(options);
    for (int i = 0; i < 50; ++i) hall.ask({});
    EXPECT_EQ(hall.ran.size(), 50u);
    EXPECT_TRUE(hall.answers.back().headers.empty());
}

}  // namespace
}  // namespace rb::api
