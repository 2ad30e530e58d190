// What the server does with whole connections: framing, order, limits, deadlines, drain.
#include "net/server.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <random>
#include <set>

#include "base/json.h"
#include "net/test_client.h"
#include "net/test_corpus.h"

namespace rb::net {
namespace {

using namespace std::chrono_literals;
using test::Client;
using test::get;
using test::post;
using test::Served;

TEST(Server, answers_every_case_of_the_corpus_and_closes_after_each_refusal) {
    Served served;
    for (const test::Case& c : test::corpus()) {
        Client client(served.port());
        client.send(c.bytes);
        for (const int status : c.statuses) {
            const auto reply = client.receive();
            ASSERT_TRUE(reply.has_value()) << c.name;
            EXPECT_EQ(reply->status, status) << c.name;
            if (status < 400) continue;
            EXPECT_EQ(reply->header("Connection"), "close") << c.name;
            EXPECT_EQ(reply->header("Content-Type"), "application/problem+json") << c.name;
            const auto problem = Json::parse(reply->body);
            ASSERT_TRUE(problem.has_value()) << c.name;
            EXPECT_EQ(problem->find("request_id")->as_string(), reply->header("X-Request-Id"));
        }
        if (c.after == test::After::closed) {
            EXPECT_TRUE(client.ends()) << c.name;
        } else {
            EXPECT_EQ(client.status(get("/")), 200) << c.name;
        }
    }
    for (const http::Request& request : served.seen()) {
        EXPECT_FALSE(request.path.starts_with("/smuggled"));
    }
}

TEST(Server, keeps_a_connection_over_many_requests) {
    Served served;
    Client client(served.port());
    for (int i = 0; i < 50; ++i) {
        const auto reply = client.ask(post("/", "body " + std::to_string(i)));
        ASSERT_TRUE(reply.has_value());
        EXPECT_EQ(reply->status, 200);
        EXPECT_EQ(reply->body, "body " + std::to_string(i));
        EXPECT_EQ(reply->header("Connection"), "");
        EXPECT_EQ(reply->header("Date").size(), 29u);
    }
    EXPECT_EQ(served.server->counters().requests_total, 50u);
    EXPECT_EQ(served.server->counters().responses_total, 50u);
    EXPECT_EQ(served.server->counters().connections_open, 1u);
    EXPECT_EQ(served.seen().front().remote_address, "127.0.0.1");
}

TEST(Server, closes_when_the_client_asks_for_it_and_keeps_http_1_0_only_on_request) {
    Served served;
    Client closing(served.port());
    EXPECT_EQ(closing.ask(get("/", "Connection: close\r\n"))->header("Connection"), "close");
    EXPECT_TRUE(closing.ends());
    Client old(served.port());
    EXPECT_EQ(old.ask("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n")->header("Connection"),
              "keep-alive");
    EXPECT_EQ(old.ask("GET / HTTP/1.0\r\n\r\n")->header("Connection"), "close");
    EXPECT_TRUE(old.ends());
}

TEST(Server, answers_a_hundred_pipelined_requests_in_order) {
    Served served;
    Client client(served.port());
    std::string all;
    for (int i = 0; i < 100; ++i) all += post("/", std::to_string(i));
    client.send(all);
    for (int i = 0; i < 100; ++i) {
        const auto reply = client.receive();
        ASSERT_TRUE(reply.has_value());
        EXPECT_EQ(reply->body, std::to_string(i));
    }
}

TEST(Server, keeps_the_order_of_pipelined_requests_that_other_threads_answer_out_of_order) {
    ServerOptions options;
    options.pipelined_per_connection_max = 100;
    Served served(options);
    Client client(served.port());
    std::string all;
    for (int i = 0; i < 100; ++i) all += get("/held/" + std::to_string(i));
    client.send(all);
    auto held = served.take_held(100);
    std::ranges::shuffle(held, std::mt19937(7));
    std::vector<std::thread> threads;
    for (std::size_t part = 0; part < 4; ++part) {
        threads.emplace_back([&held, part] {
            for (std::size_t i = part; i < held.size(); i += 4) {
                held[i].respond(http::Response::json(200, held[i].request.path));
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    for (int i = 0; i < 100; ++i) {
        const auto reply = client.receive();
        ASSERT_TRUE(reply.has_value());
        EXPECT_EQ(reply->body, "/held/" + std::to_string(i));
    }
}

TEST(Server, reads_no_further_ahead_on_one_connection_than_allowed) {
    ServerOptions options;
    options.pipelined_per_connection_max = 3;
    Served served(options);
    Client client(served.port());
    std::string all;
    for (int i = 0; i < 7; ++i) all += get("/held/" + std::to_string(i));
    client.send(all);
    int next = 0;
    for (const std::size_t count : {3u, 3u, 1u}) {
        auto held = served.take_held(count);  // and not one more
        for (auto& one : held) one.respond(http::Response::json(200, one.request.path));
        for (std::size_t i = 0; i < count; ++i) {
            EXPECT_EQ(client.receive()->body, "/held/" + std::to_string(next++));
        }
    }
}

TEST(Server, reads_from_a_shed_connection_again_only_after_a_moment_and_loses_nothing) {
    Served served;
    Client client(served.port());
    std::string all;
    for (int i = 0; i < 10; ++i) all += get("/shed");
    client.send(all + post("/", "at last"));
    const auto begun = std::chrono::steady_clock::now();
    for (int i = 0; i < 10; ++i) EXPECT_EQ(client.receive()->status, 503);
    EXPECT_EQ(client.receive()->body, "at last");
    // A lower bound only: nine rests of a millisecond or more were between the first and the last.
    EXPECT_GE(std::chrono::steady_clock::now() - begun, 9ms);
    EXPECT_EQ(served.server->counters().shed_total, 10u);
    EXPECT_EQ(served.seen().size(), 11u);
}

// How long until many clients, all shed at once with the headers of a proxy, are read from again.
std::chrono::steady_clock::duration back_after_shedding(Networks trusted) {
    ServerOptions options;
    options.threads = 1;
    options.trusted_proxies = std::move(trusted);
    Served served(options);
    constexpr int client_count = 60;
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < client_count; ++i)
        clients.push_back(std::make_unique<Client>(served.port()));
    const auto begun = std::chrono::steady_clock::now();
    for (auto& client : clients)
        client->send(get("/shed", "X-Forwarded-For: 198.51.100.7\r\n") + get("/"));
    for (auto& client : clients) {
        EXPECT_EQ(client->receive()->status, 503);
        EXPECT_EQ(client->receive()->status, 200);
    }
    for (const http::Request& request : served.seen())
        EXPECT_EQ(request.remote_address, "127.0.0.1");
    return std::chrono::steady_clock::now() - begun;
}

TEST(Server, who_is_no_trusted_proxy_gains_nothing_by_its_headers) {
    // Shed connections come back a millisecond apart; only those of a proxy after eight at most.
    EXPECT_GE(back_after_shedding(*Networks::parse("10.0.0.0/8")), 59ms);
    EXPECT_GE(back_after_shedding(Networks()), 59ms);
    EXPECT_LT(back_after_shedding(Networks::loopback()), 10s);
}

TEST(Server, a_connection_that_rests_does_not_keep_the_server_from_stopping) {
    Served served;
    Client client(served.port());
    std::string all;
    for (int i = 0; i < 5; ++i) all += get("/shed");
    client.send(all);
    EXPECT_EQ(client.receive()->status, 503);
    served.server->stop();
    while (client.receive()) {
    }
    EXPECT_TRUE(client.ends());
}

TEST(Server, takes_another_turn_while_the_application_has_kept_work) {
    std::vector<http::Respond> kept;  // of the one I/O thread
    ServerOptions options;
    options.port = 0;
    options.threads = 1;
    auto server = Server::bind(
        options,
        {[&kept](http::Request&&, http::Respond respond) { kept.push_back(std::move(respond)); },
         [](http::Method, std::string_view) { return std::size_t{1024}; }, nullptr,
         [&kept] {
             if (kept.empty()) return Application::Left::nothing;
             auto respond = std::move(kept.back());
             kept.pop_back();
             respond(http::Response::json(200, "{}"));
             return kept.empty() ? Application::Left::nothing : Application::Left::waits;
         }});
    ASSERT_TRUE(server.has_value());
    (*server)->start();
    Client client((*server)->port());
    std::string all;
    for (int i = 0; i < 7; ++i) all += get("/");
    client.send(all);
    for (int i = 0; i < 7; ++i) EXPECT_EQ(client.receive()->status, 200);
    (*server)->stop();
}

TEST(Server, sends_an_early_answer_while_a_later_request_still_arrives) {
    Served served;
    Client client(served.port());
    client.send(get("/held") + "POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n\r\nab");
    served.take_held(1).front().respond(http::Response::json(200, "first"));
    EXPECT_EQ(client.receive()->body, "first");
    EXPECT_EQ(client.ask("cd")->body, "abcd");
}

TEST(Server, answers_head_without_body) {
    Served served;
    Client client(served.port());
    client.send("HEAD /large HTTP/1.1\r\nHost: localhost\r\n\r\n");
    const auto reply = client.receive(test::Body::none);
    EXPECT_EQ(reply->status, 200);
    EXPECT_EQ(reply->header("Content-Length"), std::to_string(8 * 1024 * 1024));
    EXPECT_EQ(client.ask(post("/", "next"))->body, "next");
}

TEST(Server, tells_a_client_that_waits_for_it_to_go_on) {
    Served served({}, 10);
    Client client(served.port());
    const std::string head =
        "POST / HTTP/1.1\r\nHost: localhost\r\nExpect: 100-continue\r\nContent-Length: ";
    EXPECT_EQ(client.status(head + "4\r\n\r\n"), 100);
    EXPECT_EQ(client.ask("body")->body, "body");
    // A body that comes along needs no leave.
    EXPECT_EQ(client.ask(head + "4\r\n\r\nbody")->body, "body");
    // After an answer that is still due.
    client.send(get("/held") + head + "4\r\n\r\n");
    served.take_held(1).front().respond(http::Response::json(200, "held"));
    EXPECT_EQ(client.receive()->body, "held");
    EXPECT_EQ(client.receive()->status, 100);
    EXPECT_EQ(client.ask("last")->body, "last");
    // A body that is too large is refused unsent.
    EXPECT_EQ(client.status(head + "11\r\n\r\n"), 413);
    EXPECT_TRUE(client.ends());
}

TEST(Server, refuses_a_body_beyond_the_routes_limit_and_the_client_reads_why) {
    Served served({}, 1000);
    Client exact(served.port());
    EXPECT_EQ(exact.status(post("/", std::string(1000, 'x'))), 200);
    Client large(served.port());
    EXPECT_EQ(large.status(post("/", std::string(500'000, 'x'))), 413);
    EXPECT_TRUE(large.ends());
    Client chunked(served.port());
    chunked.send("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
    while (chunked.send("100\r\n" + std::string(256, 'x') + "\r\n")) {
        if (served.server->counters().refused_total >= 2) break;
    }
    EXPECT_EQ(chunked.receive()->status, 413);
    EXPECT_TRUE(chunked.ends());
}

ServerOptions one_thread() {
    ServerOptions options;
    options.threads = 1;
    return options;
}

std::string head_of(std::size_t bytes, std::string_view headers = "") {
    return "POST / HTTP/1.1\r\nHost: localhost\r\n" + std::string(headers) +
           "Content-Length: " + std::to_string(bytes) + "\r\n\r\n";
}

// Asks until it is answered so: what another connection has sent may not have been read yet.
std::optional<test::Reply> ask_until(int status, std::uint16_t port, const std::string& bytes) {
    for (const auto until = std::chrono::steady_clock::now() + 20s;
         std::chrono::steady_clock::now() < until;) {
        Client client(port);
        auto reply = client.ask(bytes);
        if (reply && reply->status == status) return reply;
    }
    return std::nullopt;
}

TEST(Server, refuses_a_body_for_which_there_is_no_room_among_those_that_arrive) {
    constexpr std::size_t most = Served::arriving_bytes_max;
    Served served(one_thread(), 2 * most);
    Client first(served.port());
    first.send(head_of(most) + std::string(most - 1000, 'x'));
    const std::string waiting = "Expect: 100-continue\r\n";
    const auto refused = ask_until(503, served.port(), head_of(2000, waiting));
    ASSERT_TRUE(refused.has_value()) << "before any of it was sent";
    EXPECT_EQ(refused->header("Retry-After"), "1");
    EXPECT_EQ(refused->header("Connection"), "close");
    EXPECT_EQ(refused->header("Content-Type"), "application/problem+json");
    EXPECT_TRUE(ask_until(100, served.port(), head_of(900, waiting))) << "this one has room";

    Client grows(served.port());
    grows.send("POST / HTTP/1.1\r\nHost: localhost\r\nTransfer-Encoding: chunked\r\n\r\n");
    const std::string chunk = "100\r\n" + std::string(256, 'x') + "\r\n";
    for (int i = 0; i < 20 && grows.send(chunk); ++i) {
    }
    const auto too_much = grows.receive();
    ASSERT_TRUE(too_much.has_value());
    EXPECT_EQ(too_much->status, 503) << "as it grows";
    EXPECT_TRUE(grows.ends());

    Client small(served.port());
    EXPECT_EQ(small.status(post("/", "x")), 200) << "what comes with its head does not wait";
    first.send(std::string(1000, 'x'));
    EXPECT_EQ(first.receive()->body.size(), most);
    EXPECT_TRUE(ask_until(100, served.port(), head_of(2000, waiting))) << "there is room again";
    Client alone(served.port());
    EXPECT_EQ(alone.status(post("/", std::string(2 * most, 'x'))), 200) << "one is always let in";
}

TEST(Server, bodies_that_never_end_take_no_more_than_may_arrive) {
    Served served(one_thread());
    constexpr std::size_t each = 900'000;
    std::vector<std::unique_ptr<Client>> clients;
    for (int i = 0; i < 40; ++i) {
        clients.push_back(std::make_unique<Client>(served.port()));
        clients.back()->send(head_of(each + 1) + std::string(each, 'x'));
    }
    // At most this many have room as a whole; the others are refused, now or as they grow.
    const auto admitted_max = Served::arriving_bytes_max / each + 1;
    const auto until = std::chrono::steady_clock::now() + 20s;
    while (served.server->counters().refused_total < clients.size() - admitted_max &&
           std::chrono::steady_clock::now() < until)
        std::this_thread::sleep_for(1ms);
    EXPECT_GE(served.server->counters().refused_total, clients.size() - admitted_max);
    std::size_t finished = 0;
    for (const auto& client : clients)
        if (client->send("x"))
            if (const auto reply = client->receive(); reply && reply->status == 200) ++finished;
    EXPECT_GE(finished, 1u);
    EXPECT_LE(finished, admitted_max);
    EXPECT_TRUE(ask_until(200, served.port(), post("/", std::string(each, 'x'))));
}

TEST(Server, takes_a_large_body_and_sends_a_large_response_to_a_slow_reader) {
    Served served({}, 16 * 1024 * 1024);
    Client client(served.port());
    std::string body(5'000'000, 'b');
    for (std::size_t i = 0; i < body.size(); i += 1000) body[i] = static_cast<char>('a' + i % 23);
    EXPECT_EQ(client.ask(post("/", body))->body, body);
    // Nothing is read until all is asked for: the server must hold still and go on later.
    client.send(get("/large") + get("/large") + get("/large") + post("/", "end"));
    std::this_thread::sleep_for(50ms);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(client.receive()->body.size(), 8u * 1024 * 1024);
    EXPECT_EQ(client.receive()->body, "end");
}

TEST(Server, refuses_a_head_that_does_not_arrive_in_time) {
    ServerOptions options;
    options.header_deadline = 50ms;
    Served served(options);
    Client client(served.port());
    EXPECT_EQ(client.status("GET / HTTP/1.1\r\nHost: local"), 408);
    EXPECT_TRUE(client.ends());
    Client silent(served.port());
    EXPECT_TRUE(silent.ends());  // without a word: it asked for nothing
    Client dripping(served.port());
    while (dripping.send("G") && served.server->counters().refused_total < 2) {
        std::this_thread::sleep_for(1ms);
    }
    EXPECT_EQ(dripping.receive()->status, 408);
}

TEST(Server, measures_the_head_of_each_request_anew) {
    ServerOptions options;
    options.header_deadline = 1000ms;
    Served served(options);
    Client client(served.port());
    // Always half a head ahead, for longer than one deadline.
    const std::string whole = get("/");
    client.send(whole.substr(0, 10));
    for (int i = 0; i < 30; ++i) {
        EXPECT_EQ(client.status(whole.substr(10) + whole.substr(0, 10)), 200);
        std::this_thread::sleep_for(40ms);
    }
}

TEST(Server, refuses_a_body_that_stops_or_drips) {
    ServerOptions options;
    options.body_deadline = 100ms;
    Served served(options);
    Client stopping(served.port());
    EXPECT_EQ(stopping.status("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 9\r\n\r\nab"),
              408);
    EXPECT_TRUE(stopping.ends());
    // The least rate is asked for long before the deadline.
    options.body_deadline = 3000ms;
    Served slow(options);
    Client dripping(slow.port());
    const auto refused =
        dripping.ask("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 500\r\n\r\nabc");
    EXPECT_EQ(refused->status, 408);
    EXPECT_NE(refused->body.find("too slowly"), std::string::npos);
}

TEST(Server, closes_an_idle_connection_but_not_one_that_waits_for_its_answer) {
    ServerOptions options;
    options.idle_deadline = 50ms;
    Served served(options);
    Client idle(served.port());
    Client waiting(served.port());
    EXPECT_EQ(idle.status(get("/")), 200);
    waiting.send(get("/held"));
    auto held = served.take_held(1);
    EXPECT_TRUE(idle.ends());
    std::this_thread::sleep_for(100ms);
    held.front().respond(http::Response::json(200, "late"));
    EXPECT_EQ(waiting.receive()->body, "late");
}

TEST(Server, refuses_connections_beyond_the_cap_and_admits_again_below_it) {
    ServerOptions options;
    options.connections_max = 2;
    Served served(options);
    auto first = std::make_unique<Client>(served.port());
    Client second(served.port());
    EXPECT_EQ(first->status(get("/")), 200);
    EXPECT_EQ(second.status(get("/")), 200);
    Client third(served.port());
    const auto reply = third.receive();
    ASSERT_TRUE(reply.has_value());
    EXPECT_EQ(reply->status, 503);
    EXPECT_EQ(reply->header("Retry-After"), "1");
    EXPECT_TRUE(third.ends());
    first.reset();
    while (served.server->counters().connections_open > 1) std::this_thread::sleep_for(1ms);
    Client fourth(served.port());
    EXPECT_EQ(fourth.status(get("/")), 200);
}

TEST(Server, answers_503_beyond_the_requests_in_flight_and_keeps_the_connection) {
    ServerOptions options;
    options.requests_in_flight_max = 1;
    Served served(options);
    Client busy(served.port());
    busy.send(get("/held"));
    auto held = served.take_held(1);
    Client other(served.port());
    const auto refused = other.ask(get("/"));
    EXPECT_EQ(refused->status, 503);
    EXPECT_EQ(refused->header("Retry-After"), "1");
    EXPECT_EQ(refused->header("Connection"), "");
    held.front().respond(http::Response::json(200, "done"));
    EXPECT_EQ(busy.receive()->body, "done");
    EXPECT_EQ(other.status(get("/")), 200);
}

TEST(Server, echoes_a_sane_request_id_and_makes_one_otherwise) {
    Served served;
    Client client(served.port());
    EXPECT_EQ(client.ask(get("/", "X-Request-Id: abc-123\r\n"))->header("X-Request-Id"), "abc-123");
    const std::string longest(128, 'i');
    EXPECT_EQ(client.ask(get("/", "X-Request-Id: " + longest + "\r\n"))->header("x-request-id"),
              longest);
    std::set<std::string> made;
    for (const std::string& given : {longest + "i", std::string("a b"), std::string("\xc3\xa9"),
                                     std::string(), std::string("a\tb")}) {
        const auto reply = client.ask(get("/", "X-Request-Id: " + given + "\r\n"));
        EXPECT_TRUE(reply->header("X-Request-Id").starts_with("req_"));
        made.insert(reply->header("X-Request-Id"));
        EXPECT_EQ(served.seen().back().request_id, reply->header("X-Request-Id"));
    }
    EXPECT_EQ(made.size(), 5u);
    // Refusals carry the caller's id too.
    const auto refused =
        client.ask(get("/", "X-Request-Id: mine\r\nContent-Length: 1\r\nContent-Length: 1\r\n"));
    EXPECT_EQ(refused->status, 400);
    EXPECT_EQ(refused->header("X-Request-Id"), "mine");
}

TEST(Server, refuses_a_foreign_host_on_the_loopback_interface_unless_told_otherwise) {
    Served served;
    for (const char* host : {"localhost:8080", "127.0.0.1", "[::1]:1", "app.localhost"}) {
        Client client(served.port());
        EXPECT_EQ(client.status("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n"), 200);
    }
    Client foreign(served.port());
    EXPECT_EQ(foreign.status("GET / HTTP/1.1\r\nHost: rebound.example.com\r\n\r\n"), 421);
    EXPECT_TRUE(foreign.ends());
    Client absolute(served.port());
    EXPECT_EQ(
        absolute.status("GET http://api.example.com/ HTTP/1.1\r\nHost: api.example.com\r\n\r\n"),
        200);
    EXPECT_EQ(served.seen().back().scheme_host, "http://api.example.com");
    ServerOptions options;
    options.loopback_hosts_only = false;
    Served open(options);
    Client allowed(open.port());
    EXPECT_EQ(allowed.status("GET / HTTP/1.1\r\nHost: api.example.com\r\n\r\n"), 200);
}

TEST(Server, answers_for_the_hosts_that_it_was_given_on_the_loopback_interface) {
    ServerOptions options;
    options.hosts = *Hosts::parse("billing.example.com,[2001:db8::1]");
    Served served(options);
    for (const char* host : {"billing.example.com", "BILLING.example.com:443",
                             "billing.example.com.", "[2001:db8::1]:1", "localhost", "127.0.0.1"}) {
        Client client(served.port());
        EXPECT_EQ(client.status("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n"), 200)
            << host;
    }
    Client foreign(served.port());
    const auto refused = foreign.ask("GET / HTTP/1.1\r\nHost: rebound.example.com\r\n\r\n");
    EXPECT_EQ(refused->status, 421);
    EXPECT_NE(refused->body.find("--host"), std::string::npos) << refused->body;
    EXPECT_TRUE(foreign.ends());
}

TEST(Server, answers_for_its_hosts_and_its_address_on_every_interface) {
    ServerOptions options;
    options.host = "0.0.0.0";
    options.hosts = *Hosts::parse("billing.example.com");
    Served served(options);
    for (const char* host : {"billing.example.com:8080", "127.0.0.1", "localhost"}) {
        Client client(served.port());
        EXPECT_EQ(client.status("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n"), 200)
            << host;
    }
    for (const char* host : {"rebound.example.com", "192.0.2.1"}) {
        Client client(served.port());
        EXPECT_EQ(client.status("GET / HTTP/1.1\r\nHost: " + std::string(host) + "\r\n\r\n"), 421)
            << host;
    }
    options.hosts = {};
    Served open(options);
    Client anyone(open.port());
    EXPECT_EQ(anyone.status("GET / HTTP/1.1\r\nHost: rebound.example.com\r\n\r\n"), 200);
}

TEST(Server, answers_500_for_a_handler_that_throws_or_drops_its_request) {
    Served served;
    Client client(served.port());
    EXPECT_EQ(client.status(get("/throws")), 500);
    EXPECT_EQ(client.status(get("/drops")), 500);
    client.send(get("/held"));
    served.take_held(1).clear();  // dropped on another thread
    EXPECT_EQ(client.receive()->status, 500);
    EXPECT_EQ(client.status(get("/")), 200);
}

TEST(Server, answers_a_client_that_has_closed_its_sending_side) {
    Served served;
    Client client(served.port());
    client.send(get("/held") + get("/") + "GET /cut");
    client.finish_sending();
    served.take_held(1).front().respond(http::Response::json(200, "held"));
    EXPECT_EQ(client.receive()->body, "held");
    EXPECT_EQ(client.receive()->status, 200);
    EXPECT_TRUE(client.ends());
    EXPECT_EQ(served.seen().size(), 2u);
}

TEST(Server, drops_the_answer_to_a_client_that_is_gone) {
    Served served;
    for (int round = 0; round < 20; ++round) {
        auto client = std::make_unique<Client>(served.port());
        client->send(get("/held") + get("/held"));
        auto held = served.take_held(2);
        client->reset();
        if (round % 2 == 0) {
            while (served.server->counters().connections_open > 0) std::this_thread::sleep_for(1ms);
        }
        for (auto& one : held) one.respond(http::Response::json(200, std::string(100'000, 'x')));
    }
    Client next(served.port());
    EXPECT_EQ(next.status(get("/")), 200);
}

TEST(Server, drains_by_answering_what_was_read_with_connection_close) {
    ServerOptions options;
    options.threads = 1;
    Served served(options);
    Client idle(served.port());
    EXPECT_EQ(idle.status(get("/")), 200);
    Client busy(served.port());
    busy.send(get("/held/1") + get("/held/2"));
    auto held = served.take_held(2);
    Client arriving(served.port());
    // Told to go on: the head is read and the body is awaited.
    EXPECT_EQ(arriving.status("POST / HTTP/1.1\r\nHost: localhost\r\nContent-Length: 4\r\n"
                              "Expect: 100-continue\r\n\r\n"),
              100);
    std::thread stopping([&] { served.server->stop(); });
    EXPECT_TRUE(idle.ends());
    EXPECT_FALSE(Client(served.port()).connected());
    const auto arrived = arriving.ask("abcd");
    EXPECT_EQ(arrived->body, "abcd");
    EXPECT_EQ(arrived->header("Connection"), "close");
    arriving.close();
    for (auto& one : held) one.respond(http::Response::json(200, one.request.path));
    EXPECT_EQ(busy.receive()->body, "/held/1");
    const auto last = busy.receive();
    EXPECT_EQ(last->body, "/held/2");
    EXPECT_EQ(last->header("Connection"), "close");
    EXPECT_TRUE(busy.ends());
    busy.close();
    stopping.join();
    EXPECT_EQ(served.server->counters().connections_open, 0u);
    EXPECT_EQ(served.server->counters().responses_total, 4u);
}

TEST(Server, closes_what_is_unanswered_when_the_drain_deadline_passes) {
    ServerOptions options;
    options.drain_deadline = 20ms;
    auto served = std::make_unique<Served>(options);
    Client client(served->port());
    client.send(get("/held"));
    auto held = served->take_held(1);
    served->server->stop();
    EXPECT_TRUE(client.ends());
    served.reset();
    // The server is gone; the answer goes nowhere and harms nothing.
    held.front().respond(http::Response::json(200, "late"));
}

TEST(Server, may_be_destroyed_unstarted_running_or_stopped) {
    auto bound = Server::bind({.port = 0}, {});
    ASSERT_TRUE(bound.has_value());
    bound->reset();
    auto served = std::make_unique<Served>();
    Client client(served->port());
    EXPECT_EQ(client.status(get("/")), 200);
    served.reset();
    EXPECT_TRUE(client.ends());
}

TEST(Server, says_in_a_sentence_why_it_cannot_listen) {
    Served served;
    ServerOptions options;
    options.port = served.port();
    const auto taken = Server::bind(options, {});
    ASSERT_FALSE(taken.has_value());
    EXPECT_EQ(taken.error(), "cannot listen on 127.0.0.1:" + std::to_string(options.port) +
                                 ": another program listens there");
    const auto elsewhere = Server::bind({.host = "192.0.2.1", .port = 0}, {});
    ASSERT_FALSE(elsewhere.has_value());
    EXPECT_EQ(elsewhere.error(), "cannot listen on 192.0.2.1:0: no interface has this address");
}

TEST(Server, serves_many_connections_from_many_threads_at_once) {
    Served served;
    std::atomic<int> good = 0;
    std::vector<std::thread> threads;
    for (int t = 0; t < 8; ++t) {
        threads.emplace_back([&, t] {
            for (int c = 0; c < 10; ++c) {
                Client client(served.port());
                std::string all;
                for (int i = 0; i < 20; ++i) {
                    all += post("/", std::to_string(t * 1000 + c * 100 + i));
                }
                client.send(all);
                for (int i = 0; i < 20; ++i) {
                    const auto reply = client.receive();
                    if (reply && reply->body == std::to_string(t * 1000 + c * 100 + i)) ++good;
                }
            }
        });
    }
    for (std::thread& thread : threads) thread.join();
    EXPECT_EQ(good, 8 * 10 * 20);
}

}  // namespace
}  // namespace rb::net
