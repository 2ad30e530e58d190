// expect: use of deleted function
#include "base/decimal.h"

using namespace rb;

#ifdef CORRECT
Decimal three() { return 3; }
#else
Decimal three() { return 3.0; }
#endif
