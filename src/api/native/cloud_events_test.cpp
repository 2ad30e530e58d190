#include "api/native/cloud_events.h"

#include <gtest/gtest.h>

#include <random>
#include <string>

namespace rb::api::native {
namespace {

const AccountId acme{{1, 2}};
const AccountId other{{3, 4}};

std::expected<AccountId, Fault> resolve(std::string_view subject) {
    if (subject == "acme") return acme;
    if (subject == "other") return other;
    return std::unexpected(Fault::account_is_unknown);
}

std::string event(std::string id, std::string data = R"({"count":3})",
                  std::string subject = "acme") {
    return R"({"specversion":"1.0","id":")" + id +
           R"(","source":"/mailer","type":"message.sent","subject":")" + subject +
           R"(","time":"2026-04-01T12:30:15.25Z","data":)" + data + "}";
}

struct Read {
    explicit Read(std::string body, EventsForm form = EventsForm::document) {
        outcome = batch.read(std::move(body), form, resolve);
    }
    EventBatch batch;
    Result<void> outcome;
    const RefusedEvent& refused(std::size_t i) const { return batch.refused()[i]; }
    std::string field(std::size_t i) const { return batch.refused()[i].refusal.field; }
    std::string detail(std::size_t i) const { return batch.refused()[i].refusal.detail; }
};

// What is wrong with the one event of an object body: its pointer and its fault.
std::string fault_of(std::string text) {
    Read read(std::move(text));
    if (!read.outcome) return "body: " + read.outcome.error().detail;
    if (read.batch.refused().empty()) return "";
    const Refusal& refusal = read.refused(0).refusal;
    return refusal.field + " " + std::string(enum_text(refusal.fault));
}

std::string with(std::string members) {
    return R"({"specversion":"1.0","id":"1","source":"s","type":"t","subject":"acme")" + members +
           "}";
}

TEST(CloudEvents, one_event_gives_all_that_the_engine_asks_for) {
    Read read(
        event("evt-1", R"({"count":3,"region":"eu","test":true,"none":null,"more":{"x":[1]}})"));
    ASSERT_TRUE(read.outcome.has_value());
    ASSERT_EQ(read.batch.events().size(), 1U);
    const engine::UsageEvent& e = read.batch.events()[0];
    EXPECT_EQ(e.account, acme);
    EXPECT_EQ(e.id, "evt-1");
    EXPECT_EQ(e.source, "/mailer");
    EXPECT_EQ(e.type, "message.sent");
    EXPECT_EQ(e.occurred_at->to_text(), "2026-04-01T12:30:15.25Z");
    ASSERT_EQ(e.properties.size(), 5U);
    using Kind = engine::Property::Kind;
    EXPECT_EQ(e.properties[0].name, "count");
    EXPECT_EQ(e.properties[0].text, "3");
    EXPECT_EQ(e.properties[0].kind, Kind::number);
    EXPECT_EQ(e.properties[1].text, "eu");
    EXPECT_EQ(e.properties[2].kind, Kind::boolean);
    EXPECT_EQ(e.properties[3].kind, Kind::null);
    EXPECT_EQ(e.properties[4].text, R"({"x":[1]})");
    EXPECT_EQ(e.properties[4].kind, Kind::nested);
}

TEST(CloudEvents, times_are_read_as_everywhere_else) {
    for (std::string time :
         {"2026-04-01T12:30:15Z", "2026-04-01T12:30:15.5Z", "2026-04-01T12:30:59.123456Z",
          "2026-04-01T12:31:00Z", "2026-04-01T14:30:15+02:00", "2026-04-01t12:30:15z",
          "2026-04-01T12:30:15.1234567Z"}) {
        Read read("[" + with(R"(,"time":"2026-04-01T12:30:00Z")") + "," +
                  with(R"(,"time":")" + time + "\"") + "]");
        ASSERT_EQ(read.batch.events().size() + read.batch.refused().size(), 2U) << time;
        auto expected = Instant::parse(time);
        ASSERT_EQ(read.batch.events().size() == 2, expected.has_value()) << time;
        if (!expected) continue;
        EXPECT_EQ(read.batch.events()[1].occurred_at, *expected) << time;
    }
    for (std::string time :
         {"2026-04-01T12:30:60Z", "2026-04-01T12:30:1xZ", "2026-04-01T12:30:15.Z",
          "2026-04-01T12:30:15.xZ", "2026-13-01T12:30:15Z", "2026-04-01", "12:30",
          "2026-04-01 12:30:15Z", "1969-01-01T00:00:00Z", "2026-04-01T25:30:15Z"})
        EXPECT_EQ(fault_of(with(R"(,"time":")" + time + "\"")), "/time field_is_invalid") << time;
}

