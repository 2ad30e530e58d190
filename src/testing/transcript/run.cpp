#include <chrono>
#include <future>
#include <memory>

#include "base/json.h"
#include "testing/transcript/transcript.h"

namespace rb::testing {
namespace {

constexpr std::string_view multipart_mark = "@multipart ";
constexpr std::string_view boundary = "boundary-of-a-transcript";
constexpr auto answer_wait = std::chrono::seconds(30);

Parsed<std::string> fill(std::string_view text, const Values& values) {
    std::string out;
    for (std::size_t open = text.find("{{"); open != std::string_view::npos;
         open = text.find("{{")) {
        std::size_t close = text.find("}}", open);
        if (close == std::string_view::npos) break;
        std::string_view name = text.substr(open + 2, close - open - 2);
        out += text.substr(0, open);
        bool is_pattern = name == "any" || name.starts_with("keep ");
        auto value = values.find(name);
        if (!is_pattern && value == values.end())
            return Unparsed("nothing is known as {{" + std::string(name) + "}}");
        if (is_pattern)
            out += text.substr(open, close + 2 - open);
        else
            out += value->second;
        text.remove_prefix(close + 2);
    }
    return out += text;
}

std::string multipart(std::string_view fields) {
    std::string out;
    while (!fields.empty()) {
        std::size_t equals = fields.find('=');
        std::string_view name = fields.substr(0, equals);
        name.remove_prefix(std::min(name.find_first_not_of(' '), name.size()));
        std::string_view value =
            equals == std::string_view::npos ? std::string_view() : fields.substr(equals + 1);
        bool quoted = value.starts_with('"');
        if (quoted) value.remove_prefix(1);
        std::size_t length = std::min(value.find(quoted ? '"' : ';'), value.size());
        out += "--" + std::string(boundary) + "\r\nContent-Disposition: form-data; name=\"" +
               std::string(name) + "\"\r\n\r\n" + std::string(value.substr(0, length)) + "\r\n";
        value.remove_prefix(length);
        std::size_t next = value.find(';');
        fields = next == std::string_view::npos ? std::string_view() : value.substr(next + 1);
    }
    return out + "--" + std::string(boundary) + "--\r\n";
}

Parsed<http::Request> request_of(const Exchange& exchange, const Values& values) {
    http::Request request;
    request.method = http::method_of(exchange.method);
    request.request_id = "req_" + std::to_string(exchange.line);
    request.remote_address = "127.0.0.1";
    auto target = fill(exchange.target, values);
    if (!target) return Unparsed(target.error());
    if (std::size_t scheme = target->find("://"); scheme != std::string::npos) {
        std::size_t path = std::min(target->find('/', scheme + 3), target->size());
        request.scheme_host = target->substr(0, path);
        target->erase(0, path);
    }
    std::size_t mark = target->find('?');
    request.path = target->substr(0, mark);
    if (mark != std::string::npos) request.query = target->substr(mark + 1);
    auto body = fill(exchange.body, values);
    if (!body) return Unparsed(body.error());
    bool is_multipart = body->starts_with(multipart_mark);
    request.body = is_multipart ? multipart(std::string_view(*body).substr(multipart_mark.size()))
                                : std::move(*body);
    for (const auto& [name, text] : exchange.headers) {
        auto value = fill(text, values);
        if (!value) return Unparsed(value.error());
        if (is_multipart && *value == "multipart/form-data")
            *value += "; boundary=" + std::string(boundary);
        request.headers.emplace_back(name, std::move(*value));
    }
    return request;
}

// "" when they agree, else where they do not.
std::string difference(const Json& expected, const Json& actual, const std::string& place,
                       Values& values) {
    if (expected.is_string() && expected.as_string().starts_with("{{")) {
        const std::string& pattern = expected.as_string();
        if (pattern == "{{any}}") return {};
        if (pattern.starts_with("{{keep ") && pattern.ends_with("}}")) {
            std::string name = pattern.substr(7, pattern.size() - 9);
            values[name] = actual.is_string() ? actual.as_string() : actual.to_text();
            return {};
        }
    }
    std::string whole = place.empty() ? "the body" : place;
    if (expected.is_object() && actual.is_object()) {
        const auto& wanted = expected.as_object();
        const auto& found = actual.as_object();
        for (std::size_t i = 0; i < std::min(wanted.size(), found.size()); ++i) {
            if (wanted[i].first != found[i].first)
                return whole + " has '" + found[i].first + "' where '" + wanted[i].first +
                       "' is expected";
            auto inner = difference(wanted[i].second, found[i].second,
                                    place + "/" + wanted[i].first, values);
            if (!inner.empty()) return inner;
        }
        if (wanted.size() > found.size())
            return whole + " lacks '" + wanted[found.size()].first + "'";
        if (wanted.size() < found.size())
            return whole + " has '" + found[wanted.size()].first + "' that is not expected";
        return {};
    }
    if (expected.is_array() && actual.is_array()) {
        const auto& wanted = expected.as_array();
        const auto& found = actual.as_array();
        if (wanted.size() != found.size())
            return whole + " has " + std::to_string(found.size()) + " items, expected " +
                   std::to_string(wanted.size());
        for (std::size_t i = 0; i < wanted.size(); ++i) {
            auto inner = difference(wanted[i], found[i], place + "/" + std::to_string(i), values);
            if (!inner.empty()) return inner;
        }
        return {};
    }
    if (expected == actual) return {};
    return whole + " is " + actual.to_text() + ", expected " + expected.to_text();
}

std::string body_difference(const Exchange& exchange, const std::string& body, Values& values) {
    if (exchange.expected_body.empty()) return {};
    auto expected = fill(exchange.expected_body, values);
    if (!expected) return expected.error();
    auto wanted = Json::parse(*expected);
    if (!wanted) return *expected == body ? "" : "the body is not the expected text";
    auto found = Json::parse(body);
    if (!found) return "the body is no JSON";
    return difference(*wanted, *found, "", values);
}

std::string response_difference(const Exchange& exchange, const http::Response& response,
                                Values& values) {
    if (response.status != exchange.status)
        return "the status is " + std::to_string(response.status) + ", expected " +
               std::to_string(exchange.status);
    for (const auto& [name, text] : exchange.expected_headers) {
        auto value = fill(text, values);
        if (!value) return value.error();
        const std::string* found = nullptr;
        if (http::same_name(name, "Content-Type")) found = &response.content_type;
        for (const auto& header : response.headers)
            if (http::same_name(header.first, name)) found = &header.second;
        if (!found) return "the header " + name + " is missing";
        if (*found != *value) return "the header " + name + " is '" + *found + "'";
    }
    return body_difference(exchange, response.body, values);
}

Parsed<http::Response> ask(const http::Router& router, http::Request&& request) {
    // Shared: an answer that comes too late must find its place.
    auto promise = std::make_shared<std::promise<http::Response>>();
    auto answer = promise->get_future();
    router.handle(std::move(request), [promise](http::Response&& response) {
        promise->set_value(std::move(response));
    });
    if (answer.wait_for(answer_wait) != std::future_status::ready)
        return Unparsed("there was no answer");
    return answer.get();
}

}  // namespace

std::vector<std::string> run_transcript(const Transcript& transcript, const http::Router& router,
                                        Values values) {
    std::vector<std::string> differences;
    for (const Exchange& exchange : transcript.exchanges) {
        std::string place =
            transcript.file + ":" + std::to_string(exchange.line) + ": " + exchange.title + ": ";
        auto request = request_of(exchange, values);
        if (!request) {
            differences.push_back(place + request.error());
            continue;
        }
        auto response = ask(router, std::move(*request));
        if (!response) {
            differences.push_back(place + response.error());
            continue;
        }
        std::string difference = response_difference(exchange, *response, values);
        if (!difference.empty())
            differences.push_back(place + difference + "\n  answered: " + response->body);
    }
    return differences;
}

}  // namespace rb::testing
