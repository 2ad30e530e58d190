#pragma once
// A walk as text: where it takes place, and its steps, one a line. README.md tells the language.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/message.h"
#include "base/result.h"

namespace rb::testing::walk {

enum class Where : std::uint8_t { memory, files };

// "STAGE catalog=demo partitions=4 store=files ids=5000 in_memory=50 awake=3 seed=7"
struct Stage {
    std::string catalog = "small";  // applied before the first step
    std::uint32_t partitions = 1;
    Where where = Where::memory;
    std::size_t ids = 1'000'000;  // of events, of each partition
    std::size_t ids_in_memory = 1'000'000;
    std::size_t awake = 1'000;  // accounts that are kept unpacked
    std::uint64_t seed = 1;     // of the engine's ids

    std::string to_text() const;
    static Parsed<Stage> parse(std::string_view line);
};

struct Step {
    enum class Kind : std::uint8_t {
        request,
        clock,    // "CLOCK +3d", "CLOCK to:month": the wall clock moves, what is due fires
        restart,  // a stop and a start
        rebuild,  // the same, with nothing left of what is derived
        abort,    // the process dies: to try the machinery itself
    };
    Kind kind = Kind::request;
    std::string move;        // of a clock
    std::int64_t times = 1;  // a request is sent again and again until it is refused
    std::string caller;      // "root", "none", "key5", "jwt:svc2:num3"
    std::string method;      // "POST"
    std::string target;      // path and query
    std::string label;       // what the reply's ids are called from here on: "acc3"; or empty
    std::vector<http::Header> headers;
    std::string body;

    // One line, without its end.
    std::string to_text() const;
    static Parsed<Step> parse(std::string_view line);
    const std::string* header(std::string_view name) const;
    // The path of the target.
    std::string_view path() const;
};

struct Walk {
    Stage stage;
    std::vector<Step> steps;

    std::string to_text() const;
    // Empty lines and lines that begin with '#' say nothing.
    static Parsed<Walk> parse(std::string_view text);
};

}  // namespace rb::testing::walk
