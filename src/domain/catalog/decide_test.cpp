#include "domain/catalog/decide.h"

#include <gtest/gtest.h>

#include "base/codec.h"
#include "base/limits.h"
#include "domain/catalog/test_catalog.h"

namespace rb::catalog {

using namespace test;

namespace {

std::string fault(const auto& result) {
    return result ? "none" : std::string(enum_text(result.error().fault));
}

// "published im_small 2", "head im_small archived", "settings", "moved 3"
std::vector<std::string> story(const std::vector<Event>& events) {
    std::vector<std::string> out;
    for (const Event& event : events) {
        if (auto* e = std::get_if<PlanPublished>(&event))
            out.push_back("published " + e->head.key + " " + std::to_string(e->version.version));
        if (auto* e = std::get_if<PlanHeadChanged>(&event))
            out.push_back("head " + e->head.key + (e->head.archived ? " archived" : ""));
        if (std::get_if<SettingsReplaced>(&event)) out.push_back("settings");
        if (auto* e = std::get_if<CatalogMoved>(&event))
            out.push_back("moved " + std::to_string(e->version));
    }
    return out;
}

using Lines = std::vector<std::string>;

}  // namespace

TEST(ApplyCatalog, a_first_draft_publishes_all_and_moves_last) {
    Catalog catalog;
    auto events = decide_draft(catalog, draft());
    ASSERT_TRUE(events);
    EXPECT_EQ(story(*events), (Lines{"settings", "published im_free 1", "published im_small 1",
                                     "published im_medium 1", "moved 1"}));
    apply_all(catalog, *events);
    EXPECT_EQ(catalog.version, 1);
    EXPECT_EQ(catalog.settings, draft().settings);
    const Plan* small = catalog.plans.find_number("IM", 185);
    ASSERT_NE(small, nullptr);
    EXPECT_EQ(small, catalog.plans.find_key("im_small"));
    EXPECT_EQ(small, catalog.plans.find(small->head.id));
    EXPECT_EQ(small->latest().published_at, now);
    EXPECT_EQ(catalog.plans.find({small->head.id, 1}), &small->latest());
    EXPECT_EQ(catalog.plans.find({small->head.id, 2}), nullptr);
    EXPECT_EQ(catalog.plans.find_number("MAU", 185), nullptr);
}

TEST(ApplyCatalog, an_unchanged_draft_gives_no_events) {
    Catalog catalog = applied(draft());
    EXPECT_EQ(story(*decide_draft(catalog, draft())), Lines{});
}

TEST(ApplyCatalog, a_changed_offer_is_a_new_version_and_keeps_the_id_and_the_old_one) {
    Catalog catalog = applied(draft());
    PlanId id = catalog.plans.find_key("im_small")->head.id;
    Draft d = draft();
    d.plans[1].version.fee["USD"] = usd(120'000'000);
    auto events = decide_draft(catalog, d, 2);
    EXPECT_EQ(story(*events), (Lines{"published im_small 2", "moved 2"}));
    apply_all(catalog, *events);
    const Plan* small = catalog.plans.find_key("im_small");
    EXPECT_EQ(small->head.id, id);
    EXPECT_EQ(small->find(1)->fee.at("USD"), usd(100'000'000));
    EXPECT_EQ(small->find(2)->fee.at("USD"), usd(120'000'000));
    EXPECT_EQ(small->latest_ref(), (PlanRef{id, 2}));
}

TEST(ApplyCatalog, a_changed_head_is_no_new_version) {
    Catalog catalog = applied(draft());
    Draft d = draft();
    d.plans[1].head.group = "popular";
    auto events = decide_draft(catalog, d);
    EXPECT_EQ(story(*events), (Lines{"head im_small", "moved 2"}));
    apply_all(catalog, *events);
    EXPECT_EQ(catalog.plans.find_key("im_small")->head.group, "popular");
    EXPECT_EQ(catalog.plans.find_key("im_small")->versions.size(), 1u);
}

TEST(ApplyCatalog, a_plan_that_is_left_out_is_archived_and_revived_when_it_returns) {
    Catalog catalog = applied(draft());
    PlanId id = catalog.plans.find_key("im_medium")->head.id;
    Draft d = draft();
    d.plans.pop_back();
    auto events = decide_draft(catalog, d);
    EXPECT_EQ(story(*events), (Lines{"head im_medium archived", "moved 2"}));
    apply_all(catalog, *events);
    EXPECT_EQ(story(*decide_draft(catalog, d)), Lines{});  // once
    EXPECT_EQ(catalog.plans.find_number("IM", 186)->head.id, id);

    events = decide_draft(catalog, draft());
    EXPECT_EQ(story(*events), (Lines{"head im_medium", "moved 3"}));
    apply_all(catalog, *events);
    EXPECT_FALSE(catalog.plans.find(id)->head.archived);
}

TEST(ApplyCatalog, an_archived_plan_is_no_default_and_leaves_its_number_to_others) {
    Catalog catalog = applied(draft());
    PlanId old = catalog.plans.find_key("im_free")->head.id;
    Draft d = draft();
    d.plans[0] = plan("im_starter", 0, 0);
    apply_all(catalog, *decide_draft(catalog, d, 7));
    EXPECT_FALSE(catalog.plans.find(old)->head.is_default);
    EXPECT_TRUE(catalog.plans.find(old)->head.archived);
    EXPECT_EQ(catalog.plans.find_number("IM", 184)->head.key, "im_starter");
    EXPECT_NE(catalog.plans.find(old), nullptr);
}

TEST(ApplyCatalog, changed_settings_alone_move_the_catalog) {
    Catalog catalog = applied(draft());
    Draft d = draft();
    d.settings.exchange_rates.push_back({{2026, 5, 1}, "RUR", *Decimal::parse("90")});
    EXPECT_EQ(story(*decide_draft(catalog, d)), (Lines{"settings", "moved 2"}));
}

TEST(ApplyCatalog, the_expected_version_is_asked_before_the_draft_is_judged) {
    Catalog catalog = applied(draft());
    Draft bad = draft();
    bad.plans[0].head.family = "ZZ";
    IdSource ids(now, Uuid{1, 1});
    EXPECT_EQ(fault(decide(catalog, ApplyCatalog{bad, 0}, now, ids)), "catalog_has_moved");
    EXPECT_EQ(fault(decide(catalog, ApplyCatalog{bad, 1}, now, ids)), "catalog_is_invalid");
    EXPECT_EQ(fault(decide(catalog, ApplyCatalog{draft(), 1}, now, ids)), "none");
}

TEST(ApplyCatalog, a_refusal_names_the_first_error_and_its_line) {
    Draft bad = draft();
    bad.plans[1].version.fee["USD"] = usd(-1);
    bad.plans[1].line = 31;
    auto result = decide_draft(Catalog{}, bad);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().fault, Fault::catalog_is_invalid);
    EXPECT_EQ(result.error().field, "/plans/im_small/fee/USD");
    EXPECT_EQ(result.error().detail, "plans/im_small/fee/USD: a price is not below zero (line 31)");
}