TEST(CloudEvents, what_is_not_there_is_named) {
    EXPECT_EQ(fault_of("{}"), "/specversion field_is_missing");
    EXPECT_EQ(fault_of(R"({"specversion":"1.0","source":"s","type":"t","subject":"acme"})"),
              "/id field_is_missing");
    EXPECT_EQ(fault_of(R"({"specversion":"1.0","id":"1","source":"s","type":"t"})"),
              "/subject field_is_missing");
    EXPECT_EQ(
        fault_of(R"({"specversion":"1.0","id":null,"source":"s","type":"t","subject":"acme"})"),
        "/id field_is_missing");
}

TEST(CloudEvents, every_member_is_held_to_its_kind) {
    EXPECT_EQ(fault_of(with("")), "");
    EXPECT_EQ(fault_of(with(R"(,"data":null,"time":null,"datacontenttype":null)")), "");
    EXPECT_EQ(fault_of(with(R"(,"data":[1])")), "/data field_is_invalid");
    EXPECT_EQ(fault_of(with(R"(,"data":"x")")), "/data field_is_invalid");
    EXPECT_EQ(fault_of(with(R"(,"time":5)")), "/time field_is_invalid");
    EXPECT_EQ(fault_of(with(R"(,"data_base64":"AA==")")), "/data_base64 field_is_invalid");
    EXPECT_EQ(fault_of(with(R"(,"datacontenttype":"text/xml")")),
              "/datacontenttype field_is_invalid");
    EXPECT_EQ(fault_of(with(R"(,"datacontenttype":"application/vnd.x+json; charset=utf-8")")), "");
    EXPECT_EQ(fault_of(with(R"(,"traceparent":"00-1","sequence":5,"dataschema":"x:y")")), "");
    EXPECT_EQ(
        fault_of(R"({"specversion":"0.3","id":"1","source":"s","type":"t","subject":"acme"})"),
        "/specversion field_is_invalid");
    EXPECT_EQ(fault_of(R"({"specversion":"1.0","id":7,"source":"s","type":"t","subject":"acme"})"),
              "/id field_is_invalid");
    EXPECT_EQ(fault_of(R"({"specversion":"1.0","id":"","source":"s","type":"t","subject":"acme"})"),
              "/id field_is_invalid");
    EXPECT_EQ(fault_of(event("1", "{}", "nobody")), "/subject account_is_unknown");
}

TEST(CloudEvents, ids_have_at_most_255_bytes) {
    EXPECT_EQ(fault_of(event(std::string(255, 'x'))), "");
    EXPECT_EQ(fault_of(event(std::string(256, 'x'))), "/id field_is_invalid");
    Read escaped(event("a\\u00e9\\n"));
    ASSERT_EQ(escaped.batch.events().size(), 1U);
    EXPECT_EQ(escaped.batch.events()[0].id, "a\xC3\xA9\n");
}

TEST(CloudEvents, nothing_is_given_twice) {
    EXPECT_EQ(fault_of(with(R"(,"id":"2")")), "/id field_is_invalid");
    EXPECT_EQ(fault_of(with(R"(,"\u0069d":"2")")), "/id field_is_invalid");
    EXPECT_EQ(fault_of(with(R"(,"ext":1,"ext":1)")), "/ext field_is_invalid");
    EXPECT_EQ(fault_of(with(R"(,"data":{"a/b":1,"a/b":2})")), "/data/a~1b field_is_invalid");
}

