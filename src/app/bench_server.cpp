#include "app/bench_server.h"

#include <fcntl.h>
#include <sched.h>
#include <signal.h>
#include <sys/prctl.h>
#include <sys/wait.h>
#include <unistd.h>

#include <cerrno>
#include <chrono>
#include <cstdlib>
#include <cstring>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <thread>
#include <utility>

namespace rb::app {

namespace {

Unparsed failed(const std::string& what) { return Unparsed(what + ": " + std::strerror(errno)); }

int last_core(const cpu_set_t& cores) {
    int last = 0;
    for (int core = 0; core < CPU_SETSIZE; ++core)
        if (CPU_ISSET(core, &cores)) last = core;
    return last;
}

// In the child, between fork and exec: plain system calls only.
[[noreturn]] void become_server(int out, const char* data) {
    prctl(PR_SET_PDEATHSIG, SIGKILL);
    setpgid(0, 0);  // Ctrl-C reaches the parent, which ends the child
    cpu_set_t cores;
    if (sched_getaffinity(0, sizeof cores, &cores) == 0 && CPU_COUNT(&cores) > 1) {
        CPU_CLR(last_core(cores), &cores);
        sched_setaffinity(0, sizeof cores, &cores);
    }
    dup2(out, STDOUT_FILENO);
    execl("/proc/self/exe", "ratebook", "serve", "--data", data, "--listen", "127.0.0.1:0",
          "--log-level", "warn", static_cast<char*>(nullptr));
    _exit(127);
}

// The port in the first line that a server prints; 0 when it ends before.
int port_told(int out) {
    std::string told;
    char piece[256];
    while (told.find('\n') == told.npos) {
        ssize_t n = ::read(out, piece, sizeof piece);
        if (n < 0 && errno == EINTR) continue;
        if (n <= 0) return 0;
        told.append(piece, static_cast<std::size_t>(n));
    }
    constexpr std::string_view before = "http://127.0.0.1:";
    std::size_t at = told.find(before);
    return at == told.npos ? 0 : std::atoi(told.c_str() + at + before.size());
}

// User and system time of a process, in ticks.
std::int64_t ticks_of(pid_t process) {
    std::ifstream file("/proc/" + std::to_string(process) + "/stat");
    std::string text;
    std::getline(file, text);
    std::size_t at = text.rfind(") ");
    if (at == text.npos) return 0;
    std::istringstream words(text.substr(at + 2));
    std::string skipped;
    for (int i = 0; i < 11; ++i) words >> skipped;
    std::int64_t user = 0, system = 0;
    words >> user >> system;
    return user + system;
}

}  // namespace

Parsed<ScratchDirectory> ScratchDirectory::make(const std::string& parent) {
    std::string path = parent + "/ratebook-bench-XXXXXX";
    if (!mkdtemp(path.data())) return failed("cannot make a directory in " + parent);
    return ScratchDirectory(std::move(path));
}

ScratchDirectory::ScratchDirectory(ScratchDirectory&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

ScratchDirectory::~ScratchDirectory() {
    std::error_code ignored;
    if (!path_.empty()) std::filesystem::remove_all(path_, ignored);
}

Parsed<BenchServer> BenchServer::start(const std::string& data) {
    int ends[2];
    if (pipe2(ends, O_CLOEXEC) != 0) return failed("cannot make a pipe");
    pid_t child = fork();
    if (child < 0) return failed("cannot start the server");
    if (child == 0) become_server(ends[1], data.c_str());
    ::close(ends[1]);
    BenchServer server(child, ends[0], port_told(ends[0]));
    if (server.port_ == 0) return Unparsed("the server to measure did not start");
    return server;
}

BenchServer::BenchServer(BenchServer&& other) noexcept
    : child_(std::exchange(other.child_, 0)),
      out_(std::exchange(other.out_, -1)),
      port_(other.port_) {}

BenchServer::~BenchServer() {
    if (child_ <= 0) return;
    ::kill(child_, SIGKILL);  // its store is thrown away
    while (waitpid(child_, nullptr, 0) < 0 && errno == EINTR) {
    }
    ::close(out_);
}

void BenchServer::settle() const {
    constexpr int rests_max = 20;
    std::int64_t before = -2;
    for (int i = 0; i < rests_max; ++i) {
        std::int64_t now = ticks_of(child_);
        if (now - before <= 1) return;
        before = now;
        std::this_thread::sleep_for(std::chrono::milliseconds(500));
    }
}

void keep_to_last_core() {
    cpu_set_t cores;
    if (sched_getaffinity(0, sizeof cores, &cores) != 0) return;
    int last = last_core(cores);
    CPU_ZERO(&cores);
    CPU_SET(last, &cores);
    sched_setaffinity(0, sizeof cores, &cores);
}

}  // namespace rb::app
