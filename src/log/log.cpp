// The writing thread looks at the queues every 20 ms, so that a request's line costs its thread a
// move and no wake-up; a warning wakes it.
#include "log/log.h"

#include <spdlog/logger.h>
#include <spdlog/pattern_formatter.h>

#include <atomic>
#include <condition_variable>
#include <deque>
#include <mutex>
#include <thread>
#include <vector>

#include "log/batch_sink.h"
#include "log/line.h"
#include "log/queue.h"

namespace rb::log {
namespace {

constexpr std::chrono::milliseconds look_interval{20};
constexpr std::chrono::milliseconds patience_at_end{2'000};
constexpr std::size_t batch_bytes_max = 256 * 1024;

// By number: another log may come to stand where this thread's has gone.
std::atomic<std::uint64_t> last_number{0};
thread_local std::uint64_t number_here = 0;
thread_local RequestQueue* queue_here = nullptr;

const char* pattern_of(Format format) {
    return format == Format::json ? R"({"time":"%Y-%m-%dT%H:%M:%S.%eZ",%v})"
                                  : "%Y-%m-%dT%H:%M:%S.%eZ %v";
}

struct Line {
    Clock::time_point at;
    std::string text;
};

}  // namespace

struct Log::Impl {
    explicit Impl(const Options& log_options)
        : options(log_options),
          number(++last_number),
          sink(std::make_shared<BatchSink>(options.descriptor, ending, patience_at_end)),
          logger("ratebook", sink) {
        logger.set_level(spdlog::level::trace);
        logger.set_formatter(std::make_unique<spdlog::pattern_formatter>(
            pattern_of(options.format), spdlog::pattern_time_type::utc, "\n"));
        thread = std::thread([this] { run(); });
    }

    RequestQueue& queue_of_this_thread() {
        if (number_here != number) {
            const std::lock_guard lock(mutex);
            queues.push_back(std::make_unique<RequestQueue>(options.requests_max));
            queue_here = queues.back().get();
            number_here = number;
        }
        return *queue_here;
    }

    void add(Line&& line) {
        {
            const std::lock_guard lock(mutex);
            if (others.size() >= options.others_max) {
                ++others_dropped;
                return;
            }
            others.push_back(std::move(line));
        }
        wake.notify_one();
    }

    void run() {
        while (true) {
            // What was put before the end was asked for is written.
            const bool last = ending.load();
            write_others();
            write_requests();
            tell_dropped();
            logger.flush();
            if (last) return;
            std::unique_lock lock(mutex);
            wake.wait_for(lock, look_interval, [this] { return ending || !others.empty(); });
        }
    }

    void write(const Line& line) {
        logger.log(line.at, spdlog::source_loc{}, spdlog::level::info, line.text);
        if (sink->gathered() >= batch_bytes_max) logger.flush();
    }

    void write_others() {
        std::deque<Line> lines;
        {
            const std::lock_guard lock(mutex);
            lines.swap(others);
        }
        for (const Line& line : lines) write(line);
    }

    void write_requests() {
        std::vector<RequestQueue*> all;
        {
            const std::lock_guard lock(mutex);
            for (const auto& queue : queues) all.push_back(queue.get());
        }
        Request request;
        for (RequestQueue* queue : all)
            // No more than once round, so that the others have their turn.
            for (std::size_t i = 0; i < options.requests_max && queue->take(request); ++i)
                write({request.at, line_text(options.format, Level::info, request)});
    }

    void tell_dropped() {
        std::uint64_t requests = 0, lines = 0;
        {
            const std::lock_guard lock(mutex);
            for (const auto& queue : queues) requests += queue->dropped();
            lines = others_dropped;
        }
        if (requests == requests_told && lines == others_told) return;
        const Field fields[] = {{"requests", static_cast<std::int64_t>(requests - requests_told)},
                                {"others", static_cast<std::int64_t>(lines - others_told)}};
        requests_told = requests;
        others_told = lines;
        write({Clock::now(), line_text(options.format, Level::warn,
                                       "lines were dropped, the log was full", fields)});
    }

    const Options options;
    const std::uint64_t number;
    std::atomic<bool> ending{false};
    const std::shared_ptr<BatchSink> sink;
    spdlog::logger logger;
    mutable std::mutex mutex;
    std::condition_variable wake;
    std::vector<std::unique_ptr<RequestQueue>> queues;
    std::deque<Line> others;
    std::uint64_t others_dropped = 0;
    std::uint64_t requests_told = 0;
    std::uint64_t others_told = 0;
    std::thread thread;
};

Log::Log(const Options& options) : level_(options.level), impl_(std::make_unique<Impl>(options)) {}

Log::~Log() { stop(); }

void Log::line(Level level, std::string_view message, std::span<const Field> fields) {
    if (!wants(level)) return;
    impl_->add({Clock::now(), line_text(impl_->options.format, level, message, fields)});
}

void Log::request(Request&& request) {
    const Level level = request.cause.empty() ? Level::info : Level::error;
    if (!wants(level)) return;
    if (level == Level::error)
        return impl_->add({request.at, line_text(impl_->options.format, level, request)});
    impl_->queue_of_this_thread().put(std::move(request));
}

std::uint64_t Log::dropped() const {
    const std::lock_guard lock(impl_->mutex);
    std::uint64_t requests = 0;
    for (const auto& queue : impl_->queues) requests += queue->dropped();
    return requests;
}

void Log::stop() {
    {
        const std::lock_guard lock(impl_->mutex);
        impl_->ending = true;
    }
    impl_->wake.notify_one();
    if (impl_->thread.joinable()) impl_->thread.join();
}

}  // namespace rb::log
