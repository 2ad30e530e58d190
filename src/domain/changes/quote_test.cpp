// Quotes: what they say, when they are stale, and that executing gives the same cents.
#include "base/limits.h"
#include "domain/changes/test_shop.h"

namespace rb::changes {
namespace {

using catalog::Direction;

struct QuoteShop : TestShop {
    PlanRef small, large;
    QuoteShop() {
        now = at("2025-04-01");
        family("F").anchor = AnchorKind::calendar;
        for (Direction direction : {Direction::any, Direction::cancel}) rule(direction);
        catalog.settings.exchange_rates = {{{2025, 1, 1}, eur(), decimal("0.9")}};
        tax("19");
        small = plan({"small", "20"});
        large = plan({"large", "50", 1});
        pay("200");
        start(small);
        go("2025-04-16");
    }
    Quote ask_large() { return *quote(ask_change(large)); }
    std::string run(const Quote& q) {
        auto done = execute(q.id);
        return done ? "ok" : std::string(enum_text(done.error().fault));
    }
};

TEST(Quote, executed_later_costs_the_same_cents_and_counts_from_its_own_instant) {
    QuoteShop shop;
    Quote quote = shop.ask_large();
    EXPECT_EQ(lines_text(quote.lines), "credit -10 + -1.9; charge 25 + 4.75");
    EXPECT_EQ(quote.expires_at, at("2025-04-16T00:15:00Z"));
    EXPECT_TRUE(quote.blockers.empty());
    shop.go("2025-04-16T00:14:59Z");
    EXPECT_EQ(shop.run(quote), "ok");
    EXPECT_EQ(shop.purse(), "available 158.35");
    EXPECT_EQ(shop.base().account.accruals.back().span.start, at("2025-04-16"));
    EXPECT_TRUE(shop.quotes.empty());
    EXPECT_EQ(shop.run(quote), "quote_is_unknown");
}

TEST(Quote, gives_what_a_direct_change_would_have_given) {
    QuoteShop quoted;
    Quote quote = quoted.ask_large();
    quoted.run(quote);
    QuoteShop direct;
    Outcome outcome = direct.move(direct.large);
    EXPECT_TRUE(outcome.quote.id.is_nil());
    EXPECT_TRUE(direct.base().quote.is_nil());
    // But for the quote that it was done by.
    subscriptions::Subscription changed = quoted.base();
    EXPECT_EQ(changed.quote, quote.id.uuid);
    changed.quote = {};
    EXPECT_EQ(encode(changed), encode(direct.base()));
    EXPECT_EQ(quoted.purse(), direct.purse());
}

TEST(Quote, that_was_executed_is_unknown_and_names_what_is_as_it_said) {
    QuoteShop shop;
    Quote quote = shop.ask_large();
    EXPECT_EQ(shop.run(quote), "ok");
    auto again = [&] { return shop.execute(quote.id).error(); };
    EXPECT_EQ(again().fault, Fault::quote_is_unknown);
    EXPECT_NE(again().detail.find(shop.base().id.to_text()), std::string::npos) << again().detail;
    shop.move(shop.small);
    EXPECT_EQ(again().detail, "the account has no such quote");
}

TEST(Quote, expires_after_fifteen_minutes_and_at_the_end_of_the_period) {
    QuoteShop shop;
    Quote quote = shop.ask_large();
    shop.go("2025-04-16T00:15:01Z");
    EXPECT_EQ(shop.run(quote), "quote_has_expired");
    shop.go("2025-04-30T23:55:00Z");
    EXPECT_EQ(shop.ask_large().expires_at, at("2025-05-01"));
}

TEST(Quote, is_stale_after_anything_it_was_priced_from) {
    struct Case {
        const char* what;
        void (*happens)(QuoteShop&);
        const char* reply;
    };
    const Case cases[] = {
        {"nothing", [](QuoteShop&) {}, "ok"},
        {"usage", [](QuoteShop& s) { s.gauges["mailboxes"] = 3; }, "ok"},
        {"a payment", [](QuoteShop& s) { s.pay("5"); }, "ok"},
        {"another family's plan", [](QuoteShop& s) { s.start(s.plan({"other", "0", 0, "G"})); },
         "ok"},
        {"another plan's version", [](QuoteShop& s) { s.plan({"small", "21"}); }, "ok"},
        {"a new version of the plan at that instant",
         [](QuoteShop& s) { s.plan({"large", "51", 1}); }, "stale"},
        {"a new version of the plan after it",
         [](QuoteShop& s) {
             s.now = at("2025-04-16T00:01:00Z");
             s.plan({"large", "51", 1});
         },
         "ok"},
        {"the end of the plan",
         [](QuoteShop& s) {
             s.plan({"large", "50", 1},
                    [](catalog::PlanHead& head, catalog::PlanVersion&) { head.archived = true; });
         },
         "plan_is_archived"},
        {"a tax row of today",
         [](QuoteShop& s) { s.tax("20", catalog::TaxMode::exclusive, {2025, 4, 2}); }, "stale"},
        {"a tax row of tomorrow",
         [](QuoteShop& s) { s.tax("20", catalog::TaxMode::exclusive, {2025, 4, 17}); }, "ok"},
        {"an exempt payer", [](QuoteShop& s) { s.account.profile.tax.exempt = true; }, "stale"},
        {"another zone", [](QuoteShop& s) { s.zone("Europe/Berlin"); }, "stale"},
        {"the rule",
         [](QuoteShop& s) {
             s.catalog.settings.changes.front().proration = catalog::Proration::day;
         },
         "stale"},
        {"the rounding", [](QuoteShop& s) { s.catalog.settings.rounding = Rounding::half_even; },
         "stale"},
        {"the subscription",
         [](QuoteShop& s) {
             Ask two = s.ask_change(s.small);
             two.quantity = 2;
             s.must(s.change(two));
         },
         "stale"},
    };
    for (const Case& c : cases) {
        SCOPED_TRACE(c.what);
        QuoteShop shop;
        Quote quote = shop.ask_large();
        c.happens(shop);
        std::string reply = shop.run(quote);
        EXPECT_EQ(reply == "quote_is_stale" ? "stale" : reply, c.reply);
    }
}

TEST(Quote, of_a_price_in_another_currency_is_stale_when_the_rate_moves) {
    TestShop shop;
    shop.account.profile.currency = "EUR";
    shop.catalog.settings.exchange_rates = {{{2025, 1, 1}, eur(), decimal("0.9")}};
    PlanRef plan = shop.plan({"plan", "20"});
    shop.pay("100");
    Quote quote = *shop.quote(shop.ask_start(plan));
    EXPECT_EQ(quote.due_now, money("18", "EUR"));
    shop.catalog.settings.exchange_rates = {{{2025, 1, 1}, eur(), decimal("0.95")}};
    auto done = shop.execute(quote.id);
    ASSERT_FALSE(done);
    EXPECT_EQ(done.error().fault, Fault::quote_is_stale);
}

TEST(Quote, checks_money_and_fit_again_under_their_own_names) {
    QuoteShop shop;
    shop.catalog.settings.features["mailboxes"] = {"mailboxes", "", catalog::FeatureKind::limit,
                                                   ""};
    shop.catalog.settings.changes.front().requires_fit = true;
    shop.large = shop.plan({"large", "50", 1}, [](catalog::PlanHead&, catalog::PlanVersion& v) {
        v.entitlements = {{"mailboxes", true, "", 10, false}};
    });
    Quote quote = shop.ask_large();
    shop.gauges["mailboxes"] = 12;
    auto refused = shop.execute(quote.id);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().fault, Fault::usage_does_not_fit);
    EXPECT_EQ(refused.error().detail, "mailboxes: 12 in use, 10 allowed");
    shop.gauges["mailboxes"] = 10;
    IdSource ids = shop.ids();
    shop.apply(
        {*ledger::place_hold(shop.wallet, shop.booking(), {money("170"), "x", {}, {}}, ids)});
    EXPECT_EQ(shop.run(quote), "money_is_short");
}

TEST(Quote, lists_every_blocker_with_its_numbers) {
    QuoteShop shop;
    shop.catalog.settings.features["mailboxes"] = {"mailboxes", "", catalog::FeatureKind::limit,
                                                   ""};
    shop.catalog.settings.features["forms"] = {"forms", "", catalog::FeatureKind::limit, ""};
    auto& rule = shop.catalog.settings.changes.front();
    rule.requires_fit = true;
    rule.who = catalog::Who::support;
    PlanRef dear = shop.plan({"dear", "5000", 2}, [](catalog::PlanHead&, catalog::PlanVersion& v) {
        v.entitlements = {{"forms", true, "", 1, false}, {"mailboxes", true, "", 10, true}};
    });
    shop.gauges = {{"forms", 2}, {"mailboxes", 12}};
    Quote quote = *shop.quote(shop.ask_change(dear));
    ASSERT_EQ(quote.blockers.size(), 3U);
    EXPECT_EQ(quote.blockers[0].fault, Fault::plan_is_not_allowed);
    EXPECT_EQ(quote.blockers[1], (Blocker{Fault::usage_does_not_fit, "forms", "2", "1"}));
    EXPECT_EQ(quote.blockers[2],
              (Blocker{Fault::money_is_short, "money", "2975.00 USD", "188.10 USD"}));
    auto refused = shop.execute(quote.id);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().fault, Fault::plan_is_not_allowed);
}

