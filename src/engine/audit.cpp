#include "engine/audit.h"

#include <algorithm>
#include <array>

namespace rb::engine {

namespace {

constexpr std::array<std::string_view, 12> left_out = {"usage",
                                                       "timer",
                                                       "clock",
                                                       "quarantine",
                                                       "reserve",
                                                       "commit_reservation",
                                                       "release_reservation",
                                                       "register_key",
                                                       "reserve_account",
                                                       "lapse_account",
                                                       "confirm_account",
                                                       "forget_keys"};

}  // namespace

std::optional<AuditRow> audit_row_of(const Record& record, PartitionId partition,
                                     std::uint64_t number) {
    if (record.events.empty() || std::ranges::find(left_out, record.command) != left_out.end())
        return std::nullopt;
    AuditRow row;
    row.partition = partition;
    row.number = number;
    row.at = record.at;
    row.command = record.command;
    row.caller = record.caller;
    row.key = record.principal;
    if (record.actor) row.actor = *record.actor;
    for (const RawEvent& raw : record.events) {
        const auto event = decode_event(static_cast<std::uint16_t>(raw.kind), raw.bytes);
        if (!event) continue;
        const std::string_view name = kind_name(*event);
        if (row.facts.empty() || row.facts.back() != name) row.facts.emplace_back(name);
        if (row.account.is_nil()) row.account = subject_account(*event);
    }
    return row;
}

}  // namespace rb::engine
