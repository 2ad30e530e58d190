// How an account ends: what is left of its money goes somewhere, an entry for each.
#include <algorithm>

#include "base/check.h"
#include "base/limits.h"
#include "domain/ledger/decide.h"
#include "domain/ledger/entry_builder.h"

namespace rb::ledger {

namespace {

std::int64_t owed_micros(const Wallet& wallet) {
    return std::max<std::int64_t>(0, -wallet.balance(Bucket::receivable));
}

bool is_cash(const Grant& grant, Instant now) {
    return grant.kind == GrantKind::paid && !(grant.expires_at && *grant.expires_at <= now);
}

}  // namespace

std::optional<EntryPosted> put_together(const Wallet& wallet, const Booking& booking,
                                        IdSource& ids) {
    EntryBuilder builder(booking, EntryKind::adjustment, currency_of(wallet, booking), ids);
    std::int64_t granted = 0;
    for (const Grant& grant : wallet.grants) {
        if (!is_cash(grant, booking.now)) continue;
        Grant left = grant;
        left.amount = Amount::zero(grant.amount.currency());
        builder.entry().draws.push_back({grant.id, grant.amount, std::move(left)});
        granted += grant.amount.micros();
    }
    const std::int64_t cleared = std::clamp<std::int64_t>(
        wallet.balance(Bucket::available) + granted, 0, owed_micros(wallet));
    if (granted == 0 && cleared == 0) return std::nullopt;
    builder.entry().description = "what is left, before the account is closed";
    builder.wallet(Bucket::grants, -granted)
        .wallet(Bucket::available, granted - cleared)
        .wallet(Bucket::receivable, cleared);
    return EntryPosted{builder.take()};
}

EntryPosted forfeit(const Wallet& wallet, const Booking& booking, AccountId seller, IdSource& ids) {
    const std::int64_t micros = wallet.balance(Bucket::available);
    RB_CHECK(micros > 0, "what is forfeited is there");
    EntryBuilder builder(booking, EntryKind::forfeit, wallet.currency, ids);
    builder.entry().description = "left when the account was closed";
    builder.wallet(Bucket::available, -micros).seller(seller, Bucket::breakage, micros);
    return EntryPosted{builder.take()};
}

Result<EntryPosted> hand_over(const Wallet& wallet, const Booking& booking, AccountId to,
                              const Wallet& of_to, IdSource& ids) {
    const std::int64_t micros = wallet.balance(Bucket::available);
    RB_CHECK(micros > 0, "what is handed over is there");
    const std::int64_t cleared = std::min(micros, owed_micros(of_to));
    const int128 after =
        int128{of_to.balance(Bucket::available)} + of_to.balance(Bucket::held) + micros - cleared;
    if (after > limits::amount_micros_max)
        return refuse(
            Fault::amount_exceeds_limit,
            "expected an account that has less than 1000000000000 of the currency with it",
            "/transfer_to");
    EntryBuilder builder(booking, EntryKind::transfer, wallet.currency, ids);
    builder.entry().description = "left when the account was closed";
    builder.wallet(Bucket::available, -micros)
        .credits({{to, Bucket::available, Amount::of_micros(micros - cleared, wallet.currency)},
                  {to, Bucket::receivable, Amount::of_micros(cleared, wallet.currency)}});
    return EntryPosted{builder.take()};
}

EntryPosted write_off(const Wallet& wallet, const Booking& booking, AccountId seller,
                      IdSource& ids) {
    const std::int64_t below = std::max<std::int64_t>(0, -wallet.balance(Bucket::available));
    const std::int64_t owed = owed_micros(wallet);
    RB_CHECK(below + owed > 0, "what is written off is owed");
    EntryBuilder builder(booking, EntryKind::write_off, wallet.currency, ids);
    builder.entry().description = "owed when the account was closed";
    builder.wallet(Bucket::available, below)
        .wallet(Bucket::receivable, owed)
        .seller(seller, Bucket::bad_debt, -(below + owed));
    return EntryPosted{builder.take()};
}

}  // namespace rb::ledger
