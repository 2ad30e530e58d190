#pragma once
// What plans say about meters, for the accounts of a book: put together when it is asked for first,
// kept until something of the tree or the catalog moves, or a span ends.
#include <memory>
#include <span>
#include <string_view>
#include <vector>

#include "domain/entitlements/decide.h"
#include "engine/near.h"

namespace rb::engine {

struct AccountRecord;
struct Book;

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
        entitlements::Level level = entitlements::Level::asked;
        entitlements::Terms terms;
    };
    // nullptr: not kept, or not true any more.
    const entitlements::Terms* find(std::string_view meter, entitlements::Level level,
                                    const Stamp& stamp, Instant now) const;
    const entitlements::Terms& put(Entry entry);

    // For batches: bring the first entry near, each step once the one before it has come.
    void bring_list_near() const { engine::bring_near(entries_.data(), sizeof(void*)); }
    void bring_near() const;
    void bring_parts_near() const;

private:
    std::vector<std::unique_ptr<Entry>> entries_;
};

// The plans that hold for the account now.
std::vector<entitlements::Holding> holdings_of(const Book& book, const catalog::Catalog& catalog,
                                               const AccountRecord& record, Instant now);

// The account and those above it that have a say about the meter, ready to be decided. The terms
// stay where they are until the next call for the same account. Not thread-safe.
void gather(Book& book, const catalog::Catalog& catalog, AccountRecord& record,
            std::string_view meter, Instant now, std::vector<entitlements::Party>& parties);
// As gather, without a cache; `kept` holds the terms.
void gather_once(const Book& book, const catalog::Catalog& catalog, const AccountRecord& record,
                 std::string_view meter, Instant now, std::vector<entitlements::Party>& parties,
                 std::vector<std::unique_ptr<entitlements::Terms>>& kept);

}  // namespace rb::engine
