// multipart/form-data (RFC 7578). A body is
//
//     --boundary CRLF  part-header CRLF ... CRLF  content CRLF  --boundary CRLF ... --boundary--
//
// Lines end in CRLF and in nothing else; what stands before the first boundary and after the last
// is ignored, as RFC 2046 has it.
#include "api/http/message.h"
#include "base/text.h"

namespace rb::http {
namespace {

constexpr std::size_t parts_max = 1000;
constexpr std::size_t part_headers_max = 16;
constexpr std::size_t boundary_chars_max = 70;  // RFC 2046, 5.1.1

std::string_view trim(std::string_view text) {
    while (!text.empty() && (text.front() == ' ' || text.front() == '\t')) text.remove_prefix(1);
    while (!text.empty() && (text.back() == ' ' || text.back() == '\t')) text.remove_suffix(1);
    return text;
}

// The first element of a ';' separated list; quoted strings hold. Moves `list` behind it.
std::string_view next_element(std::string_view& list) {
    enum class Quotes { outside, inside } quotes = Quotes::outside;
    std::size_t i = 0;
    for (; i < list.size(); ++i) {
        if (list[i] == '"') {
            quotes = quotes == Quotes::inside ? Quotes::outside : Quotes::inside;
        } else if (list[i] == '\\' && quotes == Quotes::inside) {
            ++i;
        } else if (list[i] == ';' && quotes == Quotes::outside) {
            break;
        }
    }
    const std::string_view element = list.substr(0, i);
    list.remove_prefix(i < list.size() ? i + 1 : list.size());
    return trim(element);
}

// The value of `name=value` or `name="value"` in a list of parameters.
Parsed<std::string> parameter_of(std::string_view list, std::string_view name) {
    while (!list.empty()) {
        const std::string_view element = next_element(list);
        const std::size_t equals = element.find('=');
        if (equals == std::string_view::npos) continue;
        if (!same_name(trim(element.substr(0, equals)), name)) continue;
        const std::string_view raw = trim(element.substr(equals + 1));
        if (!raw.starts_with('"')) {
            if (raw.find('"') != std::string_view::npos) return Unparsed("a stray quote");
            return std::string(raw);
        }
        if (raw.size() < 2 || !raw.ends_with('"')) return Unparsed("a quote is not closed");
        std::string value;
        for (std::size_t i = 1; i + 1 < raw.size(); ++i) {
            if (raw[i] == '\\' && i + 2 < raw.size()) ++i;
            value += raw[i];
        }
        return value;
    }
    return Unparsed("the parameter '" + std::string(name) + "' is missing");
}

Parsed<std::string> boundary_of(std::string_view content_type) {
    std::string_view list = content_type;
    if (!same_name(next_element(list), "multipart/form-data")) {
        return Unparsed("the content type must be multipart/form-data");
    }
    auto boundary = parameter_of(list, "boundary");
    if (!boundary) return Unparsed("multipart/form-data: " + boundary.error());
    if (boundary->empty() || boundary->size() > boundary_chars_max) {
        return Unparsed("a multipart boundary has 1 to 70 characters");
    }
    return boundary;
}

// Reads the headers of a part up to and with the blank line; gives the name of its field.
Parsed<std::string> read_part_name(std::string_view& rest) {
    std::string name;
    enum class Disposition { missing, seen } disposition = Disposition::missing;
    for (std::size_t count = 0;; ++count) {
        const std::size_t end = rest.find("\r\n");
        if (end == std::string_view::npos || count > part_headers_max) {
            return Unparsed("the headers of a multipart part do not end");
        }
        const std::string_view line = rest.substr(0, end);
        rest.remove_prefix(end + 2);
        if (line.empty()) break;
        const std::size_t colon = line.find(':');
        if (colon == std::string_view::npos) {
            return Unparsed("a header of a multipart part has no colon");
        }
        if (!same_name(line.substr(0, colon), "content-disposition")) continue;
        if (disposition == Disposition::seen) {
            return Unparsed("a multipart part has two Content-Disposition headers");
        }
        disposition = Disposition::seen;
        std::string_view list = line.substr(colon + 1);
        if (!same_name(next_element(list), "form-data")) {
            return Unparsed("the Content-Disposition of a multipart part must be form-data");
        }
        auto value = parameter_of(list, "name");
        if (!value) return Unparsed("Content-Disposition: " + value.error());
        if (!is_utf8(*value)) return Unparsed("the name of a multipart part must be UTF-8");
        name = std::move(*value);
    }
    if (disposition == Disposition::missing) {
        return Unparsed("a multipart part has no Content-Disposition header");
    }
    return name;
}

}  // namespace

Parsed<Parameters> parse_multipart(std::string_view content_type, std::string_view body) {
    auto boundary = boundary_of(content_type);
    if (!boundary) return Unparsed(boundary.error());
    const std::string delimiter = "\r\n--" + *boundary;

    // The first boundary stands at the beginning or behind a preamble's CRLF.
    const std::string_view opening = std::string_view(delimiter).substr(2);
    std::string_view rest = body;
    if (rest.starts_with(opening)) {
        rest.remove_prefix(opening.size());
    } else {
        const std::size_t start = rest.find(delimiter);
        if (start == std::string_view::npos) {
            return Unparsed("the multipart body does not begin with its boundary");
        }
        rest.remove_prefix(start + delimiter.size());
    }

    Parameters out;
    while (!rest.starts_with("--")) {
        if (!rest.starts_with("\r\n"))
            return Unparsed("a multipart boundary does not end its line");
        rest.remove_prefix(2);
        if (out.size() == parts_max) {
            return Unparsed("more than " + std::to_string(parts_max) + " multipart parts");
        }
        auto name = read_part_name(rest);
        if (!name) return Unparsed(name.error());
        const std::size_t end = rest.starts_with(opening) ? 0 : rest.find(delimiter);
        if (end == std::string_view::npos) {
            return Unparsed("the multipart body does not end with its boundary");
        }
        out.emplace_back(std::move(*name), std::string(rest.substr(0, end)));
        rest.remove_prefix(end + (rest.starts_with(opening) ? opening.size() : delimiter.size()));
    }
    return out;
}

}  // namespace rb::http
