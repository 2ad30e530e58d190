// expect: use of deleted function
#include "base/amount.h"

using namespace rb;

#ifdef CORRECT
Amount amount() { return Amount::of_micros(1'500'000, "USD"); }
#else
Amount amount() { return Amount::of_micros(1.5e6, "USD"); }
#endif
