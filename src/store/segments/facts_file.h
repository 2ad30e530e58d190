#pragma once
// Small facts about the store as a whole, in one file that is replaced as a whole: written beside,
// synced, renamed, its folder synced. docs/formats/journal-segments.md is the layout.
//
// Threading: one thread at a time.
#include <map>
#include <string>

#include "base/result.h"

namespace rb::store::segments {

using Facts = std::map<std::string, std::string, std::less<>>;

// A sentence when it is not there or harmed.
Parsed<Facts> read_facts(const std::string& path);
// After an error the old ones stand; is_sync_failure: whether they do is not known.
struct FactsFailure {
    std::string why;
    bool is_sync_failure = false;
};
std::expected<void, FactsFailure> write_facts(const std::string& path, const Facts& facts);

}  // namespace rb::store::segments
