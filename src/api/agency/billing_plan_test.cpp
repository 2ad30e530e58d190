#include <algorithm>

#include "api/agency/faults.h"
#include "api/agency/from_wire.h"
#include "api/agency/test_reseller.h"

namespace rb::api::agency {
namespace {

TEST(AgencyPlan, is_echoed_in_the_published_shape) {
    Reseller house;
    http::Response response = house.create(std::string(growth_plan));
    ASSERT_EQ(response.status, 200) << response.body;
    EXPECT_EQ(response.body,
              R"({"message":"Data created successfully","meta":{},"data":{"name":"Growth",)"
              R"("description":"For shops","bots_count":3,"queries_count":6000,)"
              R"("words_count":200000,"voice_seconds":3600,"premium_support":true,)"
              R"("default_plan":true,"remove_branding":true,"advanced_intents":false,)"
              R"("auto_intents":false,"billing_plan_group":"Regular",)"
              R"("credits":{"rollover":1.50},"attributes":{"badge":"popular"},"agency_id":")" +
                  house.north.uuid.to_text() + R"(","plan_lookup_key":"growth_monthly"}})");
}

TEST(AgencyPlan, is_the_default_when_it_is_the_first_or_says_so) {
    Reseller house;
    EXPECT_EQ(at(house.create(std::string(growth_plan)), "data/default_plan"), "true");
    EXPECT_EQ(at(house.create(std::string(growth_plan)), "data/default_plan"), "false");
    std::string third(growth_plan);
    third.insert(1, R"("default_plan": true, )");
    EXPECT_EQ(at(house.create(third), "data/default_plan"), "true");
    http::Response list = house.list();
    EXPECT_EQ(at(list, "data/items/0/default_plan"), "false");
    EXPECT_EQ(at(list, "data/items/2/default_plan"), "true");
}

TEST(AgencyPlan, can_be_read_by_its_id_with_the_count_of_its_users) {
    Reseller house;
    ASSERT_EQ(house.create(std::string(growth_plan)).status, 200);
    std::string id = text_at(house.list(), "data/items/0/id");
    http::Response response = house.get(id);
    ASSERT_EQ(response.status, 200) << response.body;
    EXPECT_EQ(text_at(response, "message"), "Data retrieved successfully");
    EXPECT_EQ(text_at(response, "data/id"), id);
    EXPECT_EQ(at(response, "data/user_count"), "0");
    EXPECT_EQ(house.get(id, "in-south").status, 404);
    EXPECT_EQ(house.get("01890000-0000-7000-8000-000000000000").status, 404);
    http::Response garbled = house.get("growth");
    EXPECT_EQ(garbled.status, 422);
    EXPECT_EQ(at(garbled, "detail/0/loc"), R"(["path","billing_plan_id"])");
}

// evidence: A-040, A-046, A-051
TEST(AgencyPlan, given_to_a_sub_account_sets_its_limits) {
    Reseller house;
    ASSERT_EQ(house.create(std::string(growth_plan)).status, 200);
    std::string id = text_at(house.list(), "data/items/0/id");
    PlanId plan{*Uuid::parse(id)};
    changes::Ask ask;
    ask.plan.plan = plan;
    auto given = house.try_give(changes::Change{house.shop, ask});
    ASSERT_TRUE(given.has_value()) << given.error().detail;
    EXPECT_EQ(at(house.get(id), "data/user_count"), "1");
    EXPECT_EQ(at(house.list(), "data/items/0/user_count"), "1");

    house.look(house.shop, [&](const engine::Reader& reader, const engine::AccountRecord& shop) {
        auto limit = [&](std::string_view feature) -> std::int64_t {
            for (const engine::EntitlementView& e : reader.entitlements(shop))
                if (e.feature == feature) return e.limit.value_or(-1);
            return -2;
        };
        EXPECT_EQ(limit("bots_count"), 3);
        EXPECT_EQ(limit("queries_count"), 6000);
        EXPECT_EQ(limit("words_count"), 200000);
        EXPECT_EQ(limit("voice_seconds"), 3600);
        for (const engine::EntitlementView& e : reader.entitlements(shop)) {
            if (e.feature == "premium_support" || e.feature == "remove_branding") {
                EXPECT_TRUE(e.on) << e.feature;
            }
            if (e.feature == "auto_intents") {
                EXPECT_FALSE(e.on);
            }
        }
    });
    // The limit is enforced as every other.
    EXPECT_TRUE(house.try_give(metering::SetGauge{house.shop, "bots_count", {}, 3}).has_value());
    EXPECT_FALSE(house.try_give(metering::SetGauge{house.shop, "bots_count", {}, 1}).has_value());
}

