#pragma once
// What the tests of this room share.
#include <gtest/gtest.h>
#include <unistd.h>

#include <filesystem>
#include <fstream>
#include <iterator>
#include <memory>
#include <string>
#include <vector>

#include "store/segments/journal.h"
#include "testing/store_contract.h"

namespace rb::testing {
// The suite is run over whole stores, with this journal too, in store/sqlite.
GTEST_ALLOW_UNINSTANTIATED_PARAMETERIZED_TEST(StoreContract);
}  // namespace rb::testing

namespace rb::store::segments {

// A folder of its own, removed at the end; the journal stands in one below it.
class ScratchFolder {
public:
    ScratchFolder() : path_(::testing::TempDir() + "ratebook-XXXXXX") {
        EXPECT_NE(::mkdtemp(path_.data()), nullptr);
    }
    ~ScratchFolder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    ScratchFolder(const ScratchFolder&) = delete;
    ScratchFolder& operator=(const ScratchFolder&) = delete;
    std::string journal() const { return path_ + "/journal"; }
    std::string file(std::uint32_t number) const { return journal() + "/" + file_name(number); }
    std::string facts() const { return journal() + "/facts"; }
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

inline std::unique_ptr<Journal> must_open(const std::string& folder) {
    auto journal = Journal::open(folder, Access::read_write);
    EXPECT_TRUE(journal) << journal.error();
    if (!journal) std::abort();
    return std::move(*journal);
}

inline std::string read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_file(const std::string& path, std::string_view bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

// The files as a kill would leave them, for opening elsewhere.
inline void copy_journal(const ScratchFolder& from, const ScratchFolder& to) {
    std::filesystem::copy(from.journal(), to.journal(),
                          std::filesystem::copy_options::recursive |
                              std::filesystem::copy_options::overwrite_existing);
}

inline std::string body_of(std::uint64_t seq) {
    return "batch " + std::to_string(seq) + std::string(seq * 937 % 20'000, 'x');
}

inline std::vector<std::string> first_bodies(std::uint64_t count) {
    std::vector<std::string> bodies;
    for (std::uint64_t seq = 1; seq <= count; ++seq) bodies.push_back(body_of(seq));
    return bodies;
}

// Whether the journal holds exactly the first `count` batches of body_of.
inline ::testing::AssertionResult holds_first(engine::Journal& journal, std::uint64_t count) {
    auto bodies = testing::bodies_of(journal, 0);
    if (bodies == first_bodies(count)) return ::testing::AssertionSuccess();
    return ::testing::AssertionFailure()
           << "the journal has " << bodies.size() << " batches, expected " << count;
}

inline engine::Append append(engine::Journal& journal, std::uint64_t seq, std::string body,
                             engine::PartitionId partition = 0) {
    std::vector batches = {testing::batch_of(partition, seq, std::move(body))};
    return journal.append(batches);
}

inline engine::Append append_next(engine::Journal& journal) {
    std::uint64_t seq = *journal.head(0) + 1;
    return append(journal, seq, body_of(seq));
}

}  // namespace rb::store::segments
