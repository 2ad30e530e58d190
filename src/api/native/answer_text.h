#pragma once
// Answers of the engine about uses, as JSON: written straight into the reply.
#include <string>
#include <string_view>

#include "domain/entitlements/types.h"
#include "engine/engine.h"

namespace rb::api::native {

// {"allowed": ..., ...}, every member always there.
void append_answer(std::string& out, const entitlements::Answer& answer,
                   const engine::Engine& engine);
// {"code", "detail", "pointer"}; the pointer is null where no field is at fault.
void append_error(std::string& out, const Refusal& refusal);
// Text as the last part of a member: its escapes are seen to.
void append_text(std::string& out, std::string_view text);
void append_integer(std::string& out, std::int64_t value);

}  // namespace rb::api::native
