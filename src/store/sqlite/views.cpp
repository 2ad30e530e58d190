#include "store/sqlite/views.h"

#include <array>
#include <set>

#include "base/codec.h"
#include "base/decimal.h"
#include "engine/usage_fold.h"
#include "store/sqlite/migrations.h"

namespace rb::store::sqlite {

namespace {

using engine::EntryRow;
using engine::PartitionId;

constexpr const char* file_name = "views.db";
// Its presence tells the next opening that the file is not to be trusted.
constexpr const char* damage_mark = "views.damaged";

// Sums are taken in two halves, because a sum of 64-bit micros may pass 64 bits on its way, and
// SQLite then gives up.
constexpr std::array statement_texts = {
    "SELECT seq FROM positions WHERE partition = ?",
    "INSERT INTO positions (partition, seq) VALUES (?, ?) "
    "ON CONFLICT (partition) DO UPDATE SET seq = excluded.seq",
    "INSERT INTO entries (partition, number, at_us, id, account, kind, description, subject, "
    "reference, provider, reverses, body) "
    "VALUES (?, ?, ?, ?, ?, ?, ?, nullif(?, ''), nullif(?, ''), nullif(?, ''), nullif(?, ''), ?)",
    "INSERT INTO postings (entry, micros, at_us, owner, bucket, currency) VALUES (?, ?, ?, ?, ?, "
    "?)",
    "INSERT INTO statements (account, number, entry) VALUES (?, ?, ?)",
    "SELECT e.partition, e.number, e.body FROM statements s JOIN entries e ON e.row = s.entry "
    "WHERE s.account = ? AND s.number < ? ORDER BY s.number DESC, s.entry DESC",
    "SELECT partition, number, body FROM entries WHERE id = ?",
    "SELECT bucket, currency, sum(micros >> 32), sum(micros & 4294967295) FROM postings "
    "WHERE bucket IN ('available', 'held', 'receivable', 'grants') AND owner = ? AND at_us <= ? "
    "GROUP BY bucket, currency",
    "INSERT INTO snapshots (partition, position, key, body) VALUES (?, ?, ?, ?) "
    "ON CONFLICT (partition, key) DO UPDATE SET position = excluded.position, body = excluded.body "
    "WHERE excluded.position >= snapshots.position",
    "SELECT key, position, body FROM snapshots WHERE partition = ? AND key > ? ORDER BY key",
    // The rule is that of engine::merge. Beyond 64 bits SQLite would go on with a real number.
    "INSERT INTO usage_hours (partition, account, meter, hour_us, dimensions, quantity, events, "
    "aggregation, last_us) VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?) "
    "ON CONFLICT (account, meter, hour_us, dimensions) DO UPDATE SET "
    "quantity = CASE "
    "WHEN excluded.aggregation = 'max' THEN max(quantity, excluded.quantity) "
    "WHEN excluded.aggregation = 'latest' THEN "
    "iif(excluded.last_us >= last_us, excluded.quantity, quantity) "
    "WHEN excluded.quantity > 0 AND quantity > 9223372036854775807 - excluded.quantity "
    "THEN 9223372036854775807 "
    "WHEN excluded.quantity < 0 AND quantity < -9223372036854775807 - excluded.quantity "
    "THEN -9223372036854775807 "
    "ELSE quantity + excluded.quantity END, "
    "events = events + excluded.events, aggregation = excluded.aggregation, "
    "last_us = max(last_us, excluded.last_us)",
    "SELECT partition, hour_us, dimensions, quantity, events, aggregation, last_us "
    "FROM usage_hours WHERE account = ? AND meter = ? AND hour_us >= ? AND hour_us < ? "
    "ORDER BY hour_us, dimensions",
    "INSERT INTO audit (at_us, partition, number, command, account, caller, key, person, door, "
    "request_id, facts) VALUES (?, ?, ?, ?, nullif(?, ''), nullif(?, ''), nullif(?, x''), "
    "nullif(?, x''), ?, ?, ?)",
    "SELECT at_us, partition, number, command, account, caller, key, person, door, request_id, "
    "facts "
    "FROM audit WHERE (at_us, partition, number) < (?, ?, ?) AND at_us >= ? "
    "ORDER BY at_us DESC, partition DESC, number DESC",
    "SELECT at_us, partition, number, command, account, caller, key, person, door, request_id, "
    "facts "
    "FROM audit WHERE account = ? AND (at_us, partition, number) < (?, ?, ?) AND at_us >= ? "
    "ORDER BY at_us DESC, partition DESC, number DESC",
    "SELECT at_us, partition, number, command, account, caller, key, person, door, request_id, "
    "facts "
    "FROM audit WHERE key = ? AND (at_us, partition, number) < (?, ?, ?) AND at_us >= ? "
    "ORDER BY at_us DESC, partition DESC, number DESC",
    "SELECT at_us, partition, number, command, account, caller, key, person, door, request_id, "
    "facts "
    "FROM audit WHERE person = ? AND (at_us, partition, number) < (?, ?, ?) AND at_us >= ? "
    "ORDER BY at_us DESC, partition DESC, number DESC",
    "SELECT partition, number, body FROM entries WHERE account = ? AND reference = ? AND kind = ? "
    "AND ifnull(provider, '') = ? ORDER BY number LIMIT 1",
};

int128 sum_of(const Run& run, int column) {
    return (static_cast<int128>(run.integer_at(column)) << 32) + run.integer_at(column + 1);
}

template <class IdType>
std::string text_or_none(const IdType& id) {
    return id.is_nil() ? std::string() : id.to_text();
}

std::string bytes_or_none(const Uuid& id) {
    std::string bytes;
    if (!id.is_nil()) codec::put(bytes, id);
    return bytes;
}

Uuid uuid_of(std::string_view bytes) {
    return bytes.empty() ? Uuid{} : codec::Reader(bytes).sixteen();
}

Parsed<engine::AuditRow> audit_row_of(const Run& run) {
    engine::AuditRow row;
    row.at.us = run.integer_at(0);
    row.partition = static_cast<PartitionId>(run.integer_at(1));
    row.number = static_cast<std::uint64_t>(run.integer_at(2));
    row.command = run.bytes_at(3);
    row.account = AccountId::parse(run.bytes_at(4)).value_or(AccountId{});
    row.caller = AccountId::parse(run.bytes_at(5)).value_or(AccountId{});
    row.key = uuid_of(run.bytes_at(6));
    row.actor.person = uuid_of(run.bytes_at(7));
    const auto door = parse_enum<engine::Door>(run.bytes_at(8));
    if (!door) return Unparsed("views.db: a row of the audit cannot be read");
    row.actor.door = *door;
    row.actor.request_id = run.bytes_at(9);
    for (std::string_view rest = run.bytes_at(10); !rest.empty();) {
        const std::size_t blank = rest.find(' ');
        row.facts.emplace_back(rest.substr(0, blank));
        rest.remove_prefix(blank == rest.npos ? rest.size() : blank + 1);
    }
    return row;
}

Parsed<EntryRow> row_of(const Run& run) {
    EntryRow row;
    row.partition = static_cast<PartitionId>(run.integer_at(0));
    row.number = static_cast<std::uint64_t>(run.integer_at(1));
    if (!decode(run.bytes_at(2), row.entry))
        return Unparsed("views.db: entry number " + std::to_string(row.number) +
                        " cannot be read; remove views.db to have it made anew");
    return row;
}

// The failure is of the disk or the system, not of what stands in the file: a new file would not
// help.
bool is_of_the_machine(const Database& database) {
    if (!database.is_open()) return true;
    switch (database.code() & 0xff) {
        case SQLITE_PERM:
        case SQLITE_BUSY:
        case SQLITE_NOMEM:
        case SQLITE_READONLY:
        case SQLITE_IOERR:
        case SQLITE_FULL:
        case SQLITE_CANTOPEN:
            return true;
        default:
            return false;
    }
}

// Runs `work` in a transaction that is kept only when it succeeds.
template <class Work>
Parsed<void> in_transaction(Database& database, Work work) {
    if (auto begun = database.run_or_say("BEGIN IMMEDIATE", "it cannot be written"); !begun)
        return begun;
    Parsed<void> done = work();
    if (done) done = database.run_or_say("COMMIT", "it cannot be written");
    if (!done) database.rollback();
    return done;
}

}  // namespace

Parsed<std::unique_ptr<Views>> Views::open(const Directory& directory, Access access,
                                           engine::Journal& journal) {
    auto id = journal.meta("journal_id");
    if (!id) return Unparsed(id.error());
    std::string journal_id = id->value_or("");
    std::unique_ptr<Views> views(new Views(directory, access));
    views->journal_id_ = journal_id;
    bool present = directory.has(file_name) && !directory.has(damage_mark);
    if (present || access == Access::read_write) {
        if (!present) directory.remove_database(file_name);
        auto connected = views->connect(Medium::file, journal_id);
        if (!connected && is_of_the_machine(views->database_) && !views->is_held_by_a_reader())
            return Unparsed(connected.error());
        auto fits = connected ? views->fits(journal, journal_id) : Parsed<bool>(false);
        if (!fits) return Unparsed(fits.error());
        if (*fits) return views;
    }
    views->close();
    if (access == Access::read_only) {
        auto connected = views->connect(Medium::memory, journal_id);
        if (!connected) return Unparsed(connected.error());
        return views;
    }
    if (auto cleared = views->clear(); !cleared) return Unparsed(cleared.error());
    return views;
}

Views::~Views() { close(); }

// A log that a killed server left can be read by one at a time without a change. Another program
// that looks into the views is no reason not to look into the journal.
bool Views::is_held_by_a_reader() const {
    return access_ == Access::read_only && database_.is_open() &&
           (database_.code() & 0xff) == SQLITE_BUSY;
}

void Views::close() {
    statements_.clear();
    database_.close(access_ == Access::read_only ? OnClose::leave_wal : OnClose::checkpoint);
}

Parsed<void> Views::connect(Medium medium, const std::string& journal_id) {
    bool writes = medium == Medium::memory || access_ == Access::read_write;
    if (medium == Medium::file && writes)
        if (auto made = directory_.make_file(file_name); !made) return made;
    std::string path = medium == Medium::memory ? ":memory:" : directory_.file(file_name);
    auto opened = writes ? Database::open(path, file_name, SQLITE_OPEN_READWRITE)
                         : Database::open_for_reading(path, file_name);
    if (!opened) return Unparsed(opened.error());
    database_ = std::move(*opened);
    sqlite3_busy_timeout(database_.get(), 5000);  // a reader of another process may hold it shortly
    if (writes) {
        auto set = database_.run_or_say(
            "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL; PRAGMA synchronous = NORMAL;"
            "PRAGMA cache_size = -16384;",
            "it cannot be opened");
        if (!set) return set;
        if (auto done = migrate(database_, views_layout()); !done)
            return Unparsed("views.db: " + done.error());
        auto statement = database_.prepare("INSERT OR IGNORE INTO meta VALUES ('journal_id', ?)");
        if (!statement) return Unparsed(statement.error());
        Run run(*statement);
        if (run.text(journal_id).finish() != SQLITE_OK) return failure("it cannot be written");
    } else {
        auto fit = fit_of(database_, views_layout());
        if (!fit) return Unparsed(fit.error());
        if (*fit != Fit::current) return Unparsed("views.db is not of this version's format");
    }
    for (const char* sql : statement_texts) {
        auto statement = database_.prepare(sql);
        if (!statement) return Unparsed(statement.error());
        statements_.push_back(std::move(*statement));
    }
    return {};
}

Parsed<bool> Views::fits(engine::Journal& journal, const std::string& journal_id) {
    auto meta = database_.prepare("SELECT value FROM meta WHERE key = 'journal_id'");
    if (!meta) return Unparsed(meta.error());
    Run id(*meta);
    if (!id.next())
        return id.ok() || is_damage(id.code()) ? Parsed<bool>(false) : failure("it cannot be read");
    if (id.bytes_at(0) != journal_id) return false;
    auto positions = database_.prepare("SELECT partition, seq FROM positions");
    if (!positions) return Unparsed(positions.error());
    Run run(*positions);
    while (run.next()) {
        auto head = journal.head(static_cast<PartitionId>(run.integer_at(0)));
        if (!head) return Unparsed(head.error());
        if (static_cast<std::uint64_t>(run.integer_at(1)) > *head) return false;
    }
    if (!run.ok() && !is_damage(run.code())) return failure("it cannot be read");
    return run.ok();
}

Unparsed Views::failure(std::string_view what) {
    std::string sentence = database_.sentence(what);
    if (is_damage(database_.code()) && access_ == Access::read_write) {
        [[maybe_unused]] auto marked = directory_.make_file(damage_mark);
        sentence += "; it is made anew from the journal at the next start";
    }
    return Unparsed(sentence);
}

Parsed<std::uint64_t> Views::position(PartitionId partition) {
    std::lock_guard lock(mutex_);
    Run run(statement(Sql::position));
    run.integer(partition);
    std::uint64_t seq = run.next() ? static_cast<std::uint64_t>(run.integer_at(0)) : 0;
    if (!run.ok()) return failure("it cannot be read");
    return seq;
}

Parsed<void> Views::apply(PartitionId partition, std::uint64_t seq,
                          std::span<const EntryRow> entries,
                          std::span<const engine::UsageHour> usage,
                          std::span<const engine::AuditRow> audit) {
    std::lock_guard lock(mutex_);
    auto at = position(partition);
    if (!at) return Unparsed(at.error());
    if (seq <= *at) return {};
    return in_transaction(database_,
                          [&] { return apply_all(partition, seq, entries, usage, audit); });
}

Parsed<void> Views::apply_all(PartitionId partition, std::uint64_t seq,
                              std::span<const EntryRow> entries,
                              std::span<const engine::UsageHour> usage,
                              std::span<const engine::AuditRow> audit) {
    for (const auto& row : entries)
        if (auto inserted = insert(row); !inserted) return inserted;
    for (const auto& row : usage)
        if (auto added = add(row); !added) return added;
    for (const auto& row : audit)
        if (auto inserted = insert(row); !inserted) return inserted;
    Run run(statement(Sql::set_position));
    run.integer(partition).integer(static_cast<std::int64_t>(seq));
    if (run.finish() != SQLITE_OK) return failure("a position cannot be written");
    return {};
}

Parsed<void> Views::add(const engine::UsageHour& row) {
    std::string account = row.account.to_text();
    Run run(statement(Sql::add_usage));
    run.integer(row.partition).text(account).text(row.meter).integer(row.hour.us);
    run.text(row.dimensions).integer(row.quantity).integer(static_cast<std::int64_t>(row.events));
    run.text(enum_text(row.aggregation)).integer(row.last.us);
    if (run.finish() != SQLITE_OK) return failure("usage cannot be written");
    return {};
}

Parsed<std::vector<engine::UsageHour>> Views::usage(const engine::UsageQuery& query) {
    std::lock_guard lock(mutex_);
    engine::UsageFold fold(query);
    std::string account = query.account.to_text();
    Run run(statement(Sql::usage));
    run.text(account).text(query.meter).integer(query.from.us).integer(query.to.us);
    while (run.next()) {
        engine::UsageHour row;
        row.partition = static_cast<PartitionId>(run.integer_at(0));
        row.account = query.account;
        row.meter = query.meter;
        row.hour.us = run.integer_at(1);
        row.dimensions = run.bytes_at(2);
        row.quantity = run.integer_at(3);
        row.events = static_cast<std::uint64_t>(run.integer_at(4));
        auto aggregation = parse_enum<catalog::Aggregation>(run.bytes_at(5));
        if (!aggregation)
            return Unparsed(
                "views.db: an hour of usage has an aggregation that is not known; "
                "remove views.db to have it made anew");
        row.aggregation = *aggregation;
        row.last.us = run.integer_at(6);
        if (!fold.add(row)) break;
    }
    if (!run.ok()) return failure("usage cannot be read");
    return fold.finish();
}

Parsed<void> Views::insert(const EntryRow& row) {
    const auto& entry = row.entry;
    {
        std::string id = entry.id.to_text();
        std::string account = entry.account.to_text();
        std::string subject = entry.subject.is_nil() ? std::string() : entry.subject.to_text();
        std::string reverses = text_or_none(entry.reverses);
        std::string body = encode(entry);
        Run run(statement(Sql::insert_entry));
        run.integer(row.partition).integer(static_cast<std::int64_t>(row.number));
        run.integer(entry.at.us).text(id).text(account).text(enum_text(entry.kind));
        run.text(entry.description).text(subject).text(entry.reference);
        run.text(entry.provider).text(reverses).bytes(body);
        if (run.finish() != SQLITE_OK) return failure("an entry cannot be written");
    }
    std::int64_t id = sqlite3_last_insert_rowid(database_.get());
    for (const auto& posting : entry.postings) {
        std::string owner = posting.owner.to_text();
        Currency currency = posting.amount.currency();
        Run run(statement(Sql::insert_posting));
        run.integer(id).integer(posting.amount.micros()).integer(entry.at.us);
        run.text(owner).text(enum_text(posting.bucket)).text(currency.code());
        if (run.finish() != SQLITE_OK) return failure("a posting cannot be written");
    }
    return insert_statement(row, id);
}

Parsed<void> Views::insert_statement(const EntryRow& row, std::int64_t entry) {
    std::set<AccountId> accounts = {row.entry.account};
    for (const auto& posting : row.entry.postings)
        if (ledger::is_wallet_bucket(posting.bucket)) accounts.insert(posting.owner);
    for (const auto& account : accounts) {
        std::string text = account.to_text();
        Run run(statement(Sql::insert_statement));
        run.text(text).integer(static_cast<std::int64_t>(row.number)).integer(entry);
        if (run.finish() != SQLITE_OK) return failure("an entry cannot be written");
    }
    return {};
}

Parsed<void> Views::insert(const engine::AuditRow& row) {
    const std::string account = text_or_none(row.account);
    const std::string caller = text_or_none(row.caller);
    const std::string key = bytes_or_none(row.key), person = bytes_or_none(row.actor.person);
    std::string facts;
    for (const std::string& fact : row.facts) facts += (facts.empty() ? "" : " ") + fact;
    Run run(statement(Sql::insert_audit));
    run.integer(row.at.us).integer(row.partition).integer(static_cast<std::int64_t>(row.number));
    run.text(row.command).text(account).text(caller).bytes(key).bytes(person);
    run.text(enum_text(row.actor.door)).text(row.actor.request_id).text(facts);
    if (run.finish() != SQLITE_OK) return failure("a command cannot be written");
    return {};
}

Parsed<std::vector<engine::AuditRow>> Views::audit(const engine::AuditQuery& query) {
    std::lock_guard lock(mutex_);
    std::vector<engine::AuditRow> rows;
    if (query.limit == 0) return rows;
    // The most telling of the conditions has an index; the others are looked at row by row.
    const std::string account = text_or_none(query.account);
    const std::string key = bytes_or_none(query.key), person = bytes_or_none(query.person);
    const Sql sql = !account.empty()  ? Sql::audit_of_account
                    : !key.empty()    ? Sql::audit_of_key
                    : !person.empty() ? Sql::audit_of_person
                                      : Sql::audit;
    Run run(statement(sql));
    if (sql == Sql::audit_of_account) run.text(account);
    if (sql == Sql::audit_of_key) run.bytes(key);
    if (sql == Sql::audit_of_person) run.bytes(person);
    const auto before = query.before.value_or(
        engine::AuditQuery::Place{query.to.value_or(Instant{INT64_MAX}), 0, 0});
    run.integer(before.at.us).integer(before.partition);
    run.integer(static_cast<std::int64_t>(before.number));
    run.integer(query.from ? query.from->us : 0);
    while (rows.size() < query.limit && run.next()) {
        auto row = audit_row_of(run);
        if (!row) return Unparsed(row.error());
        if (engine::is_asked_for(*row, query)) rows.push_back(std::move(*row));
    }
    if (!run.ok()) return failure("the audit cannot be read");
    return rows;
}

Parsed<std::vector<EntryRow>> Views::entries(const engine::EntryQuery& query) {
    std::lock_guard lock(mutex_);
    std::vector<EntryRow> rows;
    if (query.limit == 0) return rows;
    std::string account = query.account.to_text();
    Run run(statement(Sql::entries));
    run.text(account);
    run.integer(query.before ? static_cast<std::int64_t>(*query.before) : INT64_MAX);
    while (run.next()) {
        auto row = row_of(run);
        if (!row) return Unparsed(row.error());
        // A page ends between two event numbers, because the next one begins below a number.
        if (rows.size() >= query.limit && row->number != rows.back().number) break;
        rows.push_back(std::move(*row));
    }
    if (!run.ok()) return failure("entries cannot be read");
    return rows;
}

Parsed<std::optional<EntryRow>> Views::entry(EntryId id) {
    std::lock_guard lock(mutex_);
    std::string text = id.to_text();
    Run run(statement(Sql::entry));
    run.text(text);
    if (run.next()) return row_of(run);
    if (!run.ok()) return failure("an entry cannot be read");
    return std::nullopt;
}

Parsed<std::optional<EntryRow>> Views::recorded(const engine::Reference& reference) {
    std::lock_guard lock(mutex_);
    std::string account = reference.account.to_text();
    Run run(statement(Sql::recorded));
    run.text(account).text(reference.text).text(enum_text(reference.kind)).text(reference.provider);
    if (run.next()) return row_of(run);
    if (!run.ok()) return failure("a reference cannot be looked up");
    return std::nullopt;
}

Parsed<engine::BucketSums> Views::balance_at(AccountId account, Instant at) {
    std::lock_guard lock(mutex_);
    std::string owner = account.to_text();
    Run run(statement(Sql::balance));
    run.text(owner).integer(at.us);
    engine::BucketSums sums;
    while (run.next()) {
        auto bucket = parse_enum<ledger::Bucket>(run.bytes_at(0));
        auto currency = Currency::parse(run.bytes_at(1));
        if (!bucket || !currency) return Unparsed("views.db: a posting cannot be read");
        int128 sum = sum_of(run, 2);
        if (sum > INT64_MAX || sum < INT64_MIN)
            return Unparsed("the balance of " + owner + " passes what an amount can hold");
        auto amount = Amount::of_micros(static_cast<std::int64_t>(sum), *currency);
        if (!sums.emplace(*bucket, amount).second)
            return Unparsed("the wallet of " + owner + " has postings in two currencies");
    }
    if (!run.ok()) return failure("a balance cannot be read");
    return sums;
}

Parsed<std::map<Currency, std::string>> Views::totals() {
    std::lock_guard lock(mutex_);
    auto statement = database_.prepare(
        "SELECT currency, sum(micros >> 32), sum(micros & 4294967295) FROM postings "
        "GROUP BY currency");
    if (!statement) return Unparsed(statement.error());
    Run run(*statement);
    std::map<Currency, std::string> totals;
    while (run.next()) {
        auto currency = Currency::parse(run.bytes_at(0));
        if (!currency) return Unparsed("views.db: a posting cannot be read");
        totals[*currency] = Decimal::of(sum_of(run, 1), 6).to_text();
    }
    if (!run.ok()) return failure("totals cannot be read");
    return totals;
}

// A new file takes the place of the old one: quick at any size, and right for a damaged one, too.
Parsed<void> Views::clear() {
    std::lock_guard lock(mutex_);
    if (access_ == Access::read_only) return Unparsed("the store is open for reading only");
    statements_.clear();
    database_.close(OnClose::leave_wal);
    directory_.remove_database(file_name);
    directory_.remove_file(damage_mark);
    return connect(Medium::file, journal_id_);
}

Parsed<void> Views::put_snapshot(PartitionId partition,
                                 std::span<const engine::SnapshotRecord> records) {
    std::lock_guard lock(mutex_);
    return in_transaction(database_, [&]() -> Parsed<void> {
        for (const auto& record : records) {
            Run run(statement(Sql::put_snapshot));
            run.integer(partition).integer(static_cast<std::int64_t>(record.position));
            run.bytes(record.key).bytes(record.body);
            if (run.finish() != SQLITE_OK) return failure("a snapshot cannot be written");
        }
        return {};
    });
}

// Some records at a time, and visited without the lock: another partition's may be read meanwhile.
Parsed<void> Views::read_snapshot(PartitionId partition, const VisitRecord& visit) {
    std::string after;
    for (;;) {
        auto records = snapshot_records(partition, after);
        if (!records) return Unparsed(records.error());
        if (records->empty()) return {};
        for (const engine::SnapshotRecord& record : *records)
            if (!visit(record)) return {};
        after = std::move(records->back().key);
    }
}

// The next ones behind a key. Keys are blobs in the table, and in SQLite every text is less than
// every blob: the key must be bound as one.
Parsed<std::vector<engine::SnapshotRecord>> Views::snapshot_records(PartitionId partition,
                                                                    std::string_view after) {
    constexpr std::size_t bytes_at_once = std::size_t{1024} * 1024;
    std::lock_guard lock(mutex_);
    std::vector<engine::SnapshotRecord> records;
    Run run(statement(Sql::read_snapshot));
    run.integer(partition).bytes(after);
    for (std::size_t bytes = 0; bytes < bytes_at_once && run.next();) {
        engine::SnapshotRecord& record = records.emplace_back();
        record.key = run.bytes_at(0);
        record.position = static_cast<std::uint64_t>(run.integer_at(1));
        record.body = run.bytes_at(2);
        bytes += record.key.size() + record.body.size();
    }
    if (!run.ok()) return failure("a snapshot cannot be read");
    return records;
}

}  // namespace rb::store::sqlite