TEST(CloudEvents, members_are_bounded) {
    auto members = [](int count) {
        std::string out;
        for (int i = 0; i < count; ++i)
            out += (i > 0 ? ",\"p" : "\"p") + std::to_string(i) + "\":" + std::to_string(i);
        return out;
    };
    EXPECT_EQ(fault_of(event("1", "{" + members(64) + "}")), "");
    EXPECT_EQ(fault_of(event("1", "{" + members(65) + "}")), "/data too_many");
    EXPECT_EQ(fault_of(with("," + members(65))), " too_many");
}

TEST(CloudEvents, a_bad_event_does_not_spoil_its_neighbours) {
    const std::string deep = std::string(40, '[') + std::string(40, ']');
    const std::vector<std::string> bad{event("b1", R"({"count":NaN})"),
                                       event("b2", R"({"count":-Infinity})"),
                                       event("b3", "{\"count\":\"\xFF\"}"),
                                       event("b4", R"({"count":01})"),
                                       event("b5", R"({"count":3,})"),
                                       event("b6", "{\"x\":\"a\tb\"}"),
                                       event("b7", R"({"x":)" + deep + "}"),
                                       event("b8", R"({"x":"\ud800"})"),
                                       "5",
                                       "null",
                                       "\"text\"",
                                       "[]",
                                       "",
                                       "tru",
                                       event("b9", R"({"x":1 "y":2})"),
                                       event("b10", "{x:1}")};
    for (const std::string& one : bad) {
        Read read("[" + event("1") + "," + one + "," + event("2", R"({"count":5})", "other") + "]");
        ASSERT_TRUE(read.outcome.has_value()) << one;
        ASSERT_EQ(read.batch.events().size(), 2U) << one;
        EXPECT_EQ(read.batch.events()[0].account, acme) << one;
        EXPECT_EQ(read.batch.events()[1].account, other) << one;
        EXPECT_EQ(read.batch.events()[1].properties[0].text, "5") << one;
        EXPECT_EQ(read.batch.place(1), 2U) << one;
        ASSERT_EQ(read.batch.refused().size(), 1U) << one;
        EXPECT_EQ(read.refused(0).index, 1U) << one;
        EXPECT_TRUE(read.field(0).starts_with("/1")) << one << read.field(0);
    }
}

TEST(CloudEvents, the_id_of_a_refused_event_is_told_as_far_as_it_was_read) {
    Read read("[" + event("b1", R"({"count":NaN})") + "," + event("b2", "[]") + "]");
    ASSERT_EQ(read.batch.refused().size(), 2U);
    EXPECT_EQ(read.refused(0).id, "b1");
    EXPECT_EQ(read.refused(1).id, "b2");
    EXPECT_EQ(read.field(1), "/1/data");
}

TEST(CloudEvents, before_a_malformed_tail_everything_counts) {
    const std::string good = "[" + event("1") + "," + event("2");
    for (const std::string& tail :
         {std::string(",{\"id\":\"3\",\"sou"), std::string(""), std::string(","), std::string(",{"),
          std::string("}"), std::string(",]"), std::string("] x"), std::string("][]"),
          std::string(" {}]"), std::string(",{\"id\":\"3\"]]")}) {
        Read read(good + tail);
        ASSERT_TRUE(read.outcome.has_value()) << tail;
        EXPECT_EQ(read.batch.events().size(), 2U) << tail;
        ASSERT_EQ(read.batch.refused().size(), 1U) << tail;
        EXPECT_EQ(read.refused(0).index, 2U) << tail;
        EXPECT_NE(read.detail(0).find("not JSON at byte "), std::string::npos) << tail;
        EXPECT_EQ(read.batch.item_count(), 3U) << tail;
    }
    Read read(good + ",{\"id\":\"3\",\"sou");
    const std::string at = std::to_string(good.size() + std::string(",{\"id\":\"3\",\"sou").size());
    EXPECT_EQ(read.detail(0), "not JSON at byte " + at +
                                  ": a string without its closing quote; nothing was read from "
                                  "there on");
}

