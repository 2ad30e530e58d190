#include "testing/matrix/world.h"

#include <algorithm>
#include <array>

#include "api/agency/agency.h"
#include "api/native/backups.h"
#include "api/native/metrics.h"
#include "api/native/native.h"
#include "api/platform/platform.h"
#include "api/tenant/tenant.h"
#include "base/check.h"

namespace rb::testing::matrix {

using accounts::Kind;
using accounts::Role;
using accounts::Status;
using accounts::Surface;

namespace {

constexpr std::string_view catalog_text = R"(catalog: 1
currencies: {USD: {exponent: 2}}
features:
  calls: {kind: metered, meter: calls_made}
  seats: {kind: limit}
  bots_count: {kind: limit}
  queries_count: {kind: metered, meter: queries}
  words_count: {kind: limit}
  voice_seconds: {kind: metered, meter: voice}
  premium_support: {kind: flag}
  remove_branding: {kind: flag}
  advanced_intents: {kind: flag}
  auto_intents: {kind: flag}
meters:
  calls_made: {event: call.made, aggregate: count, late: 7d}
  levels: {event: level.read, aggregate: latest, value: level, late: 7d}
  queries: {event: query.answered, aggregate: count, late: 7d}
  voice: {event: voice.used, aggregate: sum, value: seconds, late: 7d}
families:
  BASE: {name: Base, anchor: anniversary, settlement: prepaid}
  EXTRA: {name: Extra, anchor: anniversary, settlement: prepaid}
  IM: {name: Messages, surface: platform, anchor: anniversary, settlement: prepaid}
  HELP: {name: Helpdesk, surface: tenant, anchor: anniversary, settlement: prepaid}
  AGENCY: {name: Plans of agencies, surface: agency, anchor: anniversary, settlement: prepaid}
plans:
  base_small: {family: BASE, rank: 1, name: Small, fee: {USD: "1"},
               entitlements: {calls: unlimited, seats: 1000}}
  base_large: {family: BASE, rank: 2, name: Large, fee: {USD: "2"},
               entitlements: {calls: unlimited, seats: 1000}}
  extra: {family: EXTRA, kind: add_on, rank: 1, name: Extra, fee: {USD: "1"},
          entitlements: {seats: 1}}
  im_free: {number: 184, family: IM, rank: 0, default: true, name: Free, fee: {USD: "0"}}
  im_small: {number: 185, family: IM, rank: 1, name: Small, fee: {USD: "1"}}
  help_free: {number: 1, family: HELP, rank: 0, default: true, name: Free, fee: {USD: "0"}}
  help_small: {number: 2, family: HELP, rank: 1, name: Small, fee: {USD: "1"}}
changes:
  - {family: BASE, direction: any, allowed: true, effective: now, proration: none, unused: none}
  - {family: EXTRA, direction: any, allowed: true, effective: now, proration: none, unused: none}
  - {family: IM, direction: any, allowed: true, effective: now, proration: none, unused: none}
  - {family: HELP, direction: any, allowed: true, effective: now, proration: none, unused: none}
)";

constexpr std::array surfaces{Surface::native, Surface::platform, Surface::agency};

std::string uuid_text(const Place& place) { return AccountId::parse(place.id)->uuid.to_text(); }

std::string escaped(std::string text) {
    for (std::size_t at = 0; (at = text.find('\n', at)) != text.npos; at += 2)
        text.replace(at, 1, "\\n");
    return text;
}

}  // namespace

Status Place::worst() const { return above == nullptr ? status : std::max(status, above->worst()); }

bool Place::is_below(const Place& other) const {
    for (const Place* p = above; p != nullptr; p = p->above)
        if (p == &other) return true;
    return false;
}

const Place* Place::seller() const {
    for (const Place* p = above; p != nullptr; p = p->above)
        if (p->kind == Kind::agency) return p;
    return nullptr;
}

