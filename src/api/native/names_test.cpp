// References in all the places that take one.
#include <gtest/gtest.h>

#include "api/native/test_shop.h"

namespace rb::api::native {
namespace {

constexpr std::string_view metered_catalog = R"(catalog: 1
currencies: {USD: {exponent: 2}}
features: {messages: {kind: metered, meter: sent}}
meters: {sent: {event: message.sent, aggregate: count}}
families: {CHAT: {name: Chat}}
plans:
  free: {family: CHAT, default: true, name: Free, fee: {USD: "0"}, entitlements: {messages: 100}}
)";

// An agency with a client that it calls cust-42, and a stranger with a child of this name.
class NamesAndKeys : public ::testing::Test {
protected:
    NamesAndKeys() {
        shop_.open("agency", R"("kind":"agency")");
        shop_.open("stranger");
        agency_ = shop_.make_key("agency", "owner");
        stranger_ = shop_.make_key("stranger", "owner");
        shop_.use(stranger_);
        squatter_ = shop_.open("cust-42");
        shop_.use(agency_);
        client_ = shop_.open("client", R"("key":"cust-42")");
    }
    // As an owner of the account, who is told what stands there.
    std::string seen(const std::string& key, const std::string& path, std::string_view member) {
        shop_.use(key);
        return shop_.get(path).at(member);
    }
    void event(const std::string& id, const std::string& subject) {
        auto answer = shop_.post("/v1/events",
                                 R"({"specversion":"1.0","id":")" + id +
                                     R"(","source":"s","type":"message.sent",)" + R"("subject":")" +
                                     subject + R"("})",
                                 {{"Content-Type", "application/cloudevents+json"}});
        EXPECT_EQ(answer.at("accepted"), "1") << answer.response.body;
    }
    std::string checked(const std::string& account) {
        return shop_
            .post("/v1/entitlements/check",
                  R"({"account":")" + account + R"(","feature":"messages"})")
            .at("used");
    }

    Shop shop_{std::string(metered_catalog)};
    std::string agency_, stranger_, client_, squatter_;
};

// evidence: N-002, N-016, N-017
TEST_F(NamesAndKeys, what_is_for_ones_own_key_does_not_land_on_a_strangers_child) {
    shop_.pay("cust-42", "7");
    event("1", "cust-42");
    event("2", "key:cust-42");
    event("3", client_);
    auto binary = shop_.post("/v1/events", "",
                             {{"ce-specversion", "1.0"},
                              {"ce-id", "4"},
                              {"ce-source", "s"},
                              {"ce-type", "message.sent"},
                              {"ce-subject", "cust-42"}});
    EXPECT_EQ(binary.at("accepted"), "1") << binary.response.body;
    auto consumed = shop_.post("/v1/entitlements/consume",
                               R"({"account":"cust-42","feature":"messages","quantity":10})");
    EXPECT_EQ(consumed.at("allowed"), "true") << consumed.response.body;
    auto reserved = shop_.post(
        "/v1/reservations",
        R"({"account":"key:cust-42","feature":"messages","quantity":20,"expires_in":60})");
    EXPECT_EQ(reserved.at("account"), client_) << reserved.response.body;
    auto flag = shop_.post("/ofrep/v1/evaluate/flags/messages",
                           R"({"context":{"targetingKey":"cust-42"}})");
    EXPECT_EQ(flag.at("value"), "true") << flag.response.body;
    EXPECT_EQ(shop_.get("/v1/plans?account=cust-42").status(), 200);
    auto below = shop_.post("/v1/accounts", R"({"name":"below","parent":"key:cust-42"})");
    EXPECT_EQ(below.at("parent"), client_);

    EXPECT_EQ(shop_.get("/v1/accounts/" + client_ + "/balance").money("available"), "7.00 USD");
    EXPECT_EQ(checked(client_), "14");  // four events and ten
    shop_.use(stranger_);
    EXPECT_EQ(shop_.get("/v1/accounts/cust-42").at("id"), squatter_);
    EXPECT_EQ(shop_.get("/v1/accounts/cust-42/balance").money("available"), "0.00 USD");
    EXPECT_EQ(checked("cust-42"), "0");
    EXPECT_EQ(shop_.get("/v1/accounts/key:cust-42").status(), 404);
}

// evidence: N-003, N-017
TEST_F(NamesAndKeys, an_opening_tells_nothing_of_other_trees) {
    shop_.use(agency_);
    shop_.open("taken", R"("email":"a@x.example")");
    const std::string number = shop_.get("/v1/accounts/taken").at("number");
    shop_.use(stranger_);
    auto opened = shop_.post("/v1/accounts", R"({"name":"taken","email":"a@x.example"})");
    EXPECT_EQ(opened.status(), 201) << opened.response.body;
    auto taken = shop_.post("/v1/accounts", R"({"name":"other","number":)" + number + "}");
    auto free = shop_.post("/v1/accounts", R"({"name":"other","number":77})");
    EXPECT_EQ(taken.at("code"), "role_is_too_low");
    EXPECT_EQ(taken.response.body, free.response.body);
    EXPECT_EQ(shop_.post("/v1/accounts", R"({"name":"third","email":"A@x.example"})").at("code"),
              "email_is_taken");
}

// evidence: N-019
TEST_F(NamesAndKeys, an_ambiguous_reference_refuses_that_event_and_that_use_alone) {
    shop_.use_root();
    shop_.open("twice", R"("parent":"agency")");
    shop_.open("twice", R"("parent":"stranger")");
    auto told = shop_.post("/v1/events",
                           R"([{"specversion":"1.0","id":"1","source":"s","type":"message.sent",
                               "subject":"twice"},
                              {"specversion":"1.0","id":"2","source":"s","type":"message.sent",
                               "subject":"agency"}])",
                           {{"Content-Type", "application/cloudevents-batch+json"}});
    EXPECT_EQ(told.at("accepted"), "1") << told.response.body;
    EXPECT_EQ(told.at("results/0/error/code"), "reference_is_ambiguous") << told.response.body;
    auto check =
        shop_.post("/v1/entitlements/check", R"({"account":"twice","feature":"messages"})");
    EXPECT_EQ(check.status(), 409) << check.response.body;
    EXPECT_EQ(check.at("code"), "reference_is_ambiguous") << check.response.body;
    EXPECT_EQ(shop_.get("/v1/accounts/twice").at("code"), "reference_is_ambiguous");
}

}  // namespace
}  // namespace rb::api::native
