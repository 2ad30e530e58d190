// Payments, charges, credits, moves and reversals. Holds and grants have files of their own.
#include "domain/ledger/decide.h"

#include <algorithm>
#include <array>

#include "base/check.h"
#include "base/limits.h"
#include "domain/ledger/entry_builder.h"

namespace rb::ledger {

namespace {

std::int64_t owed_micros(const Wallet& wallet) {
    return std::max<std::int64_t>(0, -wallet.balance(Bucket::receivable));
}

// Fills the entry's draws in burn order up to `wanted`; the sum drawn.
std::int64_t draw_grants(const Wallet& wallet, std::int64_t wanted, Entry& entry) {
    std::int64_t drawn = 0;
    for (const Grant* grant : burn_order(wallet, entry.at)) {
        if (drawn == wanted) break;
        std::int64_t micros = std::min(grant->amount.micros(), wanted - drawn);
        Amount part = Amount::of_micros(micros, grant->amount.currency());
        Grant left = *grant;
        left.amount -= part;
        entry.draws.push_back({grant->id, part, std::move(left)});
        drawn += micros;
    }
    return drawn;
}

// Why an entry of this kind has no mirror image; empty when it has one.
std::string_view use_instead(EntryKind kind) {
    switch (kind) {
        case EntryKind::hold:
            return "a hold is not reversed: release it";
        case EntryKind::release:
            return "a release is not reversed: place a new hold";
        case EntryKind::capture:
            return "a capture is not reversed: credit the account";
        case EntryKind::grant:
            return "a grant is not reversed: end it by its expiry";
        case EntryKind::grant_expiry:
            return "an expiry is not reversed: make a new grant";
        case EntryKind::reversal:
            return "a reversal is not reversed: post the entry anew";
        case EntryKind::forfeit:
            return "what was forfeited is not reversed: credit the account";
        case EntryKind::write_off:
            return "a debt that was written off is not reversed: record its payment";
        case EntryKind::payment:
        case EntryKind::charge:
        case EntryKind::credit:
        case EntryKind::recognition:
        case EntryKind::transfer:
        case EntryKind::adjustment:
        case EntryKind::opening:
        case EntryKind::payout:
            return {};
    }
    return {};
}

// Gives back what the original drew. A grant that was used up since returns under its own terms;
// one that has expired since returns too, and its expiry is due at once.
void give_back(const Wallet& wallet, const Entry& original, Entry& entry) {
    for (const GrantDraw& draw : original.draws) {
        Grant left = draw.left;
        left.amount = Amount::zero(draw.amount.currency());
        for (const Grant& grant : wallet.grants)
            if (grant.id == draw.grant) left = grant;
        left.amount += draw.amount;
        entry.draws.push_back({draw.grant, -draw.amount, std::move(left)});
    }
}

Result<void> check_reference(std::string_view reference, std::string_view provider) {
    if (auto ok = check_text(reference, limits::name_bytes_max, "/reference"); !ok) return ok;
    return check_text(provider, limits::key_bytes_max, "/provider");
}

}  // namespace

Result<EntryId> recorded_as(const Entry& recorded, Amount amount) {
    std::int64_t micros = 0;
    for (const Posting& posting : recorded.postings)
        if (posting.bucket == Bucket::cash_clearing) micros += posting.amount.micros();
    const bool is_equal = std::abs(micros) == amount.micros() &&
                          recorded.postings.front().amount.currency() == amount.currency();
    if (is_equal) return recorded.id;
    return refuse(Fault::reference_is_taken,
                  "the " + std::string(enum_text(recorded.kind)) + " " + recorded.id.to_text() +
                      " has this reference, and another amount",
                  "/reference");
}

Result<EntryPosted> pay_in(const Wallet& wallet, const Booking& booking,
                           const RecordPayment& command, AccountId seller, IdSource& ids) {
    if (auto ok = check_amount(wallet, booking, command.amount); !ok)
        return std::unexpected(ok.error());
    if (auto ok = check_reference(command.reference, command.provider); !ok)
        return std::unexpected(ok.error());
    std::int64_t micros = command.amount.micros();
    std::int64_t cleared = std::min(micros, owed_micros(wallet));
    EntryBuilder builder(booking, EntryKind::payment, command.amount.currency(), ids);
    builder.entry().reference = command.reference;
    builder.entry().provider = command.provider;
    builder.wallet(Bucket::available, micros - cleared)
        .wallet(Bucket::receivable, cleared)
        .seller(seller, Bucket::cash_clearing, -micros);
    auto entry = builder.take_within_limits(wallet);
    if (!entry) return std::unexpected(entry.error());
    return EntryPosted{std::move(*entry)};
}

Result<EntryPosted> pay_out(const Wallet& wallet, const Booking& booking, const PayOut& command,
                            AccountId seller, IdSource& ids) {
    if (auto ok = check_amount(wallet, booking, command.amount); !ok)
        return std::unexpected(ok.error());
    if (command.reference.empty())
        return refuse(Fault::field_is_missing, "expected the payout's reference", "/reference");
    if (auto ok = check_reference(command.reference, command.provider); !ok)
        return std::unexpected(ok.error());
    if (auto ok = check_text(command.reason, limits::description_bytes_max, "/reason"); !ok)
        return std::unexpected(ok.error());
    std::int64_t micros = command.amount.micros();
    std::int64_t real =
        std::max<std::int64_t>(0, wallet.balance(Bucket::available) - owed_micros(wallet));
    if (micros > real)
        return money_is_short(command.amount, Amount::of_micros(real, command.amount.currency()));
    EntryBuilder builder(booking, EntryKind::payout, command.amount.currency(), ids);
    builder.entry().description = command.reason;
    builder.entry().reference = command.reference;
    builder.entry().provider = command.provider;
    builder.wallet(Bucket::available, -micros).seller(seller, Bucket::cash_clearing, micros);
    auto entry = builder.take_within_limits(wallet);
    if (!entry) return std::unexpected(entry.error());
    return EntryPosted{std::move(*entry)};
}

Result<EntryPosted> charge(const Wallet& wallet, const Booking& booking, const Charge& order,
                           Overdraft overdraft, IdSource& ids) {
    Total sum = total_of(order);
    RB_CHECK(sum.micros > 0, "a charge is above zero: nothing is posted for nothing");
    auto total = to_amount(sum.micros, sum.currency);
    if (!total) return std::unexpected(total.error());
    if (auto ok = check_amount(wallet, booking, *total); !ok) return std::unexpected(ok.error());
    std::int64_t spendable = spendable_micros(wallet, booking);
    if (overdraft == Overdraft::refused && total->micros() > spendable)
        return money_is_short(*total, Amount::of_micros(spendable, total->currency()));

    EntryBuilder builder(booking, order.kind, total->currency(), ids);
    Entry& entry = builder.entry();
    entry.description = order.description;
    entry.subject = order.subject;
    std::int64_t from_grants = draw_grants(wallet, total->micros(), entry);
    std::int64_t rest = total->micros() - from_grants;
    std::int64_t down_to_limit =
        std::max<std::int64_t>(0, wallet.balance(Bucket::available) + booking.credit_limit_micros);
    std::int64_t from_available = std::min(rest, down_to_limit);
    builder.wallet(Bucket::grants, -from_grants)
        .wallet(Bucket::available, -from_available)
        .wallet(Bucket::receivable, from_available - rest)
        .credits(order.credits);
    auto taken = builder.take_within_limits(wallet);
    if (!taken) return std::unexpected(taken.error());
    return EntryPosted{std::move(*taken)};
}

Result<EntryPosted> credit(const Wallet& wallet, const Booking& booking, const Charge& debits,
                           IdSource& ids) {
    Total sum = total_of(debits);
    RB_CHECK(sum.micros < 0,
             "the debits of a credit are below zero: nothing is posted for nothing");
    auto total = to_amount(-sum.micros, sum.currency);
    if (!total) return std::unexpected(total.error());
    if (auto ok = check_amount(wallet, booking, *total); !ok) return std::unexpected(ok.error());
    std::int64_t cleared = std::min(total->micros(), owed_micros(wallet));
    EntryKind kind = debits.kind == EntryKind::charge ? EntryKind::credit : debits.kind;
    EntryBuilder builder(booking, kind, total->currency(), ids);
    builder.entry().description = debits.description;
    builder.entry().subject = debits.subject;
    builder.wallet(Bucket::available, total->micros() - cleared)
        .wallet(Bucket::receivable, cleared)
        .credits(debits.credits);
    auto entry = builder.take_within_limits(wallet);
    if (!entry) return std::unexpected(entry.error());
    return EntryPosted{std::move(*entry)};
}

EntryPosted move(const Booking& booking, const Charge& postings, IdSource& ids) {
    Total sum = total_of(postings);
    RB_CHECK(sum.micros == 0, "a move sums to zero");
    EntryBuilder builder(booking, postings.kind, sum.currency, ids);
    builder.entry().description = postings.description;
    builder.entry().subject = postings.subject;
    builder.credits(postings.credits);
    return EntryPosted{builder.take()};
}

Result<EntryPosted> reverse(const Wallet& wallet, const Booking& booking,
                            const ReverseEntry& command, IdSource& ids) {
    const Entry& original = command.original;
    if (original.account != booking.account || original.id.is_nil())
        return refuse(Fault::entry_is_unknown, "the account has no such entry", "/entry");
    if (std::string_view instead = use_instead(original.kind); !instead.empty())
        return refuse(Fault::field_is_invalid, std::string(instead), "/entry");
    // Its subscription counts on what is deferred, and would recognize what is not there.
    bool is_deferred = std::ranges::any_of(original.postings, [](const Posting& posting) {
        return posting.bucket == Bucket::deferred_revenue;
    });
    if (is_deferred)
        return refuse(
            Fault::field_is_invalid,
            "what is still to be delivered is not reversed: change or cancel the subscription",
            "/entry");
    if (std::ranges::find(wallet.reversed, original.id) != wallet.reversed.end())
        return refuse(Fault::entry_is_reversed, "the entry was reversed before", "/entry");
    if (auto ok = check_text(command.reason, limits::description_bytes_max, "/reason"); !ok)
        return std::unexpected(ok.error());

    check_zero_sum(original);
    std::array<std::int64_t, wallet_bucket_count> mine{};
    std::vector<Posting> others;
    for (const Posting& posting : original.postings) {
        if (posting.owner == booking.account && is_wallet_bucket(posting.bucket))
            mine[static_cast<std::size_t>(posting.bucket)] -= posting.amount.micros();
        else
            others.push_back({posting.owner, posting.bucket, -posting.amount});
    }
    auto delta = [&mine](Bucket b) -> std::int64_t& { return mine[static_cast<std::size_t>(b)]; };
    std::int64_t cleared = std::min(delta(Bucket::receivable), owed_micros(wallet));
    delta(Bucket::available) += delta(Bucket::receivable) - cleared;

    EntryBuilder builder(booking, EntryKind::reversal, original.postings.front().amount.currency(),
                         ids);
    Entry& entry = builder.entry();
    entry.description = command.reason;
    entry.subject = original.subject;
    entry.reference = original.reference;
    entry.provider = original.provider;
    entry.reverses = original.id;
    give_back(wallet, original, entry);
    builder.wallet(Bucket::grants, delta(Bucket::grants))
        .wallet(Bucket::available, delta(Bucket::available))
        .wallet(Bucket::held, delta(Bucket::held))
        .wallet(Bucket::receivable, cleared)
        .credits(others);
    auto taken = builder.take_within_limits(wallet);
    if (!taken) return std::unexpected(taken.error());
    return EntryPosted{std::move(*taken)};
}

}  // namespace rb::ledger
