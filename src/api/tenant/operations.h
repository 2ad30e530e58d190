#pragma once
// The operations of this dialect, one file each.
#include "api/tenant/admission.h"

namespace rb::api::tenant {

// One request that was let in.
struct Call {
    const Context& context;
    http::Request request;
    http::Respond respond;
    Admission admitted;

    void refuse(const Refusal& refusal);
};

// Answers exactly once, at once or later; must not block.
void get_limits(Call&& call);
void change_plan(Call&& call);

}  // namespace rb::api::tenant
