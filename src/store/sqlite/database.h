#pragma once
// SQLite behind two small types: a connection and one run of a prepared statement. Only this room
// sees sqlite3.h. Result codes are SQLite's extended ones; nothing throws.
//
// Threading: a Database and its statements belong to one thread at a time (opened without SQLite's
// own mutex).
#include <sqlite3.h>

#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>

#include "base/result.h"

namespace rb::store::sqlite {

// What closing the last connection does with the write-ahead log.
enum class OnClose : std::uint8_t { checkpoint, leave_wal };

class Statement {
public:
    Statement() = default;
    explicit Statement(sqlite3_stmt* handle) : handle_(handle) {}
    sqlite3_stmt* get() const { return handle_.get(); }

private:
    struct Finalize {
        void operator()(sqlite3_stmt* handle) const { sqlite3_finalize(handle); }
    };
    std::unique_ptr<sqlite3_stmt, Finalize> handle_;
};

// One run of a statement; reset at its end. Bound text and bytes must outlive the run.
//
//     Run run(select_);
//     run.integer(partition);
//     while (run.next()) use(run.bytes_at(0));
//     if (!run.ok()) return Unparsed(database.sentence("..."));
class Run {
public:
    explicit Run(Statement& statement) : handle_(statement.get()) {}
    ~Run();
    Run(const Run&) = delete;
    Run& operator=(const Run&) = delete;

    // Values for the parameters, in their order.
    Run& integer(std::int64_t value);
    Run& text(std::string_view value);
    Run& bytes(std::string_view value);

    bool next();  // a row is there; false at the end and after a failure
    // Runs to the end. The result code, SQLITE_OK when all is well.
    int finish();
    bool ok() const { return code_ == SQLITE_OK; }
    int code() const { return code_; }

    std::int64_t integer_at(int column) const;
    std::string_view bytes_at(int column) const;  // valid until the next row

private:
    void note(int code);
    sqlite3_stmt* handle_;
    int code_ = SQLITE_OK;
    int bound_ = 0;
};

class Database {
public:
    Database() = default;
    // `flags` are SQLite's. The name is what sentences call the file: "journal.db". On failure the
    // object is closed and `failure` (when given) tells the code.
    static Parsed<Database> open(const std::string& path, const std::string& name, int flags,
                                 int* failure = nullptr);

    // For reading only, without a change to anything in the directory: no log, no index of it. The
    // caller sees to it that nobody writes meanwhile. A log that was left behind is read, too.
    static Parsed<Database> open_for_reading(const std::string& path, const std::string& name,
                                             int* failure = nullptr);

    bool is_open() const { return handle_ != nullptr; }
    void close(OnClose on_close);
    sqlite3* get() const { return handle_.get(); }

    // Runs statements without results; the result code.
    int run(const char* sql);
    Parsed<void> run_or_say(const char* sql, std::string_view what);
    Parsed<Statement> prepare(const char* sql);
    // The first column of the first row, 0 when there is none.
    Parsed<std::int64_t> integer(const char* sql);
    bool in_transaction() const { return sqlite3_get_autocommit(handle_.get()) == 0; }
    void rollback();

    // "journal.db: <what>: disk full (SQLite 13)", with the system's reason where there is one.
    std::string sentence(std::string_view what) const;
    int code() const { return sqlite3_extended_errcode(handle_.get()); }

private:
    struct Close {
        void operator()(sqlite3* handle) const { sqlite3_close_v2(handle); }
    };
    std::unique_ptr<sqlite3, Close> handle_;
    std::string name_;
};

// The file is no database or its structure is broken.
bool is_damage(int code);

}  // namespace rb::store::sqlite
