#pragma once
// The operations of this dialect, one file each.
#include "api/common/context.h"
#include "api/http/message.h"

namespace rb::api::agency {

void create_billing_plan(const Context& context, http::Request&& request, http::Respond respond);
void list_billing_plans(const Context& context, http::Request&& request, http::Respond respond);
void get_billing_plan(const Context& context, http::Request&& request, http::Respond respond);

}  // namespace rb::api::agency
