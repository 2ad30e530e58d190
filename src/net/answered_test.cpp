// What the server tells of its answers to who keeps a log of them.
#include <gtest/gtest.h>

#include "net/test_client.h"

namespace rb::net {
namespace {

using test::Client;
using test::get;
using test::post;
using test::Served;

TEST(Answered, an_answer_at_once_is_told_with_what_was_seen) {
    Served served;
    Client client(served.port());
    ASSERT_EQ(client.status(post("/a/b?key=secret", "body", "X-Request-Id: mine\r\n")), 200);
    const auto told = served.take_answered(1);
    ASSERT_EQ(told.size(), 1u);
    EXPECT_EQ(told[0].method, http::Method::post);
    EXPECT_EQ(told[0].path, "/a/b");
    EXPECT_EQ(told[0].request_id, "mine");
    EXPECT_EQ(told[0].status, 200);
    EXPECT_EQ(told[0].seen.route, "/{any...}");
    EXPECT_EQ(told[0].seen.account_tree, (Uuid{1, 1}));
    EXPECT_EQ(told[0].failure, "");
    EXPECT_GE(told[0].took.count(), 0);
}

TEST(Answered, answers_of_other_threads_are_told_in_the_order_of_their_requests) {
    Served served;
    Client client(served.port());
    client.send(get("/held/1") + get("/held/2") + get("/3"));
    auto held = served.take_held(2);
    std::this_thread::sleep_for(std::chrono::milliseconds(20));
    held[1].respond(http::Response::json(201, "{}"));
    held[0].respond(http::Response::json(202, "{}"));
    const auto told = served.take_answered(3);
    ASSERT_EQ(told.size(), 3u);
    for (std::size_t i = 0; i < 3; ++i) {
        EXPECT_EQ(told[i].status, i == 0 ? 202 : i == 1 ? 201 : 200);
        EXPECT_EQ(told[i].seen.account_tree, (Uuid{1, i + 1})) << i;
    }
    EXPECT_GE(told[0].took, std::chrono::milliseconds(20));
}

TEST(Answered, a_failure_is_told_with_its_cause) {
    Served served;
    Client client(served.port());
    ASSERT_EQ(client.status(get("/throws")), 500);
    ASSERT_EQ(client.status(get("/drops")), 500);
    client.send(get("/held"));
    served.take_held(1).clear();
    ASSERT_EQ(client.receive()->status, 500);
    ASSERT_EQ(client.status(get("/")), 200);
    const auto told = served.take_answered(4);
    ASSERT_EQ(told.size(), 4u);
    EXPECT_EQ(told[0].failure, "a handler that throws");
    EXPECT_EQ(told[0].seen.route, "/{any...}");
    EXPECT_EQ(told[1].failure, "it was dropped without an answer");
    EXPECT_EQ(told[2].failure, "it was dropped without an answer");
    EXPECT_EQ(told[3].failure, "");
}

TEST(Answered, what_the_server_refuses_itself_is_told_without_a_route) {
    Served served({}, 10);
    auto refused = [&served](std::string_view bytes) {
        Client client(served.port());
        client.send(bytes);
        const int status = client.receive()->status;
        auto told = served.take_answered(1);
        EXPECT_EQ(told.at(0).status, status);
        EXPECT_EQ(told.at(0).seen.route, "");
        EXPECT_FALSE(told.at(0).request_id.empty());
        return std::move(told.at(0));
    };
    const Answered malformed = refused("GET /x?key=secret HTTP/1.1\nHost: localhost\r\n\r\n");
    EXPECT_EQ(malformed.status, 400);
    EXPECT_EQ(malformed.path, "");
    EXPECT_EQ(malformed.method, http::Method::other);
    const Answered large = refused(post("/x?key=secret", "more than ten bytes"));
    EXPECT_EQ(large.status, 413);
    EXPECT_EQ(large.path, "/x");
    EXPECT_EQ(large.method, http::Method::post);
    const Answered foreign = refused("GET /y HTTP/1.1\r\nHost: other.example\r\n\r\n");
    EXPECT_EQ(foreign.status, 421);
    EXPECT_EQ(foreign.path, "/y");
    // After a good one on the same connection, too.
    Client client(served.port());
    ASSERT_EQ(client.status(get("/good")), 200);
    ASSERT_EQ(client.status("GET\r\n\r\n"), 400);
    const auto told = served.take_answered(2);
    EXPECT_EQ(told.at(1).path, "");
    EXPECT_EQ(told.at(1).method, http::Method::other);
}

TEST(Answered, what_the_server_refuses_with_a_head_is_completed_by_the_application) {
    Served served({}, 10);
    Client large(served.port());
    EXPECT_EQ(large.ask(post("/x", "more than ten bytes"))->header("X-Completed"), "yes");
    Client malformed(served.port());
    EXPECT_EQ(malformed.ask("GET\r\n\r\n")->header("X-Completed"), "");
}

TEST(Answered, a_connection_that_is_turned_away_is_told) {
    ServerOptions options;
    options.connections_max = 1;
    Served served(options);
    Client first(served.port());
    ASSERT_EQ(first.status(get("/")), 200);
    Client second(served.port());
    ASSERT_EQ(second.receive()->status, 503);
    const auto told = served.take_answered(2);
    ASSERT_EQ(told.size(), 2u);
    EXPECT_EQ(told[1].status, 503);
    EXPECT_EQ(told[1].path, "");
    EXPECT_FALSE(told[1].request_id.empty());
}

}  // namespace
}  // namespace rb::net
