#include "engine/view_worker.h"

#include <sys/resource.h>
#include <unistd.h>

#include "base/notice.h"
#include "engine/audit.h"
#include "engine/batch.h"

namespace rb::engine {

std::size_t ViewWorker::News::weight() const {
    std::size_t bytes = 0;
    for (const std::string& block : blocks) bytes += block.size();
    return entries.size() + audit.size() + bytes / bytes_an_entry;
}

namespace {

// What stands in batches for the views of one partition.
struct Gathering {
    std::vector<EntryRow> rows;
    std::vector<AuditRow> audit;
    UsageHours hours;

    // An error names what cannot be read.
    Parsed<void> take(PartitionId partition, const OpenedBatch& batch) {
        std::uint64_t number = batch.header.first_event;
        for (const Record& record : batch.records) {
            if (auto row = audit_row_of(record, partition, number))
                audit.push_back(std::move(*row));
            for (const RawEvent& raw : record.events) {
                auto event = decode_event(static_cast<std::uint16_t>(raw.kind), raw.bytes);
                if (event) {
                    if (const ledger::Entry* entry = entry_of(*event))
                        rows.push_back({partition, number, *entry});
                    if (const auto* counted = std::get_if<metering::UsageCounted>(&*event))
                        if (!hours.add(counted->block))
                            return Unparsed("a block of usage is malformed");
                }
                number += width(raw.kind, raw.bytes);
            }
        }
        return {};
    }
    std::size_t size() const { return rows.size() + audit.size() + hours.size(); }
};

}  // namespace

Parsed<void> ViewWorker::catch_up(PartitionId partition) {
    constexpr std::uint64_t batches_per_write = 20'000;
    auto position = store_.views().position(partition);
    if (!position) return Unparsed(position.error());
    Gathering found;
    std::uint64_t last = *position;
    Parsed<void> outcome;
    auto write_found = [&] {
        if (last == *position) return true;
        auto hours = found.hours.take(partition);
        outcome = store_.views().apply(partition, last, found.rows, hours, found.audit);
        found.rows.clear();
        found.audit.clear();
        if (outcome) *position = last;
        return outcome.has_value();
    };
    auto read = store_.journal().read(
        partition, *position + 1, [&](std::uint64_t seq, std::string_view body) {
            auto batch = open_batch(body);
            outcome = batch ? found.take(partition, *batch) : Unparsed(batch.error());
            if (!outcome) return false;
            last = seq;
            bool is_little = found.size() < rows_per_write && last - *position < batches_per_write;
            return (is_little || write_found()) && !is_stopping();
        });
    if (!read) return read;
    if (outcome) write_found();
    caught_up_[partition] = *position;
    if (outcome && is_stopping()) return Unparsed("the views were stopped on their way");
    return outcome;
}

bool ViewWorker::is_stopping() const {
    std::lock_guard lock(mutex_);
    return stopping_;
}

void ViewWorker::start() {
    thread_ = std::thread([this] { run(); });
}

void ViewWorker::stop() {
    {
        std::lock_guard lock(mutex_);
        stopping_ = true;
    }
    wake_.notify_all();
    if (thread_.joinable()) thread_.join();
}

void ViewWorker::batch(PartitionId partition, std::uint64_t seq, News&& news) {
    bool wakes = false;
    std::map<AccountId, std::int64_t> trees;
    for (AccountId tree : news.entry_trees) ++trees[tree];
    for (const auto& [tree, entries] : trees) backlog_.add(tree, entries);
    {
        std::lock_guard lock(mutex_);
        wakes = items_.empty();
        if (queued_entries_ + news.weight() > queued_entries_max) overflowed_ = true;
        if (overflowed_) {
            std::vector<AccountId> kept = std::move(news.entry_trees);
            news = {};
            news.entry_trees = std::move(kept);
        }
        queued_entries_ += news.weight();
        if (queued_entries_ >= gathered_entries_max && !urgent_) wakes = urgent_ = true;
        items_.push_back({partition, seq, std::move(news)});
    }
    if (thread_.joinable()) {
        if (wakes) wake_.notify_one();
        return;
    }
    std::deque<Item> items;
    items.swap(items_);
    queued_entries_ = 0;
    gather(items);
    write();
}

void ViewWorker::task(AccountId tree, Task task) {
    if (!thread_.joinable()) return task(catch_up_all() ? &store_.views() : nullptr);
    {
        std::lock_guard lock(mutex_);
        urgent_ = true;
        tasks_.push(tree, std::move(task));
    }
    wake_.notify_one();
}

Result<void> ViewWorker::has_room(AccountId tree) const {
    std::lock_guard lock(mutex_);
    return tasks_.has_room(tree);
}

std::uint64_t ViewWorker::behind() const {
    std::lock_guard lock(mutex_);
    return items_.size() + tasks_.size();
}

void ViewWorker::run() {
    // Replies come first: on a busy machine views may fall behind, and catch up when it is calmer.
    constexpr int below_the_others = 10;
    setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), below_the_others);
    catch_up_all();
    for (;;) {
        std::deque<Item> items;
        std::vector<Task> tasks;
        bool overflowed = false, stopping = false;
        {
            std::unique_lock lock(mutex_);
            auto has_work = [this] { return stopping_ || !items_.empty() || !tasks_.empty(); };
            if (gathered_.empty())
                wake_.wait(lock, has_work);
            else
                wake_.wait_until(lock, due_, has_work);
            if (!items_.empty())
                wake_.wait_for(lock, between_looks, [this] { return stopping_ || urgent_; });
            items.swap(items_);
            tasks = tasks_.take_round();
            urgent_ = !tasks_.empty();
            queued_entries_ = 0;
            overflowed = overflowed_;
            overflowed_ = false;
            stopping = stopping_ && items.empty() && tasks.empty();
        }
        if (overflowed)
            for (Item& item : items) {
                behind_.insert(item.partition);
                item.news.entries.clear();
                item.news.blocks.clear();
                item.news.audit.clear();
            }
        if (gathered_.empty()) due_ = std::chrono::steady_clock::now() + gathering;
        gather(items);
        answer(tasks);
        bool is_due = std::chrono::steady_clock::now() >= due_;
        if (stopping || is_due || gathered() >= rows_per_write) write();
        if (stopping) return;
    }
}