TEST(CloudEvents, lines_stand_each_for_itself) {
    Read read(event("1") + "\n\n  \r\n" + event("2") + "\r\n{\"id\":\"3\"\n" + event("4", "{}") +
                  event("5") + "\n" + event("6\\n", R"({"a":"x\ty"})") + "\n" + event("7\\n"),
              EventsForm::lines);
    ASSERT_TRUE(read.outcome.has_value());
    ASSERT_EQ(read.batch.events().size(), 4U);
    EXPECT_EQ(read.batch.events()[2].id, "6\n");
    EXPECT_EQ(read.batch.events()[2].properties[0].text, "x\ty");
    EXPECT_EQ(read.batch.events()[3].id, "7\n");
    ASSERT_EQ(read.batch.refused().size(), 2U);
    EXPECT_EQ(read.refused(0).index, 2U);
    EXPECT_EQ(read.refused(1).index, 3U);
}

TEST(CloudEvents, ten_thousand_are_taken_and_one_more_is_not) {
    auto list = [](std::size_t count) {
        std::string body = "[";
        for (std::size_t i = 0; i < count; ++i) body += (i > 0 ? "," : "") + event("e");
        return body + "]";
    };
    Read most(list(events_per_request_max));
    ASSERT_TRUE(most.outcome.has_value());
    EXPECT_EQ(most.batch.events().size(), events_per_request_max);
    Read more(list(events_per_request_max + 1));
    ASSERT_FALSE(more.outcome.has_value());
    EXPECT_EQ(more.outcome.error().fault, Fault::too_many);
    std::string lines;
    for (std::size_t i = 0; i <= events_per_request_max; ++i) lines += "x\n";
    EXPECT_EQ(Read(lines, EventsForm::lines).outcome.error().fault, Fault::too_many);
}

TEST(CloudEvents, what_is_no_list_of_events_is_refused_whole) {
    for (const char* body : {"", " ", "5", "hello", "\"x\"", "\xEF\xBB\xBF{}"})
        EXPECT_TRUE(fault_of(body).starts_with("body: ")) << body;
    EXPECT_EQ(fault_of(with("") + " x"), " field_is_invalid");
    Read empty("[]");
    EXPECT_TRUE(empty.outcome.has_value());
    EXPECT_EQ(empty.batch.item_count(), 0U);
}

TEST(CloudEvents, the_memory_of_one_body_serves_the_next) {
    EventBatch batch;
    ASSERT_TRUE(batch.read("[" + event("a\\n") + "," + event("b", "[]") + "]", EventsForm::document,
                           resolve));
    ASSERT_TRUE(batch.read(event("c"), EventsForm::document, resolve));
    ASSERT_EQ(batch.events().size(), 1U);
    EXPECT_EQ(batch.events()[0].id, "c");
    EXPECT_EQ(batch.events()[0].properties[0].name, "count");
    EXPECT_TRUE(batch.refused().empty());
    EXPECT_EQ(batch.item_count(), 1U);
}

std::string text_of(const EventBatch& batch) {
    std::string out;
    for (const engine::UsageEvent& e : batch.events()) {
        out += e.account.to_text() + '|' + std::string(e.id) + '|' + std::string(e.source) + '|' +
               std::string(e.type) + '|' + (e.occurred_at ? e.occurred_at->to_text() : "-");
        for (const engine::Property& p : e.properties)
            out += '|' + std::string(p.name) + '=' + std::string(p.text) + ':' +
                   std::to_string(static_cast<int>(p.kind));
        out += '\n';
    }
    for (const RefusedEvent& r : batch.refused())
        out += std::to_string(r.index) + ' ' + std::string(r.id) + ' ' + r.refusal.field + ' ' +
               r.refusal.detail + '\n';
    return out;
}

