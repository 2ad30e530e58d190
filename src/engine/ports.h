#pragma once
// What the engine asks of a store. The journal is ground state; views and snapshots are derived
// from it and may be thrown away at any time. Bodies of batches and snapshot records are opaque
// bytes here (engine/batch.h makes and checks them).
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "base/instant.h"
#include "domain/catalog/types.h"
#include "domain/ledger/types.h"
#include "engine/actor.h"

namespace rb::engine {

using PartitionId = std::uint32_t;

// One commit of one partition.
struct StoredBatch {
    PartitionId partition = 0;
    std::uint64_t seq = 0;    // 1, 2, 3, ... within its partition, no gap
    std::uint64_t epoch = 0;  // of the writer; a store with one owner ignores it
    std::string body;
};

enum class Append : std::uint8_t {
    ok,           // durable: synced before the return
    not_written,  // known not to be there (disk full); nothing of the call was written
    fenced,       // another writer has taken over a partition: stop serving it
    unknown,      // read the head back before anything else
    sync_failed,  // stop serving this store; never retry a sync
};

// Thread rule: `append` is called by one thread at a time; `read` and `head` may run beside it.
class Journal {
public:
    virtual ~Journal() = default;
    // All batches in one durable commit, or none. Each must follow the head of its partition.
    virtual Append append(std::span<const StoredBatch> batches) = 0;
    // Calls `visit` for batches from `from_seq` on, ascending, until it returns false or the end.
    // An error of reading is a sentence.
    using Visit = std::function<bool(std::uint64_t seq, std::string_view body)>;
    virtual Parsed<void> read(PartitionId partition, std::uint64_t from_seq,
                              const Visit& visit) = 0;
    // The last seq, 0 when empty.
    virtual Parsed<std::uint64_t> head(PartitionId partition) = 0;
    // Small facts about the store as a whole ("partitions", "store_id"); written durably.
    virtual Parsed<std::optional<std::string>> meta(std::string_view key) = 0;
    virtual Parsed<void> set_meta(std::string_view key, std::string_view value) = 0;
    // Bytes that the journal occupies.
    virtual std::uint64_t size_bytes() = 0;
    // The sentence of the last failure of `append`, for the log; empty when there was none.
    virtual std::string last_error() { return {}; }
    // Makes appends that are to come cheaper, if there is something to make; may take a second. For
    // one thread that serves no requests, now and then; beside everything else. It need not
    // succeed.
    virtual void prepare() {}
};

// A derived record of one thing of the book, true at `position` (an event number of its partition).
struct SnapshotRecord {
    std::string key;
    std::uint64_t position = 0;
    std::string body;
};

// A ledger entry with its place in the journal.
struct EntryRow {
    PartitionId partition = 0;
    std::uint64_t number = 0;  // event number, ascending within a partition
    ledger::Entry entry;
};

// Under what a payment or payout stands in the ledger once.
struct Reference {
    AccountId account;
    ledger::EntryKind kind = ledger::EntryKind::payment;
    std::string provider;  // may be empty
    std::string text;      // not empty
};

struct EntryQuery {
    AccountId account;
    std::optional<std::uint64_t>
        before;  // event number: only older ones (pages run from new to old)
    std::size_t limit = 50;
};

// Usage of one account in one hour. What batches bring are increments; what views keep, and answer,
// is what they came to.
struct UsageHour {
    PartitionId partition = 0;
    AccountId account;
    std::string meter;
    std::string dimensions;  // "k=v\x1fk2=v2" with sorted keys; may be empty
    Instant hour;            // its beginning, UTC
    // Whole units. Increments of count, sum and unique add up (no further than 64 bits go); of max
    // the larger stays, of latest the one with the later `last`, and of two alike the one that
    // comes last.
    std::int64_t quantity = 0;
    std::uint64_t events = 0;  // they add up
    catalog::Aggregation aggregation = catalog::Aggregation::count;
    Instant last;  // when the newest of the events occurred
    bool operator==(const UsageHour&) const = default;
};

struct UsageQuery {
    AccountId account;
    std::string meter;
    Instant from;  // the hours that begin at or after this
    Instant to;    // and before this
    // Values of this dimension apart, rows without it under "": `dimensions` is then "name=value".
    // Empty: one row an hour, whatever the dimensions.
    std::string dimension;
    std::size_t limit = 10'000;  // rows
};

// One command that was carried out, and who gave it.
struct AuditRow {
    PartitionId partition = 0;
    std::uint64_t number = 0;  // of its first event
    Instant at;                // of the tree's clock
    std::string command;
    AccountId account;               // that it was about; nil: none
    AccountId caller;                // whose key; nil: the platform's
    Uuid key;                        // nil: none, from the program
    Actor actor;                     // its door is `unknown` from before doors were kept
    std::vector<std::string> facts;  // kinds of its facts, in order, none twice in a row
};

// From new to old. What is nil or empty asks for nothing.
struct AuditQuery {
    AccountId account;
    Uuid key;
    Uuid person;
    std::string command;
    std::optional<Instant> from;  // at or after
    std::optional<Instant> to;    // before
    // The last row of the page before.
    struct Place {
        Instant at;
        PartitionId partition = 0;
        std::uint64_t number = 0;
    };
    std::optional<Place> before;
    std::size_t limit = 50;
};

// But for its place.
inline bool is_asked_for(const AuditRow& row, const AuditQuery& query) {
    return (query.account.is_nil() || row.account == query.account) &&
           (query.key.is_nil() || row.key == query.key) &&
           (query.person.is_nil() || row.actor.person == query.person) &&
           (query.command.empty() || row.command == query.command) &&
           (!query.from || row.at >= *query.from) && (!query.to || row.at < *query.to);
}

// Sums of postings of one account by bucket.
using BucketSums = std::map<ledger::Bucket, Amount>;

// Thread rule: calls from several threads are serialized by the views themselves.
class Views {
public:
    virtual ~Views() = default;
    // The batch up to which a partition is applied; 0: nothing.
    virtual Parsed<std::uint64_t> position(PartitionId partition) = 0;
    // Applies what batches up to and including `seq` brought, in one transaction with the position.
    // Applying what is already there has no effect.
    virtual Parsed<void> apply(PartitionId partition, std::uint64_t seq,
                               std::span<const EntryRow> entries, std::span<const UsageHour> usage,
                               std::span<const AuditRow> audit = {}) = 0;
    // Entries whose `account` it is, or that post to its wallet; newest first.
    virtual Parsed<std::vector<EntryRow>> entries(const EntryQuery& query) = 0;
    virtual Parsed<std::optional<EntryRow>> entry(EntryId id) = 0;
    // The first entry that has this reference: in a store from before references were unique there
    // may be several.
    virtual Parsed<std::optional<EntryRow>> recorded(const Reference& reference) = 0;
    // Sums over all postings of the account's wallet buckets with `at` or earlier.
    virtual Parsed<BucketSums> balance_at(AccountId account, Instant at) = 0;
    virtual Parsed<std::vector<AuditRow>> audit(const AuditQuery& query) = 0;
    // By hour, then by dimension. Days are made of hours by those who know the zone.
    virtual Parsed<std::vector<UsageHour>> usage(const UsageQuery& query) = 0;
    // Sums over everything, by currency: all zero, or the ledger is broken. For `verify`.
    virtual Parsed<std::map<Currency, std::string>> totals() = 0;
    // Forgets everything, so that it can be rebuilt from the journal.
    virtual Parsed<void> clear() = 0;

