#include "engine/block_count.h"

#include <algorithm>
#include <array>
#include <utility>

#include "engine/near.h"

namespace rb::engine {

namespace {

// Takes the ids of events from the rows of a replay. True: it is another one than that of the row
// before. An event that several meters count stands there once for each, side by side.
class EventsOfRows {
public:
    bool take(UsageRow& row) {
        const bool is_another = !row.event.is_nil() && row.event != last_;
        last_ = std::exchange(row.event, {});
        return is_another;
    }

private:
    Uuid last_;
};

class RowsAhead {
public:
    struct Coming {
        UsageRow row;
        AccountRecord* record = nullptr;  // nullptr: its account sleeps alone, or there is none
        bool brings_id = false;           // that somebody else remembers
    };
    RowsAhead(Book& book, UsageBlockReader& rows, Counting how)
        : book_(book), rows_(rows), how_(how) {}

    // nullptr: there are no more. Valid until the next call.
    const Coming* next() {
        while (!is_over_ && read_ < counted_ + ring_.size()) read();
        if (counted_ == read_) return nullptr;
        while (found_ < read_ && found_ < counted_ + find_ahead) find();
        while (reached_ < found_ && reached_ < counted_ + reach_ahead) reach();
        return &ring_[counted_++ % ring_.size()];
    }

private:
    void read() {
        Coming& coming = ring_[read_ % ring_.size()];
        is_over_ = !rows_.next(coming.row);
        if (is_over_) return;
        ++read_;
        book_.accounts.bring_near(coming.row.account);
        if (how_ == Counting::live)
            book_.events.prefetch(coming.row.event);
        else
            coming.brings_id = events_.take(coming.row);
    }
    void find() {
        Coming& coming = ring_[found_++ % ring_.size()];
        coming.record = nullptr;
        if (how_ == Counting::replayed && book_.accounts.sleeps_alone(coming.row.account)) return;
        coming.record = book_.accounts.find_unseen(coming.row.account);
        if (coming.record != nullptr) bring_head_near(*coming.record);
    }
    void reach() {
        AccountRecord* record = ring_[reached_++ % ring_.size()].record;
        if (record == nullptr) return;
        AccountsTable::was_asked(*record);
        bring_parts_near(*record);
    }

    // Rows between a step and the counting.
    static constexpr std::size_t find_ahead = 20;
    static constexpr std::size_t reach_ahead = 10;

    Book& book_;
    UsageBlockReader& rows_;
    const Counting how_;
    EventsOfRows events_;
    std::array<Coming, 32> ring_;
    std::size_t read_ = 0;
    std::size_t found_ = 0;
    std::size_t reached_ = 0;
    std::size_t counted_ = 0;
    bool is_over_ = false;
};

// Making a ring ready costs more than it saves a few rows.
constexpr std::size_t rows_worth_a_look_ahead = 4;

// `record` is nullptr where the account is not known to be awake.
void count_row(Book& book, AccountRecord* record, const UsageRow& row, std::uint64_t number,
               Instant received, Counting how) {
    book.event_count = std::max(book.event_count, number);
    if (record == nullptr && how == Counting::replayed && book.accounts.put_off(row, number)) {
        // All that a use changes beyond its account and the tree that sleeps with it.
        book.wall = std::max(book.wall, row.at);
        return;
    }
    if (record == nullptr) record = book.find(row.account);
    count(book, record, row, number, received);
}

void charge_id(Book& book, const AccountRecord* record, AccountId account, Instant received) {
    AccountId top = account;  // of one that sleeps alone
    if (record == nullptr && !book.accounts.sleeps_alone(account)) record = book.find(account);
    if (record != nullptr) top = record->account.top;
    book.id_shares.add(top, Dedup::utc_day(received));
}

}  // namespace

std::uint64_t count_block(Book& book, UsageBlockReader& rows, std::uint64_t first, Instant received,
                          Counting how) {
    std::uint64_t number = first;
    if (rows.rows() < rows_worth_a_look_ahead) {
        UsageRow row;
        EventsOfRows events;
        for (; rows.next(row); ++number) {
            if (how == Counting::replayed && events.take(row))
                charge_id(book, nullptr, row.account, received);
            count_row(book, nullptr, row, number, received, how);
        }
        return number;
    }
    RowsAhead ahead(book, rows, how);
    for (; const RowsAhead::Coming* next = ahead.next(); ++number) {
        if (next->brings_id) charge_id(book, next->record, next->row.account, received);
        count_row(book, next->record, next->row, number, received, how);
    }
    return number;
}

}  // namespace rb::engine
