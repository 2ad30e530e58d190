#pragma once
// From the properties of an event to what a meter counts. Pure.
#include <span>
#include <string>

#include "domain/catalog/types.h"
#include "domain/faults/types.h"
#include "engine/usage.h"

namespace rb::engine {

// The properties meet the meter's filter.
bool passes_filter(const catalog::Meter& meter, std::span<const Property> properties);

struct Measured {
    std::int64_t quantity = 1;
    std::string_view value;     // of a unique meter
    std::string_view entity{};  // whose it is; empty: not said
};
// field_is_missing, field_is_invalid with the pointer /data/<property>.
Result<Measured> measure(const catalog::Meter& meter, std::span<const Property> properties);

// Whose use it is, by the meter's entity_property: a text or number of 1 to 255 bytes, else
// field_is_invalid with the pointer /data/<property>. Empty: the meter names no property, or it is
// not there.
Result<std::string_view> entity_of(const catalog::Meter& meter,
                                   std::span<const Property> properties);

// "model=gpt\x1fregion=eu" in the order of the meter's dimensions; missing ones are left out.
void put_dimensions(const catalog::Meter& meter, std::span<const Property> properties,
                    std::string& out);

}  // namespace rb::engine
