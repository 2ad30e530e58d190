#include "base/rounding.h"

namespace rb {

int128 divide(int128 numerator, int128 denominator, Rounding rounding) {
    RB_CHECK(denominator > 0, "a division by zero or a negative number");
    int128 quotient = numerator / denominator;  // toward zero
    int128 rest = numerator % denominator;
    if (rest == 0) return quotient;
    int128 away = quotient + (numerator < 0 ? -1 : 1);
    if (rest < 0) rest = -rest;
    // The other side of the half is compared instead of twice the rest, which could overflow.
    int128 complement = denominator - rest;
    switch (rounding) {
        case Rounding::down:
            return quotient;
        case Rounding::up:
            return away;
        case Rounding::half_up:
            return rest >= complement ? away : quotient;
        case Rounding::half_even:
            if (rest != complement) return rest > complement ? away : quotient;
            return quotient % 2 == 0 ? quotient : away;
    }
    RB_CHECK(false, "an unknown rounding");
    return quotient;
}

}  // namespace rb