// evidence: A-046
TEST(AgencyPlan, does_not_exist_for_accounts_of_another_agency) {
    Reseller house;
    ASSERT_EQ(house.create(std::string(growth_plan)).status, 200);
    PlanId plan{*Uuid::parse(text_at(house.list(), "data/items/0/id"))};
    AccountId stall = house.open("stall", house.south, accounts::Kind::customer);
    changes::Ask ask;
    ask.plan.plan = plan;
    auto given = house.try_give(changes::Change{stall, ask});
    ASSERT_FALSE(given.has_value());
    EXPECT_EQ(given.error().fault, Fault::plan_is_unknown);
    house.look(stall, [&](const engine::Reader& reader, const engine::AccountRecord& record) {
        EXPECT_EQ(reader.plan(record, plan), nullptr);
        for (const changes::Offer& offer : reader.offers(record, ""))
            EXPECT_NE(offer.plan->head.id, plan);
    });
}

// evidence: A-042
TEST(AgencyPlan, of_a_group_has_its_kind) {
    auto kind = [](std::string group) {
        BillingPlanCreate plan;
        plan.billing_plan_group = std::move(group);
        return draft_of(plan, "AGENCY", "key").head.kind;
    };
    for (std::string group : {"Add-on", "add_on", "ADD ON", "addon"})
        EXPECT_EQ(kind(group), catalog::PlanKind::add_on) << group;
    EXPECT_EQ(kind("Hidden"), catalog::PlanKind::hidden);
    for (std::string group : {"", "Regular", "Gold", "hidden gems"})
        EXPECT_EQ(kind(group), catalog::PlanKind::regular) << group;
}

// evidence: A-043
TEST(AgencyPlan, that_is_an_add_on_cannot_be_the_default) {
    Reseller house;
    std::string body(growth_plan);
    body.replace(body.find("\"Regular\""), 9, "\"Add-on\"");
    EXPECT_EQ(at(house.create(body), "data/default_plan"), "false");
    body.insert(1, R"("default_plan": true, )");
    http::Response response = house.create(body);
    EXPECT_EQ(response.status, 422) << response.body;
    EXPECT_EQ(at(response, "detail/0/loc"), R"(["body","default_plan"])");
}

// evidence: A-041
TEST(AgencyPlan, has_a_key_of_its_name) {
    Uuid id = *Uuid::parse("01890000-0000-7000-8000-0123456789ab");
    std::string tail = id.to_base32().substr(14);
    EXPECT_EQ(plan_key_of("Growth", id), "growth-" + tail);
    EXPECT_EQ(plan_key_of("  Für Läden & Co. ", id), "f-r-l-den-co-" + tail);
    EXPECT_EQ(plan_key_of("日本", id), "plan-" + tail);
    EXPECT_LE(plan_key_of(std::string(200, 'x'), id).size(), 80u);
}

TEST(AgencyPlan, is_made_once_for_one_idempotency_key) {
    Reseller house;
    std::vector<http::Header> key{{"Idempotency-Key", "one"}};
    http::Response first = house.create(std::string(growth_plan), "in-north", key);
    http::Response again = house.create(std::string(growth_plan), "in-north", key);
    ASSERT_EQ(first.status, 200);
    EXPECT_EQ(again.body, first.body);
    EXPECT_EQ(at(house.list(), "data/total"), "1");
    std::string another(growth_plan);
    another.replace(another.find("Growth"), 6, "Larger");
    EXPECT_EQ(house.create(another, "in-north", key).status, 409);
}

TEST(AgencyKey, comes_in_the_query_alone) {
    Reseller house;
    http::Response missing = house.list("");
    EXPECT_EQ(missing.status, 401);
    EXPECT_EQ(missing.body, R"({"detail":"Not authenticated"})");
    ASSERT_EQ(missing.headers.size(), 1u);
    EXPECT_EQ(missing.headers[0].first, "WWW-Authenticate");
    EXPECT_EQ(house.list("api_key=").status, 401);
    EXPECT_EQ(house.list("api_key=in-guessed").status, 401);
    http::Response header =
        house.send(http::Method::get, house.north.uuid.to_text() + "/billing_plan/list", "", "",
                   {{"Authorization", "Bearer in-north"}});
    EXPECT_EQ(header.status, 401);
    // Who is not known learns nothing of the body.
    EXPECT_EQ(house.create("{", "in-guessed").status, 401);
}

