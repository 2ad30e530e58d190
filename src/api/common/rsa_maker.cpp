#include "api/common/rsa_maker.h"

namespace rb::api {

RsaMaker::RsaMaker(const Bounds& bounds)
    : worker_("key pairs that wait to be made", bounds.of_tree, bounds.of_all) {
    worker_.start();
}

RsaMaker::~RsaMaker() { worker_.stop(engine::FairWorker::Waiting::is_dropped); }

Result<void> RsaMaker::make(AccountId tree, Done done) {
    if (auto ok = worker_.has_room(tree); !ok) return ok;
    worker_.run(tree, [done = std::move(done)]() mutable { done(make_rsa_key()); });
    return {};
}

}  // namespace rb::api
