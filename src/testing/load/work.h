#pragma once
// What a load asks. A lane is one connection; it has one round in flight: the bytes that request()
// gives, answered by depth() replies. One thread calls all of it.
#include <csignal>
#include <cstddef>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "testing/load/latencies.h"

namespace rb::testing::load {

struct Reply {
    std::size_t bytes = 0;  // of the input, with framing
    int status = 0;         // as HTTP has it
    std::string_view body;
};

// A whole reply at the beginning of the input, or nothing yet.
using Framing = std::optional<Reply> (*)(std::string_view in);
std::optional<Reply> frame_http(std::string_view in);

struct Options {
    std::string mode;
    std::string host = "127.0.0.1";
    int port = 0;
    std::string key;
    std::vector<std::string> targets;  // accounts or subscriptions
    bool in_order = false;             // one after the other instead of at random
    std::size_t connections = 64;
    double seconds = 3;        // 0: until `count` is reached
    std::uint64_t count = 0;   // units in all; 0: until the time is over
    std::size_t batch = 1000;  // events in a request, or requests in a pipeline
    double offered = 0;  // requests a second, whatever the answers; 0: each lane asks on and on
    bool may_be_shed = false;  // 429 and 503 are no errors
    bool heeds = false;        // a connection asks again a second after it was shed, not before
    // The first connection asks for itself, one after the other, with a key and an account of its
    // own; its times are told apart. Empty: there is none.
    std::string neighbour_key, neighbour_target;
    std::string plan_a, plan_b;
    std::string script;  // of Redis: the SHA-1 by which it knows the script
    std::string out;     // where made ids are written
    const volatile std::sig_atomic_t* stop = nullptr;  // no more rounds once it is not 0
};

class Work {
public:
    virtual ~Work() = default;
    virtual Framing framing() const { return frame_http; }
    virtual std::size_t depth() const { return 1; }
    // The next round of the lane; the view lives until the lane's round is over. Empty: no more.
    virtual std::string_view request(std::size_t lane) = 0;
    // again: request() is the rest of the same exchange; shed: over, and nothing was done
    enum class Next { over, again, shed };
    // Counts units, statuses and errors.
    virtual Next reply(std::size_t lane, const Reply& reply, Tally& tally) = 0;
};

std::unique_ptr<Work> make_consume(const Options& options);   // consume and check
std::unique_ptr<Work> make_ingest(const Options& options);    // ingest
std::unique_ptr<Work> make_accounts(const Options& options);  // accounts

// Head and body of a POST with the options' key; the body's width must not change afterwards.
std::string http_post(const Options& options, std::string_view path, std::string_view type,
                      std::string_view body);

}  // namespace rb::testing::load
