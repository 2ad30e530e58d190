#pragma once
// The modes that only ./dev bench has.
#include "testing/load/work.h"

namespace rb::testing::load {

std::unique_ptr<Work> make_change(const Options& options);  // modes change and quote
std::unique_ptr<Work> make_redis(const Options& options);   // redis

}  // namespace rb::testing::load