World::World(const Rules& rules) : store_(store::memory::make()) {
    auto opened =
        engine::Engine::open(*store_, vault_, clock_, entropy_, {engine::Threads::none, 2});
    RB_CHECK(opened.has_value(), "an empty store opens");
    engine_ = std::move(*opened);
    context_.emplace(api::Context{*engine_, "1.0", "127.0.0.1:8080"});
    api::native::add_routes(router_, *context_);
    api::native::add_metrics_route(
        router_, *context_, api::native::MetricsAccess::local, [] { return "up 1\n"; },
        "text/plain");
    api::native::add_backup_routes(router_, *context_, nullptr);
    api::platform::add_routes(router_, *context_);
    api::tenant::add_routes(router_, *context_);
    api::agency::add_routes(router_, *context_);
    engine_->add_root_key(root, [](Result<void> ok) { RB_CHECK(ok.has_value(), "a root key"); });
    public_pem_ = escaped(signer_.public_pem());
    make(http::Method::put, "/v1/catalog", std::string(catalog_text), "version");
    nowhere_.id = AccountId{engine_->fresh_id()}.to_text();
    nowhere_.number = 999'999'999;

    // Two agencies and what stands below one; three customers and what stands below one; what is
    // frozen and closed, and what stands below these.
    open("north", "", Kind::agency);
    open("shop", "north", Kind::customer);
    open("counter", "shop", Kind::customer);
    open("south", "", Kind::agency);
    open("acme", "", Kind::customer);
    open("branch", "acme", Kind::customer);
    open("desk", "branch", Kind::customer);
    open("sister", "acme", Kind::customer);
    open("other", "", Kind::customer);
    open("cold", "", Kind::agency, Status::frozen);
    open("cold-shop", "cold", Kind::customer);
    open("gone", "", Kind::agency, Status::closed);
    open("gone-shop", "gone", Kind::customer);
    open("frost", "", Kind::customer, Status::frozen);
    open("below-frost", "frost", Kind::customer);
    open("shut", "", Kind::customer, Status::closed);
    open("below-shut", "shut", Kind::customer);
    for (auto& p : places_) prepare(*p);
    callers_.emplace_back();
    callers_.back().text = "the platform";
    callers_.back().tells_usage = true;
    callers_.back().keys[Surface::native] = root;
    make_operators(rules);
    for (auto& p : places_) make_callers(*p);
    make_specials(rules);
    make_service_accounts(rules);
    for (auto& p : places_)
        if (p->status != Status::active)
            make(
                http::Method::post, "/v1/accounts/" + p->id + "/status",
                p->status == Status::closed
                    ? R"({"status":"closed","balance":"forfeit","unused":"none","debt":"write_off"})"
                    : R"({"status":"frozen"})",
                "id");
    RB_CHECK(problem_.empty(), problem_.c_str());
}

World::~World() = default;

const Place* World::place(std::string_view name) const {
    for (const auto& p : places_)
        if (p->name == name) return p.get();
    return nullptr;
}

std::string World::make(http::Method method, std::string path, std::string body,
                        std::string_view wanted) {
    http::Request request;
    request.method = method;
    request.path = path;
    request.body = std::move(body);
    request.headers.emplace_back("Authorization", "Bearer " + std::string(root));
    if (path == "/v1/catalog") request.headers.emplace_back("Content-Type", "application/yaml");
    http::Response response = send(std::move(request));
    if (response.status >= 300) {
        if (problem_.empty()) problem_ = path + ": " + response.body;
        return {};
    }
    last_ = Json::parse(response.body).value_or(Json());
    const Json* found = last_.at_path(wanted);
    if (!found || found->is_null()) return {};
    return found->is_string() ? found->as_string() : found->to_text();
}

