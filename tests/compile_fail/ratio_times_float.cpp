// expect: use of deleted function
#include "base/ratio.h"

using namespace rb;

#ifdef CORRECT
Ratio half(Ratio r) { return r * Ratio::of(1, 2); }
#else
Ratio half(Ratio r) { return r * 0.5f; }
#endif
