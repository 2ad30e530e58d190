// Percent-encoding, queries and URL-encoded forms.
#include "api/http/message.h"
#include "base/text.h"

namespace rb::http {
namespace {

// A head of 16 KiB cannot hold more of any use; a form might.
constexpr std::size_t parameters_max = 1000;

enum class Plus { itself, blank };

int hex_value(char c) {
    if (c >= '0' && c <= '9') return c - '0';
    if (c >= 'a' && c <= 'f') return c - 'a' + 10;
    if (c >= 'A' && c <= 'F') return c - 'A' + 10;
    return -1;
}

Parsed<std::string> decode(std::string_view text, Plus plus) {
    std::string out;
    out.reserve(text.size());
    for (std::size_t i = 0; i < text.size(); ++i) {
        if (text[i] == '+' && plus == Plus::blank) {
            out += ' ';
        } else if (text[i] != '%') {
            out += text[i];
        } else {
            const int high = i + 2 < text.size() ? hex_value(text[i + 1]) : -1;
            const int low = i + 2 < text.size() ? hex_value(text[i + 2]) : -1;
            if (high < 0 || low < 0) {
                return Unparsed("'%' must be followed by two hexadecimal digits");
            }
            out += static_cast<char>(high * 16 + low);
            i += 2;
        }
    }
    return out;
}

Parsed<Parameters> parse_pairs(std::string_view text) {
    Parameters out;
    while (!text.empty()) {
        const std::size_t end = text.find('&');
        const std::string_view pair = text.substr(0, end);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
        if (pair.empty()) continue;
        if (out.size() == parameters_max) {
            return Unparsed("more than " + std::to_string(parameters_max) + " parameters");
        }
        const std::size_t equals = pair.find('=');
        auto name = decode(pair.substr(0, equals), Plus::blank);
        if (!name) return Unparsed(name.error());
        auto value =
            decode(equals == std::string_view::npos ? "" : pair.substr(equals + 1), Plus::blank);
        if (!value) return Unparsed(value.error());
        if (!is_utf8(*name) || !is_utf8(*value)) return Unparsed("parameters must be UTF-8");
        out.emplace_back(std::move(*name), std::move(*value));
    }
    return out;
}

}  // namespace

Parsed<std::string> percent_decode(std::string_view text) { return decode(text, Plus::itself); }

Parsed<Parameters> parse_query(std::string_view query) { return parse_pairs(query); }

Parsed<Parameters> parse_urlencoded(std::string_view body) { return parse_pairs(body); }

}  // namespace rb::http
