#include "testing/walk/money_model.h"

#include <algorithm>

#include "base/amount.h"
#include "testing/json_at.h"

namespace rb::testing::walk {

namespace {

constexpr std::size_t pages_max = 60;

int128 micros_at(const Json& json, std::string_view path) {
    const Json* money = json.at_path(path);
    if (!money || !money->is_object()) return 0;
    const Json* amount = money->find("amount");
    const Json* currency = money->find("currency");
    if (!amount || !currency) return 0;
    auto known = Currency::parse(currency->as_string());
    auto parsed = known ? Amount::parse(amount->as_string(), *known) : Unparsed("");
    return parsed ? int128{parsed->micros()} : int128{0};
}

std::string text_of(const Balance& b) {
    return "available " + to_text(b.available) + ", held " + to_text(b.held) + ", grants " +
           to_text(b.grants) + ", receivable " + to_text(b.receivable) + ", accrued " +
           to_text(b.accrued) + " micros of " + b.currency;
}

// What an entry did to an account's buckets.
struct Effect {
    int128 available = 0;
    int128 held = 0;
    int128 grants = 0;
    int128 receivable = 0;
    int128 net() const { return available + held + grants + receivable; }
};
void add(Effect& effect, const Json& entry, const std::string& account) {
    for (const Json& posting : entry.find("postings")->as_array()) {
        if (text_at(posting, "owner") != account) continue;
        const std::string bucket = text_at(posting, "bucket");
        const int128 micros = micros_at(posting, "amount");
        if (bucket == "available") effect.available += micros;
        if (bucket == "held") effect.held += micros;
        if (bucket == "grants") effect.grants += micros;
        if (bucket == "receivable") effect.receivable += micros;
    }
}

// All entries of an account, newest first; nothing: there are too many, or no such account.
std::optional<std::vector<Json>> entries_of(World& world, const std::string& account) {
    std::vector<Json> out;
    std::string cursor;
    for (std::size_t page = 0; page < pages_max; ++page) {
        auto answer =
            world.ask(http::Method::get, "/v1/accounts/" + account + "/ledger_entries?limit=200" +
                                             (cursor.empty() ? "" : "&cursor=" + cursor));
        auto body = Json::parse(answer.body);
        if (answer.status != 200 || !body) return std::nullopt;
        for (Json& item : body->find("items") ? const_cast<Json*>(body->find("items"))->as_array()
                                              : Json::Array{})
            out.push_back(std::move(item));
        cursor = text_at(*body, "next_cursor");
        if (cursor.empty()) return out;
    }
    return std::nullopt;
}

bool is_about_money(std::string_view pattern) {
    static constexpr std::string_view parts[] = {
        "/payments", "/payouts",       "/credit_grants", "/reversal",  "/holds",  "/capture",
        "/release",  "/subscriptions", "/changes",       "/cancel",    "/quotes", "/members",
        "/api_keys", "/service_keys",  "/gauges",        "/spend-cap", "/rate",   "/status"};
    if (pattern.starts_with("GET ") || pattern.find("/v1/") == std::string_view::npos) return false;
    if (pattern.find("/v1/reservations") != std::string_view::npos) return false;
    return std::ranges::any_of(
        parts, [&](std::string_view part) { return pattern.find(part) != std::string_view::npos; });
}

bool ends(std::string_view pattern, std::string_view with) { return pattern.ends_with(with); }

}  // namespace

std::optional<Balance> balance_of(World& world, const std::string& account) {
    auto answer = world.ask(http::Method::get, "/v1/accounts/" + account + "/balance");
    auto body = Json::parse(answer.body);
    if (answer.status != 200 || !body) return std::nullopt;
    Balance out;
    out.currency = text_at(*body, "available/currency");
    out.available = micros_at(*body, "available");
    out.held = micros_at(*body, "held");
    out.grants = micros_at(*body, "grants");
    out.receivable = micros_at(*body, "receivable");
    out.accrued = micros_at(*body, "accrued");
    return out;
}

void MoneyModel::before(World& world, std::string_view pattern, const std::string& account) {
    account_ = account;
    before_.reset();
    if (is_about_money(pattern)) before_ = balance_of(world, account);
}

void MoneyModel::learn(const std::string& account, std::string_view pattern, const Json& body) {
    if (ends(pattern, "/payments"))
        payments_[account][text_at(body, "entry")] = micros_at(body, "amount");
    if (ends(pattern, "/credit_grants")) granted_[account] += micros_at(body, "left");
}

Found MoneyModel::after(World& world, std::string_view pattern, const http::Request& request,
                        const http::Response& response, const Json& body) {
    if (!before_) return std::nullopt;
    const auto now = balance_of(world, account_);
    if (!now) return std::nullopt;  // shown as a fault of the reply itself
    const Balance was = *before_;
    const int128 gained = now->net() - was.net();
    const int128 held = now->held - was.held;
    auto wrong = [&](const std::string& what) {
        return Failure{"money: " + what,
                       std::string(pattern) + " " + request.body.substr(0, 500) + " -> " +
                           std::to_string(response.status) + " " + response.body.substr(0, 1500) +
                           "\nbefore: " + text_of(was) + "\nafter: " + text_of(*now)};
    };
    if (response.status >= 400) return *now == was ? Found() : wrong("a refused call moves some");
    const bool is_told = body.find("already_recorded") || body.find("already_executed");
    if (is_told) return *now == was ? Found() : wrong("what was done before moves some again");
    // Money that comes may pay at once what was past due; the ledger's pages tell the rest.
    if (ends(pattern, "/payments"))
        return gained <= micros_at(body, "amount") ? Found() : wrong("a payment is another sum");
    if (ends(pattern, "/payouts"))
        return gained == -micros_at(body, "amount") && now->available >= 0
                   ? Found()
                   : wrong("a payout is another sum, or more than is there");
    if (ends(pattern, "/credit_grants"))
        return gained <= micros_at(body, "left") ? Found() : wrong("a grant is another sum");
    if (ends(pattern, "/holds"))
        return gained == 0 && held == micros_at(body, "amount") ? Found()
                                                                : wrong("a hold is another sum");
    if (ends(pattern, "/capture"))
        return gained >= held ? Found() : wrong("a capture takes more than is held");
    if (ends(pattern, "/release"))
        return gained <= 0 && held <= 0 ? Found() : wrong("a release moves other money");
    if (ends(pattern, "/reversal")) return std::nullopt;  // the ledger's pages tell
    // What stood on it has gone somewhere; again the ledger's pages tell where.
    if (ends(pattern, "/status") && text_at(body, "status") == "closed") return std::nullopt;
    if (ends(pattern, "/subscriptions") || ends(pattern, "/changes") || ends(pattern, "/cancel")) {
        const Json* effective = body.at_path("quote/effective");
        const bool is_now = effective && effective->is_string() && effective->as_string() == "now";
        const int128 due = is_now ? micros_at(body, "quote/due_now") : int128{0};
        return gained == -due ? Found() : wrong("what is paid is not what was due");
    }
    return gained == 0 ? Found() : wrong("a call that is not about money moves some");
}

Found MoneyModel::check(World& world, const std::string& account) const {
    const auto entries = entries_of(world, account);
    if (!entries) return std::nullopt;
    const auto balance = balance_of(world, account);
    if (!balance) return std::nullopt;
    Effect sum;
    std::map<std::string, int128> paid;
    int128 granted = 0;
    std::set<std::string> seen;
    for (const Json& entry : *entries) {
        if (!seen.insert(text_at(entry, "id")).second)
            return Failure{"ledger: an entry stands on its pages twice", entry.to_text()};
        Effect one;
        add(one, entry, account);
        sum.available += one.available;
        sum.held += one.held;
        sum.grants += one.grants;
        sum.receivable += one.receivable;
        if (text_at(entry, "kind") == "payment") paid[text_at(entry, "id")] = one.net();
        if (text_at(entry, "kind") == "grant") granted += one.grants;
    }
    if (sum.available != balance->available || sum.held != balance->held ||
        sum.grants != balance->grants || -sum.receivable != balance->receivable)
        return Failure{"ledger: its pages do not add up to the balance",
                       account + ": pages: available " + to_text(sum.available) + ", held " +
                           to_text(sum.held) + ", grants " + to_text(sum.grants) + ", receivable " +
                           to_text(-sum.receivable) + "; balance: " + text_of(*balance)};
    auto acknowledged = payments_.find(account);
    if (paid !=
        (acknowledged == payments_.end() ? std::map<std::string, int128>() : acknowledged->second))
        return Failure{"ledger: its payments are not those that were acknowledged",
                       account + ": " + std::to_string(paid.size()) + " payments"};
    auto given = granted_.find(account);
    // Changes of plan give credit, too.
    if (granted < (given == granted_.end() ? int128{0} : given->second))
        return Failure{"ledger: a grant that was acknowledged is not on its pages",
                       account + ": " + to_text(granted) + " micros"};
    return std::nullopt;
}

}  // namespace rb::testing::walk
