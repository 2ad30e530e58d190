// What is answered from the views: as new as any reply before the question, because it waits for
// the same commit first.
#include "engine/engine_impl.h"

namespace rb::engine {

template <class Done, class Ask>
void Engine::ask_views(AccountId account, accounts::Caller caller, accounts::Right right, Done done,
                       Ask ask) {
    const AccountId tree = tree_of(caller);
    if (auto ok = impl_->views.has_room(tree); !ok) return done(std::unexpected(ok.error()));
    auto shared = std::make_shared<Done>(std::move(done));
    read(
        account, caller,
        [account, right](const Reader& reader) -> Result<Rendered> {
            if (auto ok = reader.allowed(account, right); !ok) return std::unexpected(ok.error());
            return Rendered{};
        },
        [this, shared, tree, ask = std::move(ask)](Result<Rendered>&& seen) {
            if (!seen) return (*shared)(std::unexpected(seen.error()));
            impl_->views.task(tree, [shared, ask](Views* views) {
                if (!views) return (*shared)(views_are_behind());
                auto found = ask(*views);
                if (!found) return (*shared)(refuse(Fault::position_is_not_reached, found.error()));
                (*shared)(std::move(*found));
            });
        });
}

void Engine::entries(accounts::Caller caller, EntryQuery query, EntriesDone done) {
    ask_views(query.account, caller, accounts::Right::read_money, std::move(done),
              [query](Views& views) { return views.entries(query); });
}

void Engine::balance_at(accounts::Caller caller, AccountId account, Instant at, BalanceDone done) {
    ask_views(account, caller, accounts::Right::read_money, std::move(done),
              [account, at](Views& views) { return views.balance_at(account, at); });
}

// As new as any reply before it: the views take batches and tasks in their order.
void Engine::audit(accounts::Caller caller, AuditQuery query, AuditDone done) {
    if (auto why = begin_call()) return done(std::unexpected(*why));
    if (auto ok = may_overall(caller, accounts::Right::read_audit); !ok)
        return done(std::unexpected(ok.error()));
    if (auto ok = impl_->views.has_room({}); !ok) return done(std::unexpected(ok.error()));
    impl_->views.task({}, [query = std::move(query), done = std::move(done)](Views* views) mutable {
        if (!views) return done(views_are_behind());
        auto found = views->audit(query);
        if (!found) return done(refuse(Fault::position_is_not_reached, found.error()));
        done(std::move(*found));
    });
}

void Engine::usage(accounts::Caller caller, UsageQuery query, UsageDone done) {
    ask_views(query.account, caller, accounts::Right::read_usage, std::move(done),
              [query](Views& views) { return views.usage(query); });
}

}  // namespace rb::engine
