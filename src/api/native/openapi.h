#pragma once
// The OpenAPI document of this surface, and the page at /docs that is made from it.
#include <string>
#include <string_view>

namespace rb::api::native {

// openapi.json as it was when the program was built (tools/embed.py).
extern const std::string_view openapi_json;

// What is served at /openapi.json, and its ETag: made once for a version.
struct Document {
    std::string text;
    std::string etag;
};
const Document& openapi_of(const std::string& version);

// One HTML page without scripts: every operation with its path and what it does.
const std::string& docs_page();
// "sha256-..." of the page's style, for its Content-Security-Policy.
std::string docs_style_hash();

}  // namespace rb::api::native
