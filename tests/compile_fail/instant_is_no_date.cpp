// expect: no match for .operator<.
#include "base/civil.h"
#include "base/instant.h"

using namespace rb;

#ifdef CORRECT
bool before(Instant a, Instant b) { return a < b; }
#else
bool before(Instant a, CivilDate b) { return a < b; }
#endif
