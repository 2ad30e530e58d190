#include "engine/view_worker.h"

#include <sys/resource.h>
#include <unistd.h>

#include <cstdio>
#include <map>

#include "engine/batch.h"
#include "engine/usage_hours.h"

namespace rb::engine {

std::size_t ViewWorker::News::weight() const {
    std::size_t bytes = 0;
    for (const std::string& block : blocks) bytes += block.size();
    return entries.size() + bytes / bytes_an_entry;
}

namespace {

// What stands in batches for the views of one partition.
struct Gathering {
    std::vector<EntryRow> rows;
    UsageHours hours;

    // An error names what cannot be read.
    Parsed<void> take(PartitionId partition, const OpenedBatch& batch) {
        std::uint64_t number = batch.header.first_event;
        for (const Record& record : batch.records)
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
        return {};
    }
    std::size_t size() const { return rows.size() + hours.size(); }
};

}  // namespace

Parsed<void> ViewWorker::catch_up(PartitionId partition) {
    constexpr std::size_t rows_per_write = 5'000;
    constexpr std::uint64_t batches_per_write = 2'000;
    auto position = store_.views().position(partition);
    if (!position) return Unparsed(position.error());
    Gathering found;
    std::uint64_t last = *position;
    Parsed<void> outcome;
    auto write = [&] {
        if (last == *position) return true;
        auto hours = found.hours.take(partition);
        outcome = store_.views().apply(partition, last, found.rows, hours);
        found.rows.clear();
        *position = last;
        return outcome.has_value();
    };
    auto read = store_.journal().read(
        partition, *position + 1, [&](std::uint64_t seq, std::string_view body) {
            auto batch = open_batch(body);
            outcome = batch ? found.take(partition, *batch) : Unparsed(batch.error());
            if (!outcome) return false;
            last = seq;
            bool is_little = found.size() < rows_per_write && last - *position < batches_per_write;
            return is_little || write();
        });
    if (!read) return read;
    if (outcome) write();
    return outcome;
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
    {
        std::lock_guard lock(mutex_);
        wakes = items_.empty();
        if (queued_entries_ + news.weight() > queued_entries_max) overflowed_ = true;
        if (overflowed_) news = {};
        queued_entries_ += news.weight();
        if (queued_entries_ >= gathered_entries_max && !urgent_) wakes = urgent_ = true;
        items_.push_back({partition, seq, std::move(news), nullptr});
    }
    if (thread_.joinable()) {
        if (wakes) wake_.notify_one();
        return;
    }
    std::deque<Item> items;
    items.swap(items_);
    queued_entries_ = 0;
    work(items);
}

void ViewWorker::task(Task task) {
    if (!thread_.joinable()) return task(catch_up_all() ? &store_.views() : nullptr);
    {
        std::lock_guard lock(mutex_);
        urgent_ = true;
        items_.push_back({0, 0, {}, std::move(task)});
    }
    wake_.notify_one();
}

std::uint64_t ViewWorker::behind() const {
    std::lock_guard lock(mutex_);
    return items_.size();
}

void ViewWorker::run() {
    // Replies come first: on a busy machine views may fall behind, and catch up when it is calmer.
    constexpr int below_the_others = 10;
    setpriority(PRIO_PROCESS, static_cast<id_t>(gettid()), below_the_others);
    for (;;) {
        std::deque<Item> items;
        bool overflowed = false;
        {
            std::unique_lock lock(mutex_);
            wake_.wait(lock, [this] { return stopping_ || !items_.empty(); });
            if (items_.empty()) return;
            wake_.wait_for(lock, gathering, [this] { return stopping_ || urgent_; });
            urgent_ = false;
            items.swap(items_);
            queued_entries_ = 0;
            overflowed = overflowed_;
            overflowed_ = false;
        }
        if (overflowed)
            for (Item& item : items)
                if (!item.task) {
                    behind_.insert(item.partition);
                    item.news = {};
                }
        work(items);
    }
}

void ViewWorker::mark_behind(PartitionId partition, const std::string& why) {
    if (behind_.insert(partition).second)
        std::fprintf(stderr, "ratebook: views are behind: %s\n", why.c_str());
}

bool ViewWorker::catch_up_all() {
    std::erase_if(behind_,
                  [this](PartitionId partition) { return catch_up(partition).has_value(); });
    return behind_.empty();
}

void ViewWorker::work(std::deque<Item>& items) {
    // Batches between two reads are written together, one transaction a partition.
    struct Part {
        std::uint64_t seq = 0;
        std::vector<EntryRow> entries;
        UsageHours hours;
        bool readable = true;
    };
    std::map<PartitionId, Part> gathered;
    auto write = [&] {
        // What a partition that fell behind brings is in the journal, with what it missed before.
        for (auto& [partition, part] : gathered) {
            if (behind_.contains(partition)) continue;
            auto hours = part.hours.take(partition);
            auto ok = part.readable ? store_.views().apply(partition, part.seq, part.entries, hours)
                                    : Unparsed("a block of usage cannot be read");
            if (!ok) mark_behind(partition, ok.error());
        }
        gathered.clear();
        return catch_up_all();
    };
    for (Item& item : items) {
        if (item.task) {
            bool complete = write();
            item.task(complete ? &store_.views() : nullptr);
            continue;
        }
        auto& part = gathered[item.partition];
        part.seq = item.seq;
        for (EntryRow& row : item.news.entries) part.entries.push_back(std::move(row));
        for (const std::string& block : item.news.blocks)
            part.readable = part.hours.add(block) && part.readable;
    }
    write();
}

}  // namespace rb::engine
