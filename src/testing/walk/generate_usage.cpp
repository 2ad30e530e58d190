// Events, uses and reservations, and several steps that belong together.
#include "testing/walk/catalogs.h"
#include "testing/walk/generator.h"

namespace rb::testing::walk {

namespace {

constexpr std::size_t spoilt_percent = 4;

}  // namespace

// What an event says it is worth.
std::string Generator::measured() {
    const std::size_t roll = dice_.below(100);
    if (roll < 60) return std::to_string(dice_.between(0, 20));
    if (roll < 80) return std::to_string(any_magnitude(dice_, 1'000'000'000'000'000));
    if (roll < 90) return std::to_string(-dice_.between(1, 50));
    if (roll < 96) return extreme_integer(dice_);
    return std::string(odd_json(dice_));
}

std::string Generator::event(int number) {
    static constexpr std::string_view times[] = {"@{now}", "@{-1m}",  "@{-1h}",  "@{-13h}",
                                                 "@{-2d}", "@{-11d}", "@{-34d}", "@{-36d}",
                                                 "@{+4m}", "@{+6m}"};
    const MeterFact& meter = dice_.pick(meters_of(stage_.catalog));
    Object event;
    event.text("specversion", "1.0");
    if (dice_.percent(90))
        last_id_ = "e" + std::to_string(steps_) + "-" + std::to_string(dice_.below(4));
    event.text("id", last_id_);
    event.text("source", dice_.percent(90) ? "s" : "t");
    event.text("type", dice_.percent(98) ? meter.event : std::string_view("nothing.known"));
    event.text("subject", "$acc" + std::to_string(number));
    if (dice_.percent(50)) event.text("time", dice_.pick(times));
    Object data;
    if (!meter.value.empty()) {
        if (meter.aggregate == "unique")
            data.text(meter.value, "u" + std::to_string(dice_.below(30)));
        else
            data.add(meter.value, measured());
    }
    if (dice_.percent(30)) data.text("country", dice_.percent(50) ? "DE" : "US");
    if (dice_.percent(70)) data.text("seat", "seat" + std::to_string(dice_.below(4)));
    if (!data.empty()) event.add("data", data.to_text());
    return event.to_text(dice_, spoilt_percent);
}

// Many events at once: some different ones, and now and then one over and over again.
std::string Generator::batch(int number) {
    std::string out = "[";
    for (std::size_t count = 1 + dice_.below(6); count > 0; --count) {
        const int subject = dice_.percent(85) ? number : any_account().number;
        std::string one = event(subject);
        if (dice_.percent(8)) {
            const std::size_t at = one.find(last_id_);
            if (at != std::string::npos) one.replace(at, last_id_.size(), "b@i-#");
            one = "@repeat " + std::to_string(dice_.percent(80) ? 50 : 10'000) + " " + one + "@end";
        }
        out += (out.size() > 1 ? "," : "") + one;
    }
    return out + "]";
}

Object Generator::use(int number) {
    Object use;
    use.text("account", "$acc" + std::to_string(number));
    const FeatureFact& feature = dice_.pick(features_of(stage_.catalog));
    use.text("feature", dice_.percent(98) ? feature.key : std::string_view("nothing"));
    if (dice_.percent(60)) use.add("quantity", quantity());
    if (dice_.percent(feature.key == "calls" ? 80 : 5))
        use.text("entity", "seat" + std::to_string(dice_.below(4)));
    return use;
}

bool Generator::fill_usage(Step& step, std::string_view pattern, int number) {
    if (pattern == "/v1/events") {
        const bool is_batch = dice_.percent(50);
        step.body = is_batch ? batch(number) : event(number);
        step.headers.emplace_back("Content-Type", is_batch ? "application/cloudevents-batch+json"
                                                           : "application/cloudevents+json");
        return true;
    }
    const bool is_consume = pattern == "/v1/entitlements/consume";
    if (is_consume || pattern == "/v1/entitlements/check") {
        auto one = [&] {
            Object made = use(dice_.percent(90) ? number : any_account().number);
            if (is_consume && dice_.percent(40)) {
                made.text("source", "s").text("id", "c" + std::to_string(dice_.below(60)));
            }
            if (is_consume && dice_.percent(20))
                made.add("properties", R"({"user":"u)" + std::to_string(dice_.below(30)) +
                                           R"(","country":"DE"})");
            return made.to_text(dice_, spoilt_percent);
        };
        if (dice_.percent(75)) {
            step.body = one();
        } else {
            step.body = std::string(is_consume ? R"({"consumes":[)" : R"({"checks":[)") + one();
            for (std::size_t count = dice_.below(5); count > 0; --count) step.body += "," + one();
            step.body += "]}";
        }
        return true;
    }
    if (pattern == "/v1/reservations") {
        step.label = new_label("rsv");
        Object body = use(number);
        if (dice_.percent(50))
            body.add("expires_in", std::to_string(dice_.between(1, 100'000)));
        else
            body.add("expires_at", future());
        step.body = body.to_text(dice_, spoilt_percent);
        return true;
    }
    if (pattern.ends_with("{reservation}/commit")) {
        Object body;
        body.add("quantity", dice_.percent(20) ? "0" : quantity());
        if (dice_.percent(60)) step.body = body.to_text(dice_, spoilt_percent);
        return true;
    }
    return false;
}

// --- bursts ---

Step Generator::by_hand(std::string_view line) {
    auto step = Step::parse(line);
    return step ? std::move(*step) : Step{};
}

void Generator::burst() {
    switch (dice_.below(10)) {
        case 0:
        case 1:
        case 2:
            trial_burst();
            if (dice_.percent(30)) months_burst();
            return;
        case 3:
            return months_burst();
        case 4:
        case 5:
            return insist_burst();
        case 6:
        case 7:
        case 8:
            return flood_burst();
        default:
            return two_tenants_burst();
    }
}

// A plan with a trial, the time until it is over, and whatever then.
void Generator::trial_burst() {
    const std::string id = std::to_string(any_account().number);
    const std::string sub = new_label("sub");
    std::string quantity_member;
    if (dice_.percent(60)) quantity_member = R"(,"quantity":)" + quantity();
    planned_.push_back(by_hand("root POST /v1/accounts/$acc" + id + "/subscriptions -> " + sub +
                               R"( | {"plan":")" + plan() + '"' + quantity_member + "}"));
    const std::string currency = account(std::stoi(id)).value_or(Account{}).currency;
    if (dice_.percent(60))
        planned_.push_back(
            by_hand("root POST /v1/accounts/$acc" + id + "/payments -> " + new_label("ent") +
                    R"( | {"amount":{"amount":"5000","currency":")" + currency + R"("}})"));
    planned_.push_back(by_hand("CLOCK +15d"));
    planned_.push_back(by_hand("root GET /v1/subscriptions/$" + sub));
    if (dice_.percent(70))
        planned_.push_back(by_hand("root POST /v1/subscriptions/$" + sub +
                                   R"(/changes | {"plan":")" + plan() + R"("})"));
    if (dice_.percent(50)) planned_.push_back(by_hand("CLOCK +32d"));
    if (dice_.percent(50))
        planned_.push_back(by_hand("root POST /v1/subscriptions/$" + sub + "/cancel"));
}

// A year in which nobody pays.
void Generator::months_burst() {
    const std::string id = std::to_string(any_account().number);
    for (std::size_t months = 2 + dice_.below(11); months > 0; --months) {
        planned_.push_back(by_hand("CLOCK +32d"));
        if (dice_.percent(40))
            planned_.push_back(by_hand("root GET /v1/accounts/$acc" + id + "/balance"));
    }
}

// What was accepted once is asked again and again.
void Generator::insist_burst() {
    if (!accepted_) return;
    Step step = *accepted_;
    std::erase_if(step.headers, [](const auto& header) {
        return http::same_name(header.first, "Idempotency-Key");
    });
    const bool is_short = step.body.find("@repeat") == std::string::npos &&
                          step.body.find("@catalog") == std::string::npos;
    const bool is_opening = step.path() == "/v1/accounts" || step.path().ends_with("_keys");
    step.times = !is_short || is_opening ? 3 : dice_.percent(85) ? 40 : 9'500;
    if (step.path() == "/v1/events")  // each time another event
        for (std::size_t at = 0; (at = step.body.find(R"("id":")", at)) != std::string::npos;) {
            at += 6;
            step.body.replace(at, step.body.find('"', at) - at, "r@i-" + std::to_string(at));
        }
    step.label.clear();
    planned_.push_back(std::move(step));
    if (dice_.percent(60)) planned_.push_back(clock_move());
}

// Events or reservations of the largest size until there is no more room.
void Generator::flood_burst() {
    const Account about = any_account();
    const std::string id = std::to_string(about.number);
    const MeterFact& meter = dice_.pick(meters_of(stage_.catalog));
    static constexpr std::string_view sizes[] = {"1000000000000000", "1000000000000", "1000000000",
                                                 "1000000", "1000"};
    const std::string value = dice_.percent(85)
                                  ? std::string(dice_.pick(sizes))
                                  : std::to_string(any_magnitude(dice_, 1'000'000'000'000'000));
    if (dice_.percent(60))
        planned_.push_back(by_hand("root POST /v1/accounts/$acc" + id + "/subscriptions -> " +
                                   new_label("sub") + R"( | {"plan":")" + std::string(meter.plan) +
                                   R"("})"));
    if (dice_.percent(40)) {
        Step step = by_hand("root POST /v1/reservations | " + Object()
                                                                  .text("account", "$acc" + id)
                                                                  .text("feature", meter.feature)
                                                                  .add("quantity", value)
                                                                  .add("expires_in", "60")
                                                                  .to_text());
        step.times = 9'500;
        planned_.push_back(std::move(step));
        planned_.push_back(by_hand("CLOCK +5m"));
        return;
    }
    const bool is_wide = stage_.catalog == "small" && dice_.percent(6);
    if (is_wide)
        planned_.push_back(
            by_hand("root PUT /v1/catalog [Content-Type: application/yaml] | @catalog{wide}"));
    Object data;
    data.add(meter.value.empty() ? "x" : meter.value, value).text("seat", "seat1");
    const std::string one = Object()
                                .text("specversion", "1.0")
                                .text("id", "f@i-#")
                                .text("source", "s")
                                .text("type", is_wide ? std::string_view("wide.hit") : meter.event)
                                .text("subject", "$acc" + id)
                                .add("data", data.to_text())
                                .to_text();
    planned_.push_back(by_hand("root POST /v1/events [Content-Type: application/json] | [@repeat " +
                               std::to_string(dice_.percent(50) ? 10'000 : 20) + " " + one +
                               "@end]"));
    planned_.push_back(by_hand("root GET /v1/accounts/$acc" + id + "/entitlements"));
    planned_.push_back(by_hand("root GET /v1/accounts/$acc" + id + "/balance"));
    if (dice_.percent(30))
        planned_.push_back(by_hand("root PATCH /v1/accounts/$acc" + id + R"( | {"currency":")" +
                                   std::string(dice_.pick(currencies_of(stage_.catalog))) +
                                   R"("})"));
    planned_.push_back(by_hand("root GET /v1/accounts/$acc" + id + "/balance"));
}

// Two accounts that have the same, one by default and one because it bought it.
void Generator::two_tenants_burst() {
    const std::string first = std::to_string(any_account().number);
    const std::string second = std::to_string(any_account().number);
    const FeatureFact& feature = dice_.pick(features_of(stage_.catalog));
    for (const PlanFact& plan : plans_of(stage_.catalog))
        if (dice_.percent(30))
            planned_.push_back(by_hand("root POST /v1/accounts/$acc" + first +
                                       "/subscriptions -> " + new_label("sub") + R"( | {"plan":")" +
                                       std::string(plan.key) + R"("})"));
    for (const std::string& id : {first, second, first})
        planned_.push_back(by_hand(
            std::string("root POST /v1/entitlements/") + (dice_.percent(50) ? "check" : "consume") +
            " | " + Object().text("account", "$acc" + id).text("feature", feature.key).to_text()));
}

}  // namespace rb::testing::walk
