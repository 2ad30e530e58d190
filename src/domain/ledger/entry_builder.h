#pragma once
// Inside the room: making an entry posting by posting, and the checks that all decisions share.
#include <string_view>

#include "domain/ledger/decide.h"

namespace rb::ledger {

// The wallet's currency; the account's while nothing was posted yet.
Currency currency_of(const Wallet& wallet, const Booking& booking);

// Refuses what is not positive, too large, or of another currency. Names the field "/amount".
Result<void> check_amount(const Wallet& wallet, const Booking& booking, Amount amount);
// UTF-8 of at most `bytes_max` bytes.
Result<void> check_text(std::string_view text, std::size_t bytes_max, std::string_view field);
// An expiry lies ahead.
Result<void> check_expiry(std::optional<Instant> expires_at, Instant now);

// The sum of a charge's credits; one currency, sellers' buckets only (checked).
struct Total {
    int128 micros = 0;
    Currency currency;
};
Total total_of(const Charge& charge);
// A total as an amount; amount_exceeds_limit when it is none.
Result<Amount> to_amount(int128 micros, Currency currency);

std::unexpected<Refusal> money_is_short(Amount needed, Amount available);

class EntryBuilder {
public:
    EntryBuilder(const Booking& booking, EntryKind kind, Currency currency, IdSource& ids);

    // Zero amounts are dropped.
    EntryBuilder& wallet(Bucket bucket, std::int64_t micros);
    EntryBuilder& seller(AccountId owner, Bucket bucket, std::int64_t micros);
    EntryBuilder& credits(const std::vector<Posting>& postings);
    Entry& entry() { return entry_; }

    // The finished entry: at least one posting, zero-sum (checked).
    Entry take();
    // As above; amount_exceeds_limit when a balance of the wallet would leave the limits.
    Result<Entry> take_within_limits(const Wallet& wallet);

private:
    Entry entry_;
    Currency currency_;
};

}  // namespace rb::ledger
