#pragma once
// GET /: for who opens the server's address in a browser.
#include "api/native/call.h"

namespace rb::api::native {

// A page that says what runs here, how it stands and where to read on. For clients that ask for
// JSON there is nothing at this path.
void get_home(Call&& call);

}  // namespace rb::api::native
