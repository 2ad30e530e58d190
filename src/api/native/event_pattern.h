#pragma once
// Events of one producer differ in their values alone: the text between them is the same, byte for
// byte. An event that looks like the last one learnt from is read by comparing that text; all else
// is the strict reader's (cloud_events.h). What matches, that reader would read too, and alike.
//
// Not safe from several threads.
#include <array>
#include <cstdint>
#include <span>
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
                      std::vector<engine::Property>& properties);

private:
    enum class Slot : std::uint8_t { id, source, type, subject, time, text, number, end };
    static constexpr std::size_t attribute_count = 5;  // the first of Slot
    // A piece of text that is always the same, and what stands behind it.
    struct Part {
        std::uint32_t begin = 0;  // within literals_
        std::uint32_t size = 0;
        std::uint32_t name_begin = 0;  // of a property, within the piece
        std::uint32_t name_size = 0;
        Slot slot = Slot::end;
    };
    // Where a value stands in an event of the shape.
    struct Place {
        std::uint32_t begin = 0;
        std::uint32_t size = 0;
    };
    struct PropertyPlace {
        Place name;
        Place value;
        engine::Property::Kind kind = engine::Property::Kind::text;
    };
    // An event whose values have these lengths. Beyond its end up to the next sixteen bytes all
    // three texts are 0, so that anything passes there.
    struct Shape {
        std::size_t size = 0;  // 0: none is known
        std::string text;
        std::string fixed;     // -1 where the text is always the same
        std::string variable;  // -1 where a value stands
        std::array<Place, attribute_count> attributes{};
        std::vector<PropertyPlace> properties;
    };
    class Learning;

    const char* match_parts(const char* at, const char* end, Values& values,
                            std::vector<engine::Property>& properties) const;
    bool has_shape(const char* at) const;
    void take_shape(const char* at, Values& values,
                    std::vector<engine::Property>& properties) const;
    void learn_shape(std::string_view event, const Values& values,
                     std::span<const engine::Property> properties);

    std::string literals_;
    std::vector<Part> parts_;
    Shape shape_;
    std::size_t last_size_ = 0;  // of the last event that matched, or was learnt
};

}  // namespace rb::api::native