void World::open(std::string name, std::string_view above, Kind kind, Status status) {
    auto made = std::make_unique<Place>();
    made->name = name;
    made->above = above.empty() ? nullptr : place(above);
    made->kind = kind;
    made->status = status;
    made->number = 5000 + static_cast<std::int64_t>(places_.size());
    std::string body =
        R"({"name":")" + name + R"(","currency":"USD","tax":{"country":"DE"},"number":)" +
        std::to_string(made->number) + R"(,"kind":")" + std::string(enum_text(kind)) + '"';
    if (made->above) body += R"(,"parent":")" + made->above->id + '"';
    made->id = make(http::Method::post, "/v1/accounts", body + "}", "id");
    // The tenant dialect's path has names that are unique everywhere.
    if (made->above)
        make(http::Method::put, "/v1/accounts/" + made->id + "/alias",
             R"({"alias":")" + name + "\"}", "alias");
    places_.push_back(std::move(made));
}

void World::prepare(Place& p) {
    const std::string path = "/v1/accounts/" + p.id;
    make(http::Method::post, path + "/payments",
         R"({"amount":{"amount":"1000000","currency":"USD"}})", "entry");
    p.subscription = make(http::Method::post, path + "/subscriptions", R"({"plan":"base_small"})",
                          "subscription/id");
    // Enough for what is frozen or closed later: there nothing more can be made then.
    const int stock = p.worst() == Status::active ? 1 : 16;
    for (std::string_view kind : {"member", "owner", "api_key", "owner_key", "service_key", "entry",
                                  "hold", "quote", "reservation"})
        for (int i = 0; i < stock; ++i)
            stocks_[{std::string(kind), p.id}].ids.push_back(make_thing(kind, p));
}

std::string World::key_of(const Place& p, std::string_view role, Surface surface,
                          std::string more) {
    return make(http::Method::post, "/v1/accounts/" + p.id + "/api_keys",
                R"({"role":")" + std::string(role) + R"(","surface":")" +
                    std::string(enum_text(surface)) + '"' + more + "}",
                "text");
}

void World::make_callers(Place& p) {
    for (std::string_view name : enum_names(Role{})) {
        Caller caller;
        caller.text = p.name + "'s " + std::string(name);
        caller.place = &p;
        caller.role = *parse_enum<Role>(name);
        for (Surface surface : surfaces) caller.keys[surface] = key_of(p, name, surface);
        callers_.push_back(std::move(caller));
    }
    if (p.kind != Kind::agency) return;
    const std::string& key = callers_.back().keys[Surface::agency];
    const std::string plans = "/api/v1/agency/billing/" + uuid_text(p) + "/billing_plan";
    http::Request request;
    request.query = "api_key=" + key;
    request.method = http::Method::post;
    request.path = plans;
    request.body = R"({"name":"Own","description":"Its own","bots_count":1,"queries_count":6,)"
                   R"("words_count":2,"voice_seconds":3,"premium_support":false})";
    send(request);
    request.method = http::Method::get;
    request.path = plans + "/list";
    request.body = {};
    const Json listed = Json::parse(send(request).body).value_or(Json());
    const Json* id = listed.at_path("data/items/0/id");
    if (id && id->is_string()) p.plan = id->as_string();
    if (p.plan.empty() && problem_.empty()) problem_ = listed.to_text();
}

void World::make_operators(const Rules& rules) {
    for (const std::string& role : rules.operators) {
        const std::string id =
            make(http::Method::post, "/v1/operators",
                 R"({"name":"the )" + role + R"(","role":")" + role + "\"}", "id");
        Caller caller;
        caller.text = "the platform's " + role;
        caller.operates = role;
        caller.keys[Surface::native] =
            make(http::Method::post, "/v1/platform_keys", R"({"operator":")" + id + "\"}", "text");
        callers_.push_back(std::move(caller));
    }
    Caller reader;
    reader.text = "the platform's key that only reads";
    reader.narrow.only_reads = true;
    reader.keys[Surface::native] =
        make(http::Method::post, "/v1/platform_keys", R"({"read_only":true})", "text");
    callers_.push_back(std::move(reader));
}