TEST(ApplyCatalog, warnings_do_not_refuse) {
    Draft d = draft();
    d.plans[2].version.packages[0].price_groups.clear();
    EXPECT_FALSE(lint(d).empty());
    EXPECT_TRUE(decide_draft(Catalog{}, d));
}

TEST(ApplyCatalog, what_published_plans_name_stays_in_the_catalog) {
    Catalog catalog = applied(draft());
    Draft none;
    none.settings = draft().settings;
    none.settings.changes.clear();
    EXPECT_TRUE(decide_draft(catalog, none));
    Draft no_family = none;
    no_family.settings.families.clear();
    EXPECT_EQ(fault(decide_draft(catalog, no_family)), "catalog_is_invalid");
    Draft no_group = none;
    no_group.settings.price_groups.clear();
    EXPECT_EQ(fault(decide_draft(catalog, no_group)), "catalog_is_invalid");
    Draft no_meter = none;
    no_meter.settings.price_groups[7561].meter.clear();
    EXPECT_EQ(decide_draft(catalog, no_meter).error().detail,
              "price_groups: version 1 of plan im_free draws on price group 7561: keep its meter");
}

TEST(ApplyCatalog, what_published_plans_charge_by_stays_in_the_catalog) {
    Draft d = draft();
    d.settings.price_groups[9] = priced_group(9);
    d.plans[2].version.price_groups = {9};
    Catalog catalog = applied(d);
    d.plans[2].version.price_groups.clear();
    EXPECT_TRUE(decide_draft(catalog, d));
    Draft no_price = d;
    no_price.settings.price_groups[9].price.clear();
    EXPECT_EQ(decide_draft(catalog, no_price).error().detail,
              "price_groups: version 1 of plan im_medium draws on price group 9: keep its price");
    d.settings.price_groups.erase(9);
    EXPECT_EQ(decide_draft(catalog, d).error().detail,
              "price_groups: version 1 of plan im_medium draws on price group 9: keep it");
}

