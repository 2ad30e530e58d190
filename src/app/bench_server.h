#pragma once
// A server of its own to measure: this program again, as a child on a free port of the loopback
// interface, with a new store that is removed with it.
#include <sys/types.h>

#include <string>

#include "base/result.h"

namespace rb::app {

// A new directory in `parent`, removed with all that is in it at the end.
class ScratchDirectory {
public:
    static Parsed<ScratchDirectory> make(const std::string& parent);
    ScratchDirectory(ScratchDirectory&& other) noexcept;
    ScratchDirectory& operator=(ScratchDirectory&&) = delete;
    ~ScratchDirectory();
    const std::string& path() const { return path_; }

private:
    explicit ScratchDirectory(std::string path) : path_(std::move(path)) {}
    std::string path_;
};

class BenchServer {
public:
    // Serves the store in `data`. Where the process may run on several cores the
    // child leaves the last one to whoever drives it. Returns when it accepts.
    static Parsed<BenchServer> start(const std::string& data);
    BenchServer(BenchServer&& other) noexcept;
    BenchServer& operator=(BenchServer&&) = delete;
    ~BenchServer();  // ends the child and waits for it

    int port() const { return port_; }
    // Returns when what runs below replies (views) has come to rest, or after ten seconds.
    void settle() const;

private:
    BenchServer(pid_t child, int out, int port) : child_(child), out_(out), port_(port) {}
    pid_t child_;
    int out_;
    int port_;
};

// The calling thread, and those that it makes, run on the last of the cores that it may use.
void keep_to_last_core();

}  // namespace rb::app
