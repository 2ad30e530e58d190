#include "testing/story/story.h"

#include <gtest/gtest.h>

#include "testing/story/runner.h"

namespace rb::testing::story {
namespace {

constexpr std::string_view opening = R"(at 2026-04-01
catalog
  catalog: 1
  currencies: {USD: {}}
  features: {mailboxes: {kind: limit}}
  families: {F: {name: F}}
  plans: {basic: {family: F, fee: {USD: "30"}}}
> open acme
> pay acme 100
)";

std::string error_of(std::string_view text) {
    auto story = parse("s", text);
    return story ? "" : story.error();
}

std::vector<std::string> problems_of(std::string_view rest) {
    auto story = parse("s", std::string(opening) + std::string(rest));
    if (!story) return {story.error()};
    return run(*story, {in_memory(), 1, Restart::never, ""}).problems;
}

std::string problem_of(std::string_view rest) {
    auto problems = problems_of(rest);
    return problems.size() == 1 ? problems[0]
                                : std::to_string(problems.size()) + " problems instead of one";
}

TEST(StoryParse, a_statement_has_words_a_block_a_fault_and_facts) {
    auto story =
        parse("s",
              "# A comment.\n\nat 2026-04-01 Europe/Berlin   # the day\ncatalog\n    a: 1\n"
              "      b: 2   # kept\n> pay acme 5#6\n! money_is_short\n= due 1.00, next none\n");
    ASSERT_TRUE(story) << story.error();
    ASSERT_EQ(story->statements.size(), 3U);
    const Statement& at = story->statements[0];
    EXPECT_EQ(at.kind, StatementKind::at);
    EXPECT_EQ(at.line, 3);
    EXPECT_EQ(at.words, (std::vector<std::string>{"2026-04-01", "Europe/Berlin"}));
    EXPECT_EQ(story->statements[1].block, "a: 1\n  b: 2   # kept\n");
    const Statement& pay = story->statements[2];
    EXPECT_EQ(pay.words, (std::vector<std::string>{"pay", "acme", "5#6"}));
    EXPECT_EQ(pay.fault, "money_is_short");
    ASSERT_EQ(pay.expected.size(), 2U);
    EXPECT_EQ(pay.expected[1].word, "next");
    EXPECT_EQ(pay.expected[1].value, "none");
    EXPECT_EQ(pay.expected[1].line, 9);
}

TEST(StoryParse, wrong_forms_are_refused_with_their_line) {
    EXPECT_EQ(error_of(""), "s:0: a story has at least one statement");
    EXPECT_EQ(error_of("at 2026-04-01\npay acme 5\n"),
              "s:2: expected at, catalog, >, ?, = or ! instead of 'pay'");
    EXPECT_EQ(error_of("= due 5\n"),
              "s:1: an expectation stands below a command, a query or a catalog");
    EXPECT_EQ(error_of("at 2026-04-01\n= due 5\n"),
              "s:2: an expectation stands below a command, a query or a catalog");
    EXPECT_EQ(error_of("> pay acme 5\n= due\n"),
              "s:2: expected a word and its value, as in '= due 34.80'");
    EXPECT_EQ(error_of("> pay acme 5\n= due 1,\n"),
              "s:2: expected a word and its value, as in '= due 34.80'");
    EXPECT_EQ(error_of("> pay acme 5\n! a b\n"),
              "s:2: expected one fault, as in '! money_is_short'");
    EXPECT_EQ(error_of("> pay acme 5\n= due 5\n! too_many\n"),
              "s:3: the fault stands directly below its command, once");
    EXPECT_EQ(error_of("> pay acme 5\n  x: 1\n"), "s:2: only a catalog has indented lines");
    EXPECT_EQ(error_of("catalog\n    x: 1\n  y: 2\n"),
              "s:3: indented less than the first line of its block");
    EXPECT_EQ(error_of("at\t2026-04-01\n"),
              "s:1: tabs and carriage returns are not used in stories");
}

TEST(StoryRun, a_true_story_has_no_problems) {
    EXPECT_EQ(problems_of(
                  "> subscribe acme basic as s1\n= due 30.00\n? balance acme\n= available 70.00\n"),
              std::vector<std::string>{});
}

// The canary: each of these stories is wrong, and has to be found out.
TEST(StoryRun, a_false_expectation_is_a_problem_with_its_line) {
    EXPECT_EQ(problem_of("> subscribe acme basic as s1\n= due 30.01\n"),
              "s:11: due: expected '30.01', got '30.00'");
    EXPECT_EQ(problem_of("? balance acme\n= avaliable 100.00\n"),
              "s:11: avaliable: expected '100.00', got none");
    EXPECT_EQ(
        problem_of("> subscribe acme basic as s1\n= line charge basic 30.00, line setup basic 1\n"),
        "s:11: line: expected 'setup basic 1', got none");
    EXPECT_EQ(
        problem_of("> hold acme 1 as h1\n> hold acme 2 as h2\n? holds acme\n= hold h1 1.00\n"),
        "s:13: hold: expected no more, got 'h2 2.00'");
}

TEST(StoryRun, a_fault_is_expected_exactly_where_it_comes) {
    EXPECT_EQ(
        problem_of("> hold acme 101\n"),
        "s:10: refused: money_is_short (101.00 USD is needed and 100.00 USD can be spent: pay in "
        "the difference)");
    EXPECT_EQ(problem_of("> hold acme 99\n! money_is_short\n"),
              "s:10: expected money_is_short, it was accepted");
    EXPECT_TRUE(problem_of("> hold acme 101\n! too_many\n")
                    .starts_with("s:10: expected too_many, got money_is_short"));
}

TEST(StoryRun, a_use_that_is_not_allowed_is_told_and_is_no_refusal) {
    EXPECT_EQ(problem_of("> consume acme mailboxes 1\n= allowed yes\n"),
              "s:11: allowed: expected 'yes', got 'no'");
    EXPECT_EQ(problem_of("> consume acme mailboxes 1\n! feature_is_not_in_plan\n"),
              "s:10: expected feature_is_not_in_plan, it was accepted");
    EXPECT_TRUE(problem_of("> tell acme mail.sent e1\n= counted yes\n")
                    .starts_with("s:10: refused: meter_is_unknown"));
}

TEST(StoryRun, unknown_words_stop_the_story) {
    EXPECT_EQ(problem_of("> buy acme basic\n"), "s:10: unknown command 'buy'");
    EXPECT_EQ(problem_of("> pay acme 5 quickly\n"), "s:10: unknown word 'quickly'");
    EXPECT_EQ(problem_of("> pay bcme 5\n"), "s:10: unknown account 'bcme'");
    EXPECT_EQ(problem_of("> pay acme\n"), "s:10: expected an amount");
    EXPECT_EQ(problem_of("> change acme basic\n"), "s:10: unknown subscription 'acme'");
    EXPECT_EQ(problem_of("> hold acme 5 expires\n"), "s:10: expected a value behind expires");
    EXPECT_EQ(problem_of("? weather acme\n"), "s:10: unknown query 'weather'");
    EXPECT_EQ(problem_of("at 2026-03-01\n"), "s:10: the clock moves forward only");
    EXPECT_TRUE(problem_of("at noon\n").starts_with("s:10: 'noon': expected a moment"));
    EXPECT_EQ(problem_of("> consume acme mailboxes\n"), "s:10: expected a quantity");
    EXPECT_EQ(problem_of("> consume acme mailboxes 1 idempotency k\n"),
              "s:10: unknown word 'idempotency'");
    EXPECT_EQ(problem_of("> tell acme mail.sent e1 count\n"),
              "s:10: expected name=value instead of 'count'");
    EXPECT_EQ(problem_of("> reserve acme mailboxes 1\n"), "s:10: expected until and a moment");
    EXPECT_EQ(problem_of("? check acme mailboxes 1 2\n"), "s:10: unknown word '2'");
    EXPECT_EQ(problem_of("> open beta\n> hold acme 5 as beta\n"),
              "s:11: the name 'beta' stands for something else");
}

TEST(StoryRun, a_story_begins_with_a_moment) {
    auto story = parse("s", "> open acme\n");
    ASSERT_TRUE(story);
    EXPECT_EQ(run(*story, {in_memory(), 1, Restart::never, ""}).problems,
              std::vector<std::string>{"s:1: a story begins with 'at' and a moment"});
}

TEST(StoryRun, the_state_at_the_end_tells_stories_apart) {
    auto hashes = [](std::string_view rest, Restart restart) {
        auto story = parse("s", std::string(opening) + std::string(rest));
        return run(*story, {in_memory(), 1, restart, ""}).state_hashes;
    };
    auto plain = hashes("> pay acme 1\n", Restart::never);
    EXPECT_EQ(plain.size(), 3U);  // catalog, directory, one of trees
    EXPECT_EQ(plain, hashes("> pay acme 1\n", Restart::after_each_command));
    EXPECT_NE(plain, hashes("> pay acme 2\n", Restart::never));
}

}  // namespace
}  // namespace rb::testing::story
