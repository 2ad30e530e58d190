#include "api/common/gate.h"

#include <algorithm>
#include <atomic>
#include <chrono>

#include "api/common/gate_counts.h"
#include "api/http/sighting.h"

namespace rb::api {

struct Gate::Queue {
    Queue(const Gate& its_gate, const Turns::Limits& limits) : gate(&its_gate), turns(limits) {}
    const Gate* gate;
    Turns turns;

    // Debts that became known on other threads.
    std::atomic<bool> is_owed{false};
    std::mutex mutex;
    std::vector<std::pair<AccountId, std::int64_t>> owed;

    void take_debts() {
        if (!is_owed.exchange(false)) return;
        const std::lock_guard lock(mutex);
        for (const auto& [tree, units] : owed) turns.owe(tree, units);
        owed.clear();
    }
};

namespace {

// The queue that this thread serves, of whichever gate.
thread_local void* queue_here = nullptr;

std::int64_t now_ns() {
    return std::chrono::duration_cast<std::chrono::nanoseconds>(
               std::chrono::steady_clock::now().time_since_epoch())
        .count();
}

std::int64_t now_us() { return now_ns() / 1000; }

void set_header(http::Response& response, std::string_view name, std::string value) {
    for (http::Header& header : response.headers)
        if (http::same_name(header.first, name)) return void(header.second = std::move(value));
    response.with(std::string(name), std::move(value));
}

}  // namespace

Gate::Gate(const Options& options) : options_(options) {}

Gate::~Gate() {
    for (const auto& queue : queues_)
        if (queue.get() == queue_here) queue_here = nullptr;
}

void Gate::begin_thread() {
    const std::lock_guard lock(mutex_);
    queues_.push_back(std::make_unique<Queue>(*this, options_.turns));
    queue_here = queues_.back().get();
}

Gate::Queue* Gate::queue_of_this_thread() const {
    auto* queue = static_cast<Queue*>(queue_here);
    return queue && queue->gate == this ? queue : nullptr;
}

Turns::Left Gate::serve() {
    Queue* queue = queue_of_this_thread();
    if (!queue) return Turns::Left::nothing;
    queue->take_debts();
    return queue->turns.serve(now_us());
}

std::size_t Gate::arriving_bytes_max() const {
    const Queue* queue = queue_of_this_thread();
    const std::int64_t waiting = queue ? queue->turns.bytes_waiting() : 0;
    return static_cast<std::size_t>(
        std::max<std::int64_t>(0, options_.turns.waiting_bytes_max - waiting));
}

Turns::Entry Gate::enter_queue(const Visit& visit, Turns::Size size) {
    Queue* queue = queue_of_this_thread();
    return queue ? queue->turns.enter(visit.tree, size, now_us()) : Turns::Entry::at_once;
}

void Gate::put(const Visit& visit, Turns::Size size, std::unique_ptr<Turns::Work> work) {
    queue_of_this_thread()->turns.put(visit.tree, size, std::move(work), now_us());
}

std::optional<Gate::Rated> Gate::ask_rate(const Visit& visit) {
    http::sighting().account_tree = visit.tree.uuid;
    if (visit.tree.is_nil()) return std::nullopt;
    std::optional<Rate> rate = options_.rate;
    if (options_.own_rates)
        if (const auto own = options_.own_rates->find(visit.tree)) rate = Rate{*own};
    if (!rate) return std::nullopt;
    return Rated{*rate, meters_.take(visit.tree, *rate, now_ns())};
}

// draft-ietf-httpapi-ratelimit-headers: a policy named "tree", q requests in a window of w seconds;
// r may still come, and after t seconds more.
http::Respond Gate::with_rate(http::Respond respond, const Visit& visit, const Rated& rated) {
    return [this, respond = std::move(respond), visit, rated](http::Response&& response) mutable {
        RateAnswer answer = rated.answer;
        const Cost cost{response.items, visit.body_bytes + response.body.size()};
        const std::int64_t units = cost.units_beyond_one();
        if (units > 0 && answer.verdict == RateAnswer::Verdict::taken)
            answer = meters_.owe(visit.tree, rated.rate, units, now_ns());
        const std::string rate = std::to_string(rated.rate.requests_per_second);
        response.with("RateLimit-Policy", "\"tree\";q=" + rate + ";w=1");
        response.with("RateLimit", "\"tree\";r=" + std::to_string(answer.remaining) +
                                       ";t=" + std::to_string(answer.reset_seconds));
        respond(std::move(response));
    };
}

// A reply of some KiB is worth the unit that its request was. A larger one is a debt to the queue
// by which it came.
http::Respond Gate::with_debt(http::Respond respond, AccountId tree) {
    constexpr std::size_t bytes_free = 16 * 1024, bytes_per_unit = 4 * 1024;
    Queue* queue = queue_of_this_thread();
    if (!queue) return respond;
    return [this, respond = std::move(respond), queue, tree](http::Response&& response) mutable {
        if (response.body.size() > bytes_free) {
            const auto units = static_cast<std::int64_t>(response.body.size() / bytes_per_unit);
            if (queue == queue_of_this_thread()) {
                queue->turns.owe(tree, units);
            } else {
                const std::lock_guard lock(queue->mutex);
                queue->owed.emplace_back(tree, units);
                queue->is_owed = true;
            }
        }
        respond(std::move(response));
    };
}

http::Respond Gate::resting(http::Respond respond, std::int64_t retry_after_seconds) const {
    return [respond = std::move(respond), retry_after_seconds](http::Response&& response) mutable {
        response.pace = http::Pace::rest;
        set_header(response, "Retry-After", std::to_string(retry_after_seconds));
        respond(std::move(response));
    };
}

Refusal Gate::rate_is_exceeded(Rate rate) {
    Tally<GateCounts>::here().refused_by_rate.add();
    return {Fault::rate_is_exceeded,
            {},
            "this tree of accounts may ask " + std::to_string(rate.requests_per_second) +
                " times a second; nothing was done",
            {},
            {}};
}

Refusal Gate::is_overloaded() {
    Tally<GateCounts>::here().refused_by_overload.add();
    return {Fault::engine_is_overloaded,
            {},
            "the server has more to do than it can; nothing was done",
            {},
            {}};
}

}  // namespace rb::api
