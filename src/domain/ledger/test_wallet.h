#pragma once
// For this room's tests: a wallet with somebody who books on it.
#include <gtest/gtest.h>

#include <string>
#include <utility>

#include "base/codec.h"
#include "domain/ledger/decide.h"

namespace rb::ledger {

inline constexpr AccountId customer{{1, 1}};
inline constexpr AccountId shop{{2, 2}};
inline constexpr Instant day_one = Instant::of_seconds(1'775'001'600);  // 2026-04-01T00:00:00Z

inline Amount usd_of(std::int64_t major) {
    return Amount::of_micros(major * Amount::micros_per_major, "USD");
}

// Takes the value out of a result; a refusal is a failed test that says why.
template <class T>
T must(Result<T> result) {
    if (!result) {
        ADD_FAILURE() << enum_text(result.error().fault) << ": " << result.error().detail;
        return T{};
    }
    return std::move(*result);
}

template <class T>
Refusal refusal_of(Result<T> result) {
    if (result) {
        ADD_FAILURE() << "expected a refusal";
        return {};
    }
    return std::move(result.error());
}

// The postings as text: "available -20, revenue 20".
inline std::string postings_text(const Entry& entry) {
    std::string text;
    for (const Posting& posting : entry.postings) {
        if (!text.empty()) text += ", ";
        text += std::string(enum_text(posting.bucket)) + " " + posting.amount.to_text();
    }
    return text;
}

struct TestWallet {
    Wallet wallet;
    Booking booking{customer, "USD", 0, day_one};
    IdSource ids{day_one, {7, 7}};

    // Available, held, receivable and grants.
    std::string balances() const {
        std::string text;
        for (std::size_t i = 0; i < wallet_bucket_count; ++i) {
            if (i > 0) text += ' ';
            text += Amount::of_micros(wallet.micros[i], "USD").to_text();
        }
        return text;
    }
    template <class T>
    T book(Result<T> decided) {
        T event = must(std::move(decided));
        if (!entry_of(Event{event}).postings.empty()) apply(wallet, customer, event);
        return event;
    }
    Entry pay(std::int64_t major) {
        return book(pay_in(wallet, booking, {customer, usd_of(major), "ref"}, shop, ids)).entry;
    }
    Charge order(std::int64_t major) const {
        return {EntryKind::charge, "a plan", {}, {{shop, Bucket::revenue, usd_of(major)}}};
    }
    Entry spend(std::int64_t major, Overdraft overdraft = Overdraft::refused) {
        return book(charge(wallet, booking, order(major), overdraft, ids)).entry;
    }
    Hold hold(std::int64_t major, std::optional<Instant> expires_at = {}) {
        return book(place_hold(wallet, booking, {usd_of(major), "a hold", {}, expires_at}, ids))
            .hold;
    }
    Grant give(std::int64_t major, std::int32_t priority = 0,
               std::optional<Instant> expires_at = {}, GrantKind kind = GrantKind::promotional) {
        GrantCredit command{customer, kind, usd_of(major), priority, expires_at, "welcome"};
        return book(grant(wallet, booking, command, shop, ids)).grant;
    }
    Entry undo(const Entry& original) {
        return book(reverse(wallet, booking, {customer, original, "a mistake"}, ids)).entry;
    }
};

}  // namespace rb::ledger
