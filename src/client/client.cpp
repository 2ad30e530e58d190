#include "client/client.h"

#include <boost/asio/connect.hpp>
#include <boost/asio/io_context.hpp>
#include <boost/asio/ip/tcp.hpp>
#include <boost/asio/ssl/context.hpp>
#include <boost/asio/ssl/host_name_verification.hpp>
#include <boost/asio/ssl/stream.hpp>
#include <boost/beast/core/tcp_stream.hpp>
#include <boost/beast/http.hpp>
#include <boost/beast/ssl.hpp>
#include <chrono>
#include <utility>

namespace rb::client {

namespace asio = boost::asio;
namespace beast = boost::beast;
namespace http = boost::beast::http;

namespace {

constexpr std::chrono::seconds patience{60};

http::request<http::string_body> request_of(std::string_view method, std::string_view path,
                                            const std::string& host, const std::string& key,
                                            const std::string& body) {
    http::request<http::string_body> request;
    request.version(11);
    request.method_string({method.data(), method.size()});
    request.target({path.data(), path.size()});
    request.set(http::field::host, host);
    request.set(http::field::authorization, "Bearer " + key);
    request.set(http::field::connection, "close");
    if (!body.empty()) {
        request.set(http::field::content_type, "application/json");
        request.body() = body;
    }
    request.prepare_payload();
    return request;
}

template <class Stream>
http::response<http::string_body> talk(Stream& stream,
                                       const http::request<http::string_body>& request) {
    http::write(stream, request);
    beast::flat_buffer buffer;
    http::response<http::string_body> response;
    http::read(stream, buffer, response);
    return response;
}

}  // namespace

Parsed<Client> Client::make(std::string_view url, std::string key) {
    Client client;
    const auto bad = [&] {
        return Unparsed("expected http://HOST:PORT or https://HOST, got '" + std::string(url) +
                        "'");
    };
    std::string_view rest = url;
    client.has_tls_ = rest.starts_with("https://");
    if (!client.has_tls_ && !rest.starts_with("http://")) return bad();
    rest.remove_prefix(client.has_tls_ ? 8 : 7);
    if (rest.ends_with('/')) rest.remove_suffix(1);
    if (rest.empty() || rest.find_first_of("/?#@") != rest.npos) return bad();
    client.port_ = client.has_tls_ ? "443" : "80";
    const std::size_t bracket = rest.rfind(']');
    const std::size_t colon = rest.rfind(':');
    if (colon != rest.npos && (bracket == rest.npos || colon > bracket)) {
        client.port_ = rest.substr(colon + 1);
        rest = rest.substr(0, colon);
    }
    if (rest.size() > 2 && rest.front() == '[' && rest.back() == ']')
        rest = rest.substr(1, rest.size() - 2);
    client.host_ = rest;
    if (client.host_.empty() || client.port_.empty()) return bad();
    if (key.empty()) return Unparsed("expected a key: --key, RATEBOOK_KEY or RATEBOOK_KEY_FILE");
    client.key_ = std::move(key);
    return client;
}

Parsed<Client::Answer> Client::exchange(std::string_view method, std::string_view path,
                                        const std::string& body) const {
    const bool is_v6 = host_.find(':') != std::string::npos;
    const std::string shown = (is_v6 ? "[" + host_ + "]" : host_) + ":" + port_;
    try {
        asio::io_context io;
        asio::ip::tcp::resolver resolver(io);
        const auto addresses = resolver.resolve(host_, port_);
        const auto request = request_of(method, path, shown, key_, body);
        http::response<http::string_body> response;
        if (has_tls_) {
            asio::ssl::context tls(asio::ssl::context::tls_client);
            tls.set_default_verify_paths();
            beast::ssl_stream<beast::tcp_stream> stream(io, tls);
            stream.set_verify_mode(asio::ssl::verify_peer);
            stream.set_verify_callback(asio::ssl::host_name_verification(host_));
            SSL_set_tlsext_host_name(stream.native_handle(), host_.c_str());
            beast::get_lowest_layer(stream).expires_after(patience);
            beast::get_lowest_layer(stream).connect(addresses);
            stream.handshake(asio::ssl::stream_base::client);
            response = talk(stream, request);
        } else {
            beast::tcp_stream stream(io);
            stream.expires_after(patience);
            stream.connect(addresses);
            response = talk(stream, request);
        }
        return Answer{response.result_int(), std::move(response.body())};
    } catch (const boost::system::system_error& error) {
        return Unparsed("cannot talk to " + shown + ": " + error.code().message());
    }
}

Parsed<Json> Client::call(std::string_view method, std::string_view path,
                          const std::string& body) const {
    auto answer = exchange(method, path, body);
    if (!answer) return Unparsed(answer.error());
    auto json = answer->body.empty() ? Parsed<Json>(Json()) : Json::parse(answer->body);
    const std::string status = std::to_string(answer->status);
    if (answer->status < 300) {
        if (json) return json;
        return Unparsed("the server answered " + status + " with something that is no JSON");
    }
    const Json* detail = json ? json->at_path("detail") : nullptr;
    const Json* code = json ? json->at_path("code") : nullptr;
    if (!detail || !detail->is_string()) return Unparsed("the server answered " + status);
    return Unparsed((code && code->is_string() ? code->as_string() + ": " : std::string()) +
                    detail->as_string());
}

}  // namespace rb::client
