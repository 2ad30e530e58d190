#include "testing/story/uses.h"

#include "base/json.h"

namespace rb::testing::story {

namespace {

using engine::Property;
using engine::Rendered;

Rendered rendered(const Facts& facts) { return {200, "text/plain", facts.body(), {}, false}; }

// "count=5,region=eu"; keeps the texts that the properties look at.
class Properties {
public:
    Properties(Words& words, std::string_view list) {
        while (!list.empty()) {
            std::string_view one = list.substr(0, list.find(','));
            list.remove_prefix(std::min(one.size() + 1, list.size()));
            std::size_t at = one.find('=');
            if (at == 0 || at == one.npos) {
                words.fail("expected name=value instead of '" + std::string(one) + "'");
                return;
            }
            bool is_number = one.substr(at + 1).find_first_not_of("-.0123456789") == one.npos &&
                             at + 1 < one.size();
            items_.push_back({one.substr(0, at), one.substr(at + 1),
                              is_number ? Property::Kind::number : Property::Kind::text});
        }
    }
    std::span<const Property> items() const { return items_; }

private:
    std::vector<Property> items_;
};

}  // namespace

Parsed<Said> Uses::command(const std::vector<std::string>& text) {
    Words words(text);
    Composer composer(engine_, names_);
    accounts::Caller caller = composer.caller(words);
    bool consumes = words.take("a command") == "consume";
    Said said;
    said.account = composer.account(words);
    said.answer =
        consumes ? consume(words, said.account, caller) : tell(words, said.account, caller);
    if (!words.error().empty()) return Unparsed(words.error());
    return said;
}

Result<Rendered> Uses::consume(Words& words, AccountId account, const accounts::Caller& caller) {
    std::string id = words.option("id").value_or("");
    std::string with = words.option("with").value_or("");
    Properties properties(words, with);
    std::string entity = words.option("entity").value_or("");
    std::string feature = words.take("a feature");
    std::int64_t quantity = words.number(words.take("a quantity"));
    words.finish();
    if (!words.error().empty()) return Rendered{};
    engine::Consumption use{{account, feature, quantity, entity}, "story", id, properties.items()};
    Result<entitlements::Answer> answer = refuse(Fault::store_is_stopped, "no answer came");
    engine_.consume(caller, {&use, 1}, [&](Result<engine::Answers>&& answers) {
        if (answers)
            answer = std::move(answers->front());
        else
            answer = std::unexpected(answers.error());
    });
    return told(account, answer);
}

Result<Rendered> Uses::tell(Words& words, AccountId account, const accounts::Caller& caller) {
    engine::UsageEvent event;
    event.account = account;
    event.source = "story";
    if (auto at = words.option("at")) {
        Zone zone = Composer(engine_, names_).profile_of(account).zone;
        event.occurred_at = words.value(parse_moment(*at, zone), *at);
    }
    std::string type = words.take("the type of an event");
    std::string id = words.take("the id of an event");
    event.type = type;
    event.id = id;
    std::string list = words.is_empty() ? "" : words.take("properties");
    Properties properties(words, list);
    event.properties = properties.items();
    words.finish();
    if (!words.error().empty()) return Rendered{};
    Result<std::vector<engine::EventOutcome>> outcomes =
        refuse(Fault::store_is_stopped, "no answer came");
    engine_.ingest(caller, {&event, 1}, [&](auto&& answer) { outcomes = std::move(answer); });
    if (!outcomes) return std::unexpected(outcomes.error());
    const engine::EventOutcome& outcome = outcomes->front();
    using Status = engine::EventOutcome::Status;
    if (outcome.status == Status::refused) return std::unexpected(*outcome.refusal);
    Facts facts;
    facts.add("counted", outcome.status == Status::counted ? "yes" : "no");
    facts.add("duplicate", outcome.status == Status::duplicate ? "yes" : "no");
    facts.add("over", outcome.over_limit ? "yes" : "no");
    return rendered(facts);
}

Result<Rendered> Uses::check(Words& words, AccountId account, const accounts::Caller& caller) {
    std::string entity = words.option("entity").value_or("");
    std::string feature = words.take("a feature");
    std::int64_t quantity = words.is_empty() ? 1 : words.number(words.take("a quantity"));
    words.finish();
    if (!words.error().empty()) return Rendered{};
    entitlements::Question question{account, feature, quantity, entity};
    return told(account, engine_.check(caller, {&question, 1}).front());
}

Result<Rendered> Uses::told(AccountId account, const Result<entitlements::Answer>& answer) {
    if (!answer) return std::unexpected(answer.error());
    Facts facts;
    engine_.read(
        account, accounts::Caller::platform(),
        [&](const engine::Reader& reader) -> Result<Rendered> {
            answer_facts(facts, {reader, *reader.account(account), names_.by_id()}, *answer);
            return Rendered{};
        },
        [](Result<Rendered>&&) {});
    return rendered(facts);
}

Result<Rendered> Uses::warnings(AccountId account) {
    Facts facts;
    bool any = false;
    std::string cursor;
    for (bool is_last = false; !is_last;) {
        Result<engine::FactPage> page = refuse(Fault::store_is_stopped, "no answer came");
        engine_.facts(accounts::Caller::platform(), cursor, 1000, {},
                      [&](auto&& answer) { page = std::move(answer); });
        if (!page) return std::unexpected(page.error());
        is_last = page->facts.empty();
        cursor = page->cursor;
        for (const engine::Fact& fact : page->facts) {
            bool is_of_money = fact.type == "spend_threshold_passed";
            if (fact.account != account || (fact.type != "threshold_passed" && !is_of_money))
                continue;
            auto data = Json::parse(fact.data);
            if (!data) return refuse(Fault::field_is_invalid, data.error());
            if (is_of_money) {
                auto money = [&](std::string_view key) {
                    return data->find(key)->find("amount")->as_string();
                };
                facts.add("passed", data->find("against")->as_string() + " cap " +
                                        data->find("percent")->number_text() + "% with " +
                                        money("spent") + " of " + money("cap"));
                any = true;
                continue;
            }
            auto number = [&](std::string_view key) {
                const Json* found = data->find(key);
                return found == nullptr || !found->is_number() ? "none" : found->number_text();
            };
            const Json* entity = data->find("entity");
            bool has_entity = entity != nullptr && !entity->as_string().empty();
            facts.add("passed", data->find("feature")->as_string() + " " + number("percent") +
                                    "% with " + number("used") + " of " + number("limit") +
                                    (has_entity ? " for " + entity->as_string() : ""));
            any = true;
        }
    }
    facts.none_unless(any, "passed");
    return rendered(facts);
}

}  // namespace rb::testing::story
