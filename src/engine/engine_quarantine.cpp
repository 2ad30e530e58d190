// What is held back, and serving it again.
#include <algorithm>

#include "engine/engine_impl.h"

namespace rb::engine {

std::vector<Quarantine> Engine::quarantines() const {
    std::vector<Quarantine> out;
    for (const auto& partition : impl_->partitions)
        partition->peek([&](const Book& book) {
            for (const auto& [root, quarantine] : book.quarantines) out.push_back(quarantine);
            return 0;
        });
    std::ranges::sort(out, {}, &Quarantine::root);
    return out;
}

void Engine::release_quarantine(const accounts::Caller& caller, const Actor& actor, AccountId root,
                                std::move_only_function<void(Result<void>)> done) {
    if (auto why = begin_call()) return done(std::unexpected(*why));
    if (auto ok = may_overall(caller, accounts::Right::run_platform); !ok)
        return done(std::unexpected(ok.error()));
    const auto unknown = [] {
        return refuse(Fault::quarantine_is_unknown, "no quarantine begins at this account",
                      "/account");
    };
    auto home = partition_of(root);
    if (!home) return done(unknown());
    impl_->partitions[*home]->submit_step(
        "release_quarantine", moment(),
        [root, unknown](const Book& book) -> Result<std::vector<Event>> {
            if (!book.quarantines.contains(root)) return unknown();
            return std::vector<Event>{QuarantineReleased{root}};
        },
        std::move(done), {caller, actor});
    decided();
}

}  // namespace rb::engine
