#include "api/native/header_event.h"

#include "api/native/property.h"
#include "base/json.h"
#include "base/text.h"

namespace rb::api::native {

namespace {

constexpr std::string_view prefix = "ce-";

bool is_attribute(std::string_view header) {
    return header.size() > prefix.size() &&
           http::same_name(header.substr(0, prefix.size()), prefix);
}

}  // namespace

Result<std::optional<std::string>> event_of_headers(const http::Request& request) {
    if (!request.header("ce-specversion")) return std::nullopt;
    if (const std::string* header = request.header("Content-Type")) {
        const std::string type = media_type(*header);
        if (type.starts_with("application/cloudevents")) return std::nullopt;
        if (!is_json_type(type))
            return refuse(Fault::field_is_invalid,
                          "expected data of type application/json with an event in ce- headers, "
                          "got '" +
                              shown_text(*header) + "'");
    }
    std::string event = "{";
    for (const auto& [header, text] : request.headers) {
        if (!is_attribute(header)) continue;
        const std::string name = to_lower(std::string_view(header).substr(prefix.size()));
        auto value = http::percent_decode(text);
        if (!value)
            return refuse(Fault::field_is_invalid, "the header " + header + ": " + value.error(),
                          "/" + pointer_part(name));
        if (!is_utf8(*value))
            return refuse(Fault::field_is_invalid, "the header " + header + " is not UTF-8",
                          "/" + pointer_part(name));
        if (name == "data" || name == "data_base64")
            return refuse(Fault::field_is_invalid, "expected the event's data as the body",
                          "/" + name);
        write_json_string(event, name);
        event += ':';
        write_json_string(event, *value);
        event += ',';
    }
    if (request.body.empty()) {
        event.back() = '}';
        return event;
    }
    auto data = Json::parse(request.body);
    if (!data || !data->is_object())
        return refuse(Fault::field_is_invalid,
                      "expected the event's data as a JSON object in the body" +
                          (data ? std::string() : ": " + data.error()),
                      "/data");
    return event + "\"data\":" + request.body + "}";
}

}  // namespace rb::api::native
