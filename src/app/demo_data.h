#pragma once
// The demo's data: the same catalog and accounts every time, with keys of its own in each
// directory.
//   shop      a communications customer in RUR on the free IM and MAU plans, with a service-account
//   key acme      a helpdesk tenant on the small plan, with an owner, an admin and a user bright an
//   agency with a plan of its own, and its sub-account bright-client on it
#include <string>

#include "app/home.h"
#include "base/json.h"

namespace rb::app {

// Seeds an empty store and writes the keys to demo.json (mode 0600); reads that file back
// otherwise.
Parsed<Json> seed_demo(Home& home);

// Where the demo stands now, for the lines that it prints.
struct DemoPlace {
    std::string account;       // "acc_..."
    std::string subscription;  // "sub_..."
    std::string family;
    std::string next_plan;  // that it may change to
};
DemoPlace demo_place(Home& home);

}  // namespace rb::app
