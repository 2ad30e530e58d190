#include "log/log.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <unistd.h>

#include <cstdio>
#include <thread>
#include <vector>

#include "base/json.h"
#include "log/line.h"
#include "log/queue.h"

namespace rb::log {
namespace {

// A file that a log writes to, and its lines.
class LogFile {
public:
    LogFile() : file_(std::tmpfile()) {}
    ~LogFile() { std::fclose(file_); }
    int descriptor() const { return ::fileno(file_); }
    std::vector<std::string> lines() const {
        std::rewind(file_);
        std::vector<std::string> lines;
        std::string line;
        for (int c = std::fgetc(file_); c != EOF; c = std::fgetc(file_)) {
            if (c == '\n') {
                lines.push_back(std::exchange(line, {}));
            } else {
                line += static_cast<char>(c);
            }
        }
        EXPECT_EQ(line, "") << "the last line ends";
        return lines;
    }

private:
    std::FILE* const file_;
};

Clock::time_point at_ms(std::int64_t ms) {
    return Clock::time_point(std::chrono::milliseconds(ms));
}

Request a_request() {
    Request request;
    request.at = at_ms(1'796'062'634'042);
    request.method = "POST";
    request.route = "/v1/accounts/{account}/payments";
    request.path = "/v1/accounts/acme/payments";
    request.status = 201;
    request.duration_us = 412;
    request.account_tree = Uuid{0x018f000000007000, 0x8000000000000001};
    request.id = "req_1";
    return request;
}

TEST(Log, a_request_is_one_line_of_text) {
    LogFile file;
    {
        Log log({.descriptor = file.descriptor()});
        log.request(a_request());
    }
    const auto lines = file.lines();
    ASSERT_EQ(lines.size(), 1u);
    EXPECT_EQ(lines[0],
              "2026-11-30T18:17:14.042Z info request method=POST path=/v1/accounts/acme/payments "
              "route=/v1/accounts/{account}/payments status=201 duration_us=412 account_tree=acc_" +
                  a_request().account_tree.to_base32() + " request_id=req_1");
}

TEST(Log, a_request_is_one_object_of_json) {
    LogFile file;
    {
        Log log({.format = Format::json, .descriptor = file.descriptor()});
        Request request = a_request();
        request.path = "/a\"b\\c";
        request.cause = "two\nlines";
        log.request(std::move(request));
    }
    const auto lines = file.lines();
    ASSERT_EQ(lines.size(), 1u);
    auto parsed = Json::parse(lines[0]);
    ASSERT_TRUE(parsed) << lines[0];
    EXPECT_EQ(parsed->at_path("time")->as_string(), "2026-11-30T18:17:14.042Z");
    EXPECT_EQ(parsed->at_path("level")->as_string(), "error");
    EXPECT_EQ(parsed->at_path("path")->as_string(), "/a\"b\\c");
    EXPECT_EQ(parsed->at_path("cause")->as_string(), "two\nlines");
    EXPECT_NE(lines[0].find("\"status\":201,\"duration_us\":412"), std::string::npos) << lines[0];
}

TEST(Log, what_is_not_known_is_left_out) {
    Request request;
    request.method = "GET";
    request.path = "/healthz";
    request.status = 200;
    EXPECT_EQ(line_text(Format::text, Level::info, request),
              "info request method=GET path=/healthz status=200 duration_us=0");
}

TEST(Log, values_cannot_begin_a_line_or_a_field) {
    const Field fields[] = {{"a", std::string_view("x\ny")}, {"b", std::string_view("1 c=2")}};
    EXPECT_EQ(line_text(Format::text, Level::warn, "one\ntwo", fields),
              R"(warn one two a="x\ny" b="1 c=2")");
}

TEST(Log, a_level_leaves_out_what_is_below_it) {
    LogFile file;
    {
        Log log({.level = Level::warn, .descriptor = file.descriptor()});
        log.request(a_request());
        log.line(Level::info, "not this");
        log.line(Level::warn, "this");
        Request failed = a_request();
        failed.cause = "it broke";
        log.request(std::move(failed));
    }
    const auto lines = file.lines();
    ASSERT_EQ(lines.size(), 2u);
    EXPECT_TRUE(lines[0].ends_with(" warn this")) << lines[0];
    EXPECT_TRUE(lines[1].contains(" error request ")) << lines[1];
}

TEST(Log, lines_of_many_threads_are_all_there) {
    constexpr int threads = 4, each = 1000;
    LogFile file;
    {
        Log log({.descriptor = file.descriptor()});
        std::vector<std::thread> running;
        for (int t = 0; t < threads; ++t)
            running.emplace_back([&log] {
                for (int i = 0; i < each; ++i) log.request(a_request());
                log.line(Level::error, "done");
            });
        for (std::thread& thread : running) thread.join();
    }
    EXPECT_EQ(file.lines().size(), threads * (each + 1u));
}

TEST(Log, a_full_queue_drops_requests_and_counts_them) {
    RequestQueue queue(4);
    for (int i = 0; i < 7; ++i) EXPECT_EQ(queue.put(a_request()), i < 4);
    EXPECT_EQ(queue.dropped(), 3u);
    Request out;
    for (int i = 0; i < 4; ++i) EXPECT_TRUE(queue.take(out));
    EXPECT_FALSE(queue.take(out));
    EXPECT_TRUE(queue.put(a_request()));
    EXPECT_EQ(queue.dropped(), 3u);
}

TEST(Log, nobody_waits_for_a_reader_who_does_not_read) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    constexpr int many = 20'000;
    {
        Log log({.descriptor = ends[1], .requests_max = 64});
        for (int i = 0; i < many; ++i) log.request(a_request());
        log.line(Level::error, "not dropped");
        EXPECT_GT(log.dropped(), 0u);

        // Then somebody reads: the error is there, and how many lines are not.
        std::string all;
        std::thread reader([&all, from = ends[0]] {
            char piece[4096];
            for (ssize_t n; (n = ::read(from, piece, sizeof piece)) > 0;)
                all.append(piece, static_cast<std::size_t>(n));
        });
        log.stop();
        ::close(ends[1]);
        reader.join();
        EXPECT_TRUE(all.contains("error not dropped")) << all.size();
        EXPECT_TRUE(all.contains("lines were dropped, the log was full requests="));
    }
    ::close(ends[0]);
}

TEST(Log, a_stop_does_not_wait_for_ever) {
    int ends[2];
    ASSERT_EQ(::pipe2(ends, O_CLOEXEC), 0);
    const auto begin = std::chrono::steady_clock::now();
    {
        Log log({.descriptor = ends[1]});
        for (int i = 0; i < 5'000; ++i) log.line(Level::error, std::string(100, 'x'));
    }
    EXPECT_LT(std::chrono::steady_clock::now() - begin, std::chrono::seconds(4));
    ::close(ends[0]);
    ::close(ends[1]);
}

TEST(ShownPath, keys_and_addresses_are_hidden) {
    EXPECT_EQ(shown_path("/v1/accounts/acme"), "/v1/accounts/acme");
    EXPECT_EQ(shown_path("/v1/rb_secret/x"), "/v1/***/x");
    EXPECT_EQ(shown_path("/in-secret"), "/***");
    EXPECT_EQ(shown_path("/v1/members/a@example.com"), "/v1/members/***");
    EXPECT_EQ(shown_path("/v1/members/a%40example.com/"), "/v1/members/***/");
    EXPECT_EQ(shown_path("/"), "/");
    EXPECT_EQ(shown_path(""), "");
    EXPECT_EQ(shown_path("/" + std::string(500, 'a')), "/" + std::string(255, 'a') + "...");
}

}  // namespace
}  // namespace rb::log
