#include "store/memory/memory_store.h"

#include <algorithm>
#include <mutex>
#include <set>

#include "base/decimal.h"
#include "base/int128.h"
#include "engine/usage_fold.h"

namespace rb::store::memory {

namespace {

using engine::Append;
using engine::EntryRow;
using engine::PartitionId;
using engine::SnapshotRecord;
using engine::StoredBatch;

class MemoryJournal final : public engine::Journal {
public:
    explicit MemoryJournal(std::shared_ptr<Faults> faults) : faults_(std::move(faults)) {}

    Append append(std::span<const StoredBatch> batches) override {
        std::lock_guard lock(mutex_);
        std::map<PartitionId, std::uint64_t> heads;
        for (const auto& batch : batches) {
            auto head = heads.try_emplace(batch.partition, bodies_[batch.partition].size()).first;
            if (batch.seq != head->second + 1) return Append::fenced;
            head->second = batch.seq;
        }
        Append answer = next_fault();
        bool open_end = answer == Append::unknown || answer == Append::sync_failed;
        bool written = answer == Append::ok || (open_end && open_end_is_written());
        if (!written) return answer;
        for (const auto& batch : batches) {
            bodies_[batch.partition].push_back(batch.body);
            bytes_ += batch.body.size();
        }
        return answer;
    }

    Parsed<void> read(PartitionId partition, std::uint64_t from_seq, const Visit& visit) override {
        for (std::uint64_t seq = std::max<std::uint64_t>(from_seq, 1);; ++seq) {
            std::string body;
            {
                std::lock_guard lock(mutex_);
                const auto& bodies = bodies_[partition];
                if (seq > bodies.size()) return {};
                body = bodies[seq - 1];
            }
            if (!visit(seq, body)) return {};
        }
    }

    Parsed<std::uint64_t> head(PartitionId partition) override {
        std::lock_guard lock(mutex_);
        return bodies_[partition].size();
    }

    Parsed<std::optional<std::string>> meta(std::string_view key) override {
        std::lock_guard lock(mutex_);
        auto found = meta_.find(std::string(key));
        if (found == meta_.end()) return std::nullopt;
        return found->second;
    }

    Parsed<void> set_meta(std::string_view key, std::string_view value) override {
        std::lock_guard lock(mutex_);
        meta_[std::string(key)] = value;
        return {};
    }

    std::uint64_t size_bytes() override {
        std::lock_guard lock(mutex_);
        return bytes_;
    }

private:
    Append next_fault() {
        if (!faults_) return Append::ok;
        int left = faults_->appends_until;
        if (left < 0) return Append::ok;
        if (left > 0) {
            faults_->appends_until = left - 1;
            return Append::ok;
        }
        Append answer = faults_->next;
        int repeat = faults_->repeat - 1;
        faults_->repeat = std::max(repeat, 1);
        if (repeat <= 0) faults_->appends_until = -1;
        return answer;
    }

    // After `unknown` and `sync_failed` the batch may be there or not: both occur, in turns.
    bool open_end_is_written() { return open_ends_++ % 2 == 0; }

    std::mutex mutex_;
    std::shared_ptr<Faults> faults_;
    std::map<PartitionId, std::vector<std::string>> bodies_;
    std::map<std::string, std::string> meta_;
    std::uint64_t bytes_ = 0;
    std::uint64_t open_ends_ = 0;
};

bool shows(const EntryRow& row, AccountId account) {
    if (row.entry.account == account) return true;
    return std::ranges::any_of(row.entry.postings, [&](const ledger::Posting& posting) {
        return posting.owner == account && ledger::is_wallet_bucket(posting.bucket);
    });
}

class MemoryViews final : public engine::Views {
public:
    Parsed<std::uint64_t> position(PartitionId partition) override {
        std::lock_guard lock(mutex_);
        return positions_[partition];
    }

    Parsed<void> apply(PartitionId partition, std::uint64_t seq, std::span<const EntryRow> entries,
                       std::span<const engine::UsageHour> usage,
                       std::span<const engine::AuditRow> audit) override {
        std::lock_guard lock(mutex_);
        if (seq <= positions_[partition]) return {};
        for (const auto& row : entries)
            if (by_id_.contains(row.entry.id)) return Unparsed("an entry is there already");
        for (const auto& row : entries) {
            by_id_[row.entry.id] = rows_.size();
            rows_.push_back(row);
        }
        for (const auto& row : usage) {
            auto [kept, fresh] =
                hours_[{row.account, row.meter}].try_emplace({row.hour, row.dimensions}, row);
            if (!fresh) engine::merge(kept->second, row);
        }
        audit_.insert(audit_.end(), audit.begin(), audit.end());
        positions_[partition] = seq;
        return {};
    }

