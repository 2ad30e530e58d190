// Every story of golden/stories under every configuration. The state at the end is the same in
// memory and in SQLite, with and without a restart after each command.
#include <gtest/gtest.h>

#include <algorithm>
#include <filesystem>
#include <map>

#include "store/sqlite/sqlite_store.h"
#include "testing/story/runner.h"

namespace rb::testing::story {
namespace {

namespace fs = std::filesystem;

const std::string folder = RATEBOOK_SOURCE_DIR "/golden/stories";

enum class StoreKind : std::uint8_t { memory, sqlite, segments };

struct Configuration {
    std::string name;
    StoreKind store = StoreKind::memory;
    Restart restart = Restart::never;
    std::uint32_t tree_partitions = 1;
    engine::IdBudget ids = {};
    Awake awake = Awake::as_many_as_usual;
};

// Ids of events go to the disk as soon as there are two.
constexpr engine::IdBudget few_ids{1'000, 1};

const std::vector<Configuration> configurations{
    {"memory", StoreKind::memory, Restart::never, 1},
    {"memory_restarted", StoreKind::memory, Restart::after_each_command, 1},
    {"memory_replayed", StoreKind::memory, Restart::journal_after_each_command, 1},
    {"sqlite", StoreKind::sqlite, Restart::never, 1},
    {"sqlite_restarted", StoreKind::sqlite, Restart::after_each_command, 1},
    {"segments", StoreKind::segments, Restart::never, 1},
    {"segments_restarted", StoreKind::segments, Restart::after_each_command, 1},
    {"four_partitions", StoreKind::memory, Restart::never, 4},
    {"four_partitions_restarted", StoreKind::memory, Restart::after_each_command, 4},
    {"memory_with_ids_in_runs", StoreKind::memory, Restart::never, 1, few_ids},
    {"memory_with_ids_in_runs_restarted", StoreKind::memory, Restart::after_each_command, 1,
     few_ids},
    {"memory_with_ids_in_runs_replayed", StoreKind::memory, Restart::journal_after_each_command, 1,
     few_ids},
    {"all_asleep", StoreKind::memory, Restart::never, 1, {}, Awake::none},
    {"all_asleep_restarted", StoreKind::memory, Restart::after_each_command, 1, {}, Awake::none},
};

void PrintTo(const Configuration& configuration, std::ostream* out) { *out << configuration.name; }

std::vector<std::string> story_names() {
    std::vector<std::string> names;
    for (const auto& file : fs::directory_iterator(folder))
        if (file.path().extension() == ".story") names.push_back(file.path().stem().string());
    std::ranges::sort(names);
    return names;
}

// A folder that is gone with the test.
class Folder {
public:
    Folder() {
        std::string pattern = (fs::temp_directory_path() / "ratebook-story-XXXXXX").string();
        path_ = mkdtemp(pattern.data());
    }
    ~Folder() { fs::remove_all(path_); }
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

Outcome run_story(const std::string& name, const Configuration& configuration) {
    std::string file = name + ".story";
    auto text = read_file(folder + "/" + file);
    if (!text) return {{text.error()}, {}, 0};
    auto story = parse(file, *text);
    if (!story) return {{story.error()}, {}, 0};
    Folder directory;
    Stage stage{in_memory(),           configuration.tree_partitions,
                configuration.restart, folder + "/catalogs",
                configuration.ids,     configuration.awake};
    if (configuration.store != StoreKind::memory)
        stage.open = [&directory, form = configuration.store == StoreKind::sqlite
                                             ? store::sqlite::JournalForm::sqlite
                                             : store::sqlite::JournalForm::segments] {
            return store::sqlite::open(directory.path(), store::sqlite::Access::read_write, form);
        };
    return run(*story, stage);
}

// What the same story comes to in memory, without restarts.
const std::vector<std::string>& reference(const std::string& name, std::uint32_t tree_partitions) {
    static std::map<std::pair<std::string, std::uint32_t>, std::vector<std::string>> known;
    auto [at, is_new] = known.try_emplace({name, tree_partitions});
    if (is_new)
        at->second =
            run_story(name, {"", StoreKind::memory, Restart::never, tree_partitions}).state_hashes;
    return at->second;
}

class Stories : public ::testing::TestWithParam<std::tuple<std::string, Configuration>> {};

TEST_P(Stories, go_as_told) {
    const auto& [name, configuration] = GetParam();
    Outcome outcome = run_story(name, configuration);
    for (const std::string& problem : outcome.problems) ADD_FAILURE() << problem;
    EXPECT_GT(outcome.commands, 0U);
    EXPECT_EQ(outcome.state_hashes, reference(name, configuration.tree_partitions));
}

std::string case_name(const ::testing::TestParamInfo<Stories::ParamType>& info) {
    return std::get<0>(info.param) + "_in_" + std::get<1>(info.param).name;
}

INSTANTIATE_TEST_SUITE_P(All, Stories,
                         ::testing::Combine(::testing::ValuesIn(story_names()),
                                            ::testing::ValuesIn(configurations)),
                         case_name);

}  // namespace
}  // namespace rb::testing::story
