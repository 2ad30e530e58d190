#pragma once
// The views on SQLite: what has no bound or is wanted in SQL, derived from the journal.
// Layout for people: docs/formats/views-sqlite.md. Not synced at each commit (synchronous=NORMAL):
// after a power cut the file is whole but may be behind, which its positions tell.
//
// Threading: calls are serialized by a lock of its own. Other processes may read the file
// meanwhile.
#include <memory>
#include <mutex>
#include <string>
#include <vector>

#include "engine/ports.h"
#include "store/sqlite/database.h"
#include "store/sqlite/directory.h"

namespace rb::store::sqlite {

class Views final : public engine::Views {
public:
    // The views of this journal. Made anew, empty, when they are missing, damaged, of another
    // journal or format, or ahead of the journal (which then was put back from a backup). Reading
    // only never changes the file: views that do not fit, or whose log another program reads, are
    // answered as empty ones.
    static Parsed<std::unique_ptr<Views>> open(const Directory& directory, Access access,
                                               engine::Journal& journal);
    ~Views() override;

    Parsed<std::uint64_t> position(engine::PartitionId partition) override;
    Parsed<void> apply(engine::PartitionId partition, std::uint64_t seq,
                       std::span<const engine::EntryRow> entries,
                       std::span<const engine::UsageHour> usage,
                       std::span<const engine::AuditRow> audit) override;
    Parsed<std::vector<engine::AuditRow>> audit(const engine::AuditQuery& query) override;
    Parsed<std::vector<engine::EntryRow>> entries(const engine::EntryQuery& query) override;
    Parsed<std::optional<engine::EntryRow>> entry(EntryId id) override;
    Parsed<std::optional<engine::EntryRow>> recorded(const engine::Reference& reference) override;
    Parsed<engine::BucketSums> balance_at(AccountId account, Instant at) override;
    Parsed<std::vector<engine::UsageHour>> usage(const engine::UsageQuery& query) override;
    Parsed<std::map<Currency, std::string>> totals() override;
    Parsed<void> clear() override;
    Parsed<void> put_snapshot(engine::PartitionId partition,
                              std::span<const engine::SnapshotRecord> records) override;
    Parsed<void> read_snapshot(engine::PartitionId partition, const VisitRecord& visit) override;

private:
    enum class Medium : std::uint8_t { file, memory };
    // Prepared once; the order is that of `statement_texts` in views.cpp.
    enum class Sql : std::uint8_t {
        position,
        set_position,
        insert_entry,
        insert_posting,
        insert_statement,
        entries,
        entry,
        balance,
        put_snapshot,
        read_snapshot,
        add_usage,
        usage,
        insert_audit,
        audit,
        audit_of_account,
        audit_of_key,
        audit_of_person,
        recorded,
        count,
    };

    Views(const Directory& directory, Access access) : directory_(directory), access_(access) {}
    Parsed<void> connect(Medium medium, const std::string& journal_id);
    Parsed<bool> fits(engine::Journal& journal, const std::string& journal_id);
    Parsed<std::vector<engine::SnapshotRecord>> snapshot_records(engine::PartitionId partition,
                                                                 std::string_view after);
    Parsed<void> insert(const engine::EntryRow& row);
    Parsed<void> insert_statement(const engine::EntryRow& row, std::int64_t entry);
    Parsed<void> apply_all(engine::PartitionId partition, std::uint64_t seq,
                           std::span<const engine::EntryRow> entries,
                           std::span<const engine::UsageHour> usage,
                           std::span<const engine::AuditRow> audit);
    Parsed<void> add(const engine::UsageHour& row);
    Parsed<void> insert(const engine::AuditRow& row);
    Statement& statement(Sql sql) { return statements_[static_cast<std::size_t>(sql)]; }
    void close();
    bool is_held_by_a_reader() const;
    // The failure of the connection as a sentence. Damage is also noted in the directory, so that
    // the next opening makes the views anew.
    Unparsed failure(std::string_view what);

    std::recursive_mutex mutex_;  // apply asks for the position
    const Directory& directory_;
    Access access_;
    std::string journal_id_;
    Database database_;
    std::vector<Statement> statements_;
};

}  // namespace rb::store::sqlite
