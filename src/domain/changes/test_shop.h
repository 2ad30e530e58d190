#pragma once
// For this room's tests: a shop with one customer, a clock that is moved by hand, and the books.
#include <gtest/gtest.h>

#include <map>
#include <memory>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/codec.h"
#include "domain/accounts/decide.h"
#include "domain/changes/decide.h"
#include "domain/changes/till.h"
#include "domain/ledger/decide.h"

namespace rb::changes {

inline Instant at(std::string_view text) {
    auto parsed = Instant::parse(std::string(text) + (text.size() == 10 ? "T00:00:00Z" : ""));
    EXPECT_TRUE(parsed.has_value()) << text;
    return parsed.value_or(Instant{});
}

inline Amount money(std::string_view text, Currency currency = "USD") {
    auto parsed = Amount::parse(text, currency);
    EXPECT_TRUE(parsed.has_value()) << text;
    return parsed.value_or(Amount{});
}

inline Decimal decimal(std::string_view text) { return Decimal::parse(text).value(); }

struct TestShop {
    catalog::Catalog catalog;
    catalog::PlanTable owned;  // an agency's plans that the account sees
    accounts::Account account;
    ledger::Wallet wallet;
    subscriptions::Subscriptions subscriptions;
    metering::Gauges gauges;
    Quotes quotes;
    accounts::Caller caller;
    // Agencies above the account, nearest first.
    struct Agency {
        accounts::Account account;
        ledger::Wallet wallet;
    };
    std::vector<Agency> agencies;
    Instant now = at("2025-01-01");
    std::vector<Event> log;                     // of the last step
    std::map<std::string, std::int64_t> books;  // "revenue" -> micros, of all sellers
    std::map<std::pair<AccountId, ledger::Bucket>, std::int64_t> sellers_books;
    std::uint64_t steps = 0;

    TestShop() {
        account.id = {{1, 1}};
        account.top = account.id;
        account.profile.currency = "USD";
        caller.account = account.id;
        catalog.settings.currencies = {
            {usd(), 2}, {eur(), 2}, {Currency("JPY"), 0}, {Currency("RUR"), 2}};
        catalog.settings.base_currency = "USD";
        family("F");
    }

    catalog::Family& family(const std::string& key) {
        catalog::Family& f = catalog.settings.families[key];
        f.key = key;
        return f;
    }
    catalog::ChangeRule& rule(catalog::Direction direction, std::string_view family_key = "F") {
        catalog::ChangeRule& r = catalog.settings.changes.emplace_back();
        r.family = family_key;
        r.direction = direction;
        return r;
    }
    // Tax of the whole world on every family.
    void tax(std::string_view percent, catalog::TaxMode mode = catalog::TaxMode::exclusive,
             CivilDate from = {2000, 1, 1}) {
        for (auto& [key, f] : catalog.settings.families) f.tax = "standard";
        catalog.settings.tax_rates.push_back({"standard", "DE", "", decimal(percent), mode, from});
        account.profile.tax.country = "DE";
    }
    void zone(std::string_view id) { account.profile.zone = Zone::find(id).value(); }

    struct PlanSpec {
        std::string key;
        std::string fee;  // USD; empty: none
        std::int32_t rank = 0;
        std::string family = "F";
    };
    // Publishes a plan, or a further version of it; `shape` may change anything.
    template <class Shape>
    PlanRef plan(const PlanSpec& spec, Shape shape) {
        catalog::PlanPublished event;
        const catalog::Plan* known = catalog.plans.find_key(spec.key);
        event.head.id = known ? known->head.id : PlanId{{9, catalog.plans.size() + 1}};
        event.head.key = spec.key;
        event.head.family = spec.family;
        event.head.rank = spec.rank;
        event.version.version = known ? static_cast<std::uint32_t>(known->versions.size()) + 1 : 1;
        event.version.published_at = known ? now : Instant{};
        event.version.name = spec.key;
        if (!spec.fee.empty()) event.version.fee = {{usd(), money(spec.fee)}};
        shape(event.head, event.version);
        catalog.plans.apply(event);
        return {event.head.id, event.version.version};
    }
    PlanRef plan(const PlanSpec& spec) {
        return plan(spec, [](catalog::PlanHead&, catalog::PlanVersion&) {});
    }

    World world() const {
        std::vector<Seller> sellers;
        for (const Agency& above : agencies) sellers.push_back({&above.account, &above.wallet});
        return {catalog,
                {&owned},
                account,
                wallet,
                subscriptions,
                gauges,
                quotes,
                caller,
                now,
                accounts::Status::active,
                {},
                std::move(sellers)};
    }
    // Above those that are there; its profile is the account's.
    Agency& agency() {
        Agency& made = agencies.emplace_back();
        made.account.id = {{2, agencies.size()}};
        made.account.name = "agency" + std::to_string(agencies.size());
        made.account.kind = accounts::Kind::agency;
        made.account.profile = account.profile;
        return made;
    }
    void pay(Agency& to, std::string_view text) {
        Currency currency = to.account.profile.currency;
        IdSource source = ids();
        ledger::Booking booked{to.account.id, currency, to.account.profile.credit_limit_micros,
                               now};
        auto paid = ledger::pay_in(to.wallet, booked, {to.account.id, money(text, currency), "pay"},
                                   {}, source);
        ASSERT_TRUE(paid.has_value()) << paid.error().detail;
        apply({*paid});
    }
    IdSource ids() { return IdSource(now, {77, ++steps}); }

