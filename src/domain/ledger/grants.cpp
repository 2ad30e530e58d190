// Credit given: bought beforehand (paid) or given away (promotional). It pays charges before
// available does, in burn order, and may expire.
#include "base/limits.h"
#include "domain/ledger/decide.h"
#include "domain/ledger/entry_builder.h"

namespace rb::ledger {

Result<GrantMade> grant(const Wallet& wallet, const Booking& booking, const GrantCredit& command,
                        AccountId seller, IdSource& ids) {
    if (auto ok = check_amount(wallet, booking, command.amount); !ok)
        return std::unexpected(ok.error());
    if (auto ok = check_text(command.reason, limits::description_bytes_max, "/reason"); !ok)
        return std::unexpected(ok.error());
    if (auto ok = check_expiry(command.expires_at, booking.now); !ok)
        return std::unexpected(ok.error());
    if (wallet.grants.size() >= limits::grants_max)
        return refuse(Fault::too_many, "an account has at most 10000 grants with something left");

    Grant made{ids.next<GrantId>(), command.kind,       command.amount, command.priority,
               booking.now,         command.expires_at, seller,         command.reason};
    Bucket source =
        command.kind == GrantKind::paid ? Bucket::cash_clearing : Bucket::promotion_expense;
    std::int64_t micros = command.amount.micros();
    EntryBuilder builder(booking, EntryKind::grant, command.amount.currency(), ids);
    builder.entry().description = command.reason;
    builder.entry().subject = made.id.uuid;
    builder.wallet(Bucket::grants, micros).seller(seller, source, -micros);
    auto entry = builder.take_within_limits(wallet);
    if (!entry) return std::unexpected(entry.error());
    return GrantMade{booking.account, std::move(made), std::move(*entry)};
}

Result<GrantExpired> expire(const Wallet& wallet, const Booking& booking, GrantId id,
                            IdSource& ids) {
    const Grant* found = nullptr;
    for (const Grant& candidate : wallet.grants)
        if (candidate.id == id) found = &candidate;
    if (found == nullptr)
        return refuse(Fault::grant_is_unknown, "the account has no grant of this id with a rest",
                      "/grant");
    Bucket target = found->kind == GrantKind::paid ? Bucket::breakage : Bucket::promotion_expense;
    std::int64_t micros = found->amount.micros();
    EntryBuilder builder(booking, EntryKind::grant_expiry, found->amount.currency(), ids);
    builder.entry().description = found->reason;
    builder.entry().subject = id.uuid;
    builder.wallet(Bucket::grants, -micros).seller(found->seller, target, micros);
    return GrantExpired{booking.account, id, builder.take()};
}

}  // namespace rb::ledger
