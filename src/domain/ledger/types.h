#pragma once
// Double entry, append-only, zero-sum in every currency: the model room.
//
// A posting adds a signed amount to one ledger account; the postings of an entry sum to zero in
// each currency. The sign is the seller's credit side: money that a customer has with us is
// positive (available, held, grants), revenue and tax payable are positive, cash that we hold is
// negative (cash_clearing), a receivable is negative. A payment of 100: available +100,
// cash_clearing -100. A charge of 100 with 20 tax: available -120, deferred_revenue +100,
// tax_payable +20.
#include <array>
#include <cstdint>
#include <optional>
#include <string>
#include <variant>
#include <vector>

#include "base/amount.h"
#include "base/enums.h"
#include "base/id.h"
#include "base/instant.h"
#include "domain/ids/types.h"

namespace rb {

struct EntryTag {
    static constexpr std::string_view prefix = "ent_";
};
using EntryId = Id<EntryTag>;
struct HoldTag {
    static constexpr std::string_view prefix = "hld_";
};
using HoldId = Id<HoldTag>;
struct GrantTag {
    static constexpr std::string_view prefix = "grt_";
};
using GrantId = Id<GrantTag>;

}  // namespace rb

namespace rb::ledger {

// The first four belong to a billing account (its wallet), the others to a seller: an account that
// sells, or the platform (nil).
enum class Bucket : std::uint8_t {
    available,
    held,
    receivable,
    grants,
    cash_clearing,
    revenue,
    deferred_revenue,
    tax_payable,
    breakage,
    promotion_expense,
    rounding,
    bad_debt,
};
inline constexpr std::size_t bucket_count = 12;
inline constexpr std::size_t wallet_bucket_count = 4;
constexpr auto enum_names(Bucket) {
    return std::array<std::string_view, bucket_count>{"available",        "held",
                                                      "receivable",       "grants",
                                                      "cash_clearing",    "revenue",
                                                      "deferred_revenue", "tax_payable",
                                                      "breakage",         "promotion_expense",
                                                      "rounding",         "bad_debt"};
}
constexpr bool is_wallet_bucket(Bucket b) {
    return static_cast<std::size_t>(b) < wallet_bucket_count;
}

struct Posting {
    AccountId owner;  // the billing account, or the seller
    Bucket bucket = Bucket::available;
    Amount amount;
    bool operator==(const Posting&) const = default;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "owner", s.owner);
        v(2, "bucket", s.bucket);
        v(3, "amount", s.amount);
    }
};

enum class EntryKind : std::uint8_t {
    payment,
    charge,
    credit,
    hold,
    capture,
    release,
    recognition,
    grant,
    grant_expiry,
    reversal,
    transfer,
    adjustment,
    opening,
    payout,     // money back to the customer
    forfeit,    // what a closed account leaves to its seller
    write_off,  // what a closed account does not pay any more
};
constexpr auto enum_names(EntryKind) {
    return std::array<std::string_view, 16>{"payment",      "charge",   "credit",      "hold",
                                            "capture",      "release",  "recognition", "grant",
                                            "grant_expiry", "reversal", "transfer",    "adjustment",
                                            "opening",      "payout",   "forfeit",     "write_off"};
}

enum class GrantKind : std::uint8_t { paid, promotional };
constexpr auto enum_names(GrantKind) {
    return std::array<std::string_view, 2>{"paid", "promotional"};
}

// Burn order: priority (lower first), earlier expiry (none last), earlier creation, id.
struct Grant {
    GrantId id;
    GrantKind kind = GrantKind::promotional;
    Amount amount;  // what is left
    std::int32_t priority = 0;
    Instant created_at;
    std::optional<Instant> expires_at;
    AccountId seller;  // whose promotion expense or breakage
    std::string reason;
    bool operator==(const Grant&) const = default;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "id", s.id);
        v(2, "kind", s.kind);
        v(3, "amount", s.amount);
        v(4, "priority", s.priority);
        v(5, "created_at", s.created_at);
        v(6, "expires_at", s.expires_at);
        v(7, "seller", s.seller);
        v(8, "reason", s.reason);
    }
};

// How much of a grant an entry used. `left` is the whole grant as the draw left it, so that a
// reversal can bring back one that was used up, under its own terms.
struct GrantDraw {
    GrantId grant;
    Amount amount;  // positive: used; negative, in a reversal: given back
    Grant left;
    bool operator==(const GrantDraw&) const = default;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "grant", s.grant);
        v(2, "amount", s.amount);
        v(3, "left", s.left);
    }
};

