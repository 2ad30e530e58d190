#include <gtest/gtest.h>

#include "api/native/test_shop.h"

namespace rb::api::native {
namespace {

constexpr std::string_view metered_catalog = R"(catalog: 1
currencies: {USD: {exponent: 2}}
meters:
  messages: {event: message.sent, aggregate: sum, value: recipients, dimensions: [region]}
features:
  api_access: {kind: flag}
  color: {kind: config}
  extra: {kind: flag}
  mailboxes: {kind: limit}
  messages: {kind: metered, meter: messages}
  theme: {kind: config}
families:
  DESK: {name: Desk, anchor: calendar}
plans:
  free: {family: DESK, rank: 0, default: true, name: Free, fee: {USD: "0"},
         entitlements: {api_access: true, color: blue, mailboxes: 2,
                        messages: {limit: 10, window: month}}}
)";

std::string event(std::string id, std::string recipients = "1", std::string subject = "acme") {
    return R"({"specversion":"1.0","id":")" + id +
           R"(","source":"/mailer","type":"message.sent","subject":")" + subject +
           R"(","data":{"recipients":)" + recipients + R"(,"region":"eu"}})";
}

class UsageShop : public Shop {
public:
    UsageShop() : Shop(std::string(metered_catalog)) { acme_ = open("acme"); }
    const std::string& acme() const { return acme_; }
    Answer check(std::string feature, std::string more = "") {
        return post("/v1/entitlements/check",
                    R"({"account":"acme","feature":")" + feature + "\"" + more + "}");
    }
    Answer consume(std::string more = "", Headers headers = {}) {
        return post("/v1/entitlements/consume",
                    R"({"account":"acme","feature":"messages")" + more + "}", std::move(headers));
    }
    std::string used() { return check("messages").at("used"); }

private:
    std::string acme_;
};

// evidence: N-100, N-101
TEST(Events, are_counted_once_and_what_is_wrong_is_listed) {
    UsageShop shop;
    auto first = shop.post("/v1/events", event("1", "3"));
    ASSERT_EQ(first.status(), 200) << first.response.body;
    EXPECT_EQ(first.response.body, R"({"accepted":1,"duplicates":0,"refused":0,"results":[]})");
    EXPECT_EQ(shop.used(), "3");
    auto batch =
        shop.post("/v1/events", "[" + event("1", "3") + "," + event("2", "NaN") + "," +
                                    event("3", "2") + "," + event("4", "1", "nobody") + "," +
                                    event("3", "2") + "," + event("5", "\"x\"") + ",{}]");
    ASSERT_EQ(batch.status(), 200) << batch.response.body;
    EXPECT_EQ(batch.at("accepted"), "1");
    EXPECT_EQ(batch.at("duplicates"), "2");
    EXPECT_EQ(batch.at("refused"), "4");
    EXPECT_EQ(batch.at("results/0/status"), "duplicate");
    EXPECT_EQ(batch.at("results/0/error"), "null");
    EXPECT_EQ(batch.at("results/1/id"), "2");
    EXPECT_EQ(batch.at("results/1/error/pointer"), "/1");
    EXPECT_EQ(batch.at("results/2/index"), "3");
    EXPECT_EQ(batch.at("results/2/error/code"), "account_is_unknown");
    EXPECT_EQ(batch.at("results/2/error/pointer"), "/3/subject");
    EXPECT_EQ(batch.at("results/3/index"), "4");
    EXPECT_TRUE(batch.at("results/4/error/pointer").starts_with("/5/data"));
    EXPECT_EQ(batch.at("results/5/error/pointer"), "/6/specversion");
    EXPECT_EQ(shop.used(), "5");
}

