#include "app/logging.h"

#include <fcntl.h>
#include <unistd.h>

#include <atomic>
#include <cstdlib>
#include <map>

#include "base/notice.h"
#include "metrics/requests.h"

namespace rb::app {

namespace {

std::atomic<log::Log*> log_of_notices{nullptr};

void take_notice(Severity severity, std::string_view text) {
    constexpr log::Level levels[] = {log::Level::info, log::Level::warn, log::Level::error};
    if (log::Log* log = log_of_notices.load())
        log->line(levels[static_cast<std::size_t>(severity)], text);
}

// Of a failure inside: what was thrown, or else what the client was told.
std::string cause_of(const net::Answered& answered) {
    constexpr std::size_t bytes_max = 512;
    if (!answered.failure.empty()) return answered.failure;
    if (answered.status != 500) return {};
    return "answered: " + std::string(answered.body.substr(0, bytes_max));
}

// Where standard error is closed, the next file that is opened would take its number, and the log
// would be written into the store.
void hold_standard_descriptors() {
    for (int descriptor : {STDIN_FILENO, STDOUT_FILENO, STDERR_FILENO})
        if (::fcntl(descriptor, F_GETFD) < 0 && ::open("/dev/null", O_RDWR) != descriptor)
            std::abort();  // the lowest free number is taken, so this cannot be
}

log::Options options_of(const LogArguments& arguments) {
    hold_standard_descriptors();
    return {.format = arguments.format, .level = arguments.level};
}

}  // namespace

void add_log_options(CLI::App& verb, LogArguments& arguments) {
    using log::Format, log::Level;
    verb.add_option("--log-format", arguments.format,
                    "lines of the log on standard error: text, or json, an object a line")
        ->transform(CLI::CheckedTransformer(std::map<std::string, Format>{{"text", Format::text},
                                                                          {"json", Format::json}})
                        .description("text or json"))
        ->envname("RATEBOOK_LOG_FORMAT")
        ->default_str("text");
    verb.add_option("--log-level", arguments.level,
                    "what is logged: error, warn, info (one line a request) or debug")
        ->transform(CLI::CheckedTransformer(std::map<std::string, Level>{{"error", Level::error},
                                                                         {"warn", Level::warn},
                                                                         {"info", Level::info},
                                                                         {"debug", Level::debug}})
                        .description("error, warn, info or debug"))
        ->envname("RATEBOOK_LOG_LEVEL")
        ->default_str("info");
}

ServerLog::ServerLog(const LogArguments& arguments) : log_(options_of(arguments)) {
    log_of_notices = &log_;
    set_notice_sink(take_notice);
}

ServerLog::~ServerLog() {
    set_notice_sink(nullptr);
    log_of_notices = nullptr;
}

void ServerLog::ready(const std::string& address, const std::string& version,
                      const std::string& data) {
    using namespace std::chrono;
    const auto took = duration_cast<milliseconds>(steady_clock::now() - begun_).count();
    const log::Field fields[] = {{"address", std::string_view(address)},
                                 {"version", std::string_view(version)},
                                 {"data", std::string_view(data)},
                                 {"start_ms", std::int64_t{took}}};
    log_.line(log::Level::info, "ready", fields);
}

void ServerLog::answered(net::Answered&& answered) {
    metrics::count_request(answered.seen.route, http::method_text(answered.method), answered.status,
                           answered.took.count());
    std::string cause = cause_of(answered);
    if (!log_.wants(cause.empty() ? log::Level::info : log::Level::error)) return;
    log_.request({.at = log::Clock::now(),
                  .method = answered.method == http::Method::other
                                ? std::string_view("-")
                                : http::method_text(answered.method),
                  .route = answered.seen.route,
                  .path = std::move(answered.path),
                  .status = answered.status,
                  .duration_us = answered.took.count(),
                  .account_tree = answered.seen.account_tree,
                  .id = std::move(answered.request_id),
                  .cause = std::move(cause)});
}

void ServerLog::stopping() { log_.line(log::Level::info, "stopping"); }

void ServerLog::stopped(const std::string& failure) {
    if (failure.empty()) return log_.line(log::Level::info, "stopped, all written");
    const log::Field fields[] = {{"failure", std::string_view(failure)}};
    log_.line(log::Level::error, "stopped, not all is written", fields);
}

}  // namespace rb::app
