#pragma once
// Inside the room: what the opaque handles are, and how a C function is a guarded call.
#include <condition_variable>
#include <exception>
#include <map>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <utility>

#include "embed/opened.h"
#include "embed/ratebook.h"

struct rb_feature {
    rb::engine::FeatureMark mark;
};

struct rb_account {
    rb_store* store = nullptr;
    rb::AccountId id;
    std::unique_ptr<rb::engine::Standings> standings;
};

struct rb_store {
    std::unique_ptr<rb::embed::Opened> opened;
    rb::engine::Engine* engine = nullptr;
    std::mutex mutex;  // guards the two below; what they point to stays
    std::map<rb::AccountId, std::unique_ptr<rb_account>> accounts;
    std::map<std::string, std::unique_ptr<rb_feature>, std::less<>> features;
};

namespace rb::embed {

// Faults are told by their number, from 1.
constexpr int number_of(Fault fault) { return static_cast<int>(fault) + 1; }

// Keeps the sentence for rb_error; the number is the call's result.
int failed(std::string_view why);
int refused(const Refusal& refusal);
int refused(Fault fault, std::string_view why);

// Nothing is thrown out of the library.
template <class F>
int guarded(F&& f) noexcept {
    try {
        return f();
    } catch (const std::exception& e) {
        return failed(e.what());
    } catch (...) {
        return failed("something unknown was thrown");
    }
}

// One outcome that another thread may bring.
template <class T>
class Awaited {
public:
    void set(T&& outcome) {
        // Told under the lock: whoever waits may be gone with this object right after it.
        std::lock_guard lock(mutex_);
        outcome_.emplace(std::move(outcome));
        here_.notify_one();
    }
    T get() {
        std::unique_lock lock(mutex_);
        here_.wait(lock, [this] { return outcome_.has_value(); });
        return std::move(*outcome_);
    }

private:
    std::mutex mutex_;
    std::condition_variable here_;
    std::optional<T> outcome_;
};

// Runs `ask(done)` and gives what it brings. The caller's thread commits, for itself and for those
// who decided meanwhile.
template <class T, class Ask>
T durable(engine::Engine& engine, Ask&& ask) {
    Awaited<T> awaited;
    engine.flush_here();
    ask([&awaited](T&& outcome) { awaited.set(std::move(outcome)); });
    engine.flush();
    return awaited.get();
}

struct Nothing {};

// A command, completed from the account's state by `prepare` and read off its reply by `take`;
// Nothing: not needed.
template <class Prepare = Nothing, class Take = Nothing>
int run(rb_store& store, engine::Command&& command, Prepare prepare = {}, Take take = {}) {
    engine::Envelope envelope;
    envelope.caller = accounts::Caller::platform();
    envelope.command = std::move(command);
    if constexpr (!std::is_same_v<Prepare, Nothing>) envelope.prepare = std::move(prepare);
    auto outcome = durable<Result<engine::Rendered>>(*store.engine, [&](auto done) {
        auto render = [&take](const engine::Reader&, const engine::Reply& reply) {
            if constexpr (!std::is_same_v<Take, Nothing>) take(reply);
            return engine::Rendered{};
        };
        store.engine->execute(std::move(envelope), render, std::move(done));
    });
    return outcome ? RB_OK : refused(outcome.error());
}

}  // namespace rb::embed