    // Snapshot records replace older ones of the same key. `clear` forgets them too.
    virtual Parsed<void> put_snapshot(PartitionId partition,
                                      std::span<const SnapshotRecord> records) = 0;
    using VisitRecord = std::function<bool(const SnapshotRecord&)>;
    virtual Parsed<void> read_snapshot(PartitionId partition, const VisitRecord& visit) = 0;
};

// One immutable file. Thread-safe; it stays readable while it is open, also after its removal.
class IdRunFile {
public:
    virtual ~IdRunFile() = default;
    virtual std::uint64_t size() const = 0;
    // Exactly these bytes, or a sentence.
    virtual Parsed<void> read(std::uint64_t offset, std::span<char> into) const = 0;
};

// A file that comes to be. Without `finish`, or when that fails, nothing stays under its name.
class IdRunWriter {
public:
    virtual ~IdRunWriter() = default;
    virtual Parsed<void> append(std::string_view bytes) = 0;
    // Durable under its name on return. Called once, last.
    virtual Parsed<void> finish() = 0;
};

// Files of ids of usage events (engine/id_run.h makes and checks their bytes), each with a number
// within its partition. Derived state: they may be lost or thrown away while nobody serves.
// Thread-safe.
class IdRuns {
public:
    virtual ~IdRuns() = default;
    // Replaces a file of that number when it is finished.
    virtual Parsed<std::unique_ptr<IdRunWriter>> create(PartitionId partition,
                                                        std::uint64_t number) = 0;
    virtual Parsed<std::unique_ptr<IdRunFile>> open(PartitionId partition,
                                                    std::uint64_t number) = 0;
    // The numbers of finished files, ascending.
    virtual Parsed<std::vector<std::uint64_t>> list(PartitionId partition) = 0;
    // Nothing when it is not there.
    virtual Parsed<void> remove(PartitionId partition, std::uint64_t number) = 0;
};

class Store {
public:
    virtual ~Store() = default;
    virtual Journal& journal() = 0;
    virtual Views& views() = 0;
    virtual IdRuns& id_runs() = 0;
};

// Seals and opens personal fields and secrets. Ciphertext under one data key an account; data keys
// are wrapped by the store's master key. Thread-safe.
class Vault {
public:
    virtual ~Vault() = default;
    // A fresh data key, wrapped.
    virtual std::string make_data_key() = 0;
    virtual std::string seal(std::string_view wrapped_data_key, std::string_view plaintext) = 0;
    // nullopt when the key was destroyed or the ciphertext is not of it.
    virtual std::optional<std::string> open(std::string_view wrapped_data_key,
                                            std::string_view ciphertext) = 0;
    // A keyed hash for uniqueness of what may not be stored in clear (e-mails).
    virtual std::string fingerprint(std::string_view text) = 0;
};

// The wall clock and randomness; simulated in tests.
class Clock {
public:
    virtual ~Clock() = default;
    virtual Instant now() = 0;
    // The same behind by a few milliseconds at most, where that is cheaper.
    virtual Instant roughly() { return now(); }
    // A monotonic reading in microseconds, for jump detection.
    virtual std::int64_t monotonic_us() = 0;
};
class Entropy {
public:
    virtual ~Entropy() = default;
    virtual Uuid seed() = 0;  // 128 random bits
};

}  // namespace rb::engine