void World::make_specials(const Rules& rules) {
    const Place& acme = *place("acme");
    const std::string members = "/v1/accounts/" + acme.id + "/members";
    const std::string soon =
        R"(,"expires_at":")" + (clock_.now() + Duration::of_seconds(60)).to_text() + '"';
    auto member = [&](std::string_view role) {
        return make(http::Method::post, members,
                    R"({"email":"special)" + std::to_string(++number_) + R"(@x.example","role":")" +
                        std::string(role) + "\"}",
                    "id");
    };
    const std::string invited = member("owner"), lowered = member("owner"), owner = member("owner");
    auto of = [](const std::string& id) { return R"(,"member":")" + id + '"'; };
    for (const Special& special : rules.specials) {
        if (special.caller.starts_with("a token")) continue;
        Caller caller;
        caller.text = special.caller;
        caller.place = &acme;
        caller.special = &special;
        caller.tells_usage = special.caller.ends_with("meter:write");
        if (special.answer.starts_with("himself: "))
            caller.role = *parse_enum<Role>(special.answer.substr(9));
        for (Surface surface : surfaces) {
            std::string& key = caller.keys[surface];
            const std::string_view who = special.caller;
            const Surface another = surface == Surface::native ? Surface::agency : Surface::native;
            if (who == "an unknown key") key = key_of(acme, "owner", surface) + "x";
            if (who == "a key of another surface") key = key_of(acme, "owner", another);
            if (who == "a revoked key") {
                key = key_of(acme, "owner", surface);
                make(http::Method::del,
                     "/v1/accounts/" + acme.id + "/api_keys/" + last_.find("id")->as_string(), "",
                     "id");
            }
            if (who == "an expired key") key = key_of(acme, "owner", surface, soon);
            if (who == "the key of an invited member")
                key = key_of(acme, "owner", surface, of(invited));
            if (who == "the key of a member who is less than it")
                key = key_of(acme, "owner", surface, of(lowered));
            if (who == "a developer's key with meter:write")
                key = key_of(acme, "developer", surface, R"(,"rights":["meter:write"])");
            if (who == "an owner's key that only reads")
                key = key_of(acme, "owner", surface, R"(,"read_only":true)");
            if (who == "an owner's key for usage alone")
                key = key_of(acme, "owner", surface, R"(,"scopes":["usage"])");
            if (who == "an owner's key for one account below")
                key = key_of(acme, "owner", surface,
                             R"(,"only_account":")" + place("branch")->id + '"');
            if (who == "a lesser key of an owner") key = key_of(acme, "user", surface, of(owner));
        }
        caller.narrow.only_reads = special.caller.ends_with("only reads");
        if (special.caller.ends_with("usage alone")) caller.narrow.scope = "usage";
        if (special.caller.ends_with("one account below")) {
            caller.narrow.has_account = true;
            caller.only = place("branch");
        }
        callers_.push_back(std::move(caller));
    }
    // Both had more rights when their keys were made.
    make(http::Method::patch, members + "/" + invited, R"({"status":"invited"})", "id");
    make(http::Method::patch, members + "/" + lowered, R"({"role":"user"})", "id");
    clock_.advance(Duration::of_seconds(61));
}

void World::make_service_accounts(const Rules& rules) {
    const Special* known = rules.special("a token of a service account");
    const Special* revoked = rules.special("a token of a revoked service key");
    for (auto& p : places_) {
        Caller caller;
        caller.text = p->name + "'s service account";
        caller.place = p.get();
        caller.special = known;
        caller.tells_usage = true;
        caller.kid = make_thing("service_key", *p);
        callers_.push_back(std::move(caller));
    }
    const Place& acme = *place("acme");
    Caller caller;
    caller.text = revoked->caller;
    caller.place = &acme;
    caller.special = revoked;
    caller.kid = make_thing("service_key", acme);
    make(http::Method::del, "/v1/accounts/" + acme.id + "/service_keys/" + caller.kid, "",
         "key_id");
    callers_.push_back(std::move(caller));
}

