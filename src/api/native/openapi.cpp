#include "api/native/openapi.h"

#include <array>
#include <map>
#include <mutex>

#include "api/native/call.h"
#include "api/native/native.h"
#include "base/check.h"
#include "base/json.h"
#include "base/text.h"

namespace rb::api::native {

namespace {

constexpr std::string_view style =
    "body{font:16px/1.5 system-ui,sans-serif;max-width:60rem;margin:2rem auto;padding:0 1rem;"
    "color:#1a1a1a;background:#fff}h2{margin-top:2rem;border-bottom:1px solid #ccc}"
    "dt{margin-top:.75rem;font-family:ui-monospace,monospace}dt b{display:inline-block;"
    "min-width:4.5rem}dd{margin:0 0 0 4.5rem;color:#444}"
    "@media(prefers-color-scheme:dark){body{color:#eee;background:#161616}dd{color:#bbb}}";

std::string html(std::string_view text) {
    std::string out;
    for (char c : text) {
        if (c == '&')
            out += "&amp;";
        else if (c == '<')
            out += "&lt;";
        else if (c == '>')
            out += "&gt;";
        else if (c == '"')
            out += "&quot;";
        else
            out += c;
    }
    return out;
}

std::string text_at(const Json& json, std::string_view name) {
    const Json* value = json.find(name);
    return value && value->is_string() ? value->as_string() : std::string();
}

std::string operation_html(std::string_view method, std::string_view path, const Json& operation) {
    std::string upper;
    for (char c : method) upper += static_cast<char>(c >= 'a' && c <= 'z' ? c - 'a' + 'A' : c);
    return "<dt><b>" + upper + "</b> " + html(path) + "</dt><dd>" +
           html(text_at(operation, "summary")) + "</dd>\n";
}

std::string first_tag(const Json& operation) {
    const Json* tag = operation.at_path("tags/0");
    return tag && tag->is_string() ? tag->as_string() : std::string();
}

std::string make_page() {
    auto parsed = Json::parse(openapi_json);
    RB_CHECK(parsed.has_value(), "the embedded OpenAPI document is JSON");
    const Json& document = *parsed;
    const Json& info = *document.find("info");
    std::string page = "<!doctype html><html lang=\"en\"><head><meta charset=\"utf-8\"><title>" +
                       html(text_at(info, "title")) +
                       "</title><meta name=\"viewport\" content=\"width=device-width\"><style>" +
                       std::string(style) + "</style></head><body><h1>" +
                       html(text_at(info, "title")) + "</h1><p>" + html(text_at(info, "summary")) +
                       " The whole contract: <a href=\"/openapi.json\">/openapi.json</a>.</p>\n";
    constexpr std::array<std::string_view, 5> methods{"get", "post", "put", "patch", "delete"};
    for (const Json& tag : document.find("tags")->as_array()) {
        const std::string name = text_at(tag, "name");
        page += "<h2>" + html(name) + "</h2><p>" + html(text_at(tag, "description")) + "</p><dl>\n";
        for (const auto& [path, item] : document.find("paths")->as_object())
            for (std::string_view method : methods)
                if (const Json* operation = item.find(method);
                    operation && first_tag(*operation) == name)
                    page += operation_html(method, path, *operation);
        page += "</dl>\n";
    }
    return page + "</body></html>\n";
}

}  // namespace

const std::string& docs_page() {
    static const std::string page = make_page();
    return page;
}

std::string docs_style_hash() { return "sha256-" + to_base64(Sha256::of(style).view()); }

// The version is the program's, whatever the document said when it was written.
static std::string make_document(const std::string& version) {
    auto document = Json::parse(openapi_json);
    RB_CHECK(document.has_value(), "the embedded OpenAPI document is JSON");
    for (auto& [name, value] : document->as_object())
        if (name == "info")
            for (auto& [key, text] : value.as_object())
                if (key == "version") text = Json(version);
    return document->to_text();
}

const Document& openapi_of(const std::string& version) {
    static std::mutex mutex;
    static std::map<std::string, Document> documents;
    const std::lock_guard lock(mutex);
    auto [it, is_new] = documents.try_emplace(version);
    if (is_new) {
        it->second.text = make_document(version);
        it->second.etag = etag_of(it->second.text);
    }
    return it->second;
}

std::string openapi_document(const Context& context) { return openapi_of(context.version).text; }

}  // namespace rb::api::native