TEST(ApplyCatalog, a_published_plan_stays_in_its_family) {
    Draft d = draft();
    d.settings.families["MAU"] = d.settings.families["IM"];
    d.settings.families["MAU"].key = "MAU";
    Catalog catalog = applied(d);
    d.plans[2].head.family = "MAU";
    auto result = decide_draft(catalog, d);
    ASSERT_FALSE(result);
    EXPECT_EQ(result.error().field, "/plans/im_medium/family");
}

TEST(ApplyCatalog, a_plan_has_a_greatest_number_of_versions) {
    Catalog catalog = applied(draft());
    const Plan first = *catalog.plans.find_key("im_small");
    for (std::uint32_t n = 2; n <= limits::plan_versions_max; ++n) {
        PlanVersion version = first.latest();
        version.version = n;
        apply(catalog, PlanPublished{first.head, version});
    }
    EXPECT_TRUE(decide_draft(catalog, draft()));
    Draft d = draft();
    d.plans[1].version.name = "other";
    EXPECT_EQ(fault(decide_draft(catalog, d)), "too_many");
}

TEST(ApplyCatalog, the_same_command_decided_twice_makes_the_same_ids) {
    auto a = decide_draft(Catalog{}, draft(), 5);
    auto b = decide_draft(Catalog{}, draft(), 5);
    ASSERT_EQ(a->size(), b->size());
    EXPECT_EQ(std::get<PlanPublished>((*a)[1]).head, std::get<PlanPublished>((*b)[1]).head);
    EXPECT_NE(std::get<PlanPublished>((*a)[1]).head.id, std::get<PlanPublished>((*a)[2]).head.id);
}

TEST(ApplyCatalog, events_survive_their_binary_form) {
    const Draft d = draft();
    const Settings settings = d.settings;
    Settings back;
    ASSERT_TRUE(decode(encode(settings), back));
    EXPECT_EQ(back, settings);
    for (const PlanDraft& one : d.plans) {
        PlanVersion version;
        ASSERT_TRUE(decode(encode(one.version), version));
        EXPECT_EQ(version, one.version);
        PlanHead head;
        ASSERT_TRUE(decode(encode(one.head), head));
        EXPECT_EQ(head, one.head);
    }
}

namespace {

// Plans of one agency, and the commands on them.
class OwnedPlans : public testing::Test {
protected:
    OwnedPlans() : catalog(applied(draft())) {}

    static PlanDraft gold(const std::string& key) {
        PlanDraft out;
        out.head.key = key;
        out.head.family = "IM";
        out.version.name = key;
        out.version.entitlements = {{"mailboxes", true, "", 10, false}};
        return out;
    }
    Result<std::vector<Event>> publish(const PlanDraft& wanted, PlanId plan = {}) {
        IdSource ids(now, Uuid{++seed, seed});
        return decide(catalog, owned, PublishOwnedPlan{owner, wanted, plan}, now, ids);
    }
    void accept(const std::vector<Event>& events) {
        for (const Event& event : events) {
            if (auto* e = std::get_if<PlanPublished>(&event)) owned.apply(*e);
            if (auto* e = std::get_if<PlanHeadChanged>(&event)) owned.apply(*e);
        }
    }
    PlanId id(std::string_view key) { return owned.find_key(key)->head.id; }

    Catalog catalog;
    PlanTable owned;
    AccountId owner{Uuid{9, 9}};
    std::uint64_t seed = 100;
};

}  // namespace

TEST_F(OwnedPlans, the_first_plan_becomes_the_default_and_prices_may_be_empty) {
    auto events = publish(gold("gold"));
    ASSERT_TRUE(events) << events.error().detail;
    EXPECT_EQ(story(*events), (Lines{"published gold 1"}));
    accept(*events);
    EXPECT_TRUE(owned.find_key("gold")->head.is_default);
    EXPECT_EQ(owned.find_key("gold")->head.owner, owner);
    accept(*publish(gold("silver")));
    EXPECT_FALSE(owned.find_key("silver")->head.is_default);
}

TEST_F(OwnedPlans, a_new_default_takes_over) {
    accept(*publish(gold("gold")));
    PlanDraft silver = gold("silver");
    silver.head.is_default = true;
    auto events = publish(silver);
    EXPECT_EQ(story(*events), (Lines{"head gold", "published silver 1"}));
    accept(*events);
    EXPECT_FALSE(owned.find_key("gold")->head.is_default);
    EXPECT_TRUE(owned.find_key("silver")->head.is_default);
}