// evidence: N-101
TEST(Events, come_as_lines_too_and_in_no_other_form) {
    UsageShop shop;
    const std::string lines = event("1") + "\n" + event("2") + "\n{\n" + event("3");
    auto answer = shop.post("/v1/events", lines, {{"Content-Type", "application/x-ndjson"}});
    ASSERT_EQ(answer.status(), 200) << answer.response.body;
    EXPECT_EQ(answer.at("accepted"), "3");
    EXPECT_EQ(answer.at("results/0/index"), "2");
    EXPECT_EQ(shop.post("/v1/events", lines, {{"Content-Type", "text/plain"}}).status(), 400);
    EXPECT_EQ(shop.post("/v1/events", "hello").status(), 400);
    EXPECT_EQ(shop.post("/v1/events", "[]").at("accepted"), "0");
}

// evidence: N-109
TEST(Events, come_alone_with_their_attributes_in_headers) {
    UsageShop shop;
    const Shop::Headers headers{{"ce-specversion", "1.0"}, {"ce-id", "h1"},
                                {"ce-source", "/mailer"},  {"ce-type", "message.sent"},
                                {"ce-subject", "acme"},    {"Content-Type", "application/json"}};
    auto with = [&](std::string name, std::string value) {
        Shop::Headers changed = headers;
        for (auto& header : changed)
            if (header.first == name) header.second = value;
        return changed;
    };
    const std::string data = R"({"recipients":3,"region":"eu"})";
    auto first = shop.post("/v1/events", data, headers);
    ASSERT_EQ(first.status(), 200) << first.response.body;
    EXPECT_EQ(first.response.body, R"({"accepted":1,"duplicates":0,"refused":0,"results":[]})");
    // The same event in the other mode is known; header names have no case.
    EXPECT_EQ(shop.post("/v1/events", event("h1", "3")).at("duplicates"), "1");
    Shop::Headers upper = headers;
    for (auto& header : upper)
        if (header.first == "ce-subject") header.first = "CE-Subject";
    EXPECT_EQ(shop.post("/v1/events", data, upper).at("results/0/id"), "h1");
    // Values are percent-decoded, and quotes in them stay in them.
    auto quoted = shop.post("/v1/events", data, with("ce-id", "a%22%2C%22b%C3%A4"));
    EXPECT_EQ(quoted.at("accepted"), "1");
    EXPECT_EQ(shop.post("/v1/events", event(R"(a\",\"bä)", "3")).at("duplicates"), "1");
    EXPECT_EQ(shop.used(), "6");

    auto unknown = shop.post("/v1/events", data, with("ce-subject", "nobody"));
    EXPECT_EQ(unknown.at("results/0/error/code"), "account_is_unknown");
    EXPECT_EQ(unknown.at("results/0/error/pointer"), "/subject");
    // Nothing that the body says becomes an attribute.
    for (std::string body : {R"({"recipients":1},"time":"2020-01-01T00:00:00Z")", "{", "[1]", "7",
                             R"({"recipients":NaN})", "\xff"}) {
        auto bad = shop.post("/v1/events", body, with("ce-id", "h2"));
        EXPECT_EQ(bad.status(), 400) << body;
        EXPECT_EQ(bad.at("errors/0/pointer"), "/data") << body;
    }
    EXPECT_EQ(shop.post("/v1/events", "", with("ce-id", "h2")).at("results/0/error/pointer"),
              "/data/recipients");
    EXPECT_EQ(shop.post("/v1/events", data, with("ce-id", "%zz")).at("errors/0/pointer"), "/id");
    EXPECT_EQ(shop.post("/v1/events", data, with("ce-id", "%ff")).at("errors/0/pointer"), "/id");
    EXPECT_EQ(shop.post("/v1/events", data, with("Content-Type", "text/xml")).status(), 400);
    // A body that says to be the event is it.
    auto structured = with("Content-Type", "application/cloudevents+json");
    EXPECT_EQ(shop.post("/v1/events", event("h3"), structured).at("accepted"), "1");
    EXPECT_EQ(shop.used(), "7");
}

