#include <algorithm>

#include "api/agency/from_wire.h"
#include "api/agency/test_reseller.h"

namespace rb::api::agency {
namespace {

// "bots_count missing; name string_type"
std::string faults_of(std::string_view body) {
    std::vector<FieldFault> faults;
    billing_plan_from_wire(body, faults);
    std::string text;
    for (const FieldFault& fault : faults) {
        if (!text.empty()) text += "; ";
        text += fault.loc.back() + " " + fault.type;
    }
    return text;
}

// The growth plan with one field set to a value, or left out.
std::string with(std::string_view field, std::string_view value) {
    auto plan = Json::parse(growth_plan);
    std::erase_if(plan->as_object(), [&](const Json::Member& m) { return m.first == field; });
    if (!value.empty()) plan->as_object().emplace_back(std::string(field), *Json::parse(value));
    return plan->to_text();
}

TEST(AgencyBody, is_told_all_that_is_missing_at_once) {
    EXPECT_EQ(faults_of("{}"),
              "name missing; description missing; bots_count missing; queries_count missing; "
              "words_count missing; voice_seconds missing; premium_support missing");
    EXPECT_EQ(faults_of(growth_plan), "");
    EXPECT_EQ(faults_of(""), "body missing");
    EXPECT_EQ(faults_of("{"), "body json_invalid");
    EXPECT_EQ(faults_of("[]"), "body model_attributes_type");
}

TEST(AgencyBody, has_the_types_of_its_fields) {
    struct Row {
        std::string_view field, value, fault;
    };
    for (const Row& row : std::initializer_list<Row>{
             {"name", "1", "string_type"},
             {"name", "null", "string_type"},
             {"description", "[]", "string_type"},
             {"bots_count", "null", "int_type"},
             {"bots_count", "true", "int_type"},
             {"bots_count", "\"many\"", "int_parsing"},
             {"bots_count", "1.5", "int_from_float"},
             {"bots_count", "-1", "greater_than_equal"},
             {"bots_count", "1000000000000001", "less_than_equal"},
             {"bots_count", "1e99", "int_parsing"},
             {"bots_count", "12.0", ""},
             {"bots_count", "\"12\"", ""},
             {"premium_support", "null", "bool_type"},
             {"premium_support", "\"maybe\"", "bool_parsing"},
             {"premium_support", "2", "bool_parsing"},
             {"premium_support", "{}", "bool_type"},
             {"premium_support", "\"Yes\"", ""},
             {"premium_support", "0", ""},
             {"default_plan", "null", ""},
             {"auto_intents", "\"x\"", "bool_parsing"},
             {"billing_plan_group", "null", ""},
             {"billing_plan_group", "7", "string_type"},
             {"credits", "[]", "dict_type"},
             {"credits", "null", "dict_type"},
             {"attributes", "\"{}\"", "dict_type"},
             {"agency_id", "null", ""},
             {"agency_id", "\"north\"", "uuid_parsing"},
             {"agency_id", "5", "uuid_type"},
             {"plan_lookup_key", "false", "string_type"},
         }) {
        std::string expected =
            row.fault.empty() ? "" : std::string(row.field) + " " + std::string(row.fault);
        EXPECT_EQ(faults_of(with(row.field, row.value)), expected)
            << row.field << " = " << row.value;
    }
    EXPECT_EQ(faults_of(with("name", "\"" + std::string(201, 'x') + "\"")), "name string_too_long");
    EXPECT_EQ(faults_of(with("attributes", R"({"a":")" + std::string(8200, 'x') + "\"}")),
              "attributes value_error");
}

TEST(AgencyBody, that_is_wrong_changes_nothing_and_is_answered_with_places) {
    Reseller house;
    http::Response response = house.create(with("bots_count", "-1"));
    EXPECT_EQ(response.status, 422);
    EXPECT_EQ(response.body, R"({"detail":[{"loc":["body","bots_count"],)"
                             R"("msg":"Input should be greater than or equal to 0",)"
                             R"("type":"greater_than_equal"}]})");
    http::Response foreign =
        house.create(with("agency_id", "\"" + house.south.uuid.to_text() + "\""));
    EXPECT_EQ(foreign.status, 422);
    EXPECT_EQ(at(foreign, "detail/0/loc"), R"(["body","agency_id"])");
    http::Response both =
        house.send(http::Method::post, "north/billing_plan", "api_key=in-north", with("name", ""));
    EXPECT_EQ(both.status, 422);
    EXPECT_EQ(at(both, "detail/0/loc"), R"(["path","agency_id"])");
    EXPECT_EQ(at(both, "detail/1/loc"), R"(["body","name"])");
    EXPECT_EQ(at(house.list(), "data/total"), "0");
    EXPECT_EQ(house.create(with("agency_id", "\"" + house.north.uuid.to_text() + "\"")).status,
              200);
}

}  // namespace
}  // namespace rb::api::agency
