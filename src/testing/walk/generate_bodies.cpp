// What is sent to each route, apart from usage.
#include "base/enums.h"
#include "domain/accounts/types.h"
#include "testing/walk/catalogs.h"
#include "testing/walk/generator.h"

namespace rb::testing::walk {

namespace {

constexpr std::size_t spoilt_percent = 5;
constexpr std::size_t accounts_max = 14;

constexpr std::string_view roles[] = {"owner", "admin", "admin", "developer", "accountant", "user"};
constexpr std::string_view zones[] = {"UTC",          "Europe/Berlin",      "America/Los_Angeles",
                                      "Asia/Tokyo",   "Pacific/Kiritimati", "America/St_Johns",
                                      "Asia/Kolkata", "Pacific/Pago_Pago",  "Mars/Base"};
constexpr std::string_view countries[] = {"\"DE\"", "\"GB\"", "\"US\"", "\"RU\"",
                                          "\"NO\"", "null",   "\"ZZ\""};

bool is(std::string_view pattern, std::string_view end) { return pattern.ends_with(end); }

}  // namespace

std::string Generator::money(const Account& account) {
    std::string amount;
    const std::size_t roll = dice_.below(100);
    if (roll < 60)
        amount = std::to_string(dice_.between(1, 3000));
    else if (roll < 75)
        amount = std::to_string(dice_.between(1, 99)) + "." + std::to_string(dice_.between(10, 99));
    else if (roll < 88)
        amount = std::to_string(any_magnitude(dice_, 1'000'000'000'000));
    else
        amount = extreme_decimal(dice_);
    if (account.currency == "JPY") amount = amount.substr(0, amount.find('.'));
    std::string currency = account.currency.empty() ? "USD" : account.currency;
    if (dice_.percent(4))
        currency =
            dice_.percent(80) ? dice_.pick(currencies_of(stage_.catalog)) : std::string_view("XXX");
    return R"({"amount":")" + amount + R"(","currency":")" + currency + R"("})";
}

std::string Generator::quantity() {
    const std::size_t roll = dice_.below(100);
    if (roll < 55) return std::to_string(dice_.between(1, 9));
    if (roll < 70) return std::to_string(dice_.between(10, 3000));
    if (roll < 92) return std::to_string(any_magnitude(dice_, 1'000'000'000'000'000));
    return extreme_integer(dice_);
}

std::string Generator::plan() {
    if (dice_.percent(2)) return "no_such_plan";
    return std::string(dice_.pick(plans_of(stage_.catalog)).key);
}

std::string Generator::future() {
    static constexpr std::string_view times[] = {"@{+1s}", "@{+10m}", "@{+1h}", "@{+1d}",
                                                 "@{+3d}", "@{+40d}", "@{-1h}", "@{now}"};
    if (dice_.percent(3)) return R"("9999-12-31T23:59:59.999999Z")";
    return '"' + std::string(dice_.pick(times)) + '"';
}

Object Generator::profile(const Account& account) {
    Object body;
    if (dice_.percent(50)) body.text("time_zone", dice_.pick(zones));
    if (dice_.percent(50))
        body.add("tax", R"({"country":)" + std::string(dice_.pick(countries)) +
                            (dice_.percent(20) ? R"(,"region":"CA")" : "") +
                            (dice_.percent(20) ? R"(,"exempt":true)" : "") + "}");
    if (dice_.percent(25)) body.add("credit_limit", money(account));
    if (dice_.percent(10)) body.add("notify_below", dice_.percent(80) ? money(account) : "null");
    if (dice_.percent(10))
        body.add("cap", R"({"app_store":)" + std::string(dice_.percent(70) ? "true" : "false") +
                            R"(,"amount":)" + (dice_.percent(80) ? money(account) : "null") + "}");
    if (dice_.percent(15))
        body.text("key", dice_.percent(50) ? "k" + std::to_string(dice_.below(30))
                                           : "$nam" + std::to_string(any_account().number));
    if (dice_.percent(8)) body.text("display_name", std::string(1 + dice_.below(205), 'n'));
    if (dice_.percent(8)) body.text("email", "m" + std::to_string(dice_.below(20)) + "@mail.test");
    if (dice_.percent(3)) body.text("free_data", std::string(8190 + dice_.below(5), 'f'));
    return body;
}

bool Generator::fill_account(Step& step, std::string_view pattern) {
    if (step.method == "POST" && pattern == "/v1/accounts") {
        Account account;
        const bool is_child = !accounts_.empty() && dice_.percent(55);
        if (is_child) account = any_account();
        Object body;
        if (is_child) body.text("parent", "$acc" + std::to_string(account.number));
        if (accounts_.size() >= accounts_max) step.caller = caller_for(any_account().number);
        step.label = new_label("acc");
        if (!dice_.percent(3))
            body.text("name", dice_.percent(93) ? "a-" + std::to_string(made_)
                                                : "$nam" + std::to_string(any_account().number));
        if (account.currency.empty() || dice_.percent(10))
            account.currency = dice_.percent(70) ? std::string_view("USD")
                                                 : dice_.pick(currencies_of(stage_.catalog));
        body.text("currency", account.currency);
        if (dice_.percent(30)) body.text("kind", "agency");
        if (dice_.percent(10))
            body.add("number", dice_.percent(50) ? extreme_integer(dice_)
                                                 : std::to_string(dice_.between(1, 2000)));
        if (!is_child && !clocks_.empty() && dice_.percent(40))
            body.text("test_clock", label("clk", clocks_, 0));
        body.merge(profile(account));
        if (dice_.percent(85) && (!is_child || dice_.percent(50))) step.caller = "root";
        step.body = body.to_text(dice_, spoilt_percent);
        return true;
    }
    if (is(pattern, "/status")) {
        const std::string_view status = dice_.percent(8)    ? "closed"
                                        : dice_.percent(35) ? "frozen"
                                                            : "active";
        Object body;
        body.text("status", status);
        if (dice_.percent(40)) body.text("balance", dice_.percent(50) ? "forfeit" : "refund");
        if (dice_.percent(40)) body.text("reference", reference());
        if (dice_.percent(50)) body.text("unused", dice_.percent(50) ? "credit" : "none");
        if (dice_.percent(50)) body.text("debt", "write_off");
        step.body = body.to_text(dice_, spoilt_percent);
        return true;
    }
    return false;
}

// One that comes again is told, or taken by another amount.
std::string Generator::reference() {
    const auto now = static_cast<std::size_t>(steps_);
    return "r" + std::to_string(dice_.percent(15) ? dice_.below(now + 1) : now);
}

bool Generator::fill_money(Step& step, std::string_view pattern, const Account& account) {
    if (step.method != "POST") return false;
    Object body;
    if (is(pattern, "/payments")) {
        step.label = new_label("ent");
        body.add("amount", money(account)).text("reference", reference());
        if (dice_.percent(10)) body.text("provider", "card");
        if (dice_.percent(70)) step.caller = "root";
    } else if (is(pattern, "/payouts")) {
        step.label = new_label("ent");
        body.add("amount", money(account)).text("reference", reference());
        if (dice_.percent(30)) body.text("reason", "walk");
        if (dice_.percent(70)) step.caller = "root";
    } else if (is(pattern, "/credit_grants")) {
        body.add("amount", money(account));
        if (dice_.percent(50)) body.text("kind", dice_.percent(50) ? "paid" : "promotional");
        if (dice_.percent(30)) body.add("priority", std::to_string(dice_.between(-3, 3)));
        if (dice_.percent(50)) body.add("expires_at", future());
    } else if (is(pattern, "/holds")) {
        step.label = new_label("hld");
        body.add("amount", money(account));
        if (dice_.percent(50)) body.add("expires_at", future());
    } else if (is(pattern, "/capture")) {
        if (dice_.percent(50)) body.add("amount", money(account));
    } else if (is(pattern, "/reversal")) {
        step.label = new_label("ent");
        if (dice_.percent(50)) body.text("reason", "walk");
    } else {
        return false;
    }
    if (!body.empty()) step.body = body.to_text(dice_, spoilt_percent);
    return true;
}

bool Generator::fill_plans(Step& step, std::string_view pattern, const Account& account) {
    const bool is_quote = is(pattern, "/quotes");
    const bool is_start = is(pattern, "/subscriptions");
    const bool is_change = is(pattern, "/changes") && step.method == "POST";
    if (step.method != "POST" || (!is_quote && !is_start && !is_change && !is(pattern, "/cancel")))
        return false;
    Object body;
    if (is(pattern, "/cancel")) {
        if (dice_.percent(40)) body.text("effective", dice_.percent(50) ? "now" : "period_end");
        step.body = body.empty() ? "" : body.to_text(dice_, spoilt_percent);
        return true;
    }
    step.label = new_label(is_quote ? "quo" : is_start ? "sub" : "chg");
    if (!is_quote && !quotes_.empty() && dice_.percent(25)) {
        step.body = body.text("quote", label("quo", quotes_, account.number)).to_text(dice_, 2);
        return true;
    }
    const bool is_of_one = pattern.find("/subscriptions/") != std::string_view::npos;
    if (!is_start && is_of_one && dice_.percent(8)) {
        step.body = body.add("cancel", "true").to_text(dice_, spoilt_percent);
        return true;
    }
    body.text("plan", plan());
    if (dice_.percent(45)) body.add("quantity", quantity());
    const bool is_of_account = pattern.find("/accounts/") != std::string_view::npos;
    if (is_of_account && dice_.percent(10)) body.add("skip_trial", "true");
    if (!is_of_account && dice_.percent(15))
        body.text("effective", dice_.percent(50) ? "now" : "period_end");
    if (dice_.percent(10)) body.add("cap", money(account));
    step.body = body.to_text(dice_, spoilt_percent);
    return true;
}

bool Generator::fill_keys(Step& step, std::string_view pattern, int number) {
    Object body;
    if (is(pattern, "/api_keys") && step.method == "POST") {
        step.label = new_label("key");
        body.text("role", dice_.pick(roles));
        if (dice_.percent(25)) body.text("surface", dice_.percent(50) ? "platform" : "agency");
        if (dice_.percent(15)) body.text("member", label("mem", members_, number));
        if (dice_.percent(10)) body.add("expires_at", future());
        if (dice_.percent(60)) step.caller = "root";
    } else if (is(pattern, "/service_keys") && step.method == "POST") {
        step.label = new_label("svc");
        // Making a pair on the server takes long.
        if (!dice_.percent(3)) body.text("public_key", dice_.percent(95) ? "@pem" : "no key");
        if (dice_.percent(30)) body.add("roles", R"(["Owner"])");
        if (dice_.percent(60)) step.caller = "root";
    } else if (is(pattern, "/members") && step.method == "POST") {
        step.label = new_label("mem");
        body.text("email", "p" + std::to_string(dice_.below(30)) + "@mail.test");
        body.text("role", dice_.pick(roles));
        if (dice_.percent(30)) body.text("status", dice_.percent(50) ? "invited" : "active");
    } else if (is(pattern, "/members/{member}") && step.method == "PATCH") {
        if (dice_.percent(70)) body.text("role", dice_.pick(roles));
        if (dice_.percent(50)) body.text("status", dice_.percent(50) ? "invited" : "active");
    } else {
        return false;
    }
    step.body = body.to_text(dice_, spoilt_percent);
    return true;
}

bool Generator::fill_rest(Step& step, std::string_view pattern, const Account& account) {
    Object body;
    if (is(pattern, "/gauges/{feature}")) {
        if (dice_.percent(70))
            body.add("value", dice_.percent(70) ? std::to_string(dice_.below(15)) : quantity());
        else
            body.add("difference", dice_.percent(70) ? std::to_string(dice_.between(-3, 5))
                                                     : extreme_integer(dice_));
    } else if (is(pattern, "/spend-cap") && step.method == "PUT") {
        static constexpr std::string_view windows[] = {"\"calendar_month\"", "\"calendar_day\"",
                                                       "\"lifetime\"", "null"};
        body.add("amount", money(account));
        if (dice_.percent(70)) body.add("window", std::string(dice_.pick(windows)));
    } else if (is(pattern, "/rate") && step.method == "PUT") {
        body.add("requests_per_second", dice_.percent(70) ? std::to_string(dice_.between(1, 1000))
                                                          : extreme_integer(dice_));
        if (dice_.percent(80)) step.caller = "root";
    } else if (pattern == "/v1/test_clocks") {
        step.label = new_label("clk");
        step.caller = "root";
        body.add("now", dice_.percent(80) ? "\"@{now}\"" : future());
    } else if (is(pattern, "/advance")) {
        static constexpr std::string_view targets[] = {"@{+1h}",   "@{+1d}",   "@{+20d}", "@{+35d}",
                                                       "@{+100d}", "@{+400d}", "@{now}"};
        if (dice_.percent(90)) step.caller = "root";
        body.text("to", dice_.pick(targets));
    } else if (pattern.starts_with("/ofrep")) {
        body.add("context", R"({"targetingKey":"$acc)" + std::to_string(account.number) + R"("})");
    } else {
        return false;
    }
    step.body = body.to_text(dice_, spoilt_percent);
    return true;
}

void Generator::fill_catalog(Step& step) {
    if (dice_.percent(70)) step.caller = "root";
    const auto name = successor_of(stage_.catalog, dice_.below(100));
    step.body = "@catalog{" + std::string(name) + "}";
    step.headers.emplace_back("Content-Type", "application/yaml");
}

// By a key of the platform dialect in the query, or by a token.
void Generator::fill_platform(Step& step, int number) {
    std::vector<int> keys;
    for (const Key& key : keys_)
        if (key.surface == "platform" && (key.account == number || dice_.percent(10)))
            keys.push_back(key.number);
    step.caller = "none";
    step.target += "?account_id=$num" + std::to_string(number);
    if (!services_.empty() && dice_.percent(30)) {
        const std::string service = label("svc", services_, number).substr(1);
        step.caller = "jwt:" + service + ":num" + std::to_string(number);
    } else if (!keys.empty()) {
        step.target += "&api_key=$key" + std::to_string(dice_.pick(keys));
    }
    const PlanFact& plan = dice_.pick(plans_of(stage_.catalog));
    if (dice_.percent(90)) step.target += "&plan_type=" + std::string(plan.family);
    if (dice_.percent(90))
        step.target += "&plan_subscription_template_id=" +
                       (dice_.percent(95) ? std::to_string(plan.number) : extreme_integer(dice_));
}

void Generator::fill_agency(Step& step, int number) {
    std::vector<int> keys;
    for (const Key& key : keys_)
        if (key.surface == "agency" && (key.account == number || dice_.percent(10)))
            keys.push_back(key.number);
    step.caller = "none";
    if (!keys.empty()) step.target += "?api_key=$key" + std::to_string(dice_.pick(keys));
    if (step.method != "POST") return;
    Object body;
    body.text("name", "plan " + std::to_string(made_)).text("description", "of an agency");
    for (const char* count : {"bots_count", "queries_count", "words_count", "voice_seconds"})
        body.add(count, quantity());
    body.add("premium_support", dice_.percent(50) ? "true" : "false");
    if (dice_.percent(30)) body.add("default_plan", "true");
    if (dice_.percent(20)) body.text("plan_lookup_key", "look" + std::to_string(dice_.below(5)));
    if (dice_.percent(20)) body.text("billing_plan_group", "add-on");
    if (dice_.percent(10)) body.text("agency_id", "$uid" + std::to_string(number));
    step.body = body.to_text(dice_, spoilt_percent);
}

void Generator::fill(Step& step, const Route& route, int number) {
    const std::string_view pattern = route.pattern;
    const Account about = account(number).value_or(Account{});
    if (pattern.starts_with("/platform_api")) return fill_platform(step, number);
    if (pattern.starts_with("/api/v1/agency")) return fill_agency(step, number);
    if (pattern.starts_with("/v1/catalog") && route.method != "GET") return fill_catalog(step);
    if (pattern.starts_with("/api/{tenant}")) {
        if (route.method == "POST")
            step.body = Object()
                            .add("plan", std::to_string(dice_.between(0, 5)))
                            .add("capped_amount",
                                 dice_.percent(50) ? std::to_string(dice_.below(500)) : "0")
                            .to_text(dice_, spoilt_percent);
        return;
    }
    if (route.method == "PATCH" && pattern == "/v1/accounts/{account}") {
        Object body = profile(about);
        if (dice_.percent(15)) body.text("currency", dice_.pick(currencies_of(stage_.catalog)));
        step.body = body.to_text(dice_, spoilt_percent);
        return;
    }
    if (fill_usage(step, pattern, number) || fill_account(step, pattern) ||
        fill_plans(step, pattern, about) || fill_money(step, pattern, about) ||
        fill_keys(step, pattern, number) || fill_rest(step, pattern, about))
        return;
    // Others take no body, mostly.
    if (route.method != "GET" && dice_.percent(3)) step.body = std::string(odd_json(dice_));
}

}  // namespace rb::testing::walk
