#pragma once
// Who did what: the row that one record of the journal gives the views. Pure.
#include <optional>

#include "engine/batch.h"
#include "engine/ports.h"

namespace rb::engine {

// Nothing for what nobody has ordered (timers, clocks on their way), for steps of the engine's own,
// and for uses and reservations of uses, of which there are very many: the feed has those.
// `number`: of the record's first event.
std::optional<AuditRow> audit_row_of(const Record& record, PartitionId partition,
                                     std::uint64_t number);

}  // namespace rb::engine
