// What an account has used, by hour or by day of its zone. An hour belongs to the day in which it
// begins.
#include <map>

#include "api/native/routes.h"
#include "api/native/to_wire.h"

namespace rb::api::native {

namespace {

constexpr std::size_t hours_max = 10'000;  // rows that one question may read
constexpr std::int64_t us_per_hour = 3'600'000'000;

enum class Step : std::uint8_t { hour, day };
constexpr auto enum_names(Step) { return std::array<std::string_view, 2>{"hour", "day"}; }

struct Asked {
    engine::UsageQuery query;
    Step by = Step::hour;
    Zone zone;
};

struct Bar {
    std::int64_t quantity = 0;
    std::uint64_t events = 0;
    Instant last;
};

Instant step_begin(const Asked& asked, Instant t) {
    if (asked.by == Step::day) return asked.zone.midnight(asked.zone.date_of(t));
    return Instant{t.us - t.us % us_per_hour};
}

Instant step_end(const Asked& asked, Instant begin) {
    if (asked.by == Step::hour) return begin + Duration::of_hours(1);
    return asked.zone.midnight(add_days(asked.zone.date_of(begin), 1));
}

// As the hours themselves are made of increments: maxima stay, the latest wins, all else adds up.
void put(Bar& bar, const engine::UsageHour& hour) {
    const bool is_first = bar.events == 0;
    bar.events += hour.events;
    if (hour.aggregation == catalog::Aggregation::max) {
        bar.quantity = is_first ? hour.quantity : std::max(bar.quantity, hour.quantity);
    } else if (hour.aggregation == catalog::Aggregation::latest) {
        if (is_first || hour.last >= bar.last) bar.quantity = hour.quantity;
    } else if (__builtin_add_overflow(bar.quantity, hour.quantity, &bar.quantity)) {
        bar.quantity = std::numeric_limits<std::int64_t>::max();
    }
    bar.last = std::max(bar.last, hour.last);
}

// "eu" of "region=eu".
std::string value_of(std::string_view dimensions) {
    const std::size_t equals = dimensions.find('=');
    return equals == std::string_view::npos ? "" : std::string(dimensions.substr(equals + 1));
}

std::string usage_text(const catalog::Catalog& catalog, const Asked& asked,
                       const std::vector<engine::UsageHour>& hours) {
    std::map<std::pair<Instant, std::string>, Bar> bars;
    for (const engine::UsageHour& hour : hours)
        put(bars[{step_begin(asked, hour.hour), value_of(hour.dimensions)}], hour);
    return object_text(catalog, [&](Wire& w) {
        w.id("account", asked.query.account);
        w.text("meter", asked.query.meter);
        w.instant("from", asked.query.from);
        w.instant("to", asked.query.to);
        w.enumeration("by", asked.by);
        w.text_or_null("dimension", asked.query.dimension);
        w.json().key("items").begin_array();
        for (const auto& [place, bar] : bars) {
            w.json().begin_object();
            w.instant("start", place.first);
            w.instant("end", step_end(asked, place.first));
            w.text_or_null("value", place.second);
            w.integer("quantity", bar.quantity);
            w.integer("events", static_cast<std::int64_t>(bar.events));
            w.json().end_object();
        }
        w.json().end_array();
    });
}

Result<void> check_meter(const catalog::Catalog& catalog, const engine::UsageQuery& query) {
    auto meter = catalog.settings.meters.find(query.meter);
    if (meter == catalog.settings.meters.end())
        return refuse(Fault::meter_is_unknown, "the catalog has no such meter", "/meter");
    const auto& dimensions = meter->second.dimensions;
    if (!query.dimension.empty() &&
        std::ranges::find(dimensions, query.dimension) == dimensions.end())
        return refuse(Fault::field_is_invalid, "the meter has no such dimension", "/dimension");
    return {};
}

void ask(Call&& call, Asked asked) {
    engine::Engine& engine = call.engine();
    const accounts::Caller caller = call.caller;
    // One row more than may be shown tells that there are too many.
    asked.query.limit = hours_max + 1;
    auto kept = std::make_shared<Call>(std::move(call));
    engine.usage(
        caller, asked.query, [kept, asked](Result<std::vector<engine::UsageHour>>&& hours) {
            if (!hours) return kept->refuse(hours.error());
            if (hours->size() > hours_max)
                return kept->refuse(
                    Refusal{Fault::too_many,
                            "/from",
                            "this is more than 10000 hours of use: ask for a shorter time",
                            {},
                            {}});
            kept->send(
                http::Response::json(200, usage_text(*kept->engine().catalog(), asked, *hours)));
        });
}

}  // namespace

void get_usage(Call&& call) {
    if (auto ok = engine::Engine::may_at_all(call.caller, accounts::Right::read_usage); !ok)
        return call.refuse(ok.error());
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    Errors errors;
    const Query query(call.query, errors);
    Asked asked;
    asked.query.account = *account;
    asked.query.meter = query.text("meter").value_or("");
    asked.query.dimension = query.text("dimension").value_or("");
    auto from = query.instant("from");
    auto to = query.instant("to");
    if (auto by = query.text("by")) {
        if (auto step = parse_enum<Step>(*by))
            asked.by = *step;
        else
            errors.add(Fault::field_is_invalid, "/by", step.error());
    }
    if (asked.query.meter.empty() && errors.empty())
        errors.add(Fault::field_is_missing, "/meter", "expected the key of a meter");
    if (!errors.empty()) return call.refuse(errors);
    if (auto ok = check_meter(*call.engine().catalog(), asked.query); !ok)
        return call.refuse(ok.error());

    // The account's zone and present first; then the hours, which other tables hold.
    struct Seen {
        Zone zone;
        Instant now;
    };
    auto seen = std::make_shared<Seen>();
    auto look = [seen, id = *account](const engine::Reader& reader) -> Result<engine::Rendered> {
        auto record = reader.allowed(id, accounts::Right::read_usage);
        if (!record) return std::unexpected(record.error());
        *seen = {(*record)->account.profile.zone, reader.now()};
        return engine::Rendered{};
    };
    engine::Engine& engine = call.engine();
    const accounts::Caller caller = call.caller;
    auto kept = std::make_shared<Call>(std::move(call));
    engine.read(*account, caller, std::move(look), [=](Result<engine::Rendered>&& read) mutable {
        if (!read) return kept->refuse(read.error());
        asked.zone = seen->zone;
        const Duration usual =
            asked.by == Step::hour ? Duration::of_days(1) : Duration::of_days(31);
        asked.query.to = to.value_or(seen->now);
        asked.query.from = step_begin(asked, from.value_or(asked.query.to - usual));
        if (asked.query.from > asked.query.to)
            return kept->refuse(
                Refusal{Fault::field_is_invalid, "/from", "expected a time before 'to'", {}, {}});
        ask(std::move(*kept), std::move(asked));
    });
}

}  // namespace rb::api::native
