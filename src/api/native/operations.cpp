// Health, version and documents: open to anyone, nothing about any account.
#include "api/native/native.h"
#include "api/native/openapi.h"
#include "api/native/routes.h"
#include "api/native/to_wire.h"

namespace rb::api::native {

void get_health(Call&& call) { call.send(http::Response::json(200, R"({"status":"ok"})")); }

void get_readiness(Call&& call) {
    engine::Status status = call.engine().status();
    const bool is_ready = status.serving && !status.store_full && !status.clock_jumped;
    auto body = object_text(*call.engine().catalog(), [&](Wire& w) {
        w.boolean("ready", is_ready);
        w.boolean("serving", status.serving);
        w.boolean("store_full", status.store_full);
        w.boolean("clock_jumped", status.clock_jumped);
        w.integer("quarantines", static_cast<std::int64_t>(status.quarantines));
        w.integer("views_behind", static_cast<std::int64_t>(status.views_behind));
        w.text_or_null("failure", status.failure);
    });
    http::Response response = http::Response::json(is_ready ? 200 : 503, std::move(body));
    if (!is_ready) response.with("Retry-After", "10");
    call.send(std::move(response.with("Cache-Control", "no-store")));
}

void get_version(Call&& call) {
    auto body = object_text(*call.engine().catalog(), [&](Wire& w) {
        w.text("name", "ratebook");
        w.text("version", call.context.version);
    });
    call.send(http::Response::json(200, std::move(body)));
}

void get_openapi(Call&& call) {
    const Document& document = openapi_of(call.context.version);
    http::Response response;
    if (has_tag(call.request, document.etag))
        response.status = 304;
    else
        response.body = document.text;
    call.send(std::move(response.with("ETag", document.etag)));
}

void get_docs(Call&& call) {
    http::Response response;
    response.content_type = "text/html; charset=utf-8";
    response.body = docs_page();
    // No script at all, no outside source; the style is the page's own, told by its hash.
    response.with("Content-Security-Policy",
                  "default-src 'none'; style-src '" + docs_style_hash() +
                      "'; base-uri 'none'; form-action 'none'; frame-ancestors 'none'");
    response.with("X-Content-Type-Options", "nosniff");
    response.with("Referrer-Policy", "no-referrer");
    call.send(std::move(response));
}

}  // namespace rb::api::native
