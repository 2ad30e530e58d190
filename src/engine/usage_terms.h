#pragma once
// What plans say about meters, for the accounts of a book: put together when it is asked for first,
// kept until something of the tree or the catalog moves, or a span ends.
#include <boost/unordered/unordered_flat_map.hpp>
#include <memory>
#include <span>
#include <vector>

#include "domain/entitlements/decide.h"
#include "domain/subscriptions/types.h"
#include "engine/near.h"

namespace rb::engine {

struct AccountRecord;
struct Book;

// Offers of a book, so that accounts which hold the same plans share one. Derived; not thread-safe.
class OfferTable {
public:
    // The offer for these holdings at `now`; made when there is none.
    entitlements::OfferPtr get(const catalog::Catalog& catalog,
                               std::span<const entitlements::Holding> holdings,
                               const entitlements::Asker& asker, Name meter, Instant now);

private:
    static constexpr std::size_t offers_max = 4096;  // beyond it begins anew

    struct Held {
        Name family;
        PlanRef plan;
        AccountId owner;
        subscriptions::Share share = subscriptions::Share::alone;
        std::string left;  // of an agency's plan that is bounded, as bytes; else empty
        bool operator==(const Held&) const = default;
    };
    struct Key {
        Name meter;
        entitlements::Asker asker;
        // An offer has its tenures in it where all is held by default, and nowhere else.
        entitlements::Tenures tenures = entitlements::Tenures::of_account;
        std::vector<Held> held;
        bool operator==(const Key&) const = default;
    };
    struct KeyHash {
        std::size_t operator()(const Key& key) const;
    };
    // Offers are true of one catalog; of another they begin anew.
    const void* catalog_ = nullptr;
    std::uint64_t catalog_version_ = 0;
    boost::unordered_flat_map<Key, entitlements::OfferPtr, KeyHash> offers_;
};

// Of one account: its terms by meter, for itself and as one above others.
class TermsCache {
public:
    struct Stamp {
        std::uint64_t rules = 0;
        const void* catalog = nullptr;
        std::uint64_t catalog_version = 0;
        bool operator==(const Stamp&) const = default;
    };
    struct Entry {
        Stamp stamp;
        Name meter;
        entitlements::Level level = entitlements::Level::asked;
        entitlements::Terms terms;
        AccountId first{};  // of the level shared: with whom the account holds its plans
    };
    // What identifies an entry.
    struct Key {
        Name meter;
        entitlements::Level level = entitlements::Level::asked;
        AccountId first{};
    };
    // nullptr: not kept, or not true any more. Valid until a `put` for which no room was made.
    const entitlements::Terms* find(const Key& key, const Stamp& stamp, Instant now) const;
    const entitlements::Terms& put(Entry entry);
    // So many entries may come without any of those that are there moving.
    void make_room(std::size_t entries) { entries_.reserve(entries_.size() + entries); }

    // For batches: the entries, which stand side by side.
    void bring_near() const {
        if (!entries_.empty()) engine::bring_near(entries_.data(), sizeof(Entry));
    }

private:
    std::vector<Entry> entries_;
};

// The plans that hold for the account now.
std::vector<entitlements::Holding> holdings_of(const Book& book, const catalog::Catalog& catalog,
                                               const AccountRecord& record, Instant now);

// Which plans `record` holds together with `first`, as these hold there.
std::vector<entitlements::Holding> holdings_with(const Book& book, const catalog::Catalog& catalog,
                                                 const AccountRecord& record,
                                                 const AccountRecord& first, Instant now);

// The account and those above it that have a say about the meter, ready to be decided. The terms
// stay where they are until the next call for the same account. Not thread-safe.
void gather(Book& book, const catalog::Catalog& catalog, AccountRecord& record, Name meter,
            Instant now, std::vector<entitlements::Party>& parties);
// As gather, without a cache; `kept` holds the terms.
void gather_once(const Book& book, const catalog::Catalog& catalog, const AccountRecord& record,
                 Name meter, Instant now, std::vector<entitlements::Party>& parties,
                 std::vector<std::unique_ptr<entitlements::Terms>>& kept);

}  // namespace rb::engine
