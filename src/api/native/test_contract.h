#pragma once
// For this room's tests: does what goes over the wire keep to the OpenAPI document? Knows the part
// of JSON Schema that the document uses.
#include <algorithm>
#include <regex>
#include <set>
#include <string>
#include <vector>

#include "api/http/message.h"
#include "api/native/openapi.h"
#include "base/check.h"
#include "base/json.h"
#include "base/text.h"

namespace rb::api::native {

class Contract {
public:
    Contract() {
        auto parsed = Json::parse(openapi_json);
        RB_CHECK(parsed.has_value(), "the document is JSON");
        document_ = std::move(*parsed);
    }

    const Json& document() const { return document_; }

    // "GET /v1/plans" of every operation, sorted.
    std::vector<std::string> operations() const {
        std::vector<std::string> out;
        for (const auto& [path, item] : document_.find("paths")->as_object())
            for (const auto& [method, operation] : item.as_object())
                out.push_back(upper(method) + " " + path);
        std::ranges::sort(out);
        return out;
    }
    const Json* operation(std::string_view method, std::string_view pattern) const {
        const Json* item = document_.find("paths")->find(pattern);
        return item ? item->find(to_lower(method)) : nullptr;
    }
    // The parameters of an operation, references followed.
    std::vector<const Json*> parameters(const Json& operation) const {
        std::vector<const Json*> out;
        if (const Json* list = operation.find("parameters"))
            for (const Json& item : list->as_array()) out.push_back(&follow(item));
        return out;
    }

    // What a response breaks of the contract; a request that was accepted must keep to it too.
    std::vector<std::string> check(std::string_view pattern, const http::Request& request,
                                   const http::Response& response) const {
        const std::string method(http::method_text(request.method));
        const Json* op = operation(method, pattern);
        if (!op) return {"no operation " + method + " " + std::string(pattern)};
        const Json* stated = op->find("responses")->find(std::to_string(response.status));
        if (!stated) return {"the status " + std::to_string(response.status) + " is not stated"};
        std::vector<std::string> wrong;
        check_content(follow(*stated), response.content_type, response.body, wrong);
        if (const Json* headers = follow(*stated).find("headers"))
            for (const auto& [name, schema] : headers->as_object())
                if (std::ranges::none_of(response.headers, [&, n = name](const auto& h) {
                        return http::same_name(h.first, n);
                    }))
                    wrong.push_back("the header " + name + " is missing");
        const Json* body = op->find("requestBody");
        const std::string* type = request.header("Content-Type");
        const bool is_lines = type && type->find("ndjson") != std::string::npos;
        const bool is_json = request.body.starts_with("{") && !is_lines;
        if (response.status < 300 && body && !request.body.empty() && is_json)
            check_content(follow(*body), "application/json", request.body, wrong);
        if (response.status < 300 && !body && !request.body.empty())
            wrong.push_back("a body was accepted that the document does not know");
        return wrong;
    }

    void validate(const Json& schema, const Json& value, const std::string& at,
                  std::vector<std::string>& wrong) const {
        if (const Json* target = schema.find("$ref"))
            return validate(*resolve(target->as_string()), value, at, wrong);
        for (const char* word : {"anyOf", "oneOf"})
            if (const Json* list = schema.find(word)) return validate_any(*list, value, at, wrong);
        if (const Json* type = schema.find("type"); type && !has_type(*type, value))
            return wrong.push_back(at + ": is " + Json::kind_name(value));
        if (value.is_null()) return;
        if (const Json* values = schema.find("enum");
            values && std::ranges::find(values->as_array(), value) == values->as_array().end())
            wrong.push_back(at + ": not among the values: " + value.to_text());
        if (const Json* only = schema.find("const"); only && *only != value)
            wrong.push_back(at + ": not the one value");
        if (const Json* pattern = schema.find("pattern");
            pattern && value.is_string() &&
            !std::regex_search(value.as_string(), std::regex(pattern->as_string())))
            wrong.push_back(at + ": not of the pattern: " + value.as_string());
        if (value.is_object()) validate_object(schema, value, at, wrong);
        if (const Json* items = schema.find("items"); items && value.is_array())
            for (std::size_t i = 0; i < value.as_array().size(); ++i)
                validate(*items, value.as_array()[i], at + "/" + std::to_string(i), wrong);
    }

private:
    static std::string upper(std::string text) {
        std::ranges::transform(text, text.begin(), [](char c) {
            return static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
        });
        return text;
    }
    const Json* resolve(std::string_view reference) const {
        const Json* found = document_.at_path(reference.substr(2));
        RB_CHECK(found != nullptr, "a reference of the document leads somewhere");
        return found;
    }
    const Json& follow(const Json& json) const {
        const Json* target = json.find("$ref");
        return target ? *resolve(target->as_string()) : json;
    }
    static bool has_type(const Json& type, const Json& value) {
        if (type.is_array())
            return std::ranges::any_of(type.as_array(),
                                       [&](const Json& one) { return has_type(one, value); });
        const std::string& name = type.as_string();
        if (name == "integer")
            return value.is_number() && value.number_text().find('.') == std::string::npos;
        return (name == "null" && value.is_null()) || (name == "boolean" && value.is_bool()) ||
               (name == "string" && value.is_string()) || (name == "array" && value.is_array()) ||
               (name == "object" && value.is_object());
    }
    void validate_any(const Json& list, const Json& value, const std::string& at,
                      std::vector<std::string>& wrong) const {
        std::vector<std::string> all;
        for (const Json& schema : list.as_array()) {
            std::vector<std::string> here;
            validate(schema, value, at, here);
            if (here.empty()) return;
            all.insert(all.end(), here.begin(), here.end());
        }
        wrong.insert(wrong.end(), all.begin(), all.end());
    }
    void validate_object(const Json& schema, const Json& value, const std::string& at,
                         std::vector<std::string>& wrong) const {
        if (const Json* required = schema.find("required"))
            for (const Json& name : required->as_array())
                if (!value.find(name.as_string()))
                    wrong.push_back(at + ": without " + name.as_string());
        const Json* properties = schema.find("properties");
        const Json* more = schema.find("additionalProperties");
        const bool is_closed = more && more->is_bool() && !more->as_bool();
        for (const auto& [name, member] : value.as_object()) {
            const Json* property = properties ? properties->find(name) : nullptr;
            if (property)
                validate(*property, member, at + "/" + name, wrong);
            else if (is_closed)
                wrong.push_back(at + ": " + name + " is not in the document");
        }
    }
    void check_content(const Json& holder, const std::string& type, const std::string& body,
                       std::vector<std::string>& wrong) const {
        const Json* content = holder.find("content");
        if (!content) {
            if (!body.empty()) wrong.push_back("a body where none is stated");
            return;
        }
        const Json* media = content->find(type.substr(0, type.find(';')));
        if (!media) return wrong.push_back("the content type " + type + " is not stated");
        if (type.find("json") == std::string::npos) return;
        auto parsed = Json::parse(body);
        if (!parsed) return wrong.push_back("not JSON: " + parsed.error());
        validate(*media->find("schema"), *parsed, "", wrong);
    }

    Json document_;
};

}  // namespace rb::api::native
