#include "api/http/sighting.h"

#include <exception>
#include <utility>

namespace rb::http {
namespace {

thread_local Sighting sighting_here;
thread_local std::string failure_here;

}  // namespace

Sighting& sighting() { return sighting_here; }

void explain_failure(std::string_view why) { failure_here = why; }

std::string take_failure() { return std::exchange(failure_here, {}); }

void explain_failure_by_exception() {
    try {
        throw;
    } catch (const std::exception& thrown) {
        explain_failure(thrown.what());
    } catch (...) {
        explain_failure("something was thrown that is no exception");
    }
}

}  // namespace rb::http
