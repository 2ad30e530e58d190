#pragma once
// Inside the engine: what was decided is tried before it is applied, so that a broken decision
// changes nothing. `apply` finds the same faults, but then it is too late.
//
// Tried are: wallets and holds, grants, entries that sum to zero, sums that stay in their range,
// what reservations hold at each level, packages that packs are bought for, what is deferred
// against what subscriptions have still to deliver, and that what an event names is there. Only
// what the events touch is copied: a wallet with ten thousand holds costs no more than one with
// none.
//
// A fault is a failed RB_CHECK: call it in a recoverable CheckScope (base/check.h). Pure.
#include <span>

#include "engine/book.h"

namespace rb::engine {

void try_events(const Book& book, std::span<const Event> events);

// As try_events, and the timer is moved or gone afterwards: it would fire for ever otherwise.
void try_timer(const Book& book, const Timer& timer, std::span<const Event> events);

}  // namespace rb::engine
