// The precedence of faults, as text. One account, one command a line; each line removes the fault
// of the line before, so that a reordering of checks shows.
#include "base/limits.h"
#include "domain/changes/test_shop.h"

namespace rb::changes {
namespace {

struct Row {
    const char* what;  // what is put right before the command is given again
    const char* reply;
    void (*mend)(TestShop&, Ask&);
};

PlanRef ref(TestShop& shop, std::string_view key) {
    return shop.catalog.plans.find_key(key)->latest_ref();
}

void run(TestShop& shop, Ask ask, const std::vector<Row>& table) {
    for (const Row& row : table) {
        SCOPED_TRACE(row.what);
        row.mend(shop, ask);
        EXPECT_EQ(shop.fault(ask), row.reply);
    }
}

// free (default), paid (seats, cap, limits), gone (archived), each of family F.
TestShop stage() {
    TestShop shop;
    shop.catalog.settings.features["boxes"] = {"boxes", "", catalog::FeatureKind::limit, ""};
    shop.plan({"free", "0"},
              [](catalog::PlanHead& head, catalog::PlanVersion&) { head.is_default = true; });
    shop.plan({"paid", "10", 1}, [](catalog::PlanHead&, catalog::PlanVersion& v) {
        v.entitlements = {{"boxes", true, "", 1, false}};
    });
    shop.plan({"gone", "10", 1},
              [](catalog::PlanHead& head, catalog::PlanVersion&) { head.archived = true; });
    shop.gauges["boxes"] = 2;
    shop.account.profile.cap.app_store = true;
    return shop;
}

const std::vector<Row> last_rows = {
    {"the rule lets up", "quantity_is_not_allowed",
     [](TestShop& shop, Ask&) {
         auto& rule = shop.rule(catalog::Direction::up);
         rule.requires_fit = true;
         rule.who = catalog::Who::role;
     }},
    {"a quantity", "usage_does_not_fit", [](TestShop&, Ask& ask) { ask.quantity = 1; }},
    {"a box less", "cap_is_too_low", [](TestShop& shop, Ask&) { shop.gauges["boxes"] = 1; }},
    {"a cap below what is required", "cap_is_too_low",
     [](TestShop&, Ask& ask) { ask.cap = money("9.99"); }},
    {"a cap that suffices", "approval_is_required",
     [](TestShop&, Ask& ask) { ask.cap = money("10"); }},
    {"the payer has approved it", "money_is_short",
     [](TestShop& shop, Ask&) { shop.account.profile.cap.amount = money("10"); }},
    {"money", "ok", [](TestShop& shop, Ask&) { shop.pay("10"); }},
};

TEST(DecideTable, change) {
    TestShop shop = stage();
    PlanRef free_plan = ref(shop, "free");
    shop.account.profile.cap.app_store = false;
    shop.start(free_plan);
    shop.account.profile.cap.app_store = true;
    Ask ask{QuoteKind::change, {{4, 4}}, {{{4, 4}}, 0}};
    ask.quantity = 0;
    shop.account.status = accounts::Status::closed;
    run(shop, ask,
        {{"nothing", "account_is_closed", [](TestShop&, Ask&) {}},
         {"frozen only", "account_is_frozen",
          [](TestShop& s, Ask&) { s.account.status = accounts::Status::frozen; }},
         {"active", "subscription_is_unknown",
          [](TestShop& s, Ask&) { s.account.status = accounts::Status::active; }},
         {"an ended subscription", "subscription_has_ended",
          [](TestShop& s, Ask& a) {
              subscriptions::Subscription ended = s.base();
              ended.id = {{6, 6}};
              ended.status = subscriptions::Status::ended;
              s.subscriptions.items.insert(s.subscriptions.items.begin(), ended);
              a.subscription = ended.id;
          }},
         {"a live one", "plan_is_unknown",
          [](TestShop& s, Ask& a) { a.subscription = s.base().id; }},
         {"an archived plan", "plan_is_archived",
          [](TestShop& s, Ask& a) { a.plan = ref(s, "gone"); }},
         {"a version that never was", "plan_is_unknown",
          [](TestShop& s, Ask& a) {
              a.plan = ref(s, "paid");
              a.plan.version = 9;
          }},
         {"the present plan in the present quantity", "plan_is_current",
          [](TestShop& s, Ask& a) {
              a.plan = ref(s, "free");
              a.quantity = 1;
          }},
         {"another plan", "plan_is_not_allowed",
          [](TestShop& s, Ask& a) {
              a.plan = ref(s, "paid");
              a.quantity = 0;
          }},
         {"a rule for support", "plan_is_not_allowed",
          [](TestShop& s, Ask&) { s.rule(catalog::Direction::up).who = catalog::Who::support; }},
         {"no such rule", "plan_is_not_allowed",
          [](TestShop& s, Ask&) { s.catalog.settings.changes.clear(); }}});
    ask.subscription = shop.base().id;
    ask.plan = ref(shop, "paid");
    run(shop, ask, last_rows);
    EXPECT_EQ(shop.base().plan, ref(shop, "paid"));
}

TEST(DecideTable, start) {
    TestShop shop = stage();
    Ask ask = shop.ask_start({{{4, 4}}, 0});
    ask.quantity = 0;
    ask.key = "mine";
    shop.account.profile.cap.app_store = false;
    Ask first = shop.ask_start(ref(shop, "free"));
    first.key = "mine";
    shop.must(shop.change(first));
    shop.account.profile.cap.app_store = true;
    shop.account.status = accounts::Status::closed;
    run(shop, ask,
        {{"nothing", "account_is_closed", [](TestShop&, Ask&) {}},
         {"active", "plan_is_unknown",
          [](TestShop& s, Ask&) { s.account.status = accounts::Status::active; }},
         {"an archived plan", "plan_is_archived",
          [](TestShop& s, Ask& a) { a.plan = ref(s, "gone"); }},
         {"a plan", "key_is_taken", [](TestShop& s, Ask& a) { a.plan = ref(s, "paid"); }},
         {"another key", "family_is_taken", [](TestShop&, Ask& a) { a.key = "other"; }},
         {"a free family", "plan_is_not_allowed", [](TestShop& s, Ask&) {
              s.subscriptions.items[0].status = subscriptions::Status::ended;
          }}});
    ask.plan = ref(shop, "paid");
    ask.key = "other";
    run(shop, ask, last_rows);
}

TEST(DecideTable, cap_of_another_currency_is_no_cap) {
    TestShop shop = stage();
    Ask ask = shop.ask_start(ref(shop, "free"));
    ask.cap = money("10", "EUR");
    EXPECT_EQ(shop.fault(ask), "field_is_invalid");
    ask.cap = money("-1");
    EXPECT_EQ(shop.fault(ask), "field_is_invalid");
}

TEST(DecideTable, only_support_may_take_an_older_version) {
    TestShop shop;
    PlanRef old = shop.plan({"plan", "0"});
    shop.now = at("2025-02-01");
    shop.plan({"plan", "1"});
    EXPECT_EQ(shop.fault(shop.ask_start(old)), "plan_is_archived");
    shop.caller.support = true;
    EXPECT_EQ(shop.fault(shop.ask_start(old)), "ok");
}

TEST(DecideTable, an_add_on_stands_beside_and_stacks_under_keys) {
    TestShop shop;
    PlanRef base = shop.plan({"base", "0"});
    PlanRef add_on = shop.plan({"extra", "0"}, [](catalog::PlanHead& head, catalog::PlanVersion&) {
        head.kind = catalog::PlanKind::add_on;
    });
    shop.rule(catalog::Direction::any);
    shop.start(base);
    shop.start(add_on);
    EXPECT_EQ(shop.fault(shop.ask_start(add_on)), "key_is_taken");
    Ask second = shop.ask_start(add_on);
    second.key = "second";
    EXPECT_EQ(shop.fault(second), "ok");
    EXPECT_EQ(shop.fault(shop.ask_change(add_on)), "plan_is_not_allowed");
    EXPECT_EQ(shop.base().plan, base);
}

}  // namespace
}  // namespace rb::changes
