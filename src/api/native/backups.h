#pragma once
// /v1/backups: making backups of a store while it is served. Where they lie the program knows.
#include <functional>
#include <string>
#include <string_view>
#include <vector>

#include "api/common/context.h"
#include "api/http/router.h"

namespace rb::api::native {

// One making of a backup, or the last one of each in a list.
struct BackupMade {
    std::string name;
    Instant at;
    std::string position;  // heads of the partitions, "12,7,90311"
    std::uint64_t batches = 0;
    std::uint64_t bytes = 0;  // that were copied then
};

class Backups {
public:
    virtual ~Backups() = default;
    using Done = std::move_only_function<void(Result<BackupMade>&&)>;
    // Makes the backup of this name, or brings it up to date; answers from a thread of its own.
    // engine_is_overloaded while another one is being made; store_is_full, with a sentence, when it
    // cannot be written.
    virtual void make(std::string name, Done done) = 0;
    virtual Result<std::vector<BackupMade>> list() = 0;
};

// `backups` nullptr: the server was started without a place for them, and says so.
void add_backup_routes(http::Router& router, const Context& context, Backups* backups);

}  // namespace rb::api::native
