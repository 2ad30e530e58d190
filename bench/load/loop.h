#pragma once
#include "work.h"

namespace rb::load {

// Drives the work over `options.connections` until time or work is over; the seconds it took.
double run(const Options& options, Work& work, Tally& tally);

}  // namespace rb::load
