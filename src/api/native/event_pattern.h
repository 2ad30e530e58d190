#pragma once
// Events of one producer differ in their values alone: the text between them is the same, byte for
// byte. An event that looks like the last one learnt from is read by comparing that text; all else
// is the strict reader's (cloud_events.h). What matches, that reader would read too, and alike.
//
// Not safe from several threads.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/usage.h"

namespace rb::api::native {

class EventPattern {
public:
    // From an event that was read without fault. What cannot be a pattern (escapes in its names, a
    // nested property) makes none.
    void learn(std::string_view event);

    // Views into the event; empty where it has none.
    struct Values {
        std::string_view id;
        std::string_view source;
        std::string_view type;
        std::string_view subject;
        std::string_view time;
    };
    // Where the event that begins at `at` ends; nullptr: it does not look like the one learnt, and
    // `values` and `properties` hold nothing of use beyond what was there. The text is padded
    // (http::JsonScanner::pad); texts have 1 to 255 bytes, all ASCII, numbers 1 to 15 digits.
    const char* match(const char* at, const char* end, Values& values,
                      std::vector<engine::Property>& properties) const;

private:
    enum class Slot : std::uint8_t { id, source, type, subject, time, text, number, end };
    // A piece of text that is always the same, and what stands behind it.
    struct Part {
        std::uint32_t begin = 0;  // within literals_
        std::uint32_t size = 0;
        std::uint32_t name_begin = 0;  // of a property, within the piece
        std::uint32_t name_size = 0;
        Slot slot = Slot::end;
    };
    class Learning;

    std::string literals_;
    std::vector<Part> parts_;
};

}  // namespace rb::api::native
