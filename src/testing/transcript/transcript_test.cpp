#include "testing/transcript/transcript.h"

#include <gtest/gtest.h>

namespace rb::testing {
namespace {

constexpr std::string_view two_exchanges = R"(# What the test shows.
evidence: X-001, X-002

=== the first
evidence: X-003
POST https://api.example.com/echo?a={{a}} HTTP/1.1
Content-Type: multipart/form-data

@multipart x=1; list="IM;MAU"
---
HTTP/1.1 200
Content-Type: application/json

{"id": "{{keep id}}", "at": "{{any}}", "n": 1.50,
 "m": [1, 2]}

=== the second
GET /echo/{{id}} HTTP/1.1
---
HTTP/1.1 404
)";

// Answers with the JSON text; the request is left in `seen`.
http::Router answering(std::vector<http::Request>& seen, std::string body) {
    http::Router router;
    auto handler = [&seen, body](http::Request&& request, http::Respond respond) {
        seen.push_back(std::move(request));
        respond(http::Response::json(200, body));
    };
    router.add(http::Method::post, "/echo", handler);
    return router;
}

Transcript parsed(std::string_view text) {
    auto transcript = parse_transcript("t.http", text);
    EXPECT_TRUE(transcript) << transcript.error();
    return transcript ? *transcript : Transcript{};
}

TEST(Transcript, requests_are_made_as_written_and_kept_values_go_into_later_ones) {
    std::vector<http::Request> seen;
    http::Router router = answering(seen, R"({"id":"i7","at":3,"n":1.50,"m":[1,2]})");
    Transcript transcript = parsed(two_exchanges);
    EXPECT_EQ(transcript.exchanges.at(0).evidence,
              (std::vector<std::string>{"X-001", "X-002", "X-003"}));
    EXPECT_EQ(transcript.exchanges.at(1).evidence, (std::vector<std::string>{"X-001", "X-002"}));
    EXPECT_EQ(run_transcript(transcript, router, {{"a", "b"}}), std::vector<std::string>{});
    ASSERT_EQ(seen.size(), 1u);
    EXPECT_EQ(seen[0].path, "/echo");
    EXPECT_EQ(seen[0].query, "a=b");
    EXPECT_EQ(seen[0].scheme_host, "https://api.example.com");
    auto fields = http::parse_multipart(*seen[0].header("content-type"), seen[0].body);
    ASSERT_TRUE(fields) << fields.error();
    EXPECT_EQ(*fields, (http::Parameters{{"x", "1"}, {"list", "IM;MAU"}}));
}

TEST(Transcript, every_kind_of_difference_is_told) {
    auto first = [](std::string body) {
        std::vector<http::Request> seen;
        http::Router router = answering(seen, std::move(body));
        Transcript transcript = parsed(two_exchanges);
        transcript.exchanges.resize(1);
        auto differences = run_transcript(transcript, router, {{"a", "b"}});
        return differences.empty() ? std::string("none") : differences.front();
    };
    EXPECT_EQ(first(R"({"id":"i7","at":null,"n":1.50,"m":[1,2]})"), "none");
    EXPECT_NE(first(R"({"id":"i7","at":3,"n":1.5,"m":[1,2]})").find("/n is 1.5, expected 1.50"),
              std::string::npos);
    EXPECT_NE(first(R"({"id":"i7","n":1.50,"at":3,"m":[1,2]})").find("has 'n' where 'at'"),
              std::string::npos);
    EXPECT_NE(first(R"({"id":"i7","at":3,"n":1.50})").find("lacks 'm'"), std::string::npos);
    EXPECT_NE(first(R"({"id":"i7","at":3,"n":1.50,"m":[1,2],"o":1})").find("not expected"),
              std::string::npos);
    EXPECT_NE(first(R"({"id":"i7","at":3,"n":1.50,"m":[1]})").find("/m has 1 items, expected 2"),
              std::string::npos);
    EXPECT_NE(first("plain").find("no JSON"), std::string::npos);
}

TEST(Transcript, what_cannot_be_read_is_told_with_its_line) {
    EXPECT_EQ(parse_transcript("t", "").error(), "t:1: there is no exchange");
    EXPECT_EQ(parse_transcript("t", "=== a\nGET /\n").error(),
              "t:2: a request line is 'POST /path HTTP/1.1'");
    EXPECT_EQ(parse_transcript("t", "=== a\nGET / HTTP/1.1\n").error(),
              "t:3: the line '---' must follow");
    EXPECT_EQ(parse_transcript("t", "=== a\nGET / HTTP/1.1\n---\n{}").error(),
              "t:4: a response begins with 'HTTP/1.1 200'");
    Transcript transcript = parsed("=== a\nGET /{{what}} HTTP/1.1\n---\nHTTP/1.1 200\n");
    auto differences = run_transcript(transcript, http::Router(), {});
    ASSERT_EQ(differences.size(), 1u);
    EXPECT_EQ(differences[0], "t.http:1: a: nothing is known as {{what}}");
}

}  // namespace
}  // namespace rb::testing
