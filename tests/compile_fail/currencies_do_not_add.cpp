// expect: no match for .operator\+.
#include "base/amount.h"

using namespace rb;

#ifdef CORRECT
Amount sum() { return Usd(1) + Usd(2); }
#else
Amount sum() { return Usd(1) + Eur(2); }
#endif
