// expect: use of deleted function
#include "base/amount.h"

using namespace rb;

#ifdef CORRECT
Usd amount() { return Usd(2); }
#else
Usd amount() { return Usd(2.0); }
#endif
