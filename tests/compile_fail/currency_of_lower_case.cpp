// expect: is not a constant expression|throw
#include "base/currency.h"

using namespace rb;

#ifdef CORRECT
Currency dollars() { return "USD"; }
#else
Currency dollars() { return "usd"; }
#endif