// evidence: N-102
TEST(Events, of_more_than_ten_thousand_none_counts) {
    UsageShop shop;
    std::string body = "[" + event("0");
    for (int i = 1; i <= 10'000; ++i) body += "," + event(std::to_string(i));
    auto answer = shop.post("/v1/events", body + "]");
    EXPECT_EQ(answer.status(), 422);
    EXPECT_EQ(answer.at("code"), "too_many");
    EXPECT_EQ(shop.used(), "0");
    constexpr std::size_t mebibyte = 1024 * 1024;
    EXPECT_EQ(shop.router().body_bytes_max(http::Method::post, "/v1/events"), 10 * mebibyte);
}

// evidence: N-003, N-100
TEST(Events, of_another_tree_are_refused_as_if_it_were_not_there) {
    UsageShop shop;
    const std::string other = shop.open("other");
    shop.use(shop.make_key(shop.acme(), "developer"));
    auto answer = shop.post("/v1/events", "[" + event("1", "1", other) + "," +
                                              event("2", "1", "other") + "," + event("3") + "]");
    EXPECT_EQ(answer.at("accepted"), "1");
    EXPECT_EQ(answer.at("results/0/error/code"), "account_is_unknown");
    EXPECT_EQ(answer.at("results/0/error/detail"), answer.at("results/1/error/detail"));
}

// evidence: N-103
TEST(Uses, checking_changes_nothing_and_tells_how_much_is_left) {
    UsageShop shop;
    auto answer = shop.check("messages", R"(,"quantity":10)");
    ASSERT_EQ(answer.status(), 200) << answer.response.body;
    EXPECT_EQ(answer.at("allowed"), "true");
    EXPECT_EQ(answer.at("counted"), "false");
    EXPECT_EQ(answer.at("limit"), "10");
    EXPECT_EQ(answer.at("remaining"), "10");
    EXPECT_EQ(answer.at("account"), shop.acme());
    EXPECT_EQ(answer.at("resets_at"), "2026-04-01T00:00:00Z");
    auto more = shop.check("messages", R"(,"quantity":11)");
    EXPECT_EQ(more.status(), 200);
    EXPECT_EQ(more.at("allowed"), "false");
    EXPECT_EQ(more.at("reason"), "allowance_is_used_up");
    EXPECT_NE(more.at("detail"), "null");
    EXPECT_EQ(shop.used(), "0");
    EXPECT_EQ(shop.check("api_access").at("allowed"), "true");
    EXPECT_EQ(shop.check("extra").at("reason"), "feature_is_not_in_plan");
    EXPECT_EQ(shop.check("color").at("value"), "blue");
    EXPECT_EQ(shop.check("mailboxes", R"(,"quantity":3)").at("allowed"), "false");
    auto unknown = shop.check("nothing");
    EXPECT_EQ(unknown.status(), 404);
    EXPECT_EQ(unknown.at("code"), "feature_is_unknown");
    EXPECT_EQ(unknown.at("errors/0/pointer"), "/feature");
}

// evidence: N-104
TEST(Uses, consuming_checks_and_counts_in_one_step) {
    UsageShop shop;
    auto all = shop.consume(R"(,"quantity":9,"id":"a","properties":{"region":"eu"})");
    ASSERT_EQ(all.status(), 200) << all.response.body;
    EXPECT_EQ(all.at("allowed"), "true");
    EXPECT_EQ(all.at("counted"), "true");
    EXPECT_EQ(all.at("used"), "9");
    EXPECT_EQ(all.at("remaining"), "1");
    auto over = shop.consume(R"(,"quantity":2,"id":"b")");
    EXPECT_EQ(over.status(), 200);
    EXPECT_EQ(over.at("allowed"), "false");
    EXPECT_EQ(over.at("counted"), "false");
    EXPECT_EQ(over.at("reason"), "allowance_is_used_up");
    EXPECT_EQ(shop.used(), "9");
    EXPECT_EQ(shop.consume(R"(,"quantity":1,"id":"b")").at("counted"), "true");
}

// evidence: N-105
TEST(Uses, the_same_id_counts_once_also_as_an_event_and_after_a_restart) {
    UsageShop shop;
    shop.consume(R"(,"id":"1","source":"/mailer")");
    auto again = shop.consume(R"(,"id":"1","source":"/mailer")");
    EXPECT_EQ(again.at("duplicate"), "true");
    EXPECT_EQ(again.at("allowed"), "true");
    EXPECT_EQ(again.at("counted"), "false");
    EXPECT_EQ(again.at("kind"), "null");
    EXPECT_EQ(shop.post("/v1/events", event("1")).at("duplicates"), "1");
    shop.reopen();
    EXPECT_EQ(shop.consume(R"(,"id":"1","source":"/mailer")").at("duplicate"), "true");
    EXPECT_EQ(shop.used(), "1");
}

// evidence: N-105
TEST(Uses, without_an_id_the_idempotency_key_is_it) {
    UsageShop shop;
    EXPECT_EQ(shop.consume("", {{"Idempotency-Key", "k"}}).at("counted"), "true");
    EXPECT_EQ(shop.consume("", {{"Idempotency-Key", "k"}}).at("duplicate"), "true");
    EXPECT_EQ(shop.consume(R"(,"id":"k")").at("duplicate"), "true");
    EXPECT_EQ(shop.consume("").at("counted"), "true");
    EXPECT_EQ(shop.consume("").at("counted"), "true");
    const std::string list = R"({"consumes":[{"account":"acme","feature":"messages"},
                                             {"account":"acme","feature":"messages"}]})";
    auto first = shop.post("/v1/entitlements/consume", list, {{"Idempotency-Key", "l"}});
    EXPECT_EQ(first.at("results/1/counted"), "true");
    auto again = shop.post("/v1/entitlements/consume", list, {{"Idempotency-Key", "l"}});
    EXPECT_EQ(again.at("results/0/duplicate"), "true");
    EXPECT_EQ(again.at("results/1/duplicate"), "true");
    EXPECT_EQ(shop.used(), "5");
    EXPECT_EQ(shop.consume("", {{"Idempotency-Key", ""}}).status(), 400);
}

