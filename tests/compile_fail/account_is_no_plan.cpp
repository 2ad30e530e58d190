// expect: could not convert|cannot convert|no known conversion
#include "domain/catalog/types.h"

using namespace rb;

bool is_nil(PlanId plan) { return plan.is_nil(); }

#ifdef CORRECT
bool test(PlanId plan) { return is_nil(plan); }
#else
bool test(AccountId account) { return is_nil(account); }
#endif
