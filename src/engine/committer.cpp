#include "engine/committer.h"

#include "base/check.h"
#include "base/notice.h"
#include "engine/counts.h"

namespace rb::engine {

namespace {

// By number: another committer may come to stand where this thread's has gone.
thread_local std::uint64_t led_here = 0;
std::atomic<std::uint64_t> last_number{0};
constexpr int rounds_max = 4;

}  // namespace

Committer::Committer(Store& store, std::vector<std::unique_ptr<Partition>>& partitions,
                     OnDurable on_durable)
    : number_(++last_number),
      store_(store),
      partitions_(partitions),
      on_durable_(std::move(on_durable)) {}

Committer::~Committer() { stop(); }

void Committer::start() {
    thread_ = std::thread([this] { run(); });
}

void Committer::stop() {
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void Committer::lead_here() { led_here = number_; }

bool Committer::is_led_here() const { return led_here == number_; }

void Committer::lead() {
    // What a commit lets out may decide again (an account is opened in several steps). A few rounds
    // are taken here; a thread that has its own work does not go on for ever.
    for (int round = 0; round < rounds_max && pending_.load(); ++round) {
        std::lock_guard lock(commit_mutex_);
        if (pending_.exchange(false)) commit_once();
    }
    if (pending_.load()) wake();
}

void Committer::wake() {
    {
        std::lock_guard lock(mutex_);
        if (signalled_) return;
        signalled_ = true;
    }
    wake_.notify_one();
}

void Committer::notify() {
    pending_ = true;
    if (!is_led_here()) wake();
}

void Committer::run() {
    for (;;) {
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [this] { return signalled_ || stopping_; });
            signalled_ = false;
        }
        while (pending_.load()) lead();
        std::lock_guard lock(mutex_);
        if (stopping_ && !signalled_) return;
    }
}

void Committer::commit_all() {
    while (commit_once()) {
    }
}

std::string Committer::failure() const {
    std::lock_guard lock(failure_mutex_);
    return failure_;
}

void Committer::give_up(const std::string& why) {
    {
        std::lock_guard lock(failure_mutex_);
        failure_ = why;
    }
    failed_ = true;
    notice(Severity::error, "this store is not served any more: " + why);
}

bool Committer::commit_once() {
    CheckScope scope(CheckScope::Kind::final);
    struct Taken {
        Partition* partition;
        Partition::Batch batch;
        Partition::Head head;  // after it
    };
    std::vector<Taken> taken;
    std::vector<StoredBatch> stored;
    std::uint64_t records = 0;
    for (auto& partition : partitions_) {
        auto batch = partition->take();
        if (!batch) continue;
        Partition::Head before = partition->head();
        BatchHeader header{partition->id(),    before.seq + 1, batch->first_event,
                           batch->catalog_seq, before.chain,   batch->record_count};
        StoredBatch out{partition->id(), header.seq, 1, seal_batch(header, batch->records)};
        Partition::Head after{header.seq, hash_batch(out.body)};
        records_ += batch->record_count;
        records += batch->record_count;
        bytes_ += out.body.size();
        batch->records = {};
        taken.push_back({partition.get(), std::move(*batch), after});
        stored.push_back(std::move(out));
    }
    if (stored.empty()) return false;

    Append outcome = failed_ ? Append::sync_failed : store_.journal().append(stored);
    if (outcome == Append::unknown) {
        // Ask the journal whether it holds what was sent; nothing else can tell.
        outcome = Append::ok;
        for (const Taken& t : taken) {
            auto head = store_.journal().head(t.partition->id());
            if (!head)
                outcome = Append::sync_failed;
            else if (*head < t.head.seq && outcome == Append::ok)
                outcome = Append::not_written;
        }
    }
    std::vector<Partition::Completion> completions;
    if (outcome == Append::ok) {
        if (full_.exchange(false))
            notice(Severity::info, "the store has space again; changes are taken");
        ++commits_;
        counts().commit(records);
        for (Taken& t : taken) {
            auto ready = t.partition->committed(t.batch, t.head);
            on_durable_(*t.partition, t.head.seq, std::move(t.batch));
            for (auto& c : ready) completions.push_back(std::move(c));
        }
    } else {
        counts().commits_failed.add();
        Refusal refusal{
            Fault::store_is_full, {}, "the store has no space left; nothing was changed", {}, {}};
        if (outcome != Append::not_written) {
            give_up(outcome == Append::fenced ? "another process has taken over this store"
                                              : "a sync of the journal failed");
            refusal = {Fault::store_is_stopped,
                       {},
                       "this store is not served any more: " + failure(),
                       {},
                       {}};
        }
        const bool is_full = outcome == Append::not_written;
        if (is_full && !full_) notice(Severity::error, refusal.detail);
        full_ = is_full;
        for (auto& partition : partitions_)
            for (auto& c : partition->rejected(refusal, store_))
                completions.push_back(std::move(c));
    }
    for (auto& c : completions) c();
    return true;
}

}  // namespace rb::engine
