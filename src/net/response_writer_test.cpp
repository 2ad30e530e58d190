#include "net/response_writer.h"

#include <gtest/gtest.h>

namespace rb::net {
namespace {

std::string written(const http::Response& response, http::Method method = http::Method::get,
                    Persistence persistence = Persistence::keep_alive) {
    std::string out = "before|";
    write_response(
        out, response,
        {.date = "now", .request_id = "r1", .method = method, .persistence = persistence});
    return out;
}

TEST(ResponseWriter, appends_head_and_body) {
    http::Response response = http::Response::json(200, "{}");
    response.with("ETag", "\"1\"");
    EXPECT_EQ(written(response),
              "before|HTTP/1.1 200 OK\r\nDate: now\r\nContent-Type: application/json\r\n"
              "Content-Length: 2\r\nX-Request-Id: r1\r\nETag: \"1\"\r\n\r\n{}");
}

TEST(ResponseWriter, says_what_becomes_of_the_connection) {
    const http::Response response = http::Response::json(404, "");
    EXPECT_NE(
        written(response, http::Method::get, Persistence::close).find("HTTP/1.1 404 Not Found\r\n"),
        std::string::npos);
    EXPECT_NE(
        written(response, http::Method::get, Persistence::close).find("\r\nConnection: close\r\n"),
        std::string::npos);
    EXPECT_NE(written(response, http::Method::get, Persistence::keep_alive_1_0)
                  .find("\r\nConnection: keep-alive\r\n"),
              std::string::npos);
    EXPECT_EQ(written(response).find("Connection"), std::string::npos);
}

TEST(ResponseWriter, gives_head_the_length_and_no_body) {
    const std::string text = written(http::Response::json(200, "12345"), http::Method::head);
    EXPECT_NE(text.find("Content-Length: 5\r\n"), std::string::npos);
    EXPECT_TRUE(text.ends_with("\r\n\r\n"));
}

TEST(ResponseWriter, writes_neither_length_nor_body_where_there_is_none) {
    for (int status : {204, 304}) {
        const std::string text = written(http::Response::json(status, "ignored"));
        EXPECT_EQ(text.find("Content-"), std::string::npos);
        EXPECT_TRUE(text.ends_with("\r\n\r\n"));
    }
}

TEST(ResponseWriter, lets_no_value_begin_a_header_and_keeps_framing_its_own) {
    http::Response response = http::Response::json(200, "");
    response.content_type = "text/plain\r\nX-Evil: 1";
    response.with("Location", "/a\r\n\r\nHTTP/1.1 200 OK\n")
        .with("X\r\nY", "z")
        .with("Content-Length", "77")
        .with("transfer-encoding", "chunked")
        .with("Connection", "upgrade")
        .with("Date", "never")
        .with("x-request-id", "r2");
    EXPECT_EQ(
        written(response),
        "before|HTTP/1.1 200 OK\r\nDate: now\r\nContent-Type: text/plainX-Evil: 1\r\n"
        "Content-Length: 0\r\nX-Request-Id: r1\r\nLocation: /aHTTP/1.1 200 OK\r\nXY: z\r\n\r\n");
}

TEST(DateText, is_the_date_of_http) {
    DateText date;
    EXPECT_EQ(date.at(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(date.at(784111777), "Sun, 06 Nov 1994 08:49:37 GMT");
    EXPECT_EQ(date.at(1772323200), "Sun, 01 Mar 2026 00:00:00 GMT");
}

}  // namespace
}  // namespace rb::net