// evidence: N-106
TEST(Uses, many_are_answered_one_by_one) {
    UsageShop shop;
    const std::string gone = "acc_" + std::string(26, '1');
    auto answer = shop.post("/v1/entitlements/check",
                            R"({"checks":[{"account":"acme","feature":"messages"},
                                {"account":"nobody","feature":"messages"},
                                {"account":")" +
                                gone + R"(","feature":"messages"},
                                {"account":"acme","feature":"nothing"},
                                {"account":"acme","feature":"api_access"}]})");
    ASSERT_EQ(answer.status(), 200) << answer.response.body;
    EXPECT_EQ(answer.at("results/0/allowed"), "true");
    EXPECT_EQ(answer.at("results/1/error/code"), "account_is_unknown");
    EXPECT_EQ(answer.at("results/1/error/pointer"), "/checks/1/account");
    EXPECT_EQ(answer.at("results/2/error/detail"), answer.at("results/1/error/detail"));
    EXPECT_EQ(answer.at("results/2/error/pointer"), "/checks/2/account");
    EXPECT_EQ(answer.at("results/3/error/pointer"), "/checks/3/feature");
    EXPECT_EQ(answer.at("results/4/kind"), "flag");
    EXPECT_EQ(shop.post("/v1/entitlements/check", R"({"checks":[]})").at("results"), "[]");
    shop.is_checked = false;  // the document would not have it sent
    EXPECT_EQ(
        shop.post("/v1/entitlements/consume", R"({"consumes":[{}]})").at("results/0/error/code"),
        "field_is_missing");
}