// Events of a few producers with all kinds of values, some of them broken.
class Producers {
public:
    std::string next() {
        std::string text = "{";
        const bool is_spaced = one_in(3);
        const std::string colon = is_spaced ? ": " : ":", comma = is_spaced ? ", " : ",";
        text += "\"specversion\"" + colon + (one_in(40) ? R"("0.3")" : R"("1.0")") + comma;
        text += "\"id\"" + colon + value() + comma + "\"source\"" + colon + value() + comma;
        if (!one_in(20)) text += "\"type\"" + colon + value() + comma;
        text += "\"subject\"" + colon + (one_in(5) ? "\"nobody\"" : "\"acme\"");
        if (one_in(2)) text += comma + "\"time\"" + colon + time();
        if (one_in(4)) text += comma + "\"region\"" + colon + value();
        if (one_in(10)) text += comma + "\"id\"" + colon + value();
        if (!one_in(4)) text += comma + "\"data\"" + colon + data(colon, comma);
        return text + (one_in(60) ? "" : "}");
    }

private:
    bool one_in(unsigned n) { return random_() % n == 0; }
    std::string one_of(std::initializer_list<const char*> choices) {
        return *(choices.begin() + static_cast<std::ptrdiff_t>(random_() % choices.size()));
    }
    std::string value() {
        if (one_in(12)) return one_of({"null", "7", "[]", "\"\"", R"("a\"b")", R"("ü")", "\"\t\""});
        return '"' + one_of({"a", "b1", "message.sent", "/mailer"}) + '"';
    }
    std::string time() {
        return one_of({R"("2026-04-01T12:30:15.25Z")", R"("2026-04-01T12:30:59Z")",
                       R"("2026-04-01T14:30:15+02:00")", R"("yesterday")", "null"});
    }
    std::string data(const std::string& colon, const std::string& comma) {
        if (one_in(20)) return one_of({"{}", "[]", "3", R"({"a":{"b":1}})", R"({"a":true})"});
        return "{\"count\"" + colon +
               one_of({"3", "0", "12345", "007", "-1", "1e3", "1.5", "1234567890123456"}) + comma +
               "\"country\"" + colon + value() + '}';
    }
    std::mt19937 random_{11};
};

TEST(CloudEvents, an_event_reads_the_same_whatever_came_before_it) {
    EventBatch experienced;
    Producers producers;
    std::size_t alike = 0;
    for (int round = 0; round < 3'000; ++round) {
        std::string one = producers.next();
        // The same shape several times, so that it is learnt.
        std::string body = "[" + one + "," + one + " ," + producers.next() + "]";
        const auto form = round % 3 == 0 ? EventsForm::lines : EventsForm::document;
        if (form == EventsForm::lines) body = one + "\n" + one + " \n\n" + producers.next();
        EventBatch fresh;
        ASSERT_EQ(fresh.read(std::string(body), form, resolve).has_value(),
                  experienced.read(std::string(body), form, resolve).has_value());
        ASSERT_EQ(text_of(fresh), text_of(experienced)) << body;
        alike += experienced.events().size();
    }
    EXPECT_GT(alike, 2'000U);
}

TEST(CloudEvents, a_subject_is_looked_up_once_and_never_from_an_earlier_body) {
    EventBatch batch;
    int asked = 0;
    auto first = [&](std::string_view) -> std::expected<AccountId, Fault> {
        ++asked;
        return acme;
    };
    ASSERT_TRUE(batch.read("[" + event("a") + "," + event("b") + "]", EventsForm::document, first));
    EXPECT_EQ(asked, 1);
    auto later = [](std::string_view) -> std::expected<AccountId, Fault> { return other; };
    ASSERT_TRUE(batch.read(event("c"), EventsForm::document, later));
    EXPECT_EQ(batch.events()[0].account, other);
}

TEST(CloudEvents, the_form_follows_from_the_type) {
    auto form = [](std::string type) { return events_form(&type); };
    EXPECT_EQ(*events_form(nullptr), EventsForm::document);
    EXPECT_EQ(*form("application/cloudevents-batch+json; charset=utf-8"), EventsForm::document);
    EXPECT_EQ(*form("Application/CloudEvents+JSON"), EventsForm::document);
    EXPECT_EQ(*form("application/x-ndjson"), EventsForm::lines);
    EXPECT_FALSE(form("text/plain").has_value());
}

}  // namespace
}  // namespace rb::api::native