    void apply(const std::vector<Event>& events) {
        log = events;
        for (const Event& event : events) {
            apply_money(wallet, account.id, event);
            for (Agency& above : agencies) apply_money(above.wallet, above.account.id, event);
            count(event);
            changes::apply(quotes, event);
            std::visit(
                [&]<class E>(const E& e) {
                    if constexpr (requires { subscriptions::Event(e); })
                        subscriptions::apply(subscriptions, subscriptions::Event(e));
                },
                event);
            if (const auto* cap = std::get_if<CapSet>(&event))
                account.profile.cap.amount = cap->cap;
            if (const auto* status = std::get_if<accounts::StatusSet>(&event))
                account.status = status->status;
        }
    }

    void pay(std::string_view text) {
        Currency currency = account.profile.currency;
        IdSource source = ids();
        auto paid = ledger::pay_in(wallet, booking(), {account.id, money(text, currency), "pay"},
                                   {}, source);
        ASSERT_TRUE(paid.has_value()) << paid.error().detail;
        apply({*paid});
    }
    ledger::Booking booking() const {
        return {account.id, account.profile.currency, account.profile.credit_limit_micros, now};
    }

    Ask ask_start(PlanRef to) const { return {QuoteKind::start, {}, to}; }
    Ask ask_change(PlanRef to) const { return {QuoteKind::change, base().id, to}; }
    Ask ask_cancel() const { return {QuoteKind::cancel, base().id, {}}; }

    Result<Outcome> change(const Ask& ask) {
        IdSource source = ids();
        auto decided = decide(world(), Change{account.id, ask}, source);
        if (!decided) return std::unexpected(decided.error());
        apply(decided->events);
        return decided->reply;
    }
    Result<Quote> quote(const Ask& ask) {
        IdSource source = ids();
        auto decided = decide(world(), MakeQuote{account.id, ask}, source);
        if (!decided) return std::unexpected(decided.error());
        apply(decided->events);
        return decided->reply;
    }
    Result<Outcome> execute(QuoteId id) {
        IdSource source = ids();
        auto decided = decide(world(), ExecuteQuote{account.id, id}, source);
        if (!decided) return std::unexpected(decided.error());
        apply(decided->events);
        return decided->reply;
    }
    // Refusals are failed tests.
    Outcome must(Result<Outcome> result) {
        EXPECT_TRUE(result.has_value()) << (result ? ""
                                                   : std::string(enum_text(result.error().fault)) +
                                                         ": " + result.error().detail);
        return result ? *result : Outcome{};
    }
    Outcome start(PlanRef to) { return must(change(ask_start(to))); }
    Outcome move(PlanRef to) { return must(change(ask_change(to))); }
    Outcome cancel() { return must(change(ask_cancel())); }
    std::string fault(const Ask& ask) {
        auto result = change(ask);
        return result ? "ok" : std::string(enum_text(result.error().fault));
    }

    // Fires everything that is due up to and at `until`, in order, and stops there.
    void go(std::string_view until) { go(at(until)); }
    void go(Instant until) {
        for (;;) {
            const subscriptions::Subscription* first = nullptr;
            for (const auto& s : subscriptions.items) {
                auto due = next_due(s);
                if (due && *due <= until && (!first || *due < *next_due(*first))) first = &s;
            }
            if (!first) break;
            now = *next_due(*first);
            IdSource source = ids();
            apply(fire(world(), first->id, source));
        }
        now = until;
    }
    void settle_debts() {
        IdSource source = ids();
        apply(settle_past_due(world(), source));
    }

    const subscriptions::Subscription& base(std::string_view family_key = "F") const {
        const subscriptions::Subscription* s = subscriptions.base_of(family_key);
        return s ? *s : subscriptions.items.back();
    }
    template <class E>
    const E* last() const {
        for (auto event = log.rbegin(); event != log.rend(); ++event)
            if (const auto* found = std::get_if<E>(&*event)) return found;
        return nullptr;
    }
    template <class E>
    std::size_t how_many() const {
        std::size_t n = 0;
        for (const Event& event : log) n += std::holds_alternative<E>(event);
        return n;
    }
    // "available 100, held 20": the wallet; zero buckets are left out.
    std::string purse() const {
        std::string text;
        for (std::size_t i = 0; i < ledger::wallet_bucket_count; ++i) {
            if (wallet.micros[i] == 0) continue;
            if (!text.empty()) text += ", ";
            text += std::string(enum_text(static_cast<ledger::Bucket>(i))) + " " +
                    Decimal::of(wallet.micros[i], 6).to_text();
        }
        return text.empty() ? "empty" : text;
    }
    // What sellers have in a bucket.
    std::string book(ledger::Bucket bucket) const {
        auto found = books.find(std::string(enum_text(bucket)));
        return Decimal::of(found == books.end() ? 0 : found->second, 6).to_text();
    }
    std::string earned() const {
        return "deferred " + book(ledger::Bucket::deferred_revenue) + ", revenue " +
               book(ledger::Bucket::revenue) + ", tax " + book(ledger::Bucket::tax_payable);
    }

private:
    void count(const Event& event) {
        std::visit(
            [&]<class E>(const E& e) {
                if constexpr (requires { ledger::Event(e); })
                    for (const ledger::Posting& p : e.entry.postings) {
                        books[std::string(enum_text(p.bucket))] += p.amount.micros();
                        sellers_books[{p.owner, p.bucket}] += p.amount.micros();
                    }
            },
            event);
    }
};

// "credit -193.33 + -48.33; charge 20 + 4": lines with net and tax.
inline std::string lines_text(const std::vector<subscriptions::Line>& lines) {
    std::string text;
    for (const subscriptions::Line& line : lines) {
        if (!text.empty()) text += "; ";
        text += std::string(enum_text(line.kind)) + " " + line.net.to_text();
        if (!line.tax.is_zero()) text += " + " + line.tax.to_text();
    }
    return text.empty() ? "none" : text;
}

}  // namespace rb::changes