struct Entry {
    EntryId id;
    AccountId account;  // whose statement shows it
    Instant at;
    EntryKind kind = EntryKind::charge;
    std::string description;
    Uuid subject;  // subscription, hold or grant that it is about; nil: none
    std::vector<Posting> postings;
    std::vector<GrantDraw> draws;
    EntryId reverses;       // nil: none
    std::string reference;  // the caller's, for payments and payouts
    std::string provider;   // whose reference it is; may be empty

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "id", s.id);
        v(2, "account", s.account);
        v(3, "at", s.at);
        v(4, "kind", s.kind);
        v(5, "description", s.description);
        v(6, "subject", s.subject);
        v(7, "postings", s.postings);
        v(8, "draws", s.draws);
        v(9, "reverses", s.reverses);
        v(10, "reference", s.reference);
        v(11, "provider", s.provider);
    }
};

// Money moved from available to held: captured (wholly or in part) or released, and may expire.
struct Hold {
    HoldId id;
    Amount amount;  // what is still held
    std::string reason;
    Uuid subject;  // the subscription that it reserves for; nil: a hold of the caller's own
    Instant placed_at;
    std::optional<Instant> expires_at;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "id", s.id);
        v(2, "amount", s.amount);
        v(3, "reason", s.reason);
        v(4, "subject", s.subject);
        v(5, "placed_at", s.placed_at);
        v(6, "expires_at", s.expires_at);
    }
};

// The money of one billing account. One currency, fixed by the first posting.
struct Wallet {
    Currency currency;
    std::array<std::int64_t, wallet_bucket_count> micros{};
    std::vector<Hold> holds;    // open ones, by placing order
    std::vector<Grant> grants;  // with something left
    std::vector<EntryId> reversed;

    std::int64_t balance(Bucket b) const { return micros[static_cast<std::size_t>(b)]; }
    Amount available() const { return Amount::of_micros(balance(Bucket::available), currency); }
    Amount held() const { return Amount::of_micros(balance(Bucket::held), currency); }

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "currency", s.currency);
        v(2, "available", s.micros[0]);
        v(3, "held", s.micros[1]);
        v(4, "receivable", s.micros[2]);
        v(5, "grants_balance", s.micros[3]);
        v(6, "holds", s.holds);
        v(7, "grants", s.grants);
        v(8, "reversed", s.reversed);
    }
};

// Commands.

struct RecordPayment {
    AccountId account;
    Amount amount;          // positive
    std::string reference;  // the payment's number at its provider, shown on the statement
    std::string provider{};
    // The payment that has this reference already, as the journal holds it; none: it has none, or
    // there is none.
    std::optional<Entry> recorded{};
};
// Money that went back to the customer, outside.
struct PayOut {
    AccountId account;
    Amount amount;          // positive
    std::string reference;  // the payout's number at its provider; not empty
    std::string provider{};
    std::string reason{};
    std::optional<Entry> recorded{};  // as of a payment, among payouts
};
struct PlaceHold {
    AccountId account;
    Amount amount;
    std::string reason;
    std::optional<Instant> expires_at;
};
struct CaptureHold {
    AccountId account;
    HoldId hold;
    std::optional<Amount> amount;  // none: all; the rest is released
};
struct ReleaseHold {
    AccountId account;
    HoldId hold;
};
struct GrantCredit {
    AccountId account;
    GrantKind kind = GrantKind::promotional;
    Amount amount;
    std::int32_t priority = 0;
    std::optional<Instant> expires_at;
    std::string reason;
};
// `original` is what the journal holds under the id that the caller named.
struct ReverseEntry {
    AccountId account;
    Entry original;
    std::string reason;
};

// Events.

struct EntryPosted {
    Entry entry;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "entry", s.entry);
    }
};
struct HoldPlaced {
    AccountId account;
    Hold hold;
    Entry entry;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "hold", s.hold);
        v(3, "entry", s.entry);
    }
};
// Part or all of a hold was captured by the entry. Zero left: the hold is gone.
struct HoldCaptured {
    AccountId account;
    HoldId hold;
    Amount captured;
    Amount left;
    Entry entry;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "hold", s.hold);
        v(3, "captured", s.captured);
        v(4, "left", s.left);
        v(5, "entry", s.entry);
    }
};
// What was left of a hold went back to available.
struct HoldReleased {
    AccountId account;
    HoldId hold;
    Entry entry;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "hold", s.hold);
        v(3, "entry", s.entry);
    }
};
struct GrantMade {
    AccountId account;
    Grant grant;
    Entry entry;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "grant", s.grant);
        v(3, "entry", s.entry);
    }
};
struct GrantExpired {
    AccountId account;
    GrantId grant;
    Entry entry;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "grant", s.grant);
        v(3, "entry", s.entry);
    }
};

using Event =
    std::variant<EntryPosted, HoldPlaced, HoldCaptured, HoldReleased, GrantMade, GrantExpired>;

}  // namespace rb::ledger
