#include "base/int128.h"

#include <algorithm>

namespace rb {

std::string to_text(int128 value) {
    // Work on the magnitude: the smallest value has no positive twin.
    auto magnitude = static_cast<uint128>(value);
    if (value < 0) magnitude = -magnitude;
    std::string text;
    do {
        text += static_cast<char>('0' + static_cast<int>(magnitude % 10));
        magnitude /= 10;
    } while (magnitude != 0);
    if (value < 0) text += '-';
    std::reverse(text.begin(), text.end());
    return text;
}

}  // namespace rb
