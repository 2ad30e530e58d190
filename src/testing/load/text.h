#pragma once
// Fields of fixed width that are patched into prebuilt requests, and ids that no other run makes.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace rb::testing::load {

// Ids of one run: 16 random hexadecimal digits, '-', a counter of 12 digits. All of one width.
class RunIds {
public:
    RunIds();
    static constexpr std::size_t width = 29;
    void next_into(char* at);  // writes `width` characters
    std::string next();

private:
    std::string prefix_;
    std::uint64_t counter_ = 0;
};

// Goes over the targets in an order without a pattern, the same in every run.
class Targets {
public:
    explicit Targets(std::vector<std::string> all);  // of one width, at least one
    std::size_t width() const { return all_.front().size(); }
    std::string_view next();

private:
    std::vector<std::string> all_;
    std::uint64_t state_ = 0x9E3779B97F4A7C15ULL;
};

std::vector<std::string> lines_of(const std::string& path);

}  // namespace rb::testing::load
