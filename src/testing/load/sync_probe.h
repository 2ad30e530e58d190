#pragma once
#include <string>

namespace rb::testing::load {

// What one sync of a disk takes, in microseconds: the median of fdatasync after an append of 4 KiB
// to a growing file in `directory`, over a second or 2,000 of them. Throws Failed.
double sync_us(const std::string& directory);

}  // namespace rb::testing::load
