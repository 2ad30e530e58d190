#pragma once
// Where the log's lines end: gathered, then written to a descriptor in one piece.
#include <spdlog/details/null_mutex.h>
#include <spdlog/sinks/base_sink.h>

#include <atomic>
#include <chrono>

namespace rb::log {

class BatchSink final : public spdlog::sinks::base_sink<spdlog::details::null_mutex> {
public:
    // `ending`: set when the log stops; what cannot be written `patience` later is left.
    BatchSink(int descriptor, const std::atomic<bool>& ending, std::chrono::milliseconds patience);

    std::size_t gathered() const { return bytes_.size(); }

protected:
    void sink_it_(const spdlog::details::log_msg& message) override {
        formatter_->format(message, bytes_);
    }
    void flush_() override;

private:
    bool may_write();

    const int descriptor_;
    const std::size_t piece_max_;
    const std::atomic<bool>& ending_;
    const std::chrono::milliseconds patience_;
    std::chrono::milliseconds waited_{0};  // since the log is ending
    spdlog::memory_buf_t bytes_;
};

}  // namespace rb::log
