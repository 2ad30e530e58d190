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

// Goes over the targets: one at random each time, otherwise in every run, or one after the other.
class Targets {
public:
    enum class Order : std::uint8_t { random, listed };
    // Of one width, at least one.
    explicit Targets(std::vector<std::string> all, Order order = Order::random);
    std::size_t width() const { return all_.front().size(); }
    std::string_view next();

private:
    std::vector<std::string> all_;
    Order order_;
    std::uint64_t state_ = 0;  // of the random numbers, or the next one's place
};

std::vector<std::string> lines_of(const std::string& path);

}  // namespace rb::testing::load
