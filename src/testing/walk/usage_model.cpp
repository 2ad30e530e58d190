#include "testing/walk/usage_model.h"

#include "base/text.h"
#include "testing/json_at.h"
#include "testing/walk/catalogs.h"
#include "testing/walk/names.h"

namespace rb::testing::walk {

namespace {

// The sums of views go no further.
constexpr std::int64_t whole_max = 9'000'000'000'000'000'000;

bool is_true(const Json& json, std::string_view path) {
    const Json* found = json.at_path(path);
    return found && found->is_bool() && found->as_bool();
}
std::optional<std::int64_t> integer_at(const Json& json, std::string_view path) {
    const Json* found = json.at_path(path);
    if (!found || !found->is_number()) return std::nullopt;
    auto number = parse_int(found->number_text());
    return number ? std::optional(*number) : std::nullopt;
}

}  // namespace

void UsageModel::add(const std::string& account, std::string_view meter, int128 quantity) {
    sums_[{account, std::string(meter)}] += quantity;
}

Found UsageModel::take(const Relations& relations, const Step& step, const http::Request& request,
                       const Json& reply, Instant now) {
    const bool is_events = request.path == "/v1/events";
    const bool is_consume = request.path == "/v1/entitlements/consume";
    if (is_events) return events(relations, step, request, reply, now);
    if (!is_consume) {
        if (request.path.ends_with("/commit") && text_at(reply, "status") == "committed")
            for (const MeterFact& meter : meters_of(catalog_))
                if (meter.feature == text_at(reply, "feature"))
                    add(text_at(reply, "account"), meter.key,
                        integer_at(reply, "quantity").value_or(0));
        return std::nullopt;
    }
    auto body = Json::parse(request.body);
    if (!body) return std::nullopt;
    const Json* list = body->find("consumes");
    const Json* results = reply.find("results");
    if (!list) {
        consumed(*body, reply, relations);
    } else if (list->is_array() && results && results->is_array()) {
        for (std::size_t i = 0; i < results->as_array().size(); ++i)
            if (i < list->as_array().size())
                consumed(list->as_array()[i], results->as_array()[i], relations);
    }
    return std::nullopt;
}

void UsageModel::consumed(const Json& use, const Json& answer, const Relations& relations) {
    // Whatever has an id shares it with events; those of the Idempotency-Key are not followed.
    const std::string account = text_at(use, "account");
    const std::string id = text_at(use, "source") + "\n" + text_at(use, "id");
    if (is_true(answer, "allowed") && !is_true(answer, "duplicate"))
        ids_.insert({relations.top_of(account), id});
    if (!is_true(answer, "counted") || is_true(answer, "duplicate")) return;
    for (const MeterFact& meter : meters_of(catalog_))
        if (meter.feature == text_at(use, "feature"))
            add(account, meter.key, integer_at(use, "quantity").value_or(1));
}

Found UsageModel::events(const Relations& relations, const Step& step, const http::Request& request,
                         const Json& reply, Instant now) {
    auto body = Json::parse(request.body);
    const bool is_plain = body && request.header("ce-id") == nullptr &&
                          (body->is_array() || body->is_object()) && reply.find("results");
    if (!is_plain) {
        for (const std::string& label : labels_in(step.to_text()))
            if (auto account = relations.owner(label)) blind_.insert(*account);
        return std::nullopt;
    }
    std::map<std::size_t, const Json*> results;
    for (const Json& result : reply.find("results")->as_array())
        results[static_cast<std::size_t>(integer_at(result, "index").value_or(0))] = &result;
    if (body->is_object()) return event(relations, step, *body, results[0], now);
    for (std::size_t i = 0; i < body->as_array().size(); ++i) {
        auto result = results.find(i);
        if (Found wrong = event(relations, step, body->as_array()[i],
                                result == results.end() ? nullptr : result->second, now))
            return wrong;
    }
    return std::nullopt;
}

Found UsageModel::event(const Relations& relations, const Step& step, const Json& event,
                        const Json* result, Instant now) {
    const std::string status = result ? text_at(*result, "status") : std::string();
    const Fact fact{text_at(event, "subject"),
                    text_at(event, "source") + "\n" + text_at(event, "id")};
    const std::string top = relations.top_of(fact.account);
    if (status == "duplicate" && !ids_.contains({top, fact.id}) && !blind_.contains(fact.account))
        return Failure{"an event is a duplicate that was never counted", event.to_text()};
    if (status == "duplicate" || status == "refused") return std::nullopt;
    const std::string type = text_at(event, "type");
    for (const MeterFact& meter : meters_of(catalog_)) {
        if (meter.event != type) continue;
        if (meter.aggregate == "count") add(fact.account, meter.key, 1);
        if (meter.aggregate != "sum") continue;
        if (auto value = integer_at(event, "data/" + std::string(meter.value)))
            add(fact.account, meter.key, *value);
        else
            blind_.insert(fact.account);
    }
    return counted(relations, step, fact, now);
}

Found UsageModel::counted(const Relations& relations, const Step& step, const Fact& fact,
                          Instant now) {
    ids_.insert({relations.top_of(fact.account), fact.id});
    auto [seen, is_new] = when_.insert({{fact.account, step.caller, fact.id}, now});
    if (is_new) return std::nullopt;
    const bool is_soon = now - seen->second < Duration::of_hours(1);
    seen->second = now;
    if (is_soon) return Failure{"an event is counted twice", fact.account + " " + fact.id};
    return std::nullopt;
}

Found UsageModel::check(World& world, const std::string& account) const {
    if (blind_.contains(account)) return std::nullopt;
    // Walks go on for years, and test clocks run ahead of them.
    const Instant end = world.clock().now() + Duration::of_days(3660);
    for (const MeterFact& meter : meters_of(catalog_)) {
        if (meter.aggregate != "count" && meter.aggregate != "sum") continue;
        auto answer =
            world.ask(http::Method::get, "/v1/accounts/" + account +
                                             "/usage?meter=" + std::string(meter.key) +
                                             "&from=2025-06-01T00:00:00Z&to=" + end.to_text());
        auto body = Json::parse(answer.body);
        if (answer.status != 200 || !body) continue;
        int128 found = 0;
        for (const Json& item : body->find("items")->as_array())
            found += integer_at(item, "quantity").value_or(0);
        auto sum = sums_.find({account, std::string(meter.key)});
        const int128 wanted = sum == sums_.end() ? int128{0} : sum->second;
        if (wanted > whole_max || wanted < -whole_max) continue;
        if (found != wanted)
            return Failure{"usage is not what was acknowledged",
                           account + ", " + std::string(meter.key) + ": " + to_text(found) +
                               ", acknowledged " + to_text(wanted)};
    }
    return std::nullopt;
}

}  // namespace rb::testing::walk
