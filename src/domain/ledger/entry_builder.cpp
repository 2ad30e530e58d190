#include "domain/ledger/entry_builder.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/limits.h"
#include "base/text.h"

namespace rb::ledger {

namespace {

std::string money_text(Amount amount) {
    return amount.to_text(iso_exponent(amount.currency())) + " " +
           std::string(amount.currency().code());
}

bool is_within_limits(int128 micros) {
    return micros <= limits::amount_micros_max && micros >= -limits::amount_micros_max;
}

}  // namespace

Currency currency_of(const Wallet& wallet, const Booking& booking) {
    Currency currency = wallet.currency.empty() ? booking.currency : wallet.currency;
    RB_CHECK(!currency.empty(), "an account that is booked on has a currency");
    return currency;
}

Result<void> check_amount(const Wallet& wallet, const Booking& booking, Amount amount) {
    Currency currency = currency_of(wallet, booking);
    if (!amount.is_positive())
        return refuse(Fault::field_is_invalid, "expected an amount above zero", "/amount");
    if (!is_within_limits(amount.micros()))
        return refuse(Fault::amount_exceeds_limit,
                      "expected an amount of at most 1000000000000 of the currency", "/amount");
    if (amount.currency() != currency)
        return refuse(
            Fault::currency_is_fixed,
            "expected an amount in " + std::string(currency.code()) + ", the account's currency",
            "/amount");
    return {};
}

Result<void> check_text(std::string_view text, std::size_t bytes_max, std::string_view field) {
    if (text.size() > bytes_max)
        return refuse(Fault::field_is_invalid,
                      "expected at most " + std::to_string(bytes_max) + " bytes of text",
                      std::string(field));
    if (!is_utf8(text))
        return refuse(Fault::field_is_invalid, "expected text in UTF-8", std::string(field));
    return {};
}

Result<void> check_expiry(std::optional<Instant> expires_at, Instant now) {
    if (!expires_at || *expires_at > now) return {};
    return refuse(Fault::instant_is_in_the_past,
                  "expected an expiry after " + now.to_text() + ", the present instant",
                  "/expires_at");
}

Total total_of(const Charge& charge) {
    RB_CHECK(!charge.credits.empty(), "a charge says what the sellers get");
    Total total{0, charge.credits.front().amount.currency()};
    for (const Posting& posting : charge.credits) {
        RB_CHECK(!is_wallet_bucket(posting.bucket), "the credits of a charge are sellers' buckets");
        RB_CHECK(posting.amount.currency() == total.currency, "a charge has one currency");
        total.micros = checked_add(total.micros, posting.amount.micros());
    }
    return total;
}

Result<Amount> to_amount(int128 micros, Currency currency) {
    if (!is_within_limits(micros))
        return refuse(Fault::amount_exceeds_limit,
                      "expected amounts that sum to at most 1000000000000 of the currency",
                      "/amount");
    return Amount::of_micros(static_cast<std::int64_t>(micros), currency);
}

Result<void> check_accrual(int128 waiting, Amount more) {
    if (is_within_limits(waiting + more.micros())) return {};
    return refuse(Fault::amount_exceeds_limit,
                  "more than 1000000000000 of the currency would wait for an invoice", "/quantity");
}

Result<void> check_credit(const Wallet& wallet, const Booking& booking, int128 waiting,
                          Amount more) {
    if (booking.credit_limit_micros == 0 || !more.is_positive()) return {};
    int128 owed = -int128{wallet.balance(Bucket::receivable)};
    int128 left = spendable_micros(wallet, booking) - owed - waiting;
    if (more.micros() <= left) return {};
    auto free = static_cast<std::int64_t>(std::clamp<int128>(left, 0, more.micros()));
    return money_is_short(more, Amount::of_micros(free, more.currency()));
}

std::unexpected<Refusal> money_is_short(Amount needed, Amount available) {
    std::string used = money_text(needed);
    std::string allowed = money_text(available);
    auto refusal = refuse(Fault::money_is_short, used + " is needed and " + allowed +
                                                     " can be spent: pay in the difference");
    refusal.error().blockers.push_back({Fault::money_is_short, "money", used, allowed});
    return refusal;
}

EntryBuilder::EntryBuilder(const Booking& booking, EntryKind kind, Currency currency, IdSource& ids)
    : currency_(currency) {
    entry_.id = ids.next<EntryId>();
    entry_.account = booking.account;
    entry_.at = booking.now;
    entry_.kind = kind;
}

EntryBuilder& EntryBuilder::wallet(Bucket bucket, std::int64_t micros) {
    RB_CHECK(is_wallet_bucket(bucket), "a wallet has the first four buckets only");
    if (micros != 0)
        entry_.postings.push_back({entry_.account, bucket, Amount::of_micros(micros, currency_)});
    return *this;
}

EntryBuilder& EntryBuilder::seller(AccountId owner, Bucket bucket, std::int64_t micros) {
    RB_CHECK(!is_wallet_bucket(bucket), "a seller has the buckets after the wallet's");
    if (micros != 0)
        entry_.postings.push_back({owner, bucket, Amount::of_micros(micros, currency_)});
    return *this;
}

EntryBuilder& EntryBuilder::credits(const std::vector<Posting>& postings) {
    for (const Posting& posting : postings)
        if (!posting.amount.is_zero()) entry_.postings.push_back(posting);
    return *this;
}

Entry EntryBuilder::take() {
    check_zero_sum(entry_);
    return std::move(entry_);
}

Result<Entry> EntryBuilder::take_within_limits(const Wallet& wallet) {
    std::array<int128, wallet_bucket_count> after{};
    for (std::size_t i = 0; i < wallet_bucket_count; ++i) after[i] = wallet.micros[i];
    for (const Posting& posting : entry_.postings)
        if (posting.owner == entry_.account && is_wallet_bucket(posting.bucket))
            after[static_cast<std::size_t>(posting.bucket)] += posting.amount.micros();
    // What is held comes back to what is available, which nothing can refuse then.
    constexpr auto available = static_cast<std::size_t>(Bucket::available);
    constexpr auto held = static_cast<std::size_t>(Bucket::held);
    const int128 before = int128{wallet.micros[available]} + wallet.micros[held];
    const int128 together = after[available] + after[held];
    if (together > before && !is_within_limits(together)) after[available] = together;
    for (int128 micros : after)
        if (!is_within_limits(micros))
            return refuse(Fault::amount_exceeds_limit,
                          "expected an amount that keeps every balance within 1000000000000 of "
                          "the currency",
                          "/amount");
    return take();
}

}  // namespace rb::ledger
