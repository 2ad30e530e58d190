#include "net/request_reader.h"

#include <gtest/gtest.h>

#include <array>
#include <random>
#include <span>

#include "base/limits.h"
#include "net/test_corpus.h"

namespace rb::net {
namespace {

struct Outcome {
    std::vector<http::Request> requests;
    std::vector<int> statuses;  // 200 for each request, then that of a refusal
};

// Feeds `bytes` in pieces of `piece` bytes, as a connection does.
Outcome read_in_pieces(std::string_view bytes, std::size_t piece) {
    RequestReader reader;
    Outcome outcome;
    std::string unread;
    for (std::size_t at = 0; at < bytes.size(); at += piece) {
        unread += bytes.substr(at, piece);
        std::string_view rest = unread;
        for (auto step = reader.read(rest); step != RequestReader::Step::need_more;
             step = reader.read(rest)) {
            if (step == RequestReader::Step::refused) {
                outcome.statuses.push_back(reader.refusal().status);
                EXPECT_FALSE(reader.refusal().code.empty());
                EXPECT_FALSE(reader.refusal().detail.empty());
                return outcome;
            }
            if (step == RequestReader::Step::head_read) {
                reader.set_body_bytes_max(limits::http_body_bytes_default);
            }
            if (step != RequestReader::Step::complete) continue;
            const bool last = !reader.keeps_alive();
            outcome.requests.push_back(reader.take());
            outcome.statuses.push_back(200);
            if (last) return outcome;
        }
        unread.erase(0, unread.size() - rest.size());
    }
    return outcome;
}

http::Request read_one(std::string_view bytes) {
    Outcome outcome = read_in_pieces(bytes, bytes.size());
    EXPECT_EQ(outcome.statuses, std::vector<int>{200});
    return outcome.requests.empty() ? http::Request{} : std::move(outcome.requests.front());
}

TEST(RequestReader, gives_every_case_of_the_corpus_its_status_however_it_is_cut) {
    for (const test::Case& c : test::corpus()) {
        for (const std::size_t piece : {std::size_t{1}, std::size_t{7}, std::size_t{64 * 1024}}) {
            const Outcome outcome = read_in_pieces(c.bytes, piece);
            EXPECT_EQ(outcome.statuses, c.statuses) << c.name << " in pieces of " << piece;
            for (const http::Request& request : outcome.requests) {
                EXPECT_FALSE(request.path.starts_with("/smuggled")) << c.name;
            }
        }
    }
}

// Cases cut, joined and changed at random: wherever the bytes are cut, the outcome is the same, and
// no assertion of the parser is reached.
TEST(RequestReader, reads_garbled_requests_alike_however_they_are_cut) {
    const std::vector<test::Case> corpus = test::corpus();
    const std::string_view alphabet(" \t\r\n:;,0159aAfx\"/%\0\x7f\xff", 21);
    std::mt19937_64 random(20'261'120);
    const auto below = [&random](std::size_t bound) { return random() % bound; };
    for (int round = 0; round < 100'000; ++round) {
        std::string bytes = corpus[below(corpus.size())].bytes.substr(0, 2000);
        if (below(4) == 0) bytes += corpus[below(corpus.size())].bytes.substr(0, 2000);
        for (std::size_t changes = below(4); changes > 0; --changes) {
            const std::size_t at = below(bytes.size());
            switch (below(4)) {
                case 0:
                    bytes[at] = alphabet[below(alphabet.size())];
                    break;
                case 1:
                    bytes.insert(at, 1, alphabet[below(alphabet.size())]);
                    break;
                case 2:
                    bytes.erase(at, 1 + below(3));
                    break;
                default:
                    bytes.insert(at, bytes.substr(below(bytes.size()), below(30)));
                    break;
            }
        }
        bytes += "zzzzz\r\n\r\n";  // a fault in the last bytes may wait for those behind it
        const Outcome whole = read_in_pieces(bytes, bytes.size());
        const Outcome cut = read_in_pieces(bytes, 1 + below(5));
        ASSERT_EQ(whole.statuses, cut.statuses) << round << ": " << bytes;
        for (std::size_t i = 0; i < whole.requests.size(); ++i) {
            ASSERT_EQ(whole.requests[i].path, cut.requests[i].path) << bytes;
            ASSERT_EQ(whole.requests[i].headers, cut.requests[i].headers) << bytes;
            ASSERT_EQ(whole.requests[i].body, cut.requests[i].body) << bytes;
        }
    }
}

TEST(RequestReader, reads_method_path_query_headers_and_body) {
    const auto request = read_one(
        "PATCH /v1/plans/a%20b?x=1&y=?2 HTTP/1.1\r\nHost: localhost\r\nX-One:  a b\t\r\nX-Two:\r\n"
        "content-length: 5\r\n\r\nhello");
    EXPECT_EQ(request.method, http::Method::patch);
    EXPECT_EQ(request.path, "/v1/plans/a%20b");
    EXPECT_EQ(request.query, "x=1&y=?2");
    EXPECT_EQ(request.scheme_host, "");
    EXPECT_EQ(request.body, "hello");
    EXPECT_EQ(
        request.headers,
        (std::vector<http::Header>{
            {"Host", "localhost"}, {"X-One", "a b"}, {"X-Two", ""}, {"content-length", "5"}}));
}

TEST(RequestReader, reduces_an_absolute_target_to_its_path) {
    auto request = read_one("GET HTTPS://api.example.com:8443/a?b HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(request.scheme_host, "HTTPS://api.example.com:8443");
    EXPECT_EQ(request.path, "/a");
    EXPECT_EQ(request.query, "b");
    request = read_one("GET http://example.com?b=/c HTTP/1.1\r\nHost: x\r\n\r\n");
    EXPECT_EQ(request.scheme_host, "http://example.com");
    EXPECT_EQ(request.path, "/");
    EXPECT_EQ(request.query, "b=/c");
}

TEST(RequestReader, joins_chunks_and_drops_extensions_and_trailers) {
    const auto request = read_one(
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: chunked\r\n\r\n"
        "5;a=\"b\"\r\nhello\r\n00c\r\n, wide world\r\n0;z\r\nX-Trailer: 1\r\n\r\n");
    EXPECT_EQ(request.body, "hello, wide world");
    EXPECT_EQ(request.header("x-trailer"), nullptr);
}

TEST(RequestReader, applies_the_body_limit_to_lengths_and_to_the_sum_of_chunks) {
    const auto status_with_limit = [](std::string_view bytes, std::size_t limit) {
        RequestReader reader;
        if (reader.read(bytes) != RequestReader::Step::head_read) return -1;
        reader.set_body_bytes_max(limit);
        const auto step = reader.read(bytes);
        return step == RequestReader::Step::complete ? 200 : reader.refusal().status;
    };
    const std::string plain = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 5\r\n\r\nhello";
    EXPECT_EQ(status_with_limit(plain, 5), 200);
    EXPECT_EQ(status_with_limit(plain, 4), 413);
    const std::string chunks =
        "POST / HTTP/1.1\r\nHost: x\r\nTransfer-Encoding: "
        "chunked\r\n\r\n3\r\nhel\r\n2\r\nlo\r\n0\r\n\r\n";
    EXPECT_EQ(status_with_limit(chunks, 5), 200);
    EXPECT_EQ(status_with_limit(chunks, 4), 413);
}

TEST(RequestReader, refuses_a_length_beyond_the_limit_before_any_of_the_body) {
    RequestReader reader;
    std::string_view bytes = "POST / HTTP/1.1\r\nHost: x\r\nContent-Length: 6\r\n\r\n";
    ASSERT_EQ(reader.read(bytes), RequestReader::Step::head_read);
    EXPECT_TRUE(reader.has_body());
    reader.set_body_bytes_max(5);
    EXPECT_EQ(reader.read(bytes), RequestReader::Step::refused);
    EXPECT_EQ(reader.refusal().status, 413);
    EXPECT_EQ(reader.refusal().code, "body_too_large");
}

TEST(RequestReader, knows_whether_the_client_keeps_the_connection) {
    const auto keeps = [](std::string_view bytes) {
        RequestReader reader;
        EXPECT_EQ(reader.read(bytes), RequestReader::Step::head_read);
        return reader.keeps_alive();
    };
    EXPECT_TRUE(keeps("GET / HTTP/1.1\r\nHost: x\r\n\r\n"));
    EXPECT_FALSE(keeps("GET / HTTP/1.1\r\nHost: x\r\nConnection: Close\r\n\r\n"));
    EXPECT_FALSE(keeps("GET / HTTP/1.1\r\nHost: x\r\nConnection: te, close\r\n\r\n"));
    EXPECT_FALSE(keeps("GET / HTTP/1.0\r\n\r\n"));
    EXPECT_TRUE(keeps("GET / HTTP/1.0\r\nConnection: keep-alive\r\n\r\n"));
}

TEST(RequestReader, forgives_one_empty_line_between_requests) {
    const std::string get = "GET / HTTP/1.1\r\nHost: x\r\n\r\n";
    EXPECT_EQ(read_in_pieces(get + "\r\n" + get + "\r\n" + get, 1).statuses,
              (std::vector<int>{200, 200, 200}));
    EXPECT_EQ(read_in_pieces(get + "\r\n\r\n" + get, 1).statuses, (std::vector<int>{200, 400}));
}

TEST(LoopbackHost, is_a_name_of_this_machine_and_no_name_that_looks_like_it) {
    for (const char* host : {"localhost", "LOCALHOST:8080", "localhost.", "app.localhost:1",
                             "127.0.0.1", "127.0.0.1:8080", "127.9.8.7", "[::1]", "[::1]:8080"}) {
        EXPECT_TRUE(is_loopback_host(host)) << host;
    }
    for (const char* host :
         {"", "example.com", "localhost.example.com", "notlocalhost", "127.0.0.1.example.com",
          "128.0.0.1", "10.0.0.1", "127.1", "[::2]", "[::1", "0.0.0.0", "1270.0.0.1"}) {
        EXPECT_FALSE(is_loopback_host(host)) << host;
    }
}

// The same head with a header that only Beast's parser takes must come out alike, or be refused
// alike.
TEST(RequestReader, reads_a_plain_head_as_the_library_reads_it) {
    std::mt19937 random(7);
    auto one_of = [&random](std::span<const std::string_view> choices) {
        return choices[random() % choices.size()];
    };
    constexpr std::array<std::string_view, 7> methods = {"GET", "POST",   "PUT", "DELETE",
                                                         "get", "BREW()", ""};
    constexpr std::array<std::string_view, 9> targets = {
        "/",       "/v1/plans?a=b&c", "*",       "/a b", "/%41?\"x\"", "http://h.example/x?y",
        "/a#frag", "/\x80",           "/a?b?c{}"};
    constexpr std::array<std::string_view, 16> headers = {
        "Host: a.example:80",
        "host: other",
        "Content-Length: 3",
        "content-length: 3",
        "Content-Length: 0",
        "Content-Length: +3",
        "Content-Length: 1234567890123456",
        "Connection: keep-alive",
        "Connection: close",
        "X-Empty:",
        "X-Blanks: \t a b \t",
        "X-High: \xc3\xa9",
        "X-Control: a\x01",
        "Bad Name: x",
        "No colon",
        "Expect: 100-continue",
    };
    for (int round = 0; round < 20'000; ++round) {
        std::string head(one_of(methods));
        head += ' ';
        head += one_of(targets);
        head += random() % 8 == 0 ? " HTTP/1.0\r\n" : " HTTP/1.1\r\n";
        if (random() % 8 != 0) head += "Host: a.example\r\n";
        for (std::size_t i = random() % 4; i > 0; --i) {
            head += one_of(headers);
            head += "\r\n";
        }
        const Outcome plain = read_in_pieces(head + "\r\nabc", 64 * 1024);
        const Outcome library = read_in_pieces(head + "Upgrade: none\r\n\r\nabc", 64 * 1024);
        ASSERT_EQ(plain.statuses, library.statuses) << head;
        ASSERT_EQ(plain.requests.size(), library.requests.size()) << head;
        for (std::size_t i = 0; i < plain.requests.size(); ++i) {
            const http::Request& a = plain.requests[i];
            http::Request b = library.requests[i];
            ASSERT_EQ(b.headers.back().first, "Upgrade") << head;
            b.headers.pop_back();
            ASSERT_EQ(a.method, b.method) << head;
            ASSERT_EQ(a.path, b.path) << head;
            ASSERT_EQ(a.query, b.query) << head;
            ASSERT_EQ(a.scheme_host, b.scheme_host) << head;
            ASSERT_EQ(a.headers, b.headers) << head;
            ASSERT_EQ(a.body, b.body) << head;
        }
    }
}

}  // namespace
}  // namespace rb::net
