#pragma once
// What came for accounts that sleep and was put off: uses of theirs and windows of theirs that
// began, which change nothing but their account. A start puts them down here instead of waking a
// million accounts; an account that is looked up has its items applied, in the order of their
// coming, before anybody sees it. So this is no state: it is how some of the state is kept.
//
// Items stand in chunks one behind the other, each with a link to the item of the same account
// before it: some 20 bytes a use. Their memory is given back when the last item is taken.
//
// Threading: the lock of the book's partition guards it, as all of AccountsTable.
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstddef>
#include <cstdint>
#include <memory>
#include <string_view>
#include <vector>

#include "engine/account_record.h"
#include "engine/usage_block.h"

namespace rb::engine {

// One event of an account as the journal has it.
struct LateEvent {
    std::uint32_t kind = 0;
    std::string_view bytes;
    std::uint64_t number = 0;
    Instant at;  // of its record
};

class LateLog {
public:
    // Of one account. Beyond so many items it is cheaper to wake it.
    static constexpr std::size_t chain_max = 32;
    // Of all accounts. What does not fit wakes its account.
    static constexpr std::size_t bytes_max = std::size_t{600} * 1024 * 1024;
    static constexpr std::size_t event_bytes_max = 4096;

    // The items of one account.
    struct Chain {
        std::uint32_t newest = 0;  // where it stands; 0: there are none
        std::uint32_t count = 0;
        bool empty() const { return count == 0; }
    };

    // Whether events of this kind change nothing but the usage of their account.
    static bool takes(std::uint32_t kind);

    // False: there is no room, and nothing was put down. The number of the row, or of the event,
    // must not be below those before it.
    bool add(Chain& chain, const UsageRow& row, std::uint64_t number);
    bool add(Chain& chain, const LateEvent& event);

    // Applies the items to the account as it was when the first of them was put down; `present` is
    // that of its tree. They stay.
    void apply(const Chain& chain, AccountRecord& record, Instant& present) const;
    // They go.
    void drop(Chain& chain);

    std::size_t items() const { return items_; }
    // Memory that is occupied.
    std::size_t bytes() const { return chunks_.size() * chunk_bytes; }

private:
    static constexpr std::size_t chunk_bits = 20;
    static constexpr std::size_t chunk_bytes = std::size_t{1} << chunk_bits;
    struct Kind {
        Name meter;
        catalog::Aggregation aggregation = catalog::Aggregation::count;
    };

    bool put(Chain& chain, const char* head, std::size_t head_size, std::string_view tail);
    std::uint32_t kind_of(const UsageRow& row);
    void apply_item(std::uint32_t place, AccountRecord& record, Instant& present) const;
    void apply_row(std::string_view item, AccountRecord& record, Instant& present) const;
    static void apply_event(std::string_view item, AccountRecord& record, Instant& present);

    std::vector<std::unique_ptr<char[]>> chunks_;
    std::uint64_t next_ = 0;  // where the next item begins, counted over all chunks
    std::size_t items_ = 0;
    std::vector<Kind> kinds_;
    std::uint32_t last_kind_ = 0;
    // By the address of the meter's text, which a name keeps for ever, and the aggregation.
    boost::unordered_flat_map<std::uintptr_t, std::uint32_t> kind_numbers_;
};

}  // namespace rb::engine
