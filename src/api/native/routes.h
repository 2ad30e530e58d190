#pragma once
// The table of contents of this surface: every route with its operation and its query parameters.
#include <span>
#include <string_view>

#include "api/http/message.h"
#include "api/native/call.h"

namespace rb::api::native {

// An operation answers its call exactly once, now or later, and does not block.
using Operation = void (*)(Call&& call);

struct Route {
    http::Method method = http::Method::get;
    std::string_view pattern;
    Operation operation = nullptr;
    std::string_view query;  // names of its parameters, parted by blanks
};

// All that need a key, in the order of the document.
std::span<const Route> routes();
// Those that anyone may ask: health, version, documents.
std::span<const Route> open_routes();

// catalog.cpp
void get_catalog(Call&& call);
void put_catalog(Call&& call);
void diff_catalog(Call&& call);
void lint_catalog(Call&& call);
void list_plans(Call&& call);
void get_plan(Call&& call);
// accounts.cpp
void open_account(Call&& call);
void list_accounts(Call&& call);
void get_account(Call&& call);
void patch_account(Call&& call);
void list_children(Call&& call);
void set_account_status(Call&& call);
// members.cpp
void list_members(Call&& call);
void add_member(Call&& call);
void patch_member(Call&& call);
void remove_member(Call&& call);
// keys.cpp
void list_api_keys(Call&& call);
void add_api_key(Call&& call);
void revoke_api_key(Call&& call);
void list_service_keys(Call&& call);
void add_service_key(Call&& call);
void revoke_service_key(Call&& call);
// money.cpp
void record_payment(Call&& call);
void record_payout(Call&& call);
void grant_credit(Call&& call);
void get_balance(Call&& call);
void list_ledger_entries(Call&& call);
void reverse_ledger_entry(Call&& call);
// holds.cpp
void list_holds(Call&& call);
void place_hold(Call&& call);
void capture_hold(Call&& call);
void release_hold(Call&& call);
// quotes.cpp
void quote_start(Call&& call);
void quote_change(Call&& call);
void get_quote(Call&& call);
// subscriptions.cpp
void start_subscription(Call&& call);
void list_subscriptions(Call&& call);
void list_available_plans(Call&& call);
void get_subscription(Call&& call);
void change_subscription(Call&& call);
void cancel_subscription(Call&& call);
void withdraw_pending_change(Call&& call);
// gauges.cpp
void list_gauges(Call&& call);
void set_gauge(Call&& call);
void list_entitlements(Call&& call);
// events.cpp
void ingest_events(Call&& call);
// uses.cpp
void check_use(Call&& call);
void consume_use(Call&& call);
// reservations.cpp
void reserve_use(Call&& call);
void commit_reservation(Call&& call);
void release_reservation(Call&& call);
// spend_cap.cpp
void get_spend_cap(Call&& call);
void put_spend_cap(Call&& call);
void remove_spend_cap(Call&& call);
// alias.cpp
void put_alias(Call&& call);
void remove_alias(Call&& call);
// rate.cpp
void get_rate(Call&& call);
void put_rate(Call&& call);
void remove_rate(Call&& call);
// usage.cpp
void get_usage(Call&& call);
// ofrep.cpp
void evaluate_flag(Call&& call);
void evaluate_flags(Call&& call);
// clocks.cpp
void make_clock(Call&& call);
void get_clock(Call&& call);
void advance_clock(Call&& call);
// audit.cpp
void list_audit(Call&& call);
// operators.cpp
void list_operators(Call&& call);
void add_operator(Call&& call);
void patch_operator(Call&& call);
void remove_operator(Call&& call);
void list_platform_keys(Call&& call);
void add_platform_key(Call&& call);
void patch_platform_key(Call&& call);
void rotate_platform_key(Call&& call);
void revoke_platform_key(Call&& call);
// quarantines.cpp
void list_quarantines(Call&& call);
void release_quarantine(Call&& call);
// changes.cpp
void list_changes(Call&& call);
// operations.cpp
void get_health(Call&& call);
void get_readiness(Call&& call);
void get_version(Call&& call);
void get_openapi(Call&& call);
void get_docs(Call&& call);

}  // namespace rb::api::native
