#pragma once
// A CloudEvent in "binary mode": its attributes are headers (ce-id, ce-source, ...), its data is
// the body. Senders of single events often have no other form.
#include <optional>
#include <string>

#include "api/http/message.h"
#include "domain/faults/types.h"

namespace rb::api::native {

// The same event in structured mode, to be read as any other: header values are percent-decoded,
// and the attributes that are not known here come along as extensions. nullopt: the request is not
// in binary mode, because it has no ce-specversion or says by its type that the body is the event.
// field_is_invalid: a type that is not JSON, a body that is no JSON object, a header that cannot be
// decoded; its field is the attribute's pointer.
Result<std::optional<std::string>> event_of_headers(const http::Request& request);

}  // namespace rb::api::native
