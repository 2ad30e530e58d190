#pragma once
// The log of a server, from its options on the command line to its last line.
#include <CLI/CLI.hpp>
#include <chrono>
#include <string>

#include "log/log.h"
#include "net/server.h"

namespace rb::app {

struct LogArguments {
    log::Format format = log::Format::text;
    log::Level level = log::Level::info;
};
// --log-format and --log-level.
void add_log_options(CLI::App& verb, LogArguments& arguments);

// One at a time, made before the store is opened: from here on the start is timed. While it lives,
// what other rooms notice (base/notice.h) goes into its log.
class ServerLog {
public:
    explicit ServerLog(const LogArguments& arguments);
    ~ServerLog();

    void ready(const std::string& address, const std::string& version, const std::string& data);
    // Also counted (metrics/requests.h).
    void answered(net::Answered&& answered);
    void stopping();
    // `failure`: why not everything is written; empty: it is.
    void stopped(const std::string& failure);

    // Lines of requests that were dropped.
    std::uint64_t dropped() const { return log_.dropped(); }

private:
    const std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
    log::Log log_;
};

}  // namespace rb::app
