#pragma once
// Backups of a store: made while it is served or from one that is stopped, and put back.
//
// A backup is a directory with a journal, as a store's, and backups.log, which has a line of JSON
// for each time that it was made: when, and where each partition ended. It lacks the master key,
// which is kept apart, and what follows from the journal: views, snapshots, ids.
#include <CLI/CLI.hpp>
#include <functional>
#include <memory>
#include <mutex>
#include <string>
#include <thread>

#include "api/native/backups.h"
#include "engine/ports.h"

namespace rb::app {

// For a server. One is made at a time, on a thread of its own.
class BackupPlace final : public api::native::Backups {
public:
    // `directory` is made when it is missing. `journal` stays as long as this.
    BackupPlace(std::string directory, engine::Journal& journal)
        : directory_(std::move(directory)), journal_(journal) {}
    ~BackupPlace() override;

    void make(std::string name, Done done) override;
    Result<std::vector<api::native::BackupMade>> list() override;

private:
    const std::string directory_;
    engine::Journal& journal_;
    std::mutex mutex_;
    bool is_making_ = false;
    std::thread thread_;
};

struct BackupArguments {
    std::string data;
    std::string url;  // empty: the store in `data`, which is not served
    std::string key;  // by which the server is asked
    std::string to;   // a directory; with `url` a name in the server's place
};
// Each adds its verb; `with_data` adds the option that all verbs share.
CLI::App* add_backup(CLI::App& program, BackupArguments& backup,
                     const std::function<void(CLI::App*)>& with_data);
int run_backup(const BackupArguments& arguments);

struct RestoreArguments {
    std::string from;  // a backup
    std::string data;  // a directory that holds no store
    std::string at;    // an instant, a position as backups.log has it, or empty: the last one
};
CLI::App* add_restore(CLI::App& program, RestoreArguments& restore,
                      const std::function<void(CLI::App*)>& with_data);
int run_restore(const RestoreArguments& arguments);

}  // namespace rb::app
