#pragma once
// The operations of this dialect, one file each.
#include "api/common/context.h"
#include "api/http/message.h"

namespace rb::api::tenant {

void get_limits(const Context& context, http::Request&& request, http::Respond respond);
void change_plan(const Context& context, http::Request&& request, http::Respond respond);

}  // namespace rb::api::tenant