// evidence: N-107
TEST(Uses, a_user_may_check_and_a_developer_may_use) {
    UsageShop shop;
    const std::string user = shop.make_key(shop.acme(), "user");
    const std::string developer = shop.make_key(shop.acme(), "developer");
    shop.use(user);
    EXPECT_EQ(shop.check("messages").status(), 200);
    EXPECT_EQ(shop.consume().status(), 403);
    EXPECT_EQ(shop.post("/v1/events", event("1")).status(), 403);
    shop.use(developer);
    EXPECT_EQ(shop.consume().status(), 200);
    EXPECT_EQ(shop.post("/v1/events", event("1")).at("accepted"), "1");
}

// evidence: N-011
TEST(Uses, a_body_that_is_wrong_is_told_as_everywhere) {
    UsageShop shop;
    auto answer = shop.consume(R"(,"quantity":"1","amount":2)");
    EXPECT_EQ(answer.status(), 400);
    EXPECT_EQ(answer.at("errors/0/pointer"), "/quantity");
    EXPECT_EQ(answer.at("errors/1/pointer"), "/amount");
    EXPECT_EQ(shop.post("/v1/entitlements/check", "{").status(), 400);
    EXPECT_EQ(shop.post("/v1/entitlements/check", "{}", {{"Content-Type", "text/plain"}}).status(),
              400);
    EXPECT_EQ(shop.check("messages", R"(,"quantity":0)").status(), 400);
}

// evidence: N-108
TEST(Entitlements, of_metered_features_show_what_is_used_held_and_left) {
    UsageShop shop;
    shop.consume(R"(,"quantity":3)");
    shop.post("/v1/reservations",
              R"({"account":"acme","feature":"messages","quantity":2,"expires_in":60})");
    auto all = shop.get("/v1/accounts/acme/entitlements");
    ASSERT_EQ(all.status(), 200) << all.response.body;
    EXPECT_EQ(all.at("items/3/feature"), "messages");
    EXPECT_EQ(all.at("items/3/limit"), "10");
    EXPECT_EQ(all.at("items/3/used"), "3");
    EXPECT_EQ(all.at("items/3/held"), "2");
    EXPECT_EQ(all.at("items/3/remaining"), "5");
    EXPECT_EQ(all.at("items/3/resets_at"), "2026-04-01T00:00:00Z");
}

class ReservingShop : public UsageShop {
public:
    Answer reserve(std::string more, Headers headers = {}) {
        return post("/v1/reservations", R"({"account":"acme","feature":"messages",)" + more + "}",
                    std::move(headers));
    }
    // The id of a new one of this quantity.
    std::string reserved(int quantity) {
        auto answer = reserve(R"("expires_in":600,"quantity":)" + std::to_string(quantity));
        EXPECT_EQ(answer.status(), 201) << answer.response.body;
        return answer.at("id");
    }
    Answer commit(const std::string& id, std::string body = "") {
        return post("/v1/reservations/" + id + "/commit", std::move(body));
    }
    Answer release(const std::string& id) { return post("/v1/reservations/" + id + "/release"); }
};

// evidence: N-110, N-111
TEST(Reservations, hold_a_quantity_until_they_are_committed_or_released) {
    ReservingShop shop;
    auto made = shop.reserve(R"("expires_in":600,"quantity":8)");
    ASSERT_EQ(made.status(), 201) << made.response.body;
    EXPECT_EQ(made.at("account"), shop.acme());
    EXPECT_EQ(made.at("quantity"), "8");
    EXPECT_TRUE(made.at("expires_at").starts_with("2026-03-01T00:10:00"));
    auto check = shop.check("messages", R"(,"quantity":3)");
    EXPECT_EQ(check.at("allowed"), "false");
    EXPECT_EQ(check.at("held"), "8");
    EXPECT_EQ(check.at("remaining"), "2");
    auto done = shop.commit(made.at("id"), R"({"quantity":5})");
    ASSERT_EQ(done.status(), 200) << done.response.body;
    EXPECT_EQ(done.at("status"), "committed");
    EXPECT_EQ(done.at("quantity"), "5");
    EXPECT_EQ(done.at("answer/counted"), "true");
    EXPECT_EQ(shop.used(), "5");
    EXPECT_EQ(shop.check("messages").at("held"), "0");
    EXPECT_EQ(shop.commit(made.at("id")).status(), 404);
    auto back = shop.release(shop.reserved(5));
    EXPECT_EQ(back.at("status"), "released");
    EXPECT_EQ(back.at("answer"), "null");
    EXPECT_EQ(shop.used(), "5");
    const std::string third = shop.reserved(4);
    EXPECT_EQ(shop.commit(third).at("quantity"), "4");
    EXPECT_EQ(shop.used(), "9");
}