TEST(AgencyKey, has_authority_over_its_own_tree_only) {
    Reseller house;
    http::Response foreign = house.create(std::string(growth_plan), "in-south");
    http::Response none =
        house.send(http::Method::post, "01890000-0000-7000-8000-000000000000/billing_plan",
                   "api_key=in-south", std::string(growth_plan));
    EXPECT_EQ(foreign.status, 404);
    EXPECT_EQ(foreign.body, none.body);
    EXPECT_EQ(none.status, 404);
    EXPECT_EQ(house.create(std::string(growth_plan), "in-shop").status, 404);
    EXPECT_EQ(house.list("api_key=in-south").status, 404);
    EXPECT_EQ(at(house.list(), "data/total"), "0");
}

TEST(AgencyKey, makes_plans_with_the_role_admin_and_for_agencies) {
    Reseller house;
    EXPECT_EQ(house.create(std::string(growth_plan), "in-reader").status, 403);
    EXPECT_EQ(house.list("api_key=in-reader").status, 200);
    http::Response shop =
        house.send(http::Method::post, house.shop.uuid.to_text() + "/billing_plan",
                   "api_key=in-north", std::string(growth_plan));
    EXPECT_EQ(shop.status, 403) << shop.body;
}

// evidence: A-052, A-053
TEST(AgencyList, has_pages) {
    Reseller house;
    for (int i = 0; i < 5; ++i) {
        std::string body(growth_plan);
        body.replace(body.find("Growth"), 6, "Plan " + std::to_string(i));
        ASSERT_EQ(house.create(body).status, 200);
    }
    http::Response all = house.list();
    EXPECT_EQ(at(all, "data/total"), "5");
    EXPECT_EQ(at(all, "data/size"), "50");
    EXPECT_EQ(at(all, "data/pages"), "1");
    EXPECT_EQ(at(all, "data/previous_page"), "null");
    EXPECT_EQ(at(all, "data/next_page"), "null");
    http::Response second = house.list("api_key=in-north&page=2&size=2");
    EXPECT_EQ(text_at(second, "data/items/0/name"), "Plan 2");
    EXPECT_EQ(text_at(second, "data/items/1/name"), "Plan 3");
    EXPECT_EQ(at(second, "data/items/2"), "");
    EXPECT_EQ(at(second, "data/pages"), "3");
    EXPECT_EQ(at(second, "data/previous_page"), "1");
    EXPECT_EQ(at(second, "data/next_page"), "3");
    http::Response past = house.list("api_key=in-north&page=900000000000000&size=100");
    EXPECT_EQ(past.status, 200);
    EXPECT_EQ(at(past, "data/items"), "[]");
}

TEST(AgencyList, names_a_page_or_size_that_is_wrong) {
    Reseller house;
    auto fault = [&](std::string query) {
        http::Response response = house.list("api_key=in-north&" + query);
        if (response.status != 422) return std::to_string(response.status);
        return at(response, "detail/0/loc") + text_at(response, "detail/0/type");
    };
    EXPECT_EQ(fault("page=0"), R"(["query","page"]greater_than_equal)");
    EXPECT_EQ(fault("page=-1"), R"(["query","page"]greater_than_equal)");
    EXPECT_EQ(fault("page=two"), R"(["query","page"]int_parsing)");
    EXPECT_EQ(fault("page=1.5"), R"(["query","page"]int_parsing)");
    EXPECT_EQ(fault("size=101"), R"(["query","size"]less_than_equal)");
    EXPECT_EQ(fault("size=0"), R"(["query","size"]greater_than_equal)");
    EXPECT_EQ(fault("size=100"), "200");
}

// evidence: A-023
TEST(AgencyFaults, of_the_machine_are_503) {
    http::Response full = refusal_response({Fault::store_is_full, {}, "full", {}, {}}, "");
    EXPECT_EQ(full.status, 503);
    ASSERT_EQ(full.headers.size(), 1u);
    EXPECT_EQ(full.headers[0].first, "Retry-After");
    EXPECT_EQ(refusal_response({Fault::too_many, {}, "1000 plans", {}, {}}, "").status, 409);
}

}  // namespace
}  // namespace rb::api::agency
