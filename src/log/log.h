#pragma once
// The program's log: lines on standard error, written by a thread of their own.
//
// Who logs never waits. A request's line goes into a queue of the thread that answered it, and is
// dropped when that is full: how many were is said in a line of its own once there is room again.
// Other lines have one queue for all threads, so long that it fills only where nobody reads them
// for minutes; then they are counted and told too. Lines of one thread come in their order; those
// of several may be some 20 ms out of it, and carry the time at which they were made.
//
// Times are UTC with milliseconds. What a line holds is written as it is given, so nothing secret
// may be: of a request that is its path as shown_path() leaves it, never its query, headers or
// body.
#include <chrono>
#include <cstdint>
#include <memory>
#include <span>
#include <string>
#include <string_view>
#include <variant>

#include "base/id.h"

namespace rb::log {

enum class Level : std::uint8_t { debug, info, warn, error };
enum class Format : std::uint8_t { text, json };

struct Options {
    Format format = Format::text;
    Level level = Level::info;        // lines below it are not made
    int descriptor = 2;               // standard error
    std::size_t requests_max = 8192;  // that wait, of each thread; a power of two
    std::size_t others_max = 65'536;  // that wait, of all threads
};

using Clock = std::chrono::system_clock;

// A member of a line beside its time, its level and its message.
struct Field {
    std::string_view name;  // "duration_ms"
    std::variant<std::string_view, std::int64_t> value;
};

struct Request {
    Clock::time_point at;
    std::string_view method;  // static
    std::string_view route;   // its pattern, which outlives the log; empty: none was reached
    std::string path;         // without the query
    int status = 0;
    std::int64_t duration_us = 0;
    Uuid account_tree;  // the top of the asker's tree; nil: the platform, or nobody known
    std::string id;
    std::string cause;  // of a failure inside; empty: none
};

class Log {
public:
    explicit Log(const Options& options);
    // As stop().
    ~Log();

    bool wants(Level level) const { return level >= level_; }
    void line(Level level, std::string_view message, std::span<const Field> fields = {});
    // At `error` when it has a cause, and then never dropped for other requests; else at `info`.
    void request(Request&& request);

    // Request lines that were dropped so far.
    std::uint64_t dropped() const;
    // Writes what waits, for two seconds at most where nobody reads it. What comes after is not
    // written.
    void stop();

private:
    struct Impl;
    const Level level_;
    const std::unique_ptr<Impl> impl_;
};

// A path as a log may hold it: what has the shape of a key or of an e-mail address becomes "***",
// and it ends after 256 bytes.
std::string shown_path(std::string_view path);

}  // namespace rb::log
