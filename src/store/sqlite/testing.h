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

#include "store/sqlite/sqlite_store.h"
#include "testing/store_contract.h"

namespace rb::store::sqlite {

// A directory of its own, removed at the end.
class ScratchDirectory {
public:
    ScratchDirectory() : path_(::testing::TempDir() + "ratebook-XXXXXX") {
        EXPECT_NE(::mkdtemp(path_.data()), nullptr);
    }
    ~ScratchDirectory() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    ScratchDirectory(const ScratchDirectory&) = delete;
    ScratchDirectory& operator=(const ScratchDirectory&) = delete;
    const std::string& path() const { return path_; }
    std::string file(const std::string& name) const { return path_ + "/" + name; }

private:
    std::string path_;
};

inline std::unique_ptr<engine::Store> must_open(const std::string& path) {
    auto store = open(path, Access::read_write, JournalForm::sqlite);
    EXPECT_TRUE(store) << store.error();
    if (!store) std::abort();
    return std::move(*store);
}

inline engine::Append append(engine::Store& store, std::uint64_t seq, std::string body = "batch") {
    std::vector batches = {testing::batch_of(0, seq, std::move(body))};
    return store.journal().append(batches);
}

inline std::string read_file(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
}

inline void write_file(const std::string& path, std::string_view bytes) {
    std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

// The files as a kill would leave them, for opening elsewhere.
inline void copy_store(const ScratchDirectory& from, const ScratchDirectory& to) {
    for (const char* name : {"journal.db", "journal.db-wal", "views.db", "views.db-wal"})
        if (std::filesystem::exists(from.file(name)))
            std::filesystem::copy_file(from.file(name), to.file(name),
                                       std::filesystem::copy_options::overwrite_existing);
}

}  // namespace rb::store::sqlite
