#pragma once
// The end of a walk: the auditor reads the journal, and the engine's books are what it has.
#include "testing/walk/replies.h"
#include "testing/walk/world.h"

namespace rb::testing::walk {

Found check_books(World& world);

}  // namespace rb::testing::walk
