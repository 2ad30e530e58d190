#pragma once
// Makes RSA keys on a thread of its own, one after the other: each takes some tens of milliseconds,
// and a few of them a second or two, in which no I/O thread should stand still. What may wait is
// bounded, for each tree too, and trees take turns.
//
// Thread-safe.
#include <functional>

#include "api/common/rsa_key.h"
#include "base/limits.h"
#include "engine/fair_worker.h"

namespace rb::api {

class RsaMaker {
public:
    struct Bounds {
        std::size_t of_tree = limits::tree_rsa_keys_queued_max;
        std::size_t of_all = limits::rsa_keys_queued_max;
    };
    explicit RsaMaker(const Bounds& bounds);
    RsaMaker() : RsaMaker(Bounds{}) {}
    // What still waits is dropped, its `done` never called.
    ~RsaMaker();

    // `done` is called on the maker's thread. tree_is_full, engine_is_overloaded: it is not.
    using Done = std::move_only_function<void(RsaKey&&)>;
    Result<void> make(AccountId tree, Done done);

private:
    engine::FairWorker worker_;
};

}  // namespace rb::api