std::string World::make_thing(std::string_view kind, const Place& p) {
    const std::string path = "/v1/accounts/" + p.id;
    const std::string n = std::to_string(++number_);
    auto post = [&](const std::string& below, std::string body, std::string_view wanted) {
        return make(http::Method::post, path + below, std::move(body), wanted);
    };
    if (kind == "member" || kind == "owner")
        return post("/members",
                    R"({"email":"t)" + n + R"(@x.example","role":")" +
                        (kind == "owner" ? "owner" : "user") + "\"}",
                    "id");
    if (kind == "api_key") return post("/api_keys", R"({"role":"user"})", "id");
    if (kind == "owner_key") return post("/api_keys", R"({"role":"owner"})", "id");
    if (kind == "service_key")
        return post("/service_keys", R"({"public_key":")" + public_pem_ + "\"}", "key_id");
    if (kind == "entry")
        return post("/payments", R"({"amount":{"amount":"1","currency":"USD"}})", "entry");
    if (kind == "hold")
        return post("/holds", R"({"amount":{"amount":"1","currency":"USD"}})", "id");
    if (kind == "quote") return post("/quotes", R"({"plan":"extra"})", "id");
    if (kind == "reservation")
        return make(http::Method::post, "/v1/reservations",
                    R"({"account":")" + p.id + R"(","feature":"calls","expires_in":600000})", "id");
    if (kind == "operator")
        return make(http::Method::post, "/v1/operators",
                    R"({"name":"made )" + n + R"(","role":"viewer"})", "id");
    if (kind == "platform_key")
        return make(http::Method::post, "/v1/platform_keys", R"({"name":"made"})", "id");
    if (kind == "clock")
        return make(http::Method::post, "/v1/test_clocks", R"({"now":"2026-03-02T00:00:00Z"})",
                    "id");
    return {};
}

std::string World::thing(std::string_view kind, const Place& p) {
    if (kind == "clock" && &p != &nowhere_) {
        if (clock_id_.empty()) clock_id_ = make_thing(kind, p);
        return clock_id_;
    }
    const bool is_platforms = kind == "operator" || kind == "platform_key";
    if ((&p == &nowhere_ && !is_platforms) || kind.starts_with("no_")) {
        const Uuid id = engine_->fresh_id();
        if (kind == "member" || kind == "owner") return MemberId{id}.to_text();
        if (kind == "no_member") return MemberId{id}.to_text();
        if (kind.ends_with("_key") && kind != "service_key") return ApiKeyId{id}.to_text();
        if (kind == "entry") return EntryId{id}.to_text();
        if (kind == "hold") return HoldId{id}.to_text();
        if (kind == "quote" || kind == "no_quote") return QuoteId{id}.to_text();
        if (kind == "reservation") return ReservationId{id}.to_text();
        if (kind == "subscription") return SubscriptionId{id}.to_text();
        if (kind == "clock") return ClockId{id}.to_text();
        return id.to_text();
    }
    if (kind == "subscription") return p.subscription;
    Stock& stock = stocks_[{std::string(kind), p.id}];
    if (stock.ids.empty()) stock.ids.push_back(make_thing(kind, p));
    return stock.ids.back();
}

void World::make_new_again(const Row& row, const Place& about) {
    if (!row.undo.empty()) {
        http::Request back = request(row, about);
        back.body = row.undo;
        back.headers.emplace_back("Authorization", "Bearer " + std::string(root));
        send(std::move(back));
    }
    for (std::size_t at = 0; (at = row.route.find('{', at)) != row.route.npos; ++at) {
        std::string name = row.route.substr(at + 1, row.route.find('}', at) - at - 1);
        if (auto other = row.fill.find(name); other != row.fill.end()) name = other->second;
        auto stock = stocks_.find({name, about.id});
        // The last one stays where no other can be made.
        const std::size_t kept = about.worst() == Status::active ? 0 : 1;
        if (stock != stocks_.end() && stock->second.ids.size() > kept) stock->second.ids.pop_back();
    }
}

