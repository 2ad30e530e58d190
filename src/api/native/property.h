#pragma once
// What events and uses are read with: flat members of an object, and whose they are. See
// cloud_events.h and use_body.h.
#include <expected>
#include <functional>
#include <optional>
#include <string>
#include <string_view>

#include "api/http/json_scanner.h"
#include "engine/usage.h"

namespace rb::api::native {

inline constexpr std::size_t properties_max = 64;
inline constexpr std::size_t use_text_bytes_max = 255;  // of ids, sources and their like

// The account that a text means, or why it means none: account_is_unknown, reference_is_ambiguous.
using ResolveAccount = std::function<std::expected<AccountId, Fault>(std::string_view reference)>;
// What is wrong with a reference that was refused so.
std::string_view reference_detail(Fault fault);

// The value that stands here, as a property of this name. `depth` is what it stands in.
engine::Property scan_property(http::JsonScanner& scanner, std::string_view name,
                               std::size_t depth);

// "application/json" of "Application/JSON; charset=utf-8".
std::string media_type(std::string_view content_type);
// application/json, or anything that ends with +json.
bool is_json_type(std::string_view content_type);

// A name inside a JSON pointer (RFC 6901).
std::string pointer_part(std::string_view name);
// What a message shows of a text: at most 60 bytes, no character cut.
std::string shown_text(std::string_view text);

}  // namespace rb::api::native
