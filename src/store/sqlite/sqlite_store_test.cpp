#include "store/sqlite/sqlite_store.h"

#include <gtest/gtest.h>
#include <sqlite3.h>
#include <sys/stat.h>

#include <chrono>
#include <filesystem>
#include <fstream>
#include <set>

#include "store/sqlite/migrations.h"
#include "store/sqlite/testing.h"
#include "testing/store_contract.h"

namespace rb::store::sqlite {

namespace {

class Sqlite {
public:
    Sqlite() { restart(); }
    engine::Store& store() { return *store_; }
    void restart() {
        store_.reset();
        store_ = must_open(directory_.path());
    }

private:
    ScratchDirectory directory_;
    std::unique_ptr<engine::Store> store_;
};

// The other form of the journal, with the same views.
class Segments {
public:
    Segments() { restart(); }
    engine::Store& store() { return *store_; }
    void restart() {
        store_.reset();
        auto opened = open(directory_.path(), Access::read_write, JournalForm::segments);
        EXPECT_TRUE(opened) << opened.error();
        store_ = std::move(*opened);
    }

private:
    ScratchDirectory directory_;
    std::unique_ptr<engine::Store> store_;
};

}  // namespace

}  // namespace rb::store::sqlite

namespace rb::testing {
INSTANTIATE_TYPED_TEST_SUITE_P(Sqlite, StoreContract, store::sqlite::Sqlite);
INSTANTIATE_TYPED_TEST_SUITE_P(Segments, StoreContract, store::sqlite::Segments);
}  // namespace rb::testing