void ViewWorker::mark_behind(PartitionId partition, const std::string& why) {
    is_stuck_ = true;
    if (behind_.insert(partition).second) notice(Severity::warning, "views are behind: " + why);
}

bool ViewWorker::catch_up_all() {
    std::erase_if(behind_,
                  [this](PartitionId partition) { return catch_up(partition).has_value(); });
    is_stuck_ = !behind_.empty();
    return behind_.empty();
}

// Batches between two reads are written together, one transaction a partition.
void ViewWorker::gather(std::deque<Item>& items) {
    for (Item& item : items) {
        if (item.seq <= caught_up_[item.partition]) {
            for (AccountId tree : item.news.entry_trees) backlog_.remove(tree, 1);
            continue;
        }
        Part& part = gathered_[item.partition];
        part.seq = item.seq;
        for (EntryRow& row : item.news.entries) part.entries.push_back(std::move(row));
        for (AccountId tree : item.news.entry_trees) ++part.waiting[tree];
        for (AuditRow& row : item.news.audit) part.audit.push_back(std::move(row));
        for (const std::string& block : item.news.blocks)
            part.readable = part.hours.add(block) && part.readable;
    }
}

void ViewWorker::answer(std::vector<Task>& tasks) {
    if (tasks.empty()) return;
    bool complete = write();
    for (Task& task : tasks) task(complete ? &store_.views() : nullptr);
}

bool ViewWorker::write() {
    // What a partition that fell behind brings is in the journal, with what it missed before.
    for (auto& [partition, part] : gathered_) {
        if (behind_.contains(partition)) continue;
        auto hours = part.hours.take(partition);
        auto ok = part.readable
                      ? store_.views().apply(partition, part.seq, part.entries, hours, part.audit)
                      : Unparsed("a block of usage cannot be read");
        if (!ok) mark_behind(partition, ok.error());
    }
    const bool complete = catch_up_all();
    for (const auto& [partition, part] : gathered_)
        for (const auto& [tree, entries] : part.waiting) backlog_.remove(tree, entries);
    gathered_.clear();
    return complete;
}

std::size_t ViewWorker::gathered() const {
    std::size_t rows = 0;
    for (const auto& [partition, part] : gathered_) rows += part.size();
    return rows;
}

}  // namespace rb::engine
