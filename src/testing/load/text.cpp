#include "testing/load/text.h"

#include <cstdio>
#include <cstring>
#include <fstream>
#include <random>

#include "testing/load/latencies.h"

namespace rb::testing::load {

RunIds::RunIds() {
    std::random_device random;
    char text[20];
    std::snprintf(text, sizeof text, "%08x%08x-", static_cast<unsigned>(random()),
                  static_cast<unsigned>(random()));
    prefix_ = text;
}

void RunIds::next_into(char* at) {
    std::memcpy(at, prefix_.data(), prefix_.size());
    std::uint64_t rest = counter_++;
    for (std::size_t i = width; i-- > prefix_.size(); rest /= 10)
        at[i] = static_cast<char>('0' + rest % 10);
}

std::string RunIds::next() {
    std::string id(width, '0');
    next_into(id.data());
    return id;
}

Targets::Targets(std::vector<std::string> all, Order order) : all_(std::move(all)), order_(order) {
    if (all_.empty()) die("there are no targets");
    for (const std::string& one : all_)
        if (one.size() != all_.front().size()) die("the targets are not of one width");
    if (order_ == Order::random) state_ = std::uint64_t{std::random_device{}()} << 32 | 1;
}

std::string_view Targets::next() {
    if (order_ == Order::listed) return all_[static_cast<std::size_t>(state_++ % all_.size())];
    state_ ^= state_ << 13;
    state_ ^= state_ >> 7;
    state_ ^= state_ << 17;
    return all_[static_cast<std::size_t>(state_ % all_.size())];
}

std::vector<std::string> lines_of(const std::string& path) {
    std::ifstream file(path);
    if (!file) die("cannot read " + path);
    std::vector<std::string> lines;
    for (std::string line; std::getline(file, line);)
        if (!line.empty()) lines.push_back(line);
    return lines;
}

}  // namespace rb::testing::load
