#include "api/native/property.h"

#include <algorithm>

#include "base/text.h"

namespace rb::api::native {

std::string_view reference_detail(Fault fault) {
    return fault == Fault::reference_is_ambiguous
               ? "several accounts may be meant by this: use an id, or 'key:...' for a key"
               : "there is no such account";
}

engine::Property scan_property(http::JsonScanner& scanner, std::string_view name,
                               std::size_t depth) {
    using From = http::JsonScanner::Kind;
    using To = engine::Property::Kind;
    engine::Property property{name, {}, To::text};
    switch (scanner.peek()) {
        case From::string:
            scanner.read_string(property.text);
            break;
        case From::number:
            property.kind = To::number;
            scanner.read_number(property.text);
            break;
        case From::boolean:
            property.kind = To::boolean;
            scanner.read_literal(property.text);
            break;
        case From::null:
            property.kind = To::null;
            scanner.read_literal(property.text);
            break;
        default:
            property.kind = To::nested;
            scanner.skip_value(depth, property.text);
            break;
    }
    return property;
}

std::string media_type(std::string_view content_type) {
    std::string type = to_lower(content_type.substr(0, content_type.find(';')));
    while (type.ends_with(' ')) type.pop_back();
    return type;
}

bool is_json_type(std::string_view content_type) {
    if (content_type == "application/json") return true;
    const std::string type = media_type(content_type);
    return type == "application/json" || type.ends_with("+json");
}

std::string pointer_part(std::string_view name) {
    std::string out;
    for (char c : name) {
        if (c == '~')
            out += "~0";
        else if (c == '/')
            out += "~1";
        else
            out += c;
    }
    return out;
}

std::string shown_text(std::string_view text) {
    constexpr std::size_t shown_bytes_max = 60;
    std::size_t end = std::min(text.size(), shown_bytes_max);
    while (end > 0 && end < text.size() && (static_cast<unsigned char>(text[end]) & 0xC0) == 0x80)
        --end;
    return std::string(text.substr(0, end)) + (end < text.size() ? "..." : "");
}

}  // namespace rb::api::native
