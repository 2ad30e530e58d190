// Money set aside. A hold is placed from available, then captured (wholly or in part) or released.
#include <algorithm>

#include "base/check.h"
#include "base/limits.h"
#include "domain/ledger/decide.h"
#include "domain/ledger/entry_builder.h"

namespace rb::ledger {

namespace {

// What the statement's line is about: the subscription, or the caller's own hold.
Uuid subject_of(const Hold& hold) { return hold.subject.is_nil() ? hold.id.uuid : hold.subject; }

std::unexpected<Refusal> hold_is_unknown() {
    return refuse(Fault::hold_is_unknown, "the account has no open hold of this id", "/hold");
}

}  // namespace

Result<HoldPlaced> place_hold(const Wallet& wallet, const Booking& booking, const HoldOrder& order,
                              IdSource& ids) {
    if (auto ok = check_amount(wallet, booking, order.amount); !ok)
        return std::unexpected(ok.error());
    if (auto ok = check_text(order.reason, limits::description_bytes_max, "/reason"); !ok)
        return std::unexpected(ok.error());
    if (auto ok = check_expiry(order.expires_at, booking.now); !ok)
        return std::unexpected(ok.error());
    if (wallet.holds.size() >= limits::holds_max)
        return refuse(Fault::too_many, "an account has at most 10000 open holds: release some");
    Currency currency = order.amount.currency();
    std::int64_t micros = order.amount.micros();
    std::int64_t holdable =
        std::max<std::int64_t>(0, wallet.balance(Bucket::available) + booking.credit_limit_micros);
    if (micros > holdable)
        return money_is_short(order.amount, Amount::of_micros(holdable, currency));

    Hold hold{ids.next<HoldId>(), order.amount, order.reason,
              order.subject,      booking.now,  order.expires_at};
    EntryBuilder builder(booking, EntryKind::hold, currency, ids);
    builder.entry().description = order.reason;
    builder.entry().subject = subject_of(hold);
    builder.wallet(Bucket::available, -micros).wallet(Bucket::held, micros);
    auto entry = builder.take_within_limits(wallet);
    if (!entry) return std::unexpected(entry.error());
    return HoldPlaced{booking.account, std::move(hold), std::move(*entry)};
}

Result<HoldCaptured> capture(const Wallet& wallet, const Booking& booking, HoldId id,
                             const Charge& credits, IdSource& ids) {
    const Hold* hold = find_hold(wallet, id);
    if (hold == nullptr) return hold_is_unknown();
    if (hold->expires_at && *hold->expires_at <= booking.now)
        return refuse(Fault::hold_is_settled,
                      "the hold expired at " + hold->expires_at->to_text() + ": place a new one",
                      "/hold");
    Total sum = total_of(credits);
    auto captured = to_amount(sum.micros, sum.currency);
    if (!captured) return std::unexpected(captured.error());
    if (auto ok = check_amount(wallet, booking, *captured); !ok) return std::unexpected(ok.error());
    if (*captured > hold->amount)
        return refuse(Fault::amount_exceeds_hold,
                      "expected at most " + hold->amount.to_text() + ", which is held", "/amount");

    EntryBuilder builder(booking, EntryKind::capture, captured->currency(), ids);
    builder.entry().description = credits.description.empty() ? hold->reason : credits.description;
    builder.entry().subject = credits.subject.is_nil() ? subject_of(*hold) : credits.subject;
    builder.wallet(Bucket::held, -captured->micros()).credits(credits.credits);
    return HoldCaptured{booking.account, id, *captured, hold->amount - *captured, builder.take()};
}

Result<HoldReleased> release(const Wallet& wallet, const Booking& booking, HoldId id,
                             IdSource& ids) {
    const Hold* hold = find_hold(wallet, id);
    if (hold == nullptr) return hold_is_unknown();
    std::int64_t micros = hold->amount.micros();
    EntryBuilder builder(booking, EntryKind::release, hold->amount.currency(), ids);
    builder.entry().description = hold->reason;
    builder.entry().subject = subject_of(*hold);
    builder.wallet(Bucket::available, micros).wallet(Bucket::held, -micros);
    return HoldReleased{booking.account, id, builder.take()};
}

}  // namespace rb::ledger
