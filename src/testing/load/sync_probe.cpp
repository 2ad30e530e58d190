#include "testing/load/sync_probe.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <vector>

#include "testing/load/latencies.h"

namespace rb::testing::load {

double sync_us(const std::string& directory) {
    constexpr std::size_t syncs_max = 2000;
    const std::string path = directory + "/sync.probe";
    const int fd = ::open(path.c_str(), O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0) die("cannot write " + path + ": " + std::strerror(errno));
    ::unlink(path.c_str());
    std::array<char, 4096> block;
    block.fill('x');
    std::vector<double> took_us;
    const auto end = Clock::now() + std::chrono::seconds(1);
    bool ok = true;
    while (ok && took_us.size() < syncs_max && (took_us.empty() || Clock::now() < end)) {
        const auto start = Clock::now();
        ok = ::write(fd, block.data(), block.size()) == static_cast<ssize_t>(block.size()) &&
             ::fdatasync(fd) == 0;
        took_us.push_back(std::chrono::duration<double, std::micro>(Clock::now() - start).count());
    }
    const int why = errno;
    ::close(fd);
    if (!ok) die("cannot write " + path + ": " + std::strerror(why));
    const auto middle = took_us.begin() + static_cast<std::ptrdiff_t>(took_us.size() / 2);
    std::nth_element(took_us.begin(), middle, took_us.end());
    return *middle;
}

}  // namespace rb::testing::load