TEST_F(OwnedPlans, a_plan_without_a_key_is_keyed_by_its_id) {
    accept(*publish(gold("")));
    ASSERT_EQ(owned.size(), 1u);
    const auto& [key, made] = *owned.by_key().begin();
    EXPECT_EQ(key, made->head.id.to_text());
}

TEST_F(OwnedPlans, a_change_publishes_a_version_a_head_alone_does_not) {
    accept(*publish(gold("gold")));
    PlanDraft changed = gold("gold");
    changed.head.is_default = true;
    EXPECT_EQ(story(*publish(changed, id("gold"))), Lines{});
    changed.head.group = "vip";
    EXPECT_EQ(story(*publish(changed, id("gold"))), (Lines{"head gold"}));
    changed.version.entitlements[0].limit = 20;
    EXPECT_EQ(story(*publish(changed, id("gold"))), (Lines{"published gold 2"}));
}

TEST_F(OwnedPlans, a_renamed_plan_is_found_by_its_new_key_only) {
    accept(*publish(gold("gold")));
    PlanId plan = id("gold");
    accept(*publish(gold("platinum"), plan));
    EXPECT_EQ(owned.find_key("gold"), nullptr);
    EXPECT_EQ(id("platinum"), plan);
    EXPECT_EQ(owned.size(), 1u);
}

TEST_F(OwnedPlans, wrong_plans_are_refused_under_their_field) {
    accept(*publish(gold("gold")));
    auto refusal = [&](auto change, PlanId plan = {}) {
        PlanDraft wanted = gold("silver");
        change(wanted);
        auto result = publish(wanted, plan);
        return result ? std::string("none") : fault(result) + " " + result.error().field;
    };
    EXPECT_EQ(refusal([](PlanDraft& p) { p.head.key = "gold"; }), "key_is_taken /key");
    EXPECT_EQ(refusal([](PlanDraft& p) { p.head.number = 7; }), "field_is_invalid /number");
    EXPECT_EQ(refusal([](PlanDraft& p) { p.head.family = "ZZ"; }), "field_is_invalid /family");
    EXPECT_EQ(refusal([](PlanDraft& p) { p.version.entitlements[0].feature = "zz"; }),
              "field_is_invalid /entitlements/zz");
    EXPECT_EQ(refusal([](PlanDraft& p) { p.version.fee["USD"] = usd(-1); }),
              "field_is_invalid /fee/USD");
    EXPECT_EQ(refusal([](PlanDraft& p) {
                  p.head.kind = PlanKind::add_on;
                  p.head.is_default = true;
              }),
              "field_is_invalid /is_default");
    EXPECT_EQ(refusal([](PlanDraft&) {}, PlanId{Uuid{4, 4}}), "plan_is_unknown ");
    EXPECT_EQ(refusal([](PlanDraft& p) { p.head.family = "MAU"; }, id("gold")),
              "field_is_invalid /family");
}

TEST_F(OwnedPlans, an_archived_plan_is_no_default_and_cannot_be_changed) {
    accept(*publish(gold("gold")));
    auto events = decide(owned, ArchiveOwnedPlan{owner, id("gold")});
    EXPECT_EQ(story(*events), (Lines{"head gold archived"}));
    accept(*events);
    EXPECT_FALSE(owned.find_key("gold")->head.is_default);
    EXPECT_EQ(story(*decide(owned, ArchiveOwnedPlan{owner, id("gold")})), Lines{});
    EXPECT_EQ(fault(publish(gold("gold"), id("gold"))), "plan_is_archived");
    EXPECT_EQ(fault(decide(owned, ArchiveOwnedPlan{owner, PlanId{Uuid{4, 4}}})), "plan_is_unknown");
    accept(*publish(gold("silver")));
    EXPECT_TRUE(owned.find_key("silver")->head.is_default);
}

TEST_F(OwnedPlans, an_account_has_a_greatest_number_of_plans) {
    for (std::size_t i = 0; i < limits::owned_plans_max; ++i)
        accept(*publish(gold("p" + std::to_string(i))));
    EXPECT_EQ(fault(publish(gold("one_more"))), "too_many");
    EXPECT_EQ(fault(publish(gold("p1"), id("p1"))), "none");
}

}  // namespace rb::catalog
