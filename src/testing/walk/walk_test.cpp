// The machinery itself: what a walk says, that it finds a fault, and how short it becomes.
#include <gtest/gtest.h>

#include <filesystem>
#include <fstream>
#include <iterator>

#include "testing/walk/children.h"
#include "testing/walk/generator.h"
#include "testing/walk/names.h"

namespace rb::testing::walk {
namespace {

TEST(Walk, IsTheSameAfterItWasWrittenDown) {
    Walk walk;
    walk.stage = stage_of(5);
    Generator generator(walk.stage, 5);
    for (int i = 0; i < 300; ++i) {
        walk.steps.push_back(generator.next());
        if (walk.steps.back().kind == Step::Kind::request)
            generator.learn(walk.steps.back(), 200, false);
    }
    auto read = Walk::parse(walk.to_text());
    ASSERT_TRUE(read) << read.error();
    EXPECT_EQ(read->to_text(), walk.to_text());
}

TEST(Walk, AStepHasACallerAMethodAndATarget) {
    auto step = Step::parse(
        "x50 key2 POST /v1/accounts/$acc1/holds?a=b -> hld3 [Idempotency-Key: i4] | "
        R"({"a":"b | c"})");
    ASSERT_TRUE(step) << step.error();
    EXPECT_EQ(step->times, 50);
    EXPECT_EQ(step->caller, "key2");
    EXPECT_EQ(step->path(), "/v1/accounts/$acc1/holds");
    EXPECT_EQ(step->label, "hld3");
    ASSERT_NE(step->header("idempotency-key"), nullptr);
    EXPECT_EQ(*step->header("idempotency-key"), "i4");
    EXPECT_EQ(step->body, R"({"a":"b | c"})");
    EXPECT_FALSE(Step::parse("root POST"));
}

TEST(Names, ALabelMeansWhatTheReplyGaveItOrNobody) {
    Names names;
    auto step = Step::parse("root POST /v1/accounts -> acc1");
    ASSERT_TRUE(step);
    const std::string nobody = names.resolve("$acc1", {});
    EXPECT_EQ(nobody.size(), std::string("acc_").size() + 26);
    auto reply = Json::parse(R"({"id":"acc_01jc0000000000000000000000","number":7,"name":"shop"})");
    ASSERT_TRUE(reply);
    names.learn(*step, *reply);
    EXPECT_EQ(names.resolve("$acc1 $num1 $nam1 @{+1d} @repeat 3 [#]@end", {}),
              "acc_01jc0000000000000000000000 7 shop 1970-01-02T00:00:00Z [0],[1],[2]");
}

// Of all the steps only the one that kills is left.
TEST(Children, AWalkThatDiesIsShortenedToWhatMatters) {
    Verdict failed;
    failed.walk.stage = stage_of(1);
    failed.walk.stage.where = Where::memory;
    Generator generator(failed.walk.stage, 1);
    for (int i = 0; i < 20; ++i) failed.walk.steps.push_back(generator.next());
    std::erase_if(failed.walk.steps, [](const Step& s) { return s.kind != Step::Kind::request; });
    failed.walk.steps.insert(failed.walk.steps.begin() + 11, {.kind = Step::Kind::abort});
    failed = run_again(failed.walk, {"a ", "money"});
    EXPECT_EQ(failed.kind, "death: a step asked for it");
    EXPECT_EQ(failed.walk.steps.size(), 12U) << "nothing is done after the death";
    const Walk shortest = shorten(failed, {"a ", "money"}, std::chrono::seconds(60));
    ASSERT_EQ(shortest.steps.size(), 1U) << shortest.to_text();
    EXPECT_EQ(shortest.steps[0].kind, Step::Kind::abort);
}

TEST(Children, AWalkOfNothingIsClean) {
    for (const char* store : {"memory", "files"}) {
        auto walk = Walk::parse("STAGE catalog=demo partitions=4 store=" + std::string(store) +
                                "\nCLOCK +40d\nRESTART\nREBUILD\n");
        ASSERT_TRUE(walk) << walk.error();
        const Verdict verdict = run_again(*walk, {});
        EXPECT_TRUE(verdict.is_clean()) << verdict.kind << "\n" << verdict.detail;
    }
}

// Each of these once failed; the file says how.
TEST(Children, WalksThatOnceFailedAreClean) {
    namespace files = std::filesystem;
    std::size_t count = 0;
    for (const auto& file : files::directory_iterator(RATEBOOK_SOURCE_DIR "/golden/walks")) {
        if (file.path().extension() != ".walk") continue;
        std::ifstream in(file.path());
        auto walk = Walk::parse(std::string{std::istreambuf_iterator<char>(in), {}});
        ASSERT_TRUE(walk) << file.path() << ": " << walk.error();
        const Verdict verdict = run_again(*walk, {});
        EXPECT_TRUE(verdict.is_clean()) << file.path() << ": " << verdict.kind << "\n"
                                        << verdict.detail;
        ++count;
    }
    EXPECT_GE(count, 11U);
}

}  // namespace
}  // namespace rb::testing::walk
