#include "engine/view_worker.h"

#include <gtest/gtest.h>

#include <future>

#include "base/codec.h"
#include "engine/batch.h"
#include "store/memory/memory_store.h"

namespace rb::engine {
namespace {

constexpr PartitionId part = 2;
const AccountId account{{1, 1}};
const Instant hour{1'775'001'600'000'000};  // 2026-04-01T00:00:00Z

// One use of one unit.
std::string make_block() {
    UsageBlockWriter writer;
    UsageRow row;
    row.account = account;
    row.meter = Name("calls");
    row.quantity = 1;
    row.at = row.occurred_at = hour;
    writer.add(row);
    return writer.finish();
}

// Views that fail once, at the first call, when they have told the test.
class FailingViews : public Views {
public:
    explicit FailingViews(Views& inner) : inner_(inner) {}
    std::function<void()> on_first_apply;

    Parsed<void> apply(PartitionId partition, std::uint64_t seq, std::span<const EntryRow> entries,
                       std::span<const UsageHour> usage, std::span<const AuditRow> audit) override {
        if (auto tell = std::exchange(on_first_apply, nullptr)) {
            tell();
            return Unparsed("the disk is full");
        }
        return inner_.apply(partition, seq, entries, usage, audit);
    }
    Parsed<std::uint64_t> position(PartitionId p) override { return inner_.position(p); }
    Parsed<std::vector<EntryRow>> entries(const EntryQuery& q) override {
        return inner_.entries(q);
    }
    Parsed<std::optional<EntryRow>> entry(EntryId id) override { return inner_.entry(id); }
    Parsed<std::optional<EntryRow>> recorded(const Reference& r) override {
        return inner_.recorded(r);
    }
    Parsed<BucketSums> balance_at(AccountId a, Instant at) override {
        return inner_.balance_at(a, at);
    }
    Parsed<std::vector<AuditRow>> audit(const AuditQuery& q) override { return inner_.audit(q); }
    Parsed<std::vector<UsageHour>> usage(const UsageQuery& q) override { return inner_.usage(q); }
    Parsed<std::map<Currency, std::string>> totals() override { return inner_.totals(); }
    Parsed<void> clear() override { return inner_.clear(); }
    Parsed<void> put_snapshot(PartitionId p, std::span<const SnapshotRecord> r) override {
        return inner_.put_snapshot(p, r);
    }
    Parsed<void> read_snapshot(PartitionId p, const VisitRecord& visit) override {
        return inner_.read_snapshot(p, visit);
    }

private:
    Views& inner_;
};

struct FailingStore : Store {
    std::unique_ptr<Store> inner = store::memory::make();
    FailingViews failing{inner->views()};
    Journal& journal() override { return inner->journal(); }
    Views& views() override { return failing; }
    IdRuns& id_runs() override { return inner->id_runs(); }

    // A batch with one use, in the journal; gives what the committer hands to the views.
    ViewWorker::News append(std::uint64_t seq) {
        Record record;
        record.at = hour;
        record.command = "usage";
        RawEvent& raw = record.events.emplace_back();
        raw.kind = EventKind<metering::UsageCounted>::number;
        metering::UsageCounted counted{make_block()};
        encode(raw.bytes, counted);
        std::string records;
        encode_record(records, record);
        BatchHeader header{part, seq, seq, 0, {}, 1};
        StoredBatch batch{part, seq, 1, seal_batch(header, records)};
        EXPECT_EQ(journal().append({&batch, 1}), Append::ok);
        ViewWorker::News news;
        news.blocks.push_back(std::move(counted.block));
        return news;
    }
};

std::int64_t used(ViewWorker& worker) {
    std::promise<std::int64_t> promise;
    worker.task({}, [&promise](Views* views) {
        UsageQuery query{account, "calls", hour, {hour.us + 1}, {}, 10};
        auto rows = views ? views->usage(query) : Parsed<std::vector<UsageHour>>();
        promise.set_value(rows && !rows->empty() ? rows->front().quantity : -1);
    });
    return promise.get_future().get();
}

TEST(ViewWorker, counts_a_batch_once_that_came_while_it_caught_up) {
    FailingStore store;
    ViewWorker worker(store);
    worker.start();
    auto first = store.append(1);
    std::promise<void> reached;
    store.failing.on_first_apply = [&] {
        // The second batch is in the journal, where catching up finds it, and in the queue.
        worker.batch(part, 2, store.append(2));
        reached.set_value();
    };
    worker.batch(part, 1, std::move(first));
    EXPECT_EQ(used(worker), 2);
    reached.get_future().get();
    worker.batch(part, 3, store.append(3));
    EXPECT_EQ(used(worker), 3);
}

TEST(ViewWorker, applies_what_it_missed_before_it_answers) {
    FailingStore store;
    store.append(1);
    ViewWorker worker(store);
    worker.begin(part);
    worker.start();
    EXPECT_EQ(used(worker), 1);
}

}  // namespace
}  // namespace rb::engine
