#include "engine/replay.h"

#include <condition_variable>
#include <deque>
#include <memory>
#include <mutex>
#include <thread>
#include <utility>
#include <vector>

#include "base/check.h"
#include "engine/block_count.h"
#include "engine/replay_part.h"

namespace rb::engine {

namespace {

using PartPtr = std::unique_ptr<ReplayPart>;

// The second half: all of a batch but the ids.
class Applying {
public:
    explicit Applying(Book& book) : book_(book) {}

    void apply(ReplayPart& part) {
        for (std::size_t i = 0; i < part.steps.size(); ++i) {
            if (i + steps_ahead < part.steps.size())
                book_.accounts.bring_near(part.steps[i + steps_ahead].account);
            const ReplayPart::Step& step = part.steps[i];
            switch (step.kind) {
                case ReplayPart::Step::Kind::block:
                    count_block(book_, part.blocks[step.index], step.number, step.at,
                                Counting::replayed);
                    break;
                case ReplayPart::Step::Kind::own:
                    apply_own(step);
                    break;
                case ReplayPart::Step::Kind::record:
                    engine::apply(book_, part.records[step.index], step.number, Counting::replayed);
                    break;
            }
            book_.accounts.tidy();
        }
    }

private:
    // Between asking memory for the place of a step's account and the step.
    static constexpr std::size_t steps_ahead = 6;

    // As a record is applied, but for accounts that sleep alone: these are not touched, and what
    // touching them changes besides is the wall alone.
    void apply_own(const ReplayPart::Step& step) {
        touched_.clear();
        bool is_put_off = false;
        std::string_view events = step.events;
        RawEventView raw;
        for (std::uint64_t number = step.number; take_event(events, raw); ++number) {
            const AccountId account = account_in(raw.bytes);
            if (book_.accounts.put_off(account, {raw.kind, raw.bytes, number, step.at})) {
                book_.event_count = std::max(book_.event_count, number);
                is_put_off = true;
                continue;
            }
            auto event = decode_event(static_cast<std::uint16_t>(raw.kind), raw.bytes);
            RB_CHECK(event.has_value(), "the journal holds an event that cannot be read");
            engine::apply(book_, *event, number, step.at);
            touched_.push_back(account);
        }
        touch(book_, touched_, step.at);
        if (is_put_off) book_.wall = std::max(book_.wall, step.at);
    }

    Book& book_;
    std::vector<AccountId> touched_;
};

// Batches on their way to the other thread, within bounds of memory.
class Pipe {
public:
    void push(PartPtr part) {
        std::unique_lock lock(mutex_);
        moved_.wait(lock, [this] { return bytes_ < bytes_max; });
        bytes_ += part->bytes();
        parts_.push_back(std::move(part));
        moved_.notify_all();
    }
    // nullptr: there will be no more.
    PartPtr pop() {
        std::unique_lock lock(mutex_);
        moved_.wait(lock, [this] { return is_closed_ || !parts_.empty(); });
        if (parts_.empty()) return nullptr;
        PartPtr part = std::move(parts_.front());
        parts_.pop_front();
        bytes_ -= part->bytes();
        moved_.notify_all();
        return part;
    }
    void close() {
        std::lock_guard lock(mutex_);
        is_closed_ = true;
        moved_.notify_all();
    }

private:
    // As much as the other half applies while this one remembers a group of ids: it need not rest.
    static constexpr std::size_t bytes_max = std::size_t{96} * 1024 * 1024;

    std::mutex mutex_;
    std::condition_variable moved_;
    std::deque<PartPtr> parts_;
    std::size_t bytes_ = 0;
    bool is_closed_ = false;
};

// The thread that applies, from the batch on at which one is worth it.
class Applier {
public:
    Applier(Book& book, std::size_t alone_bytes_max)
        : applying_(book), alone_bytes_left_(alone_bytes_max) {}
    ~Applier() { finish(); }

    void take(PartPtr part) {
        if (part->bytes() <= alone_bytes_left_) {
            alone_bytes_left_ -= part->bytes();
            return applying_.apply(*part);
        }
        alone_bytes_left_ = 0;
        if (!thread_.joinable())
            thread_ = std::thread([this] {
                while (PartPtr next = pipe_.pop()) applying_.apply(*next);
            });
        pipe_.push(std::move(part));
    }
    // All that was taken is applied on return.
    void finish() {
        if (!thread_.joinable()) return;
        pipe_.close();
        thread_.join();
    }

private:
    Applying applying_;
    std::size_t alone_bytes_left_;
    Pipe pipe_;
    std::thread thread_;
};

// The ids of many batches, remembered together.
class Ids {
public:
    Ids(Dedup& ids, const std::function<void()>& remembered, std::size_t at_once)
        : ids_(ids), remembered_(remembered), at_once_(at_once) {}

    void take(const ReplayPart& part) {
        std::size_t at = 0;
        for (const ReplayPart::Received& received : part.received) {
            // A group is of one day.
            const std::int64_t day = received.at.us / day_us;
            if (!gathered_.empty() && day != day_) flush();
            day_ = day;
            for (const std::size_t end = at + received.count; at < end; ++at)
                // An event that several meters count stands there once for each.
                if (gathered_.empty() || gathered_.back() != part.ids[at])
                    gathered_.push_back(part.ids[at]);
        }
        if (gathered_.size() >= at_once_) flush();
    }
    void flush() {
        if (gathered_.empty()) return;
        ids_.insert_all(gathered_, {day_ * day_us});
        gathered_.clear();
        remembered_();
    }

private:
    static constexpr std::int64_t day_us = 24LL * 3600 * 1'000'000;

    Dedup& ids_;
    const std::function<void()>& remembered_;
    const std::size_t at_once_;
    std::vector<Uuid> gathered_;
    std::int64_t day_ = 0;
};

}  // namespace

Parsed<std::uint64_t> replay(Book& book, Journal& journal, const std::function<void()>& remembered,
                             const ReplayOptions& options) {
    Applier applier(book, options.alone_bytes_max);
    Ids ids(book.events, remembered, options.ids_at_once);
    std::uint64_t last = book.seq;
    std::uint64_t batches = 0;
    Sha256 chain = book.chain;
    std::string broken;
    auto read =
        journal.read(book.partition, last + 1, [&](std::uint64_t seq, std::string_view body) {
            auto batch = [&] {
                return "batch " + std::to_string(seq) + " of partition " +
                       std::to_string(book.partition);
            };
            auto part = std::make_unique<ReplayPart>();
            if (auto ok = part->open(body); !ok) {
                broken = batch() + ": " + ok.error();
                return false;
            }
            const BatchHeader& header = part->header();
            if (header.previous != chain || header.seq != seq ||
                header.partition != book.partition) {
                broken = batch() + " does not follow the one before it";
                return false;
            }
            last = seq;
            chain = part->hash();
            ++batches;
            ids.take(*part);
            applier.take(std::move(part));
            return true;
        });
    ids.flush();
    applier.finish();
    if (!read) return Unparsed(read.error());
    if (!broken.empty()) return Unparsed(broken);
    book.seq = last;
    book.chain = chain;
    return batches;
}

}  // namespace rb::engine
