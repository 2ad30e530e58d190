// expect: use of deleted function
#include "base/ratio.h"

using namespace rb;

#ifdef CORRECT
Ratio half() { return Ratio::of(1, 2); }
#else
Ratio half() { return 0.5; }
#endif
