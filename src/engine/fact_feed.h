#pragma once
// The change feed: journaled facts in the order of their partitions, read from the journal itself.
// A request may wait for the next fact (long poll). Who waits looks again when something of his
// tree was committed, once a tick: so that waiting costs little, however much is committed.
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
    // Whether somebody calls expire() now and then; without, those who wait look each time.
    enum class Ticks : std::uint8_t { none, come };
    explicit FactFeed(Store& store, Ticks ticks = Ticks::none) : store_(store), ticks_(ticks) {}

    struct Request {
        std::string after;
        std::size_t limit = 100;
        std::int64_t deadline_us = 0;  // monotonic; 0: do not wait
        PartitionId partitions = 0;
        // May leave out of an event what is not for this reader.
        std::function<bool(Event&)> visible;
        AccountId tree{};  // of the caller; nil: the platform, to which all is visible
    };
    using Done = std::move_only_function<void(Result<FactPage>&&)>;
    using Work = std::move_only_function<void()>;
    using Run = std::function<void(Work)>;  // where reading happens

    // tree_is_full, engine_is_overloaded: too many wait already, where this one would have to.
    void ask(Request request, Done done, Run run);
    // Something of these trees was committed, or of no tree.
    void moved(std::vector<AccountId> trees);
    // A tick. Those whose time is over get an empty page.
    void expire(std::int64_t monotonic_us);

private:
    struct Asked {
        Request request;
        Done done;
        Run run;
        std::uint64_t tick = 0;  // of the last look after a move
        bool is_due = false;     // something was committed since
    };
    using AskedPtr = std::shared_ptr<Asked>;
    void look(AskedPtr asked);
    enum class Next : std::uint8_t { waits, looks_again };
    Result<Next> wait(const AskedPtr& asked, std::uint64_t moves_seen);
    // Takes those out for which it is true.
    template <class Leaves>
    static void take(std::vector<AskedPtr>& from, std::vector<AskedPtr>& to, const Leaves& leaves);
    Result<FactPage> read(const Request& request);

    Store& store_;
    const Ticks ticks_;
    std::mutex mutex_;
    std::uint64_t moves_ = 0;
    std::uint64_t tick_ = 1;
    std::map<AccountId, std::vector<AskedPtr>> waiting_;  // by tree
    std::size_t waiting_count_ = 0;
};

}  // namespace rb::engine
