// The turns of a thread that serves: what it decided in a turn is committed at its end, and uses
// that came in one turn are decided together.
#include "engine/engine_impl.h"

namespace rb::engine {

namespace {

// Bounds what one turn under the partition's lock takes.
constexpr std::size_t uses_together_max = 256;

// Of the engine whose turns this thread takes.
thread_local std::vector<Partition::UseCall> uses_here;

}  // namespace

void Engine::flush_here() {
    uses_here.clear();
    impl_->committer.lead_here();
}

void Engine::flush() {
    decide_turn();
    impl_->committer.lead();
}

void Engine::consume_in_turn(accounts::Caller caller, std::span<const Consumption> consumptions,
                             ConsumeDone done) {
    if (!impl_->committer.is_led_here() || options_.tree_partitions != 1)
        return consume(caller, consumptions, std::move(done));
    uses_here.push_back({caller, consumptions, std::move(done)});
    if (uses_here.size() >= uses_together_max) decide_turn();
}

void Engine::decide_turn() {
    if (uses_here.empty() || !impl_->committer.is_led_here()) return;
    // What is answered at once may ask again.
    std::vector<Partition::UseCall> uses = std::exchange(uses_here, {});
    if (auto why = stopped()) {
        for (Partition::UseCall& use : uses) use.done(std::unexpected(*why));
    } else {
        static const accounts::Caller each_its_own = accounts::Caller::platform();
        impl_->partitions[first_tree_partition]->consume(usage_call(each_its_own, entropy_.seed()),
                                                         uses);
        decided();
    }
    uses.clear();
    if (uses_here.empty()) uses_here = std::move(uses);  // its memory
}

std::optional<Refusal> Engine::begin_call() {
    decide_turn();
    return stopped();
}

}  // namespace rb::engine
