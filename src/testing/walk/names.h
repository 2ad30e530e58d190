#pragma once
// What steps call things: labels that replies give a meaning, and the few words of a step that mean
// something only when it is done. A label that no reply has given a meaning is an id that nobody
// has, so that a walk makes sense without any of its steps.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "base/instant.h"
#include "base/json.h"
#include "testing/walk/step.h"

namespace rb::testing::walk {

class Names {
public:
    // In a text:
    //   $acc3                  what the label means
    //   @{now} @{-40d} @{+1h}  an instant, from the wall clock on
    //   @catalog{small.1}      the text of a catalog
    //   @pem                   the public half of the walk's RSA key
    //   @repeat 9 {...#...}@end  so many copies with commas between; # is the number of each
    //   @i                     a number that no other request has
    std::string resolve(std::string_view text, Instant now) const;
    void count_request() { ++requests_; }
    std::string value(std::string_view label) const;
    bool is_known(std::string_view label) const { return values_.contains(label); }
    // Gives the labels of a step their meaning. "acc3" of an account also means num3, its number,
    // and nam3, its name; "key3" is a key's text and kid3 its id.
    void learn(const Step& step, const Json& reply);
    // An id of that kind that nobody has.
    static std::string nobody(std::string_view label);

private:
    std::map<std::string, std::string, std::less<>> values_;
    std::uint64_t requests_ = 0;
};

// The labels in a text, "acc3", without their '$'.
std::vector<std::string> labels_in(std::string_view text);
// "acc3" -> "acc" and "3".
std::pair<std::string_view, std::string_view> parts_of(std::string_view label);
// "+3d", "-40s", "+90m", "+1h"; nothing when it is none.
std::optional<Duration> duration_of(std::string_view text);

}  // namespace rb::testing::walk