TEST(Quote, of_a_start_depends_on_what_the_family_has) {
    TestShop shop;
    PlanRef plan = shop.plan({"plan", "20"});
    shop.pay("100");
    Quote quote = *shop.quote(shop.ask_start(plan));
    shop.start(plan);
    auto refused = shop.execute(quote.id);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().fault, Fault::quote_is_stale);
}

TEST(Quote, drops_those_that_had_expired_and_counts_the_open_ones) {
    QuoteShop shop;
    shop.ask_large();
    shop.go("2025-04-17");
    shop.ask_large();
    EXPECT_EQ(shop.quotes.size(), 1U);
    Quote one = shop.quotes.front();
    shop.quotes.assign(limits::quotes_open_max, one);
    auto refused = shop.quote(shop.ask_change(shop.large));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().fault, Fault::too_many);
}

TEST(Quote, of_a_trial_that_was_used_meanwhile_is_stale) {
    TestShop shop;
    PlanRef plan = shop.plan({"plan", "20"},
                             [](catalog::PlanHead&, catalog::PlanVersion& v) { v.trial_days = 7; });
    Quote quote = *shop.quote(shop.ask_start(plan));
    EXPECT_TRUE(quote.trial_end);
    shop.subscriptions.trials_used.push_back("F");
    auto refused = shop.execute(quote.id);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().fault, Fault::quote_is_stale);
}

TEST(Quote, of_a_restart_begins_at_its_own_instant) {
    TestShop shop;
    PlanRef plan = shop.plan({"plan", "20"}, [](catalog::PlanHead&, catalog::PlanVersion& v) {
        v.trial_days = 7;
        v.trial_end = catalog::TrialEnd::expire;
    });
    shop.pay("20");
    shop.start(plan);
    shop.go("2025-02-01");
    Quote quote = *shop.quote(shop.ask_change(plan));
    shop.go("2025-02-01T00:10:00Z");
    ASSERT_TRUE(shop.execute(quote.id));
    EXPECT_EQ(shop.base().period.start, at("2025-02-01"));
    EXPECT_EQ(shop.purse(), "empty");
}

}  // namespace
}  // namespace rb::changes
