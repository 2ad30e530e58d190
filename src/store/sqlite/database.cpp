#include "store/sqlite/database.h"

#include <cctype>
#include <cstring>
#include <filesystem>

namespace rb::store::sqlite {

Run::~Run() {
    sqlite3_reset(handle_);
    sqlite3_clear_bindings(handle_);
}

void Run::note(int code) {
    if (code != SQLITE_OK && code_ == SQLITE_OK) code_ = code;
}

Run& Run::integer(std::int64_t value) {
    note(sqlite3_bind_int64(handle_, ++bound_, value));
    return *this;
}

Run& Run::text(std::string_view value) {
    const char* data = value.data() == nullptr ? "" : value.data();
    note(sqlite3_bind_text64(handle_, ++bound_, data, value.size(), SQLITE_STATIC, SQLITE_UTF8));
    return *this;
}

Run& Run::bytes(std::string_view value) {
    const char* data = value.data() == nullptr ? "" : value.data();
    note(sqlite3_bind_blob64(handle_, ++bound_, data, value.size(), SQLITE_STATIC));
    return *this;
}

bool Run::next() {
    if (code_ != SQLITE_OK) return false;
    int code = sqlite3_step(handle_);
    if (code == SQLITE_ROW) return true;
    if (code != SQLITE_DONE) note(sqlite3_extended_errcode(sqlite3_db_handle(handle_)));
    return false;
}

int Run::finish() {
    while (next()) {
    }
    return code_;
}

std::int64_t Run::integer_at(int column) const { return sqlite3_column_int64(handle_, column); }

std::string_view Run::bytes_at(int column) const {
    // The pointer first: asking for the size may convert the value.
    const void* data = sqlite3_column_blob(handle_, column);
    auto size = static_cast<std::size_t>(sqlite3_column_bytes(handle_, column));
    return {static_cast<const char*>(data), data == nullptr ? 0 : size};
}

Parsed<Database> Database::open(const std::string& path, const std::string& name, int flags,
                                int* failure) {
    Database database;
    database.name_ = name;
    sqlite3* handle = nullptr;
    int code = sqlite3_open_v2(path.c_str(), &handle, flags | SQLITE_OPEN_NOMUTEX, nullptr);
    database.handle_.reset(handle);
    if (failure != nullptr) *failure = code;
    if (code != SQLITE_OK) return Unparsed(database.sentence("it cannot be opened"));
    sqlite3_extended_result_codes(handle, 1);
    return database;
}

namespace {

// As SQLite wants a path in a URI.
std::string in_uri(const std::string& path) {
    constexpr char digits[] = "0123456789abcdef";
    std::string out;
    for (char c : path) {
        const auto byte = static_cast<unsigned char>(c);
        const bool is_plain = std::isalnum(byte) != 0 || std::strchr("/._-", c) != nullptr;
        if (is_plain)
            out += c;
        else
            (out += '%') += {digits[byte >> 4], digits[byte & 15]};
    }
    return out;
}

}  // namespace

Parsed<Database> Database::open_for_reading(const std::string& path, const std::string& name,
                                            int* failure) {
    std::error_code error;
    const auto log_bytes = std::filesystem::file_size(path + "-wal", error);
    // Without a log SQLite would make an empty one, unless it is told that nothing moves.
    if (error || log_bytes == 0)
        return open("file:" + in_uri(path) + "?immutable=1", name,
                    SQLITE_OPEN_READONLY | SQLITE_OPEN_URI, failure);
    // Exclusive locking keeps the index of the log in memory.
    auto database = open(path, name, SQLITE_OPEN_READWRITE, failure);
    if (!database) return database;
    auto set = database->run_or_say("PRAGMA locking_mode = EXCLUSIVE; PRAGMA query_only = ON;",
                                    "it cannot be opened");
    if (!set) return Unparsed(set.error());
    return database;
}

void Database::close(OnClose on_close) {
    if (!handle_) return;
    if (on_close == OnClose::leave_wal)
        sqlite3_db_config(handle_.get(), SQLITE_DBCONFIG_NO_CKPT_ON_CLOSE, 1, nullptr);
    handle_.reset();
}

int Database::run(const char* sql) {
    return sqlite3_exec(handle_.get(), sql, nullptr, nullptr, nullptr);
}

Parsed<void> Database::run_or_say(const char* sql, std::string_view what) {
    if (run(sql) != SQLITE_OK) return Unparsed(sentence(what));
    return {};
}

Parsed<Statement> Database::prepare(const char* sql) {
    sqlite3_stmt* statement = nullptr;
    if (sqlite3_prepare_v3(handle_.get(), sql, -1, SQLITE_PREPARE_PERSISTENT, &statement,
                           nullptr) != SQLITE_OK)
        return Unparsed(sentence("a statement cannot be prepared"));
    return Statement(statement);
}

Parsed<std::int64_t> Database::integer(const char* sql) {
    auto statement = prepare(sql);
    if (!statement) return Unparsed(statement.error());
    Run run(*statement);
    std::int64_t value = run.next() ? run.integer_at(0) : 0;
    if (!run.ok()) return Unparsed(sentence("it cannot be read"));
    return value;
}

void Database::rollback() {
    if (handle_ && in_transaction()) run("ROLLBACK");
}

std::string Database::sentence(std::string_view what) const {
    std::string out = name_ + ": " + std::string(what);
    if (!handle_) return out;
    int code = sqlite3_extended_errcode(handle_.get());
    out += ": " + std::string(sqlite3_errmsg(handle_.get())) + " (SQLite " + std::to_string(code);
    int system = sqlite3_system_errno(handle_.get());
    int primary = code & 0xff;
    if (system != 0 && (primary == SQLITE_IOERR || primary == SQLITE_CANTOPEN))
        out += ", " + std::string(std::strerror(system));
    return out + ")";
}

bool is_damage(int code) {
    int primary = code & 0xff;
    return primary == SQLITE_CORRUPT || primary == SQLITE_NOTADB;
}

}  // namespace rb::store::sqlite