// evidence: N-110
TEST(Reservations, of_more_than_is_left_are_answered_as_a_check_is) {
    ReservingShop shop;
    auto answer = shop.reserve(R"("expires_in":600,"quantity":11)");
    ASSERT_EQ(answer.status(), 200) << answer.response.body;
    EXPECT_EQ(answer.at("id"), "null");
    EXPECT_EQ(answer.at("answer/allowed"), "false");
    EXPECT_EQ(answer.at("answer/reason"), "allowance_is_used_up");
    EXPECT_EQ(shop.check("messages").at("held"), "0");
    const std::string id = shop.reserved(6);
    auto more = shop.commit(id, R"({"quantity":11})");
    EXPECT_EQ(more.status(), 200);
    EXPECT_EQ(more.at("status"), "open");
    EXPECT_EQ(shop.used(), "0");
    EXPECT_EQ(shop.commit(id, R"({"quantity":10})").at("status"), "committed");
}

// evidence: N-111
TEST(Reservations, end_by_themselves_and_live_through_a_restart) {
    ReservingShop shop;
    const std::string id = shop.reserved(8);
    const std::string other = shop.reserved(2);
    shop.reopen();
    EXPECT_EQ(shop.check("messages").at("held"), "10");
    EXPECT_EQ(shop.commit(other).at("status"), "committed");
    shop.clock().advance(Duration::of_minutes(11));
    shop.engine().run_timers();
    EXPECT_EQ(shop.check("messages").at("held"), "0");
    EXPECT_EQ(shop.commit(id).status(), 404);
    EXPECT_EQ(shop.used(), "2");
}

// evidence: N-011, N-030
TEST(Reservations, say_when_they_end_and_are_made_once_by_one_key) {
    ReservingShop shop;
    EXPECT_EQ(shop.reserve(R"("quantity":1)").at("errors/0/pointer"), "/expires_in");
    EXPECT_EQ(shop.reserve(R"("expires_in":0)").at("errors/0/pointer"), "/expires_in");
    EXPECT_EQ(shop.reserve(R"("expires_in":null)").status(), 400);
    EXPECT_EQ(shop.reserve(R"("expires_in":60,"expires_at":"2026-03-02T00:00:00Z")").status(), 400);
    EXPECT_EQ(shop.reserve(R"("expires_at":"2026-02-02T00:00:00Z")").at("code"),
              "instant_is_in_the_past");
    EXPECT_EQ(shop.reserve(R"("expires_in":60,"quantity":0)").status(), 400);
    EXPECT_EQ(shop.reserve(R"("expires_at":"2026-03-02T00:00:00Z")").status(), 201);
    auto first = shop.reserve(R"("expires_in":60)", {{"Idempotency-Key", "k"}});
    auto again = shop.reserve(R"("expires_in":60)", {{"Idempotency-Key", "k"}});
    EXPECT_EQ(first.response.body, again.response.body);
    EXPECT_EQ(shop.check("messages").at("held"), "2");
}

