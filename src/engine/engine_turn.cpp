// The turns of a thread that serves: what it decided in a turn is committed at its end, and uses
// that came in one turn are decided together.
#include "engine/engine_impl.h"

namespace rb::engine {

namespace {

// Bounds what one turn under the partition's lock takes.
constexpr std::size_t uses_together_max = 256;

struct Turn {
    const Engine* engine = nullptr;  // whose turns this thread takes
    std::vector<Partition::UseCall> uses;
};
thread_local Turn turn_here;

}  // namespace

void Engine::flush_here() {
    turn_here = {this, {}};
    impl_->committer.lead_here();
}

void Engine::flush() {
    decide_turn();
    impl_->committer.lead();
}

void Engine::consume_in_turn(accounts::Caller caller, std::span<const Consumption> consumptions,
                             ConsumeDone done) {
    if (turn_here.engine != this || options_.tree_partitions != 1)
        return consume(caller, consumptions, std::move(done));
    turn_here.uses.push_back({caller, consumptions, std::move(done)});
    if (turn_here.uses.size() >= uses_together_max) decide_turn();
}

void Engine::decide_turn() {
    if (turn_here.engine != this || turn_here.uses.empty()) return;
    // What is answered at once may ask again.
    std::vector<Partition::UseCall> uses = std::exchange(turn_here.uses, {});
    if (auto why = stopped()) {
        for (Partition::UseCall& use : uses) use.done(std::unexpected(*why));
    } else {
        static const accounts::Caller each_its_own = accounts::Caller::platform();
        impl_->partitions[first_tree_partition]->consume(usage_call(each_its_own, entropy_.seed()),
                                                         uses);
        decided();
    }
    uses.clear();
    if (turn_here.uses.empty()) turn_here.uses = std::move(uses);  // its memory
}

std::optional<Refusal> Engine::begin_call() {
    decide_turn();
    return stopped();
}

}  // namespace rb::engine
