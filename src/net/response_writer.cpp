#include "net/response_writer.h"

#include <algorithm>
#include <charconv>
#include <iterator>

namespace rb::net {
namespace {

void append_number(std::string& out, std::size_t number) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, number).ptr;
    out.append(digits, end);
}

void append_value(std::string& out, std::string_view value) {
    auto ends_line = [](char c) { return c == '\r' || c == '\n' || c == '\0'; };
    if (std::ranges::none_of(value, ends_line)) {
        out += value;
        return;
    }
    std::ranges::copy_if(value, std::back_inserter(out), [&](char c) { return !ends_line(c); });
}

bool is_own_header(std::string_view name) {
    switch (name.size()) {
        case 4:
            return http::same_name(name, "date");
        case 10:
            return http::same_name(name, "connection");
        case 12:
            return http::same_name(name, "content-type") || http::same_name(name, "x-request-id");
        case 14:
            return http::same_name(name, "content-length");
        case 17:
            return http::same_name(name, "transfer-encoding");
        default:
            return false;
    }
}

}  // namespace

void write_response(std::string& out, const http::Response& response, const ResponseFrame& frame) {
    if (response.status == 200) {
        out += "HTTP/1.1 200 OK\r\nDate: ";
    } else {
        out += "HTTP/1.1 ";
        append_number(out, static_cast<std::size_t>(response.status));
        out += ' ';
        out += http::status_text(response.status);
        out += "\r\nDate: ";
    }
    out += frame.date;
    const bool may_have_body = response.status != 204 && response.status != 304;
    if (may_have_body) {
        if (!response.content_type.empty()) {
            out += "\r\nContent-Type: ";
            append_value(out, response.content_type);
        }
        out += "\r\nContent-Length: ";
        append_number(out, response.body.size());
    }
    out += "\r\nX-Request-Id: ";
    out += frame.request_id;
    if (frame.persistence == Persistence::close) out += "\r\nConnection: close";
    if (frame.persistence == Persistence::keep_alive_1_0) out += "\r\nConnection: keep-alive";
    for (const http::Header& header : response.headers) {
        if (is_own_header(header.first)) continue;
        out += "\r\n";
        append_value(out, header.first);
        out += ": ";
        append_value(out, header.second);
    }
    out += "\r\n\r\n";
    if (may_have_body && frame.method != http::Method::head) out += response.body;
}

std::string_view DateText::at(std::time_t now) {
    if (now != second_) {
        second_ = now;
        std::tm parts{};
        gmtime_r(&now, &parts);
        // strftime's names are those of the C locale, which this program never leaves.
        size_ = std::strftime(text_, sizeof text_, "%a, %d %b %Y %H:%M:%S GMT", &parts);
    }
    return {text_, size_};
}

}  // namespace rb::net
