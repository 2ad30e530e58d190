#pragma once
// Between "who asks" and the engine: a surface that knows the caller lets the request through the
// gate. It is refused when its tree asks faster than its rate (429) or has its share of the queue
// waiting (503), and otherwise runs at once or in its tree's turn, on the same thread. What it cost
// beyond what was known when it came (the items of a batch, the bytes of its reply) its tree owes
// from its answer on.
//
// Thread-safe: a queue a thread (turns.h), rates for all together (rate.h). On a thread that has
// not said begin_thread() everything runs at once.
#include <cstdint>
#include <memory>
#include <mutex>
#include <optional>
#include <type_traits>
#include <utility>
#include <vector>

#include "api/common/rate.h"
#include "api/common/turns.h"
#include "api/http/message.h"
#include "domain/faults/types.h"
#include "engine/tree_rates.h"

namespace rb::api {

// Who asks, as far as the gate cares. The platform itself is a tree of its own, without a rate.
struct Visit {
    // How large a reply may get: no larger than what was asked for makes it; or anything.
    enum class Reply : std::uint8_t { small, any };
    AccountId tree;  // nil: the platform
    std::size_t body_bytes = 0;
    Reply reply = Reply::any;
};

class Gate {
public:
    struct Options {
        Turns::Limits turns;                           // of each thread
        std::optional<Rate> rate;                      // of every tree that has none of its own
        const engine::TreeRates* own_rates = nullptr;  // nullptr: no tree has one
    };

    explicit Gate(const Options& options);
    ~Gate();

    // Of every tree that has none of its own.
    std::optional<Rate> rate() const { return options_.rate; }

    // From now on this thread calls serve() at the end of each of its turns.
    void begin_thread();
    Turns::Left serve();

    // How many bytes of bodies may be on their way to this thread, so that they and those that wait
    // are within its limit.
    std::size_t arriving_bytes_max() const;

    // Lets `call` through: run(std::move(call)) now or in its turn. A call has a `respond`, and
    // answers a refusal with `call.refuse(refusal)`.
    template <class Call, class Run>
    void enter(const Visit& visit, Call&& call, Run run);

private:
    template <class Call, class Run>
    class Waiting;
    struct Queue;

    // Nothing: no rate holds.
    struct Rated {
        Rate rate;
        RateAnswer answer;
    };
    std::optional<Rated> ask_rate(const Visit& visit);
    http::Respond with_rate(http::Respond respond, const Visit& visit, const Rated& rated);
    http::Respond with_debt(http::Respond respond, AccountId tree);
    http::Respond resting(http::Respond respond, std::int64_t retry_after_seconds) const;
    Queue* queue_of_this_thread() const;
    Turns::Entry enter_queue(const Visit& visit, Turns::Size size);
    void put(const Visit& visit, Turns::Size size, std::unique_ptr<Turns::Work> work);
    static Refusal rate_is_exceeded(Rate rate);
    static Refusal is_overloaded();

    const Options options_;
    RateMeters meters_;
    std::mutex mutex_;
    std::vector<std::unique_ptr<Queue>> queues_;
};

template <class Call, class Run>
class Gate::Waiting final : public Turns::Work {
public:
    Waiting(Call&& call, Run&& run) : call_(std::move(call)), run_(std::move(run)) {}
    void run() override { run_(std::move(call_)); }

private:
    Call call_;
    Run run_;
};

template <class Call, class Run>
void Gate::enter(const Visit& visit, Call&& call, Run run) {
    static_assert(!std::is_reference_v<Call>, "a call is moved in");
    if (const auto rated = ask_rate(visit)) {
        call.respond = with_rate(std::move(call.respond), visit, *rated);
        if (rated->answer.verdict == RateAnswer::Verdict::refused) {
            call.respond = resting(std::move(call.respond), rated->answer.reset_seconds);
            return call.refuse(rate_is_exceeded(rated->rate));
        }
    }
    if (visit.reply == Visit::Reply::any)
        call.respond = with_debt(std::move(call.respond), visit.tree);
    const Turns::Size size = Turns::Size::of_body(visit.body_bytes);
    switch (enter_queue(visit, size)) {
        case Turns::Entry::at_once:
            return run(std::move(call));
        case Turns::Entry::in_turn:
            return put(visit, size,
                       std::make_unique<Waiting<Call, Run>>(std::move(call), std::move(run)));
        case Turns::Entry::not_now:
            call.respond = resting(std::move(call.respond), 1);
            return call.refuse(is_overloaded());
    }
}

}  // namespace rb::api
