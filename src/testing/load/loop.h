#pragma once
#include "testing/load/work.h"

namespace rb::testing::load {

// Drives the work over `options.connections` until time or work is over; the seconds it took.
// Throws Failed.
double run(const Options& options, Work& work, Tally& tally);

}  // namespace rb::testing::load
