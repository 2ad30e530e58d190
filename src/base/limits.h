#pragma once
// Every collection and every number that comes from outside has a limit, with its unit in the name.
// No accepted input within these bounds can overflow an exact intermediate (base/limits_test.cpp
// shows the corners).
#include <cstddef>
#include <cstdint>

namespace rb::limits {

// Money and quantities.
inline constexpr std::int64_t amount_micros_max = 1'000'000'000'000'000'000;  // 10^12 major units
inline constexpr std::int64_t quantity_max = 1'000'000'000'000'000;           // 10^15, as counted
// A sum of quantities: of a counter, of what is held, of what a package has. Two such sums and a
// quantity still fit 64 bits.
inline constexpr std::int64_t quantity_sum_max = 4'000'000'000'000'000'000;
inline constexpr std::int64_t quantity_scale_max = 6;  // fractional digits
inline constexpr int price_scale_max = 10;  // fractional digits of a unit price in major units
inline constexpr std::int64_t tax_rate_percent_max = 100;
inline constexpr int tax_rate_scale_max = 4;  // fractional digits of a percentage
inline constexpr int exchange_rate_scale_max = 8;
inline constexpr std::int64_t exchange_rate_max = 10'000'000;

// JSON and requests.
inline constexpr std::size_t json_depth_max = 32;
inline constexpr std::size_t json_number_chars_max = 40;
inline constexpr std::size_t http_head_bytes_max = 16 * 1024;
inline constexpr std::size_t http_headers_max = 100;
inline constexpr std::size_t http_body_bytes_max = 16 * 1024 * 1024;
inline constexpr std::size_t http_body_bytes_default = 1024 * 1024;

// Text.
inline constexpr std::size_t name_bytes_max = 200;
inline constexpr std::size_t key_bytes_max = 80;
inline constexpr std::size_t description_bytes_max = 2000;
inline constexpr std::size_t free_data_bytes_max = 8192;
inline constexpr std::size_t idempotency_key_bytes_max = 255;

// Catalog.
inline constexpr std::size_t catalog_file_bytes_max = 8 * 1024 * 1024;
inline constexpr std::size_t plans_max = 10'000;
inline constexpr std::size_t plan_versions_max = 1'000;
inline constexpr std::size_t families_max = 1'000;
inline constexpr std::size_t features_max = 2'000;
inline constexpr std::size_t meters_max = 2'000;
inline constexpr std::size_t price_groups_max = 10'000;
inline constexpr std::size_t packages_per_plan_max = 100;
inline constexpr std::size_t change_rules_max = 10'000;
inline constexpr std::size_t currencies_max = 200;
inline constexpr std::size_t rates_max = 100'000;

// Accounts.
inline constexpr std::size_t account_depth_max = 32;
inline constexpr std::size_t children_max = 10'000'000;
inline constexpr std::size_t members_max = 1'000;
inline constexpr std::size_t api_keys_max = 1'000;
inline constexpr std::size_t service_keys_max = 100;
inline constexpr std::size_t operators_max = 1'000;                 // that there ever were
inline constexpr std::size_t platform_keys_max = 1'000;             // in force
inline constexpr std::size_t platform_keys_kept_max = 2'000;        // with those that have ended
inline constexpr std::int64_t requests_per_second_max = 1'000'000;  // that a tree may ask
inline constexpr std::size_t subscriptions_max = 1'000;
// Subscriptions below a seller that one payment of the seller tries to bring out of debt, those of
// the oldest accounts first.
inline constexpr std::size_t debts_settled_max = 1'000;
// Of one period, each at its own price: a year in which every day brings another quantity.
inline constexpr std::size_t period_stretches_max = 366;
// Of earlier periods, while they are unpaid: eighty years of months. Then the subscription ends.
inline constexpr std::size_t unpaid_stretches_max = 1'000;
// Of an account, by commands and uses: lines that wait for an invoice. What renewals bring comes on
// top, a line a period.
inline constexpr std::size_t accrued_lines_max = 100'000;
inline constexpr std::size_t holds_max = 10'000;
inline constexpr std::size_t grants_max = 10'000;
inline constexpr std::size_t quotes_open_max = 1'000;
inline constexpr std::size_t unique_members_max = 100'000;  // of a meter in one window, exact
inline constexpr std::size_t entities_max = 100'000;        // of an account in one window
inline constexpr std::size_t entity_bytes_max = 255;
inline constexpr std::size_t reservations_open_max = 10'000;
// Ids of usage events that a partition can tell apart within the late window, unless another number
// is configured; and those of them in memory, at 20 to 26 bytes each. The others are on the disk at
// 16 bytes, with 1.6 in memory: at both numbers a partition has 1.0 to 1.1 GB of ids in memory.
inline constexpr std::size_t event_ids_max = 200'000'000;
inline constexpr std::size_t event_ids_in_memory_max = 32'000'000;
inline constexpr std::int64_t event_ahead_us_max = 300LL * 1'000'000;  // clocks differ
inline constexpr std::size_t owned_plans_max = 1'000;
inline constexpr std::size_t owned_plan_bytes_max = 8 * 1024 * 1024;  // of all their versions
// Memory of an account that does nothing: reported by `bench scale`.
inline constexpr std::size_t idle_account_bytes_max = 400;
// So many of a partition are kept as they are worked with; others are packed. A default.
inline constexpr std::size_t accounts_awake_max = 100'000;

// What a tree may have, all its accounts together; defaults. Things: accounts, members, keys,
// subscriptions, quotes, holds, grants, reservations, lines that wait to be collected.
inline constexpr std::uint64_t tree_things_max = 10'000'000;
inline constexpr std::uint64_t tree_keys_max = 100'000;    // in force
inline constexpr std::size_t tree_waiting_reads_max = 64;  // of the change feed
inline constexpr std::size_t waiting_reads_max = 10'000;   // of all trees
inline constexpr std::size_t tree_view_reads_max = 256;    // of views, in the queue at once
inline constexpr std::size_t view_reads_max = 10'000;      // of all trees
// Ledger entries of a tree that the views have not written: whoever reads waits for them. Some
// thousands take a second.
inline constexpr std::int64_t tree_entries_waiting_max = 5'000;
inline constexpr std::size_t test_clocks_max = 10'000;      // of a partition; the platform's alone
inline constexpr std::size_t tree_rsa_keys_queued_max = 4;  // that wait to be made
inline constexpr std::size_t rsa_keys_queued_max = 64;      // of all trees

// Time.
inline constexpr std::int64_t quote_lifetime_us = 15LL * 60 * 1'000'000;
inline constexpr std::int64_t idempotency_lifetime_us = 24LL * 3600 * 1'000'000;
inline constexpr std::size_t idempotency_keys_max = 1'000'000;              // a partition
inline constexpr std::size_t idempotency_bytes_max = std::size_t{1} << 30;  // of replies, the same
// Who executes a quote again is told what was done for so long after it. So many of a partition are
// kept, of a tree its share of them (engine/share.h); beyond that its oldest are forgotten sooner.
inline constexpr std::int64_t executed_quote_lifetime_us = 24LL * 3600 * 1'000'000;
inline constexpr std::size_t executed_quotes_max = 250'000;
// So long after it a closing can be undone.
inline constexpr std::int64_t closing_undo_us = 30LL * 24 * 3600 * 1'000'000;
inline constexpr std::int64_t clock_jump_us_max = 3600LL * 1'000'000;
inline constexpr std::int64_t name_reservation_us = 600LL * 1'000'000;

// Engine.
inline constexpr std::size_t batch_bytes_max = 4 * 1024 * 1024;
inline constexpr std::size_t queue_commands_max = 100'000;
inline constexpr std::size_t timers_per_slice_max = 200;
// A start that had to replay more batches than this writes a snapshot before it serves.
inline constexpr std::uint64_t batches_replayed_max = 20'000;

}  // namespace rb::limits