// evidence: N-003
TEST(Reservations, of_another_tree_are_unknown) {
    ReservingShop shop;
    const std::string id = shop.reserved(1);
    shop.use(shop.make_key(shop.open("other"), "owner"));
    EXPECT_EQ(shop.commit(id).status(), 404);
    EXPECT_EQ(shop.release(id).response.body,
              shop.release("rsv_" + std::string(26, '1')).response.body);
    EXPECT_EQ(shop.release("nothing").status(), 404);
}

std::string event_at(std::string id, std::string time, std::string region, std::string count) {
    return R"({"specversion":"1.0","id":")" + id +
           R"(","source":"/m","type":"message.sent","subject":"zone","time":")" + time +
           R"(","data":{"region":")" + region + R"(","recipients":)" + count + "}}";
}

// evidence: N-112
TEST(Usage, is_shown_by_hour_by_day_of_the_zone_and_by_dimension) {
    UsageShop shop;
    shop.open("zone", R"("time_zone":"Europe/Berlin")");
    auto told =
        shop.post("/v1/events", "[" + event_at("1", "2026-02-27T22:10:00Z", "eu", "3") + "," +
                                    event_at("2", "2026-02-27T23:10:00Z", "eu", "4") + "," +
                                    event_at("3", "2026-02-27T23:50:00Z", "us", "5") + "," +
                                    event_at("4", "2026-02-28T05:00:00Z", "us", "6") + "]");
    ASSERT_EQ(told.at("accepted"), "4") << told.response.body;
    const std::string path = "/v1/accounts/zone/usage?meter=messages";
    auto hours = shop.get(path + "&from=2026-02-27T23:30:00Z");
    ASSERT_EQ(hours.status(), 200) << hours.response.body;
    EXPECT_EQ(hours.at("from"), "2026-02-27T23:00:00Z");
    EXPECT_EQ(hours.at("items/0/start"), "2026-02-27T23:00:00Z");
    EXPECT_EQ(hours.at("items/0/end"), "2026-02-28T00:00:00Z");
    EXPECT_EQ(hours.at("items/0/quantity"), "9");
    EXPECT_EQ(hours.at("items/0/events"), "2");
    EXPECT_EQ(hours.at("items/1/quantity"), "6");
    auto days = shop.get(path + "&by=day");
    EXPECT_EQ(days.at("items/0/start"), "2026-02-26T23:00:00Z");
    EXPECT_EQ(days.at("items/0/quantity"), "3");
    EXPECT_EQ(days.at("items/1/start"), "2026-02-27T23:00:00Z");
    EXPECT_EQ(days.at("items/1/quantity"), "15");
    auto regions = shop.get(path + "&by=day&dimension=region&from=2026-02-27T23:00:00Z");
    EXPECT_EQ(regions.at("items/0/value"), "eu");
    EXPECT_EQ(regions.at("items/0/quantity"), "4");
    EXPECT_EQ(regions.at("items/1/value"), "us");
    EXPECT_EQ(regions.at("items/1/quantity"), "11");
    EXPECT_EQ(shop.get("/v1/accounts/acme/usage?meter=messages").at("items"), "[]");
}

// evidence: N-112
TEST(Usage, of_what_there_is_not_is_refused) {
    UsageShop shop;
    const std::string path = "/v1/accounts/acme/usage";
    EXPECT_EQ(shop.get(path).at("errors/0/pointer"), "/meter");
    EXPECT_EQ(shop.get(path + "?meter=nothing").at("code"), "meter_is_unknown");
    EXPECT_EQ(shop.get(path + "?meter=messages&by=week").at("errors/0/pointer"), "/by");
    EXPECT_EQ(shop.get(path + "?meter=messages&dimension=x").at("errors/0/pointer"), "/dimension");
    EXPECT_EQ(shop.get(path + "?meter=messages&from=2026-03-02T00:00:00Z").at("errors/0/pointer"),
              "/from");
    EXPECT_EQ(shop.get("/v1/accounts/nobody/usage?meter=messages").status(), 404);
}