namespace rb::store::sqlite {

namespace {

using engine::Append;
using testing::batch_of;
using testing::bodies_of;
using testing::payment;
using testing::uuid_of;
namespace fs = std::filesystem;

const AccountId account{uuid_of(1)};

unsigned mode_of(const std::string& path) {
    struct stat facts{};
    EXPECT_EQ(::stat(path.c_str(), &facts), 0) << path;
    return facts.st_mode & 0777;
}

void run_sql(const std::string& path, const char* sql) {
    auto database = Database::open(path, "test", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    ASSERT_TRUE(database);
    ASSERT_EQ(database->run(sql), SQLITE_OK) << database->sentence(sql);
}

std::string column_of(const std::string& path, const char* sql) {
    auto database = Database::open(path, "test", SQLITE_OPEN_READONLY);
    auto statement = database->prepare(sql);
    EXPECT_TRUE(statement) << statement.error();
    Run run(*statement);
    return run.next() ? std::string(run.bytes_at(0)) : "nothing";
}

TEST(SqliteStore, only_the_owner_may_read_the_files) {
    ScratchDirectory scratch;
    std::string path = scratch.path() + "/deep/store";
    auto store = must_open(path);
    ASSERT_EQ(append(*store, 1), Append::ok);
    EXPECT_EQ(mode_of(path), 0700u);
    for (const char* name : {"journal.db", "journal.db-wal", "views.db", "lock"})
        EXPECT_EQ(mode_of(path + "/" + name), 0600u) << name;
    EXPECT_FALSE(fs::exists(path + "/journal.db-shm"));
}

TEST(SqliteStore, only_the_owner_may_read_the_files_of_segments) {
    ScratchDirectory scratch;
    std::string path = scratch.path() + "/deep/store";
    auto store = open(path, Access::read_write, JournalForm::segments);
    ASSERT_TRUE(store) << store.error();
    ASSERT_EQ(append(**store, 1), Append::ok);
    EXPECT_EQ(mode_of(path + "/journal"), 0700u);
    for (const char* name : {"journal/facts", "journal/00000001.log", "views.db", "lock"})
        EXPECT_EQ(mode_of(path + "/" + name), 0600u) << name;
    EXPECT_FALSE(fs::exists(path + "/journal.db"));
}

TEST(SqliteStore, keeps_the_form_of_its_journal) {
    ScratchDirectory scratch;
    auto store = must_open(scratch.path());
    ASSERT_EQ(append(*store, 1), Append::ok);
    store.reset();
    auto again = open(scratch.path(), Access::read_write, JournalForm::segments);
    ASSERT_TRUE(again);
    EXPECT_EQ((*again)->journal().head(0), 1u);
    EXPECT_FALSE(fs::exists(scratch.file("journal")));
}

TEST(SqliteStore, with_two_journals_is_refused) {
    ScratchDirectory scratch;
    ASSERT_TRUE(open(scratch.path(), Access::read_write, JournalForm::segments));
    write_file(scratch.file("journal.db"), "");
    auto store = open(scratch.path(), Access::read_write);
    ASSERT_FALSE(store);
    EXPECT_NE(store.error().find("two journals"), std::string::npos) << store.error();
}

TEST(SqliteStore, a_second_opening_is_refused_with_the_owner_named) {
    ScratchDirectory scratch;
    auto store = must_open(scratch.path());
    for (auto access : {Access::read_write, Access::read_only}) {
        auto second = open(scratch.path(), access);
        ASSERT_FALSE(second);
        EXPECT_NE(second.error().find("in use by process " + std::to_string(::getpid())),
                  std::string::npos)
            << second.error();
    }
    store.reset();
    EXPECT_TRUE(open(scratch.path(), Access::read_write));
}

TEST(SqliteStore, a_clean_end_leaves_no_log) {
    ScratchDirectory scratch;
    auto store = must_open(scratch.path());
    ASSERT_EQ(append(*store, 1), Append::ok);
    EXPECT_TRUE(fs::exists(scratch.file("journal.db-wal")));
    store.reset();
    EXPECT_FALSE(fs::exists(scratch.file("journal.db-wal")));
    EXPECT_FALSE(fs::exists(scratch.file("views.db-wal")));
}

TEST(SqliteStore, the_log_stays_small_while_batches_come) {
    ScratchDirectory scratch;
    auto store = must_open(scratch.path());
    std::string body(200'000, 'x');
    for (std::uint64_t seq = 1; seq <= 120; ++seq) ASSERT_EQ(append(*store, seq, body), Append::ok);
    EXPECT_LT(fs::file_size(scratch.file("journal.db-wal")), 6u * 1024 * 1024);
    EXPECT_GT(fs::file_size(scratch.file("journal.db")), 16u * 1024 * 1024);
}

TEST(SqliteStore, reading_only_works_on_the_files_of_a_killed_process_and_changes_nothing) {
    ScratchDirectory scratch;
    ScratchDirectory copy;
    auto store = must_open(scratch.path());
    for (std::uint64_t seq = 1; seq <= 3; ++seq) ASSERT_EQ(append(*store, seq), Append::ok);
    std::vector rows = {payment(account, 1, 100)};
    ASSERT_TRUE(store->views().apply(0, 3, rows, {}));
    copy_store(scratch, copy);
    auto bytes = read_file(copy.file("journal.db"));
    auto log = read_file(copy.file("journal.db-wal"));
    auto names = [&copy] {
        std::set<std::string> found;
        for (const auto& entry : fs::directory_iterator(copy.path()))
            found.insert(entry.path().filename().string());
        return found;
    };
    const auto before = names();
    for (int round = 0; round < 2; ++round) {
        auto reader = open(copy.path(), Access::read_only);
        ASSERT_TRUE(reader) << reader.error();
        EXPECT_EQ(bodies_of((*reader)->journal(), 0).size(), 3u);
        EXPECT_EQ((*reader)->views().position(0), 3u);
        EXPECT_EQ(append(**reader, 4), Append::not_written);
        EXPECT_FALSE((*reader)->journal().set_meta("a", "b"));
        EXPECT_FALSE((*reader)->views().clear());
        EXPECT_FALSE((*reader)->views().apply(0, 4, rows, {}));
    }
    EXPECT_EQ(read_file(copy.file("journal.db")), bytes);
    EXPECT_EQ(read_file(copy.file("journal.db-wal")), log);
    EXPECT_EQ(names(), before) << "no lock and no index of a log";
}

TEST(SqliteStore, is_read_by_several_and_then_written_by_none) {
    ScratchDirectory scratch;
    ASSERT_EQ(append(*must_open(scratch.path()), 1), Append::ok);
    auto first = open(scratch.path(), Access::read_only);
    auto second = open(scratch.path(), Access::read_only);
    ASSERT_TRUE(first) << first.error();
    ASSERT_TRUE(second) << second.error();
    EXPECT_EQ((*second)->journal().head(0), 1u);
    auto writer = open(scratch.path(), Access::read_write);
    ASSERT_FALSE(writer);
    EXPECT_NE(writer.error().find("being read"), std::string::npos) << writer.error();
    first->reset();
    second->reset();
    EXPECT_TRUE(open(scratch.path(), Access::read_write));
}

TEST(SqliteStore, reading_only_makes_no_store) {
    ScratchDirectory scratch;
    auto reader = open(scratch.path(), Access::read_only);
    ASSERT_FALSE(reader);
    EXPECT_NE(reader.error().find("no store"), std::string::npos) << reader.error();
    EXPECT_TRUE(fs::is_empty(scratch.path()));
}

TEST(SqliteStore, reading_only_answers_empty_views_when_there_are_none) {
    ScratchDirectory scratch;
    ASSERT_EQ(append(*must_open(scratch.path()), 1), Append::ok);
    fs::remove(scratch.file("views.db"));
    auto reader = open(scratch.path(), Access::read_only);
    ASSERT_TRUE(reader) << reader.error();
    EXPECT_EQ((*reader)->views().position(0), 0u);
    EXPECT_EQ((*reader)->journal().head(0), 1u);
    EXPECT_FALSE(fs::exists(scratch.file("views.db")));
}

// Views at position 1 that stand before something happens to their file.
class SqliteViews : public ::testing::Test {
protected:
    SqliteViews() {
        auto store = must_open(scratch_.path());
        EXPECT_EQ(append(*store, 1), Append::ok);
        std::vector rows = {payment(account, 1, 12'340'000)};
        EXPECT_TRUE(store->views().apply(0, 1, rows, {}));
    }
    std::uint64_t position() { return *must_open(scratch_.path())->views().position(0); }
    ScratchDirectory scratch_;
};

TEST_F(SqliteViews, stay_where_they_are_when_nothing_is_wrong) { EXPECT_EQ(position(), 1u); }

TEST_F(SqliteViews, are_made_anew_when_they_are_missing) {
    fs::remove(scratch_.file("views.db"));
    EXPECT_EQ(position(), 0u);
}

TEST_F(SqliteViews, are_made_anew_when_they_are_no_database) {
    std::ofstream(scratch_.file("views.db")) << std::string(20'000, '?');
    EXPECT_EQ(position(), 0u);
    EXPECT_EQ(position(), 0u);
}

TEST_F(SqliteViews, are_made_anew_when_their_tables_are_gone) {
    run_sql(scratch_.file("views.db"), "DROP TABLE postings");
    EXPECT_EQ(position(), 0u);
}

TEST_F(SqliteViews, are_made_anew_when_they_are_of_a_newer_format) {
    run_sql(scratch_.file("views.db"), "PRAGMA user_version = 99");
    EXPECT_EQ(position(), 0u);
}

TEST_F(SqliteViews, of_format_1_are_made_anew_and_take_usage) {
    run_sql(scratch_.file("views.db"),
            "DROP INDEX entries_of_reference; ALTER TABLE entries DROP COLUMN provider;"
            "DROP VIEW usage; DROP TABLE usage_hours; DROP TABLE audit; PRAGMA user_version = 1;");
    auto store = must_open(scratch_.path());
    // The audit begins at the beginning of the journal.
    EXPECT_EQ(store->views().position(0), 0u);
    std::vector hours = {testing::usage_of(account, "calls", 1, 5)};
    ASSERT_EQ(append(*store, 2), Append::ok);
    ASSERT_TRUE(store->views().apply(0, 2, {}, hours));
    auto found = store->views().usage({account, "calls", {}, {Instant::us_max}, "", 10});
    ASSERT_TRUE(found);
    EXPECT_EQ(*found, hours);
}

TEST_F(SqliteViews, of_format_3_are_kept_and_find_references) {
    {
        auto store = must_open(scratch_.path());
        std::vector rows = {testing::payment(account, 7, 100)};
        ASSERT_EQ(append(*store, 2), Append::ok);
        ASSERT_TRUE(store->views().apply(0, 2, rows, {}));
    }
    run_sql(scratch_.file("views.db"),
            "DROP INDEX entries_of_reference; ALTER TABLE entries DROP COLUMN provider;"
            "PRAGMA user_version = 3;");
    auto store = must_open(scratch_.path());
    EXPECT_EQ(store->views().position(0), 2u);
    auto found = store->views().recorded({account, ledger::EntryKind::payment, "", "pay-7"});
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((*found)->number, 70u);
}

TEST_F(SqliteViews, show_usage_to_people) {
    auto store = must_open(scratch_.path());
    std::vector hours = {testing::usage_of(account, "calls", 495'000, 5)};
    hours[0].dimensions = "path=/\x1fregion=eu";
    ASSERT_EQ(append(*store, 2), Append::ok);
    ASSERT_TRUE(store->views().apply(0, 2, {}, hours));
    auto database = Database::open(scratch_.file("views.db"), "views.db", SQLITE_OPEN_READONLY);
    ASSERT_TRUE(database);
    EXPECT_EQ(database->integer("SELECT quantity FROM usage WHERE hour = '2026-06-21T00:00:00Z' "
                                "AND dimensions = 'path=/ region=eu' AND aggregation = 'sum'"),
              5);
}

TEST_F(SqliteViews, are_made_anew_when_they_belong_to_another_journal) {
    for (const char* name : {"journal.db", "views.db"})
        fs::rename(scratch_.file(name), scratch_.file(std::string(name) + ".old"));
    ASSERT_EQ(append(*must_open(scratch_.path()), 1), Append::ok);
    fs::rename(scratch_.file("views.db.old"), scratch_.file("views.db"));
    EXPECT_EQ(position(), 0u);
}

TEST_F(SqliteViews, are_made_anew_when_they_are_ahead_of_the_journal) {
    ScratchDirectory backup;
    copy_store(scratch_, backup);
    {
        auto store = must_open(scratch_.path());
        ASSERT_EQ(append(*store, 2), Append::ok);
        ASSERT_TRUE(store->views().apply(0, 2, {}, {}));
    }
    EXPECT_EQ(position(), 2u);
    fs::copy_file(backup.file("journal.db"), scratch_.file("journal.db"),
                  fs::copy_options::overwrite_existing);
    EXPECT_EQ(position(), 0u);
}

TEST_F(SqliteViews, are_made_anew_after_damage_was_met) {
    std::string path = scratch_.file("views.db");
    auto root = column_of(path, "SELECT rootpage FROM sqlite_schema WHERE name = 'entries'");
    std::fstream file(path, std::ios::in | std::ios::out | std::ios::binary);
    file.seekp((std::stol(root) - 1) * 8192);
    file << std::string(8192, '\xEE');
    file.close();
    {
        auto store = must_open(scratch_.path());
        EXPECT_EQ(store->views().position(0), 1u);
        auto rows = store->views().entries({account, {}, 50});
        ASSERT_FALSE(rows);
        EXPECT_NE(rows.error().find("made anew"), std::string::npos) << rows.error();
    }
    EXPECT_EQ(position(), 0u);
    auto store = must_open(scratch_.path());
    EXPECT_EQ(store->views().entries({account, {}, 50})->size(), 0u);
}

TEST_F(SqliteViews, can_be_read_by_people_while_the_store_is_open) {
    auto store = must_open(scratch_.path());
    EXPECT_EQ(column_of(scratch_.file("views.db"),
                        "SELECT group_concat(bucket || ' ' || amount || ' ' || currency, '; ') "
                        "FROM (SELECT * FROM ledger ORDER BY bucket)"),
              "available 12.340000 USD; cash_clearing -12.340000 USD");
    EXPECT_EQ(column_of(scratch_.file("views.db"), "SELECT at || ' ' || account FROM ledger"),
              "1970-01-01T00:00:01.000000Z " + account.to_text());
}

TEST(SqliteJournal, of_a_newer_format_is_refused_and_left_alone) {
    ScratchDirectory scratch;
    ASSERT_EQ(append(*must_open(scratch.path()), 1), Append::ok);
    run_sql(scratch.file("journal.db"), "PRAGMA user_version = 99");
    auto bytes = read_file(scratch.file("journal.db"));
    for (auto access : {Access::read_write, Access::read_only}) {
        auto opened = open(scratch.path(), access);
        ASSERT_FALSE(opened);
        EXPECT_NE(opened.error().find("version"), std::string::npos) << opened.error();
    }
    EXPECT_EQ(read_file(scratch.file("journal.db")), bytes);
}

TEST(SqliteJournal, that_is_another_database_is_refused) {
    ScratchDirectory scratch;
    run_sql(scratch.file("journal.db"), "CREATE TABLE mine (x)");
    auto opened = open(scratch.path(), Access::read_write);
    ASSERT_FALSE(opened);
    EXPECT_NE(opened.error().find("not a journal of Ratebook"), std::string::npos);
}

TEST(SqliteJournal, that_is_no_database_is_refused) {
    ScratchDirectory scratch;
    std::ofstream(scratch.file("journal.db")) << std::string(20'000, '?');
    EXPECT_FALSE(open(scratch.path(), Access::read_write));
    EXPECT_EQ(fs::file_size(scratch.file("journal.db")), 20'000u);
}

TEST(SqliteJournal, that_lost_its_file_but_not_its_log_is_refused) {
    ScratchDirectory scratch;
    ScratchDirectory copy;
    auto store = must_open(scratch.path());
    ASSERT_EQ(append(*store, 1), Append::ok);
    copy_store(scratch, copy);
    fs::remove(copy.file("journal.db"));
    auto log = read_file(copy.file("journal.db-wal"));
    EXPECT_FALSE(open(copy.path(), Access::read_write));
    EXPECT_FALSE(open(copy.path(), Access::read_write));
    EXPECT_EQ(read_file(copy.file("journal.db-wal")), log);
}

TEST(SqliteJournal, with_a_missing_batch_is_refused_or_says_so_when_read) {
    ScratchDirectory scratch;
    {
        auto store = must_open(scratch.path());
        for (std::uint64_t seq = 1; seq <= 5; ++seq) ASSERT_EQ(append(*store, seq), Append::ok);
    }
    run_sql(scratch.file("journal.db"), "DELETE FROM journal WHERE key = 3");
    {
        auto store = must_open(scratch.path());
        auto read =
            store->journal().read(0, 1, [](std::uint64_t, std::string_view) { return true; });
        ASSERT_FALSE(read);
        EXPECT_NE(read.error().find("batch 3 of partition 0 is missing"), std::string::npos);
    }
    run_sql(scratch.file("journal.db"), "DELETE FROM journal WHERE key = 1");
    EXPECT_FALSE(open(scratch.path(), Access::read_write));
}

// The layout of version 1 as it was released, with one batch in it.
TEST(SqliteJournal, of_format_1_is_read) {
    ScratchDirectory scratch;
    run_sql(scratch.file("journal.db"),
            "PRAGMA page_size = 8192; PRAGMA journal_mode = WAL;"
            "CREATE TABLE journal (key INTEGER PRIMARY KEY, epoch INTEGER NOT NULL,"
            "                      body BLOB NOT NULL);"
            "CREATE TABLE meta (key TEXT PRIMARY KEY, value BLOB NOT NULL) WITHOUT ROWID;"
            "CREATE VIEW batches AS SELECT key >> 48 AS partition,"
            "    key & 281474976710655 AS seq, epoch, length(body) AS bytes FROM journal;"
            "INSERT INTO meta VALUES ('journal_id', '00'), ('partitions', x'34');"
            "INSERT INTO journal VALUES (281474976710657, 1, x'6F6E65');"
            "PRAGMA application_id = 1380076108; PRAGMA user_version = 1;");
    auto store = must_open(scratch.path());
    EXPECT_EQ(bodies_of(store->journal(), 1), (std::vector<std::string>{"one"}));
    EXPECT_EQ(*store->journal().meta("partitions"), std::optional<std::string>("4"));
}

TEST(Migrations, take_an_older_file_through_the_steps_that_it_lacks) {
    ScratchDirectory scratch;
    auto database =
        Database::open(scratch.file("x.db"), "x.db", SQLITE_OPEN_READWRITE | SQLITE_OPEN_CREATE);
    ASSERT_TRUE(database);
    const char* first[] = {"CREATE TABLE a (x); INSERT INTO a VALUES (7);"};
    const char* both[] = {first[0], "ALTER TABLE a ADD COLUMN y DEFAULT 8;"};
    const char* broken[] = {both[0], both[1], "CREATE TABLE c (x); CREATE TABLE a (x);"};
    ASSERT_TRUE(migrate(*database, {77, "a test", first}));
    EXPECT_EQ(fit_of(*database, {77, "a test", both}), Fit::older);
    ASSERT_TRUE(migrate(*database, {77, "a test", both}));
    EXPECT_EQ(database->integer("SELECT x * 10 + y FROM a"), 78);
    ASSERT_FALSE(migrate(*database, {77, "a test", broken}));
    EXPECT_EQ(database->integer("PRAGMA user_version"), 2);
    EXPECT_EQ(database->integer("SELECT count(*) FROM sqlite_schema WHERE name = 'c'"), 0);
    EXPECT_EQ(fit_of(*database, {77, "a test", first}), Fit::newer);
    EXPECT_EQ(fit_of(*database, {78, "another", both}), Fit::foreign);
}

TEST(SqliteJournal, prints_its_rate_of_commits) {
    ScratchDirectory scratch;
    auto store = must_open(scratch.path());
    using Clock = std::chrono::steady_clock;
    std::uint64_t seq = 0;
    for (std::size_t bytes : {std::size_t{200}, std::size_t{4'000}}) {
        std::string body(bytes, 'x');
        auto begin = Clock::now();
        for (int i = 0; i < 1000; ++i) ASSERT_EQ(append(*store, ++seq, body), Append::ok);
        auto us = std::chrono::duration_cast<std::chrono::microseconds>(Clock::now() - begin);
        std::printf("  1,000 commits of %zu bytes: %lld commits/s\n", bytes,
                    1'000'000'000LL / static_cast<long long>(us.count()));
    }
    EXPECT_EQ(store->journal().head(0), seq);
}

}  // namespace

}  // namespace rb::store::sqlite
