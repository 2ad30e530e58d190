#include "testing/walk/walker.h"

#include <algorithm>
#include <cstdlib>

#include "base/check.h"
#include "testing/json_at.h"
#include "testing/walk/books.h"
#include "testing/walk/catalogs.h"
#include "testing/walk/token.h"

namespace rb::testing::walk {

namespace {

constexpr std::size_t kept_max = 20;
constexpr std::uint64_t document_every = 5;  // replies
constexpr std::uint64_t models_every = 150;  // requests
constexpr Duration kept_for = Duration::of_hours(20);

// Replies that hold a secret are repeated without it.
bool holds_secret(std::string_view pattern) {
    return pattern.ends_with("/api_keys") || pattern.ends_with("/service_keys") ||
           pattern.ends_with("/platform_keys") || pattern.ends_with("/rotation");
}
// A use has its Idempotency-Key for an id: the second time it is a duplicate.
bool is_use(std::string_view pattern) {
    return pattern.find("/v1/events") != std::string_view::npos ||
           pattern.find("/consume") != std::string_view::npos ||
           pattern.find("/check") != std::string_view::npos;
}

std::string short_text(const http::Response& response) {
    return std::to_string(response.status) + " " + response.body.substr(0, 1500);
}

}  // namespace

Walker::Walker(const Stage& stage, std::string folder, std::vector<std::string> without)
    : world_(stage, std::move(folder)), without_(std::move(without)) {
    usage_.set_catalog(stage.catalog);
}

bool Walker::is_passed_over(const Failure& failure) const {
    return std::ranges::any_of(
        without_, [&](const std::string& kind) { return failure.kind.starts_with(kind); });
}
Found Walker::unless_passed_over(Found found) const {
    return found && is_passed_over(*found) ? Found() : std::move(found);
}

Found Walker::take(const Step& step) {
    switch (step.kind) {
        case Step::Kind::request:
            return requests(step);
        case Step::Kind::clock:
            world_.move(step.move);
            return std::nullopt;
        case Step::Kind::restart:
        case Step::Kind::rebuild:
            return restart(step.kind);
        case Step::Kind::abort:
            RB_CHECK(false, "a step asked for it");
    }
    return std::nullopt;
}

Found Walker::restart(Step::Kind kind) {
    world_.settle();
    const auto before = world_.engine().state_hashes();
    world_.restart(kind);
    if (world_.engine().state_hashes() != before)
        return unless_passed_over(Failure{kind == Step::Kind::rebuild
                                              ? "a replay makes another state"
                                              : "a restart makes another state",
                                          "the state's hash differs"});
    return check_kept();
}

http::Request Walker::request_of(const Step& step) const {
    const Instant now = const_cast<World&>(world_).clock().now();
    http::Request request;
    request.method = http::method_of(step.method);
    const std::string target = names_.resolve(step.target, now);
    const std::size_t mark = target.find('?');
    request.path = target.substr(0, mark);
    if (mark != std::string::npos) request.query = target.substr(mark + 1);
    for (const auto& [name, value] : step.headers)
        request.headers.emplace_back(name, names_.resolve(value, now));
    request.body = names_.resolve(step.body, now);
    request.request_id = "walk";
    request.remote_address = "127.0.0.1";
    std::string bearer;
    if (step.caller == "root") {
        bearer = root_key;
    } else if (step.caller.starts_with("jwt:")) {
        const std::size_t colon = step.caller.find(':', 4);
        bearer = token(names_.value(step.caller.substr(4, colon - 4)),
                       names_.value(step.caller.substr(colon + 1)), now);
    } else if (step.caller != "none") {
        bearer = names_.value(step.caller);
    }
    if (!bearer.empty()) request.headers.emplace_back("Authorization", "Bearer " + bearer);
    return request;
}

Found Walker::requests(const Step& step) {
    if (Found wrong = one_request(step)) return wrong;
    // The rest is looked at less closely, because there are thousands of them.
    for (std::int64_t i = 1; i < step.times && response_.status < 300; ++i) {
        world_.clock().advance(Duration{1000});
        names_.count_request();
        const http::Request request = request_of(step);
        response_ = world_.send(request).value_or(http::Response{.status = 204});
        auto parsed = Json::parse(response_.body);
        reply_ = parsed ? std::move(*parsed) : Json();
        const std::string pattern = pattern_of(step.method, request.path);
        if (Found wrong = unless_passed_over(check_reply(request, pattern, response_, reply_)))
            return wrong;
        if (Found wrong = unless_passed_over(learn(step, request, pattern))) return wrong;
    }
    return std::nullopt;
}

Found Walker::one_request(const Step& step) {
    // Time goes on between requests, and ids sort by it.
    world_.clock().advance(Duration{1000});
    world_.settle();
    names_.count_request();
    const http::Request request = request_of(step);
    const std::string pattern = pattern_of(step.method, request.path);
    const auto account = relations_.account_of_path(step);
    const bool is_alone = step.times == 1;
    if (is_alone && account) money_.before(world_, pattern, *account);
    const std::uint64_t events = world_.engine().status().events;
    response_ = world_.send(request).value_or(http::Response{.status = 204});
    auto parsed = Json::parse(response_.body);
    reply_ = parsed ? std::move(*parsed) : Json();
    Tally& tally = tallies_[pattern];
    ++tally.asked;
    ++count_;
    if (!is_refused(pattern, response_)) ++tally.accepted;
    if (Found wrong = unless_passed_over(judge(step, request, events))) return wrong;
    if (Found wrong = unless_passed_over(learn(step, request, pattern))) return wrong;
    if (is_alone && account)
        if (Found wrong =
                unless_passed_over(money_.after(world_, pattern, request, response_, reply_)))
            return wrong;
    if (!is_alone) return std::nullopt;
    if (Found wrong = unless_passed_over(check_stranger(step, request))) return wrong;
    if (Found wrong = unless_passed_over(check_repeated(step, request))) return wrong;
    return count_ % models_every == 0 ? check_models() : Found();
}

Found Walker::learn(const Step& step, const http::Request& request, const std::string& pattern) {
    if (response_.status >= 300) return std::nullopt;
    names_.learn(step, reply_);
    relations_.learn(step, reply_);
    if (pattern.ends_with("/payments") || pattern.ends_with("/credit_grants")) {
        // The reply knows whom a name meant.
        std::string account = text_at(reply_, "account");
        if (account.empty()) account = relations_.account_of_path(step).value_or("");
        if (!account.empty()) money_.learn(account, pattern, reply_);
    }
    const bool is_catalog = pattern == "PUT /v1/catalog" && step.body.starts_with("@catalog{");
    if (is_catalog) usage_.set_catalog(step.body.substr(9, step.body.find('}') - 9));
    return usage_.take(relations_, step, request, reply_, world_.clock().now());
}

Found Walker::judge(const Step& step, const http::Request& request, std::uint64_t events_before) {
    const std::string pattern = pattern_of(step.method, request.path);
    if (Found wrong = check_reply(request, pattern, response_, reply_)) return wrong;
    const std::uint64_t events = world_.engine().status().events;
    const bool is_read = request.method == http::Method::get && !request.path.starts_with("/platf");
    if (events != events_before && (is_read || is_refused(pattern, response_)))
        return Failure{is_read ? "a read leaves facts" : "a refused call leaves facts",
                       pattern + ": " + std::to_string(events - events_before) + " after " +
                           short_text(response_)};
    if (count_ % document_every != 0) return std::nullopt;
    // What is sent breaks the document on purpose, now and then.
    http::Request plain = request;
    plain.body.clear();
    return check_document(plain, pattern, response_);
}

Found Walker::check_stranger(const Step& step, const http::Request& request) {
    if (!step.path().starts_with("/v1/") || !relations_.is_stranger(step)) return std::nullopt;
    if (response_.status < 300 && !labels_in(step.path()).empty())
        return Failure{"a stranger is served " + pattern_of(step.method, request.path),
                       short_text(response_)};
    http::Request other = request;
    std::string expected = response_.body;
    auto labels = labels_in(step.target);
    for (std::string& label : labels_in(step.body)) labels.push_back(std::move(label));
    auto replace = [](std::string& text, const std::string& from, const std::string& to) {
        for (std::size_t at = text.find(from); at != std::string::npos;
             at = text.find(from, at + to.size()))
            text.replace(at, from.size(), to);
    };
    for (const std::string& label : labels)
        for (std::string* text : {&other.path, &other.query, &other.body, &expected})
            replace(*text, names_.value(label), Names::nobody(label));
    const auto answer = world_.send(other);
    if (answer && (answer->status != response_.status || answer->body != expected))
        return Failure{"a stranger sees more than of what does not exist at " +
                           pattern_of(step.method, request.path),
                       short_text(response_) + "\nof nothing: " + short_text(*answer)};
    return std::nullopt;
}

Found Walker::check_repeated(const Step& step, const http::Request& request) {
    const std::string pattern = pattern_of(step.method, request.path);
    if (!step.header("Idempotency-Key") || response_.status >= 300 || is_use(pattern) ||
        request.method == http::Method::get || pattern.find("/v1/") == std::string::npos)
        return std::nullopt;
    if (pattern.ends_with("/lint") || pattern.ends_with("/diff")) return std::nullopt;
    if (pattern.find("/ofrep/") != std::string::npos) return std::nullopt;  // changes nothing
    const auto again = world_.send(request);
    if (!again || again->status == 401) return std::nullopt;  // it revoked its own key
    if (again->status != response_.status ||
        (again->body != response_.body && !holds_secret(pattern)))
        return Failure{"a repeated call is answered otherwise",
                       pattern + ": " + short_text(response_) + "\nagain: " + short_text(*again)};
    if (kept_.size() == kept_max) kept_.erase(kept_.begin());
    kept_.push_back({request, *again, world_.clock().now()});
    return std::nullopt;
}

// After a restart the kept replies are still there. A key may have been revoked since.
Found Walker::check_kept() {
    for (const Kept& kept : kept_) {
        if (world_.clock().now() - kept.at > kept_for) continue;
        const auto again = world_.send(kept.request);
        if (!again || again->status == 401 || again->status == 403) continue;
        if (again->status == kept.response.status && again->body == kept.response.body) continue;
        Failure failure{"a repeated call is answered otherwise after a restart",
                        kept.request.path + ": " + short_text(kept.response) +
                            "\nagain: " + short_text(*again)};
        if (!is_passed_over(failure)) return failure;
    }
    return std::nullopt;
}

Found Walker::check_models() {
    world_.settle();
    for (const std::string& account : relations_.accounts()) {
        if (Found wrong = unless_passed_over(money_.check(world_, account))) return wrong;
        if (Found wrong = unless_passed_over(usage_.check(world_, account))) return wrong;
    }
    return std::nullopt;
}

Found Walker::finish() {
    if (Found wrong = check_models()) return wrong;
    if (Found wrong = restart(Step::Kind::restart)) return wrong;
    if (Found wrong = restart(Step::Kind::rebuild)) return wrong;
    if (Found wrong = unless_passed_over(check_books(world_))) return wrong;
    return check_models();
}

}  // namespace rb::testing::walk
