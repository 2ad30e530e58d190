#include "net/mailbox.h"

#include <boost/asio/post.hpp>

#include "api/http/problem.h"
#include "base/check.h"
#include "net/worker.h"

namespace rb::net {
namespace {

thread_local Mailbox* mailbox_of_this_thread = nullptr;

}  // namespace

void Mailbox::bind_to_this_thread() { mailbox_of_this_thread = this; }

void Mailbox::deliver(Answer&& answer) {
    gauges_->in_flight.fetch_sub(1, std::memory_order_relaxed);
    if (mailbox_of_this_thread == this) return worker_->deliver(std::move(answer));
    queue(std::move(answer));
}

void Mailbox::give_up(ConnectionId connection, std::uint64_t sequence) {
    gauges_->in_flight.fetch_sub(1, std::memory_order_relaxed);
    Answer answer{connection, sequence,
                  http::problem(500, "internal", "the request was given up", {})};
    if (mailbox_of_this_thread == this) return worker_->give_up(std::move(answer));
    answer.failure = "it was dropped without an answer";
    queue(std::move(answer));
}

void Mailbox::queue(Answer&& answer) {
    const std::lock_guard lock(mutex_);
    if (mode_ == Mode::closed) return;
    queued_.push_back(std::move(answer));
    // Under the lock, for close() may be followed by the end of the io_context.
    if (queued_.size() == 1)
        boost::asio::post(io_, [worker = worker_] { worker->drain_mailbox(); });
}

std::vector<Answer> Mailbox::take() {
    const std::lock_guard lock(mutex_);
    return std::exchange(queued_, {});
}

void Mailbox::close() {
    const std::lock_guard lock(mutex_);
    mode_ = Mode::closed;
    queued_.clear();
}

Reply::~Reply() {
    if (!mailbox_) return;
    mailbox_->give_up(connection_, sequence_);
}

void Reply::operator()(http::Response&& response) {
    RB_CHECK(mailbox_, "a request is answered once");
    const std::shared_ptr<Mailbox> mailbox = std::move(mailbox_);
    mailbox->deliver({connection_, sequence_, std::move(response)});
}

}  // namespace rb::net