constexpr std::string_view context = R"({"context":{"targetingKey":"acme","plan":"x"}})";

// evidence: N-120, N-121
TEST(Ofrep, features_are_evaluated_as_flags) {
    UsageShop shop;
    const std::string path = "/ofrep/v1/evaluate/flags";
    auto flag = shop.post(path + "/api_access", std::string(context));
    ASSERT_EQ(flag.status(), 200) << flag.response.body;
    EXPECT_EQ(flag.at("key"), "api_access");
    EXPECT_EQ(flag.at("value"), "true");
    EXPECT_EQ(flag.at("variant"), "on");
    EXPECT_EQ(flag.at("reason"), "TARGETING_MATCH");
    EXPECT_EQ(shop.post(path + "/color", std::string(context)).at("value"), "blue");
    EXPECT_EQ(shop.post(path + "/extra", std::string(context)).at("value"), "false");
    auto theme = shop.post(path + "/theme", std::string(context));
    EXPECT_EQ(theme.body.find("value"), nullptr);
    EXPECT_EQ(theme.at("reason"), "DEFAULT");
    shop.consume(R"(,"quantity":10)");
    auto messages = shop.post(path + "/messages", std::string(context));
    EXPECT_EQ(messages.at("value"), "false");
    EXPECT_EQ(messages.at("metadata/limit"), "10");
    EXPECT_EQ(messages.at("metadata/used"), "10");
    EXPECT_EQ(messages.at("metadata/remaining"), "0");
    EXPECT_EQ(messages.at("metadata/reason"), "allowance_is_used_up");
}

// evidence: N-122
TEST(Ofrep, all_flags_come_with_a_tag_and_nothing_when_it_still_holds) {
    UsageShop shop;
    const std::string path = "/ofrep/v1/evaluate/flags";
    auto all = shop.post(path, std::string(context));
    ASSERT_EQ(all.status(), 200) << all.response.body;
    EXPECT_EQ(all.at("flags/0/key"), "api_access");
    EXPECT_EQ(all.at("flags/5/key"), "theme");
    const std::string tag = all.header("ETag");
    auto same = shop.post(path, std::string(context), {{"If-None-Match", tag}});
    EXPECT_EQ(same.status(), 304);
    EXPECT_EQ(same.response.body, "");
    EXPECT_EQ(same.header("ETag"), tag);
    shop.consume();
    EXPECT_EQ(shop.post(path, std::string(context), {{"If-None-Match", tag}}).status(), 200);
}

// evidence: N-123
TEST(Ofrep, errors_have_the_protocols_shape) {
    UsageShop shop;
    const std::string path = "/ofrep/v1/evaluate/flags";
    auto code = [&](std::string target, std::string body) {
        auto answer = shop.post(std::move(target), std::move(body));
        return std::to_string(answer.status()) + " " + answer.at("errorCode");
    };
    EXPECT_EQ(code(path + "/nothing", std::string(context)), "404 FLAG_NOT_FOUND");
    EXPECT_EQ(code(path + "/color", "{"), "400 PARSE_ERROR");
    EXPECT_EQ(code(path + "/color", "{}"), "400 INVALID_CONTEXT");
    EXPECT_EQ(code(path + "/color", R"({"context":{}})"), "400 TARGETING_KEY_MISSING");
    EXPECT_EQ(code(path + "/color", R"({"context":{"targetingKey":7}})"), "400 INVALID_CONTEXT");
    EXPECT_EQ(code(path, R"({"context":{"targetingKey":"nobody"}})"), "400 INVALID_CONTEXT");
    EXPECT_EQ(shop.post(path + "/nothing", std::string(context)).at("key"), "nothing");
    shop.use("");
    EXPECT_EQ(shop.post(path, std::string(context)).status(), 401);
}

}  // namespace
}  // namespace rb::api::native
