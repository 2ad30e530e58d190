#pragma once
// Runs of event ids as files of a folder: `<partition>-<number>.run`, mode 0600. A file is written
// under a name of its own (`.part`), synced, renamed and its folder synced, so that a name stands
// for a whole file; parts that a crash left are removed when the folder is opened for writing. The
// folder is made with the first run. Reading is by pread: an error of the disk is an answer, where
// a mapping would end the process.
//
// Thread-safe, as the port says.
#include <memory>
#include <string>
#include <vector>

#include "engine/ports.h"
#include "store/sqlite/sqlite_store.h"

namespace rb::store::sqlite {

class IdRuns final : public engine::IdRuns {
public:
    static Parsed<std::unique_ptr<IdRuns>> open(const std::string& folder, Access access);

    Parsed<std::unique_ptr<engine::IdRunWriter>> create(engine::PartitionId partition,
                                                        std::uint64_t number) override;
    Parsed<std::unique_ptr<engine::IdRunFile>> open(engine::PartitionId partition,
                                                    std::uint64_t number) override;
    Parsed<std::vector<std::uint64_t>> list(engine::PartitionId partition) override;
    Parsed<void> remove(engine::PartitionId partition, std::uint64_t number) override;

private:
    explicit IdRuns(std::string folder) : folder_(std::move(folder)) {}
    std::string path(engine::PartitionId partition, std::uint64_t number) const;

    std::string folder_;
};

}  // namespace rb::store::sqlite