    Parsed<std::vector<EntryRow>> entries(const engine::EntryQuery& query) override {
        std::lock_guard lock(mutex_);
        std::vector<EntryRow> found;
        if (query.limit == 0) return found;
        for (const auto& row : rows_)
            if (shows(row, query.account) && (!query.before || row.number < *query.before))
                found.push_back(row);
        std::ranges::reverse(found);
        std::ranges::stable_sort(found, std::greater{}, &EntryRow::number);
        // A page ends between two event numbers, because the next one begins below a number.
        std::size_t end = std::min(query.limit, found.size());
        while (end > 0 && end < found.size() && found[end].number == found[end - 1].number) ++end;
        found.resize(end);
        return found;
    }

    Parsed<std::optional<EntryRow>> entry(EntryId id) override {
        std::lock_guard lock(mutex_);
        auto found = by_id_.find(id);
        if (found == by_id_.end()) return std::nullopt;
        return rows_[found->second];
    }

    Parsed<std::optional<EntryRow>> recorded(const engine::Reference& wanted) override {
        std::lock_guard lock(mutex_);
        for (const EntryRow& row : rows_)
            if (row.entry.account == wanted.account && row.entry.kind == wanted.kind &&
                row.entry.provider == wanted.provider && row.entry.reference == wanted.text)
                return row;
        return std::nullopt;
    }

    Parsed<engine::BucketSums> balance_at(AccountId account, Instant at) override {
        std::lock_guard lock(mutex_);
        engine::BucketSums sums;
        for (const auto& row : rows_) {
            if (row.entry.at > at) continue;
            for (const auto& posting : row.entry.postings) {
                if (posting.owner != account || !ledger::is_wallet_bucket(posting.bucket)) continue;
                auto sum =
                    sums.try_emplace(posting.bucket, Amount::zero(posting.amount.currency()));
                if (sum.first->second.currency() != posting.amount.currency())
                    return Unparsed("the wallet of " + account.to_text() +
                                    " has postings in two currencies");
                sum.first->second += posting.amount;
            }
        }
        return sums;
    }

    Parsed<std::vector<engine::AuditRow>> audit(const engine::AuditQuery& query) override {
        std::lock_guard lock(mutex_);
        auto place = [](const auto& row) { return std::tuple(row.at, row.partition, row.number); };
        std::vector<engine::AuditRow> found;
        for (const engine::AuditRow& row : audit_)
            if (engine::is_asked_for(row, query) &&
                (!query.before || place(row) < place(*query.before)))
                found.push_back(row);
        std::ranges::sort(found, std::greater{}, place);
        if (found.size() > query.limit) found.resize(query.limit);
        return found;
    }

    Parsed<std::vector<engine::UsageHour>> usage(const engine::UsageQuery& query) override {
        std::lock_guard lock(mutex_);
        engine::UsageFold fold(query);
        const auto& hours = hours_[{query.account, query.meter}];
        for (auto row = hours.lower_bound({query.from, ""}); row != hours.end(); ++row)
            if (row->first.first >= query.to || !fold.add(row->second)) break;
        return fold.finish();
    }

    Parsed<std::map<Currency, std::string>> totals() override {
        std::lock_guard lock(mutex_);
        std::map<Currency, int128> sums;
        for (const auto& row : rows_)
            for (const auto& posting : row.entry.postings)
                sums[posting.amount.currency()] += posting.amount.micros();
        std::map<Currency, std::string> totals;
        for (const auto& [currency, sum] : sums) totals[currency] = Decimal::of(sum, 6).to_text();
        return totals;
    }

    Parsed<void> clear() override {
        std::lock_guard lock(mutex_);
        positions_.clear();
        rows_.clear();
        by_id_.clear();
        hours_.clear();
        audit_.clear();
        snapshots_.clear();
        return {};
    }

    Parsed<void> put_snapshot(PartitionId partition,
                              std::span<const SnapshotRecord> records) override {
        std::lock_guard lock(mutex_);
        for (const auto& record : records) {
            auto& kept = snapshots_[partition].try_emplace(record.key, record).first->second;
            if (record.position >= kept.position) kept = record;
        }
        return {};
    }

