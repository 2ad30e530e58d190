#include "testing/walk/world.h"

#include "api/agency/agency.h"
#include "api/native/native.h"
#include "api/platform/platform.h"
#include "api/tenant/tenant.h"
#include "base/check.h"
#include "base/civil.h"
#include "store/memory/memory_store.h"
#include "store/sqlite/sqlite_store.h"
#include "testing/walk/catalogs.h"
#include "testing/walk/names.h"

namespace rb::testing::walk {

namespace {

void add_all_routes(http::Router& router, const api::Context& context) {
    api::native::add_routes(router, context);
    api::platform::add_routes(router, context);
    api::tenant::add_routes(router, context);
    api::agency::add_routes(router, context);
}

// A second before the next month, in UTC; or before the next time that Europe's clocks are changed
// after the walk's first instant.
Instant target_of(std::string_view how, Instant now) {
    constexpr std::int64_t day_us = Duration::of_days(1).us;
    if (how == "to:month") {
        CivilDate date = CivilDate::of_days(static_cast<std::int32_t>(now.us / day_us));
        date.day = 1;
        return Instant{add_months(date, 1).to_days() * day_us} - Duration::of_seconds(1);
    }
    for (const char* text :
         {"2026-03-29T00:59:59Z", "2026-10-25T00:59:59Z", "2027-03-28T00:59:59Z"})
        if (auto at = Instant::parse(text); at && *at > now) return *at;
    return now + Duration::of_days(1);
}

}  // namespace

World::World(const Stage& stage, std::string folder)
    : stage_(stage),
      folder_(std::move(folder)),
      clock_(Instant::parse("2026-01-30T22:00:00Z").value_or(Instant{})),
      entropy_(stage.seed) {
    open();
    engine_->add_root_key(root_key,
                          [](Result<void> ok) { RB_CHECK(ok.has_value(), "a root key"); });
    const auto applied = ask(http::Method::put, "/v1/catalog", catalog_text(stage.catalog));
    RB_CHECK(applied.status == 200, applied.body.c_str());
}

void World::open() {
    if (stage_.where == Where::files) {
        auto files = store::sqlite::open(folder_, store::sqlite::Access::read_write);
        RB_CHECK(files.has_value(), "the store's folder opens");
        store_ = std::move(*files);
    } else if (!store_) {
        store_ = store::memory::make();
    }
    engine::Options options;
    options.threads = engine::Threads::none;
    options.tree_partitions = stage_.partitions;
    options.ids = {stage_.ids, stage_.ids_in_memory};
    options.accounts_awake_max = stage_.awake;
    auto opened = engine::Engine::open(*store_, vault_, clock_, entropy_, options);
    RB_CHECK(opened.has_value(), opened ? "" : opened.error().c_str());
    engine_ = std::move(*opened);
    context_.emplace(api::Context{*engine_, "walk", "127.0.0.1:8080"});
    router_ = http::Router();
    add_all_routes(router_, *context_);
}

std::optional<http::Response> World::send(http::Request request) {
    std::optional<http::Response> response;
    router_.handle(std::move(request),
                   [&](http::Response&& given) { response = std::move(given); });
    return response;
}

http::Response World::ask(http::Method method, std::string target, std::string body) {
    http::Request request;
    request.method = method;
    const std::size_t mark = target.find('?');
    request.path = target.substr(0, mark);
    if (mark != std::string::npos) request.query = target.substr(mark + 1);
    if (!body.empty() && body.front() != '{')
        request.headers.emplace_back("Content-Type", "application/yaml");
    request.body = std::move(body);
    request.headers.emplace_back("Authorization", "Bearer " + std::string(root_key));
    request.request_id = "walk";
    return send(std::move(request)).value_or(http::Response{});
}

void World::restart(Step::Kind kind) {
    router_ = http::Router();
    engine_.reset();
    if (kind == Step::Kind::rebuild)
        RB_CHECK(store_->views().clear().has_value(), "the views are cleared");
    if (stage_.where == Where::files) store_.reset();
    open();
}

void World::move(std::string_view how) {
    const Instant now = clock_.now();
    if (auto by = duration_of(how); by && by->us > 0)
        clock_.advance(*by);
    else
        clock_.set(target_of(how, now));
    settle();
}

std::vector<std::string> all_routes() {
    http::Router router;
    Stage stage;
    const World world(stage, "");
    return world.router().routes();
}

}  // namespace rb::testing::walk
