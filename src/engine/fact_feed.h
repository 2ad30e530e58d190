#pragma once
// The change feed: journaled facts in the order of their partitions, read from the journal itself.
// A request may wait for the next fact (long poll).
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "domain/faults/types.h"
#include "engine/event.h"
#include "engine/ports.h"

namespace rb::engine {

// One journaled fact.
struct Fact {
    PartitionId partition = 0;
    std::uint64_t number = 0;
    Instant at;
    std::string command;
    std::string type;
    AccountId account;
    std::string data;  // JSON
};
struct FactPage {
    std::vector<Fact> facts;
    std::string cursor;  // give it back as `after`
};

class FactFeed {
public:
    explicit FactFeed(Store& store) : store_(store) {}

    struct Request {
        std::string after;
        std::size_t limit = 100;
        std::int64_t deadline_us = 0;  // monotonic; 0: do not wait
        PartitionId partitions = 0;
        // May leave out of an event what is not for this reader.
        std::function<bool(Event&)> visible;
    };
    using Done = std::move_only_function<void(Result<FactPage>&&)>;
    using Work = std::move_only_function<void()>;
    using Run = std::function<void(Work)>;  // where reading happens

    void ask(Request request, Done done, Run run);
    // Something was committed: those who wait look again.
    void moved();
    // Those whose time is over get an empty page.
    void expire(std::int64_t monotonic_us);

private:
    struct Asked {
        Request request;
        Done done;
        Run run;
    };
    void look(std::shared_ptr<Asked> asked);
    Result<FactPage> read(const Request& request);

    Store& store_;
    std::mutex mutex_;
    std::uint64_t moves_ = 0;
    std::vector<std::shared_ptr<Asked>> waiting_;
};

}  // namespace rb::engine
