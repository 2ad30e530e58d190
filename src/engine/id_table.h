#pragma once
// From an account's id to a small value, for tables of millions that are asked all day: a place is
// one line of memory, and it can be asked for ahead. Entries are never taken out. Not thread-safe.
//
// Open addressing with linear probing; at most seven tenths of the places are taken. The nil id is
// no account's and marks an empty place. References hold until the next insertion.
#include <cstddef>
#include <utility>
#include <vector>

#include "base/check.h"
#include "domain/ids/types.h"
#include "engine/near.h"

namespace rb::engine {

template <class Value>
class IdTable {
public:
    struct Entry {
        AccountId id;
        Value value{};
    };

    std::size_t size() const { return size_; }
    bool contains(AccountId id) const { return find(id) != nullptr; }
    // nullptr: there is none.
    Value* find(AccountId id) { return const_cast<Value*>(std::as_const(*this).find(id)); }
    const Value* find(AccountId id) const {
        if (entries_.empty()) return nullptr;
        const Entry& entry = entries_[place_of(id)];
        return entry.id.is_nil() ? nullptr : &entry.value;
    }
    Value& at(AccountId id) {
        Value* value = find(id);
        RB_CHECK(value != nullptr, "the account is in the table");
        return *value;
    }
    // A value made anew, and true, where there was none.
    std::pair<Value*, bool> try_emplace(AccountId id) {
        RB_CHECK(!id.is_nil(), "an account has an id");
        reserve(size_ + 1);
        Entry& entry = entries_[place_of(id)];
        const bool is_new = entry.id.is_nil();
        if (is_new) {
            entry.id = id;
            ++size_;
        }
        return {&entry.value, is_new};
    }
    void reserve(std::size_t size) {
        if (10 * size <= 7 * entries_.size()) return;
        std::size_t places = 16;
        while (10 * size > 7 * places) places *= 2;
        std::vector<Entry> old(places);
        old.swap(entries_);
        for (Entry& entry : old)
            if (!entry.id.is_nil()) entries_[place_of(entry.id)] = std::move(entry);
    }
    // Asks memory for the place of an id that will be looked for soon.
    void bring_near(AccountId id) const {
        if (!entries_.empty()) engine::bring_near(&entries_[first_place(id)], 1);
    }

    // In no particular order.
    template <class TableEntry>
    struct Iterator {
        TableEntry* at;
        TableEntry* end;
        TableEntry& operator*() const { return *at; }
        Iterator& operator++() {
            ++at;
            skip();
            return *this;
        }
        void skip() {
            while (at != end && at->id.is_nil()) ++at;
        }
        bool operator==(const Iterator& other) const { return at == other.at; }
    };
    auto begin() { return first(entries_.data(), entries_.data() + entries_.size()); }
    auto end() { return last(entries_.data() + entries_.size()); }
    auto begin() const { return first(entries_.data(), entries_.data() + entries_.size()); }
    auto end() const { return last(entries_.data() + entries_.size()); }

private:
    template <class TableEntry>
    static Iterator<TableEntry> first(TableEntry* begin, TableEntry* end) {
        Iterator<TableEntry> it{begin, end};
        it.skip();
        return it;
    }
    template <class TableEntry>
    static Iterator<TableEntry> last(TableEntry* end) {
        return {end, end};
    }
    std::size_t first_place(AccountId id) const { return UuidHash{}(id) & (entries_.size() - 1); }
    // Where the id is, or would be.
    std::size_t place_of(AccountId id) const {
        std::size_t place = first_place(id);
        while (entries_[place].id != id && !entries_[place].id.is_nil())
            place = (place + 1) & (entries_.size() - 1);
        return place;
    }

    std::vector<Entry> entries_;
    std::size_t size_ = 0;
};

}  // namespace rb::engine
