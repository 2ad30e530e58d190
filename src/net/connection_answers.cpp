// The answers of one connection: put in order, written, sent, told of.
#include <boost/asio/buffer.hpp>

#include "net/connection.h"

namespace rb::net {
namespace {

// No request is read while more than this waits to be sent.
constexpr std::size_t unsent_bytes_max = 256 * 1024;
// Of the buffer of an idle connection.
constexpr std::size_t idle_buffer_bytes_max = 1024;

}  // namespace

void Connection::answer(std::uint64_t sequence, http::Response&& response, std::string failure) {
    if (state_ == State::closed) return;
    Worker::count(worker_.totals().responses);
    if (response.pace == http::Pace::rest) rest();
    slots_[sequence - first_sequence_].failure = std::move(failure);
    if (sequence != first_sequence_) {
        slots_[sequence - first_sequence_].answer = std::move(response);
        return;
    }
    write_front(response);
    while (!slots_.empty() && slots_.front().answer) write_front(*slots_.front().answer);
    if (!slots_.empty()) return;
    if (phase_ == Phase::idle) enter(Phase::idle);
    if (phase_ == Phase::body) go_ahead(in_);
}

void Connection::write_front(const http::Response& response) {
    Slot& slot = slots_.front();
    write_response(out_, response,
                   {.date = worker_.date(),
                    .request_id = slot.request_id,
                    .method = slot.method,
                    .persistence = slot.persistence});
    tell(slot, response);
    slots_.pop_front();
    ++first_sequence_;
}

void Connection::tell(Slot& slot, const http::Response& response) {
    const auto& answered = worker_.application().answered;
    if (!answered) return;
    const auto took = Clock::now() - slot.since;
    answered({.method = slot.method,
              .path = std::move(slot.path),
              .request_id = std::move(slot.request_id),
              .status = response.status,
              .body = response.body,
              .took = std::chrono::duration_cast<std::chrono::microseconds>(took),
              .seen = handing_on_ == first_sequence_ ? http::sighting() : slot.seen,
              .failure = std::move(slot.failure)});
}

void Connection::send() {
    marked_for_send_ = false;
    if (state_ == State::closed || sending_ == Sending::waits) return;
    while (sent_ < out_.size()) {
        boost::system::error_code ec;
        sent_ += stream_.write_some(asio::buffer(out_.data() + sent_, out_.size() - sent_), ec);
        if (ec == asio::error::would_block) return wait_until_writable();
        if (ec) return abort();
    }
    if (out_.capacity() > idle_buffer_bytes_max) {
        out_ = std::string();
    } else {
        out_.clear();
    }
    sent_ = 0;
    resume();
}

void Connection::wait_until_writable() {
    if (sent_ > unsent_bytes_max || sent_ > out_.size() / 2) {
        out_.erase(0, sent_);
        sent_ = 0;
    }
    sending_ = Sending::waits;
    sending_since_ = Clock::now();
    stream_.async_wait(Socket::wait_write,
                       [self = shared_from_this()](const boost::system::error_code&) {
                           self->sending_ = Sending::no;
                           self->send();
                           self->resume();
                       });
}

bool Connection::mark_for_send() { return !std::exchange(marked_for_send_, true); }

bool Connection::is_full() const {
    return slots_.size() >= worker_.options().pipelined_per_connection_max ||
           out_.size() - sent_ > unsent_bytes_max;
}

}  // namespace rb::net
