#include <gtest/gtest.h>

#include <algorithm>

#include "catalog_file/test_file.h"
#include "domain/catalog/document.h"

namespace rb::catalog_file {

using namespace catalog;
using namespace test;

namespace {

std::vector<PlanDraft> by_key(std::vector<PlanDraft> plans) {
    std::sort(plans.begin(), plans.end(),
              [](const PlanDraft& a, const PlanDraft& b) { return a.head.key < b.head.key; });
    return plans;
}

void expect_equal(const Draft& a, const Draft& b) {
    EXPECT_EQ(a.settings, b.settings);
    auto left = by_key(a.plans);
    auto right = by_key(b.plans);
    ASSERT_EQ(left.size(), right.size());
    for (std::size_t i = 0; i < left.size(); ++i) {
        EXPECT_EQ(left[i].head, right[i].head) << left[i].head.key;
        EXPECT_EQ(left[i].version, right[i].version) << left[i].head.key;
    }
}

void expect_round_trip(const Draft& draft) {
    const Catalog catalog = applied(draft);
    for (const std::string& text : {write_yaml(catalog), write_json(catalog)}) {
        auto back = read(text);
        ASSERT_TRUE(back.ok()) << findings_text("written", back.findings) << text;
        expect_equal(draft, back.draft);
        // Applying what was written changes nothing.
        IdSource ids(Instant::of_seconds(1'767'225'600), Uuid{3, 4});
        auto events = decide(catalog, ApplyCatalog{back.draft, catalog.version},
                             Instant::of_seconds(1'767'225'600), ids);
        ASSERT_TRUE(events);
        EXPECT_TRUE(events->empty());
        EXPECT_TRUE(diff(catalog, back.draft).empty());
    }
}

// Every key that occurs in a document, once.
void collect_keys(const Json& json, std::vector<std::string>& keys) {
    if (json.is_object())
        for (const auto& [key, value] : json.as_object()) {
            keys.push_back(key);
            collect_keys(value, keys);
        }
    if (json.is_array())
        for (const Json& item : json.as_array()) collect_keys(item, keys);
}

}  // namespace

TEST(CatalogFileWriting, what_is_written_is_read_back_as_the_same_catalog) {
    auto result = read(everything);
    ASSERT_TRUE(result.ok()) << findings_text("everything.yaml", result.findings);
    expect_round_trip(result.draft);
}

TEST(CatalogFileWriting, every_form_of_an_allowance_is_read_back) {
    Draft draft = read(everything).draft;
    PlanVersion& version = draft.plans[1].version;
    auto messages = std::find_if(version.entitlements.begin(), version.entitlements.end(),
                                 [](const Entitlement& e) { return e.feature == "messages"; });
    ASSERT_NE(messages, version.entitlements.end());
    for (std::optional<std::int64_t> limit :
         {std::optional<std::int64_t>(0), std::optional<std::int64_t>(1000),
          std::optional<std::int64_t>()})
        for (WindowKind window : {WindowKind::subscription, WindowKind::day, WindowKind::month,
                                  WindowKind::rolling, WindowKind::lifetime})
            for (int form = 0; form < 8; ++form) {
                Entitlement e;
                e.feature = "messages";
                e.limit = limit;
                e.window = window;
                if (window == WindowKind::rolling) e.rolling = Duration::of_minutes(61 + form);
                e.soft = (form & 1) != 0;
                e.pooled = form == 2 || form == 3;
                e.per = form >= 6 ? Per::entity : Per::account;
                if (limit && (form & 4) != 0) e.thresholds = {50, 80, 1000};
                *messages = e;
                expect_round_trip(draft);
            }
}

TEST(CatalogFileWriting, every_form_of_a_meter_and_a_price_is_read_back) {
    Draft draft = read(everything).draft;
    for (Aggregation aggregation : {Aggregation::count, Aggregation::sum, Aggregation::max,
                                    Aggregation::unique, Aggregation::latest})
        for (std::int64_t seconds : {0, 1, 90, 3600, 86'400, 366 * 86'400}) {
            Meter meter;
            meter.key = Name("m." + std::string(enum_text(aggregation)) + std::to_string(seconds));
            meter.event = "a: b";
            meter.aggregation = aggregation;
            if (aggregation != Aggregation::count) meter.value_property = "data value";
            meter.dimensions = {"true", "1", "a, b"};
            meter.filter = {{"ok", "true"}, {"n", "1.50"}, {"{x}", ""}};
            meter.late = Duration::of_seconds(seconds);
            draft.settings.meters[meter.key] = meter;
            PriceGroup group;
            group.number = 9000 + static_cast<std::int64_t>(draft.settings.price_groups.size());
            group.meter = meter.key;
            group.price = {{Currency("USD"), *Decimal::parse("0.000000000001")},
                           {Currency("EUR"), Decimal(0)}};
            group.num_resources = 1 + seconds;
            group.quantum = 1'000'000'000'000'000;
            draft.settings.price_groups[group.number] = group;
            draft.plans[0].version.price_groups.push_back(group.number);
        }
    expect_round_trip(draft);
}

TEST(CatalogFileWriting, the_demo_catalog_is_read_back_as_the_same_catalog) {
    expect_round_trip(read(file_text("packaging/demo/catalog.yaml")).draft);
}

TEST(CatalogFileWriting, awkward_texts_survive) {
    Draft draft = read(everything).draft;
    int i = 0;
    for (const char* text : {"true",
                             "No",
                             "~",
                             "null",
                             "12",
                             "1e5",
                             "- a",
                             "a: b",
                             "a #b",
                             " lead",
                             "trail ",
                             "{x}",
                             "\"",
                             "'",
                             "\\",
                             "\n",
                             "line\nline",
                             "\x01\x1f\x7f",
                             "&a",
                             "*a",
                             "!t",
                             "%d",
                             "@x",
                             "`x`",
                             "\xc3\xa9\xe2\x82\xac\xf0\x9f\x98\x80",
                             "\xc2\x85\xe2\x80\xa8",
                             "unlimited",
                             "---",
                             "...",
                             "?",
                             "? x",
                             ":",
                             "=",
                             "<<",
                             "0x1F",
                             "2026-01-01",
                             "Yes",
                             "on",
                             "n"}) {
        PlanDraft plan = draft.plans[2];
        plan.head.key = "text_" + std::to_string(i++);
        plan.head.group = text;
        plan.version.name = text;
        plan.version.description = text;
        plan.version.entitlements = {{"region", true, text, {}, false}};
        Json::Object data{{text, Json(text)}};
        plan.version.attributes = Json(data).to_text();
        draft.plans.push_back(plan);
    }
    expect_round_trip(draft);
}

TEST(CatalogFileWriting, an_empty_catalog_is_a_file_too) {
    EXPECT_EQ(write_yaml(Catalog{}), "catalog: 1\nrounding: half_up\n");
    EXPECT_TRUE(read(write_yaml(Catalog{})).ok());
    EXPECT_TRUE(read(write_json(Catalog{})).ok());
}

TEST(CatalogFileWriting, archived_plans_are_left_out) {
    Draft draft = read(everything).draft;
    Catalog catalog = applied(draft);
    draft.plans.erase(draft.plans.begin() + 2);
    IdSource ids(Instant{}, Uuid{5, 5});
    auto events = decide(catalog, ApplyCatalog{draft, {}}, Instant{}, ids).value();
    for (const Event& event : events) apply(catalog, event);
    EXPECT_NE(catalog.plans.find_key("desk_add"), nullptr);
    EXPECT_EQ(write_yaml(catalog).find("desk_add"), std::string::npos);
}

// The page and the schema name every key that a file can have.
TEST(CatalogFileWriting, every_key_is_documented_and_in_the_schema) {
    std::vector<std::string> keys;
    auto parsed = Json::parse(write_json(applied(read(everything).draft)));
    ASSERT_TRUE(parsed);
    collect_keys(*parsed, keys);
    const std::string page = file_text("docs/catalog-file.md");
    const std::string schema = file_text("docs/catalog.schema.json");
    ASSERT_TRUE(Json::parse(schema));
    // Names that the file's author chooses are not keys of the grammar.
    const Draft draft = read(everything).draft;
    auto is_chosen = [&](const std::string& key) {
        const Settings& s = draft.settings;
        if (Currency::parse(key) || s.features.contains(key) || s.meters.contains(key) ||
            s.families.contains(key) || key == "7561" || key == "7562" || key == "standard" ||
            key == "paid")
            return true;
        for (const PlanDraft& plan : draft.plans)
            if (plan.head.key == key) return true;
        for (const char* free : {"colour", "n", "list", "deep", "on", "none", "voice"})
            if (key == free) return true;
        return false;
    };
    int checked = 0;
    for (const std::string& key : keys) {
        if (is_chosen(key)) continue;
        ++checked;
        EXPECT_NE(page.find("`" + key + "`"), std::string::npos) << key;
        EXPECT_NE(schema.find("\"" + key + "\""), std::string::npos) << key;
    }
    EXPECT_GT(checked, 60);
}

}  // namespace rb::catalog_file