    Parsed<void> read_snapshot(PartitionId partition, const VisitRecord& visit) override {
        std::lock_guard lock(mutex_);
        for (const auto& [key, record] : snapshots_[partition])
            if (!visit(record)) return {};
        return {};
    }

private:
    std::recursive_mutex mutex_;  // a visitor of read_snapshot may call back
    std::map<PartitionId, std::uint64_t> positions_;
    std::vector<EntryRow> rows_;
    std::vector<engine::AuditRow> audit_;
    std::map<EntryId, std::size_t> by_id_;
    using Hours = std::map<std::pair<Instant, std::string>, engine::UsageHour>;  // with dimensions
    std::map<std::pair<AccountId, std::string>, Hours> hours_;  // by account and meter
    std::map<PartitionId, std::map<std::string, SnapshotRecord>> snapshots_;
};

class MemoryRunFile final : public engine::IdRunFile {
public:
    explicit MemoryRunFile(std::shared_ptr<const std::string> bytes) : bytes_(std::move(bytes)) {}
    std::uint64_t size() const override { return bytes_->size(); }
    Parsed<void> read(std::uint64_t offset, std::span<char> into) const override {
        if (offset > bytes_->size() || into.size() > bytes_->size() - offset)
            return Unparsed("the run ends before what is read");
        bytes_->copy(into.data(), into.size(), offset);
        return {};
    }

private:
    std::shared_ptr<const std::string> bytes_;
};

class MemoryRuns final : public engine::IdRuns {
public:
    explicit MemoryRuns(std::shared_ptr<Faults> faults) : faults_(std::move(faults)) {}

    Parsed<std::unique_ptr<engine::IdRunWriter>> create(PartitionId partition,
                                                        std::uint64_t number) override {
        return std::make_unique<Writer>(*this, Place{partition, number});
    }
    Parsed<std::unique_ptr<engine::IdRunFile>> open(PartitionId partition,
                                                    std::uint64_t number) override {
        std::lock_guard lock(mutex_);
        auto found = files_.find({partition, number});
        if (found == files_.end()) return Unparsed("there is no such run");
        return std::make_unique<MemoryRunFile>(found->second);
    }
    Parsed<std::vector<std::uint64_t>> list(PartitionId partition) override {
        std::lock_guard lock(mutex_);
        std::vector<std::uint64_t> numbers;
        for (const auto& [place, bytes] : files_)
            if (place.first == partition) numbers.push_back(place.second);
        return numbers;
    }
    Parsed<void> remove(PartitionId partition, std::uint64_t number) override {
        std::lock_guard lock(mutex_);
        files_.erase({partition, number});
        return {};
    }

private:
    using Place = std::pair<PartitionId, std::uint64_t>;
    class Writer final : public engine::IdRunWriter {
    public:
        Writer(MemoryRuns& runs, Place place) : runs_(runs), place_(place) {}
        Parsed<void> append(std::string_view bytes) override {
            if (runs_.is_full()) return Unparsed("no space is left for a run");
            bytes_ += bytes;
            return {};
        }
        Parsed<void> finish() override {
            if (runs_.is_full()) return Unparsed("no space is left for a run");
            std::lock_guard lock(runs_.mutex_);
            runs_.files_[place_] = std::make_shared<const std::string>(std::move(bytes_));
            return {};
        }

    private:
        MemoryRuns& runs_;
        Place place_;
        std::string bytes_;
    };
    bool is_full() {
        if (!faults_ || faults_->run_writes_until < 0) return false;
        if (faults_->run_writes_until == 0) return true;
        --faults_->run_writes_until;
        return false;
    }

    std::shared_ptr<Faults> faults_;
    std::mutex mutex_;
    std::map<Place, std::shared_ptr<const std::string>> files_;
};

class MemoryStore final : public engine::Store {
public:
    explicit MemoryStore(const std::shared_ptr<Faults>& faults) : journal_(faults), runs_(faults) {}
    engine::Journal& journal() override { return journal_; }
    engine::Views& views() override { return views_; }
    engine::IdRuns& id_runs() override { return runs_; }

private:
    MemoryJournal journal_;
    MemoryViews views_;
    MemoryRuns runs_;
};

}  // namespace

std::unique_ptr<engine::Store> make(std::shared_ptr<Faults> faults) {
    return std::make_unique<MemoryStore>(std::move(faults));
}

}  // namespace rb::store::memory