std::string World::filled(std::string_view text, const Row& row, const Place& about) {
    std::string out;
    for (std::size_t at = 0; at < text.size();) {
        const std::size_t end = text[at] == '{' ? text.find('}', at) : text.npos;
        const std::string_view inner =
            end == text.npos ? std::string_view() : text.substr(at + 1, end - at - 1);
        const bool is_name = !inner.empty() && std::ranges::all_of(inner, [](char c) {
            return (c >= 'a' && c <= 'z') || c == '_';
        });
        if (!is_name) {
            out += text[at++];
            continue;
        }
        std::string name(inner);
        if (auto other = row.fill.find(name); other != row.fill.end()) name = other->second;
        out += value_of(name, about);
        at = end + 1;
    }
    return out;
}

std::string World::value_of(const std::string& name, const Place& about) {
    if (name == "account") return about.id;
    if (name == "number") return std::to_string(about.number);
    if (name == "status") return std::string(enum_text(about.status));
    if (name == "tenant") return about.name.empty() ? "nowhere" : about.name;
    if (name == "version") return "v1";
    if (name == "agency_id") return uuid_text(about);
    if (name == "billing_plan_id") return about.plan;
    if (name == "plan") return "base_small";
    if (name == "feature") return "seats";
    if (name == "n") return std::to_string(++number_);
    if (name == "catalog") return std::string(catalog_text);
    if (name == "pem") return public_pem_;
    return thing(name, about);
}

http::Request World::request(const Row& row, const Place& about, Numbers numbers) {
    const int present = number_;
    if (numbers == Numbers::as_before) number_ = number_of_request_;
    number_of_request_ = number_;
    http::Request request;
    const std::size_t blank = row.route.find(' ');
    request.method = http::method_of(row.route.substr(0, blank));
    request.path = filled(row.route.substr(blank + 1), row, about);
    request.query = filled(row.query, row, about);
    request.body = filled(row.body, row, about);
    if (!request.body.empty()) request.headers.emplace_back("Content-Type", row.type);
    number_ = std::max(number_, present);
    return request;
}

void World::give_key(http::Request& request, const Caller& caller) const {
    const bool is_agency = request.path.starts_with("/api/v1/agency");
    const bool is_platform = request.path.starts_with("/platform_api");
    if (!caller.kid.empty()) {
        // The account that it acts for is the token's issuer.
        const std::size_t at = request.query.find('=') + 1;
        const std::string issuer = request.query.substr(at, request.query.find('&') - at);
        request.headers.emplace_back("Authorization",
                                     "Bearer " + signer_.token(caller.kid, issuer, engine_->now()));
        return;
    }
    auto key = caller.keys.find(is_agency     ? Surface::agency
                                : is_platform ? Surface::platform
                                              : Surface::native);
    if (key == caller.keys.end() || key->second.empty()) return;
    if (is_agency || is_platform)
        request.query += (request.query.empty() ? "api_key=" : "&api_key=") + key->second;
    else
        request.headers.emplace_back("Authorization", "Bearer " + key->second);
}

http::Response World::send(http::Request request) {
    // Time goes on between requests, and ids sort by it.
    clock_.advance(Duration{100});
    request.request_id = "req-1";
    http::Response out;
    int answers = 0;
    router_.handle(std::move(request), [&](http::Response&& response) {
        out = std::move(response);
        ++answers;
    });
    RB_CHECK(answers == 1, "a request is answered once, at once");
    return out;
}

}  // namespace rb::testing::matrix
