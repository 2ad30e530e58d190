#include "app/look.h"

#include <algorithm>
#include <mutex>
#include <vector>

#include "store/memory/memory_store.h"
#include "store/sqlite/sqlite_store.h"
#include "store/vault/vault.h"

namespace rb::app {

namespace {

// The journal on the disk, then what was appended since, in memory.
class OverlayJournal final : public engine::Journal {
public:
    explicit OverlayJournal(engine::Journal& below) : below_(below) {}

    engine::Append append(std::span<const engine::StoredBatch> batches) override {
        std::lock_guard lock(mutex_);
        for (const engine::StoredBatch& batch : batches)
            added_[batch.partition].push_back({batch.seq, batch.body});
        return engine::Append::ok;
    }
    Parsed<void> read(engine::PartitionId partition, std::uint64_t from_seq,
                      const Visit& visit) override {
        bool goes_on = true;
        auto counted = [&](std::uint64_t seq, std::string_view body) {
            return goes_on = visit(seq, body);
        };
        if (auto ok = below_.read(partition, from_seq, counted); !ok) return ok;
        std::vector<Batch> added;
        {
            std::lock_guard lock(mutex_);
            if (auto found = added_.find(partition); found != added_.end()) added = found->second;
        }
        for (const Batch& batch : added)
            if (batch.seq >= from_seq && goes_on) counted(batch.seq, batch.body);
        return {};
    }
    Parsed<std::uint64_t> head(engine::PartitionId partition) override {
        std::lock_guard lock(mutex_);
        auto found = added_.find(partition);
        if (found == added_.end()) return below_.head(partition);
        return found->second.back().seq;
    }
    Parsed<std::optional<std::string>> meta(std::string_view key) override {
        std::lock_guard lock(mutex_);
        if (auto found = facts_.find(key); found != facts_.end()) return found->second;
        return below_.meta(key);
    }
    Parsed<void> set_meta(std::string_view key, std::string_view value) override {
        std::lock_guard lock(mutex_);
        facts_.insert_or_assign(std::string(key), std::string(value));
        return {};
    }
    std::uint64_t size_bytes() override { return below_.size_bytes(); }

private:
    struct Batch {
        std::uint64_t seq = 0;
        std::string body;
    };
    engine::Journal& below_;
    std::mutex mutex_;
    std::map<engine::PartitionId, std::vector<Batch>> added_;
    std::map<std::string, std::string, std::less<>> facts_;
};

// The views on the disk as they are; what would move them on is dropped.
class StillViews final : public engine::Views {
public:
    explicit StillViews(engine::Views& below) : below_(below) {}

    Parsed<std::uint64_t> position(engine::PartitionId partition) override {
        return below_.position(partition);
    }
    Parsed<void> apply(engine::PartitionId, std::uint64_t, std::span<const engine::EntryRow>,
                       std::span<const engine::UsageHour>,
                       std::span<const engine::AuditRow>) override {
        return {};
    }
    Parsed<std::vector<engine::AuditRow>> audit(const engine::AuditQuery& query) override {
        return below_.audit(query);
    }
    Parsed<std::optional<engine::EntryRow>> recorded(const engine::Reference& reference) override {
        return below_.recorded(reference);
    }
    Parsed<std::vector<engine::EntryRow>> entries(const engine::EntryQuery& query) override {
        return below_.entries(query);
    }
    Parsed<std::optional<engine::EntryRow>> entry(EntryId id) override { return below_.entry(id); }
    Parsed<engine::BucketSums> balance_at(AccountId account, Instant at) override {
        return below_.balance_at(account, at);
    }
    Parsed<std::vector<engine::UsageHour>> usage(const engine::UsageQuery& query) override {
        return below_.usage(query);
    }
    Parsed<std::map<Currency, std::string>> totals() override { return below_.totals(); }
    Parsed<void> clear() override { return {}; }
    Parsed<void> put_snapshot(engine::PartitionId,
                              std::span<const engine::SnapshotRecord>) override {
        return {};
    }
    Parsed<void> read_snapshot(engine::PartitionId partition, const VisitRecord& visit) override {
        return below_.read_snapshot(partition, visit);
    }

private:
    engine::Views& below_;
};

// The runs on the disk; new ones come to be in memory, and none is removed.
class OverlayRuns final : public engine::IdRuns {
public:
    OverlayRuns(engine::IdRuns& below, engine::IdRuns& above) : below_(below), above_(above) {}

    Parsed<std::unique_ptr<engine::IdRunWriter>> create(engine::PartitionId partition,
                                                        std::uint64_t number) override {
        return above_.create(partition, number);
    }
    Parsed<std::unique_ptr<engine::IdRunFile>> open(engine::PartitionId partition,
                                                    std::uint64_t number) override {
        auto added = above_.list(partition);
        if (added && std::ranges::binary_search(*added, number))
            return above_.open(partition, number);
        return below_.open(partition, number);
    }
    Parsed<std::vector<std::uint64_t>> list(engine::PartitionId partition) override {
        auto numbers = below_.list(partition);
        auto added = above_.list(partition);
        if (!numbers || !added) return numbers;
        numbers->insert(numbers->end(), added->begin(), added->end());
        std::ranges::sort(*numbers);
        return numbers;
    }
    Parsed<void> remove(engine::PartitionId, std::uint64_t) override { return {}; }

private:
    engine::IdRuns& below_;
    engine::IdRuns& above_;
};

class OverlayStore final : public engine::Store {
public:
    explicit OverlayStore(engine::Store& below)
        : journal_(below.journal()),
          views_(below.views()),
          above_(store::memory::make()),
          runs_(below.id_runs(), above_->id_runs()) {}

    engine::Journal& journal() override { return journal_; }
    engine::Views& views() override { return views_; }
    engine::IdRuns& id_runs() override { return runs_; }

private:
    OverlayJournal journal_;
    StillViews views_;
    std::unique_ptr<engine::Store> above_;
    OverlayRuns runs_;
};

// The engine wants one; nothing that these verbs show is sealed.
std::unique_ptr<engine::Vault> vault_of_nothing() {
    std::string key(store::vault::master_key_bytes, '\0');
    randombytes_buf(key.data(), key.size());
    return store::vault::make_vault(key);
}

}  // namespace

Parsed<std::unique_ptr<Look>> Look::at(const std::string& directory) {
    if (sodium_init() < 0) return Unparsed("libsodium cannot be used on this machine");
    std::unique_ptr<Look> look(new Look);
    auto store = store::sqlite::open(directory, store::sqlite::Access::read_only);
    if (!store) return Unparsed(store.error());
    look->store_ = std::move(*store);
    look->overlay_ = std::make_unique<OverlayStore>(*look->store_);
    look->vault_ = vault_of_nothing();
    engine::Options options;
    options.threads = engine::Threads::none;
    auto engine =
        engine::Engine::open(*look->overlay_, *look->vault_, look->clock_, look->entropy_, options);
    if (!engine)
        return Unparsed("the journal in " + directory + " cannot be used: " + engine.error());
    look->engine_ = std::move(*engine);
    return look;
}

Look::~Look() = default;

}  // namespace rb::app
