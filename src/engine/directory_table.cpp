#include "engine/directory_table.h"

#include <cstring>
#include <functional>
#include <limits>

namespace rb::engine {

namespace {

constexpr std::size_t unit_bytes = 8;
constexpr std::size_t chunk_bytes = 1024 * 1024;

// A row: this head; the top, unless the account is its own; the end of the reservation, unless the
// row was written confirmed; name; fingerprint of the e-mail.
struct RowHead {
    AccountId account;
    std::int64_t number = 0;
    std::uint16_t partition = 0;
    std::uint16_t name_bytes = 0;
    std::uint16_t email_bytes = 0;
    std::uint16_t flags = 0;
};
static_assert(sizeof(RowHead) == 32 && std::is_trivially_copyable_v<RowHead>);

constexpr std::uint16_t has_top = 1;
constexpr std::uint16_t has_until = 2;
constexpr std::uint16_t is_confirmed = 4;
constexpr unsigned reach_shift = 3;  // two bits

char* place_of(const std::vector<std::unique_ptr<char[]>>& chunks, std::uint32_t row) {
    std::size_t at = std::size_t{row} * unit_bytes;
    return chunks[at / chunk_bytes].get() + at % chunk_bytes;
}

RowHead head_of(const char* place) {
    RowHead head;
    std::memcpy(&head, place, sizeof head);
    return head;
}

DirectoryEntry read_row(const char* place) {
    RowHead head = head_of(place);
    DirectoryEntry e;
    e.account = e.top = head.account;
    e.number = head.number;
    e.partition = head.partition;
    e.confirmed = (head.flags & is_confirmed) != 0;
    e.reach = static_cast<NameReach>(head.flags >> reach_shift & 3);
    place += sizeof head;
    if ((head.flags & has_top) != 0) {
        std::memcpy(&e.top, place, sizeof e.top);
        place += sizeof e.top;
    }
    if ((head.flags & has_until) != 0) {
        std::memcpy(&e.until, place, sizeof e.until);
        place += sizeof e.until;
    }
    e.name = {place, head.name_bytes};
    e.email_fingerprint = {place + head.name_bytes, head.email_bytes};
    return e;
}

}  // namespace

std::size_t DirectoryTable::ById::operator()(Row row) const {
    return (*this)(head_of(place_of(*chunks, row)).account);
}
bool DirectoryTable::ById::operator()(const AccountId& id, Row row) const {
    return head_of(place_of(*chunks, row)).account == id;
}
// Numbers follow each other; their hash does not.
std::size_t DirectoryTable::ByNumber::operator()(std::int64_t number) const {
    return UuidHash{}(Uuid{0, static_cast<std::uint64_t>(number)});
}
std::size_t DirectoryTable::ByNumber::operator()(Row row) const {
    return (*this)(head_of(place_of(*chunks, row)).number);
}
bool DirectoryTable::ByNumber::operator()(std::int64_t number, Row row) const {
    return head_of(place_of(*chunks, row)).number == number;
}
std::size_t DirectoryTable::ByText::operator()(std::string_view value) const {
    return UuidHash{}(Uuid{value.size(), std::hash<std::string_view>{}(value)});
}
std::size_t DirectoryTable::ByText::operator()(Row row) const {
    return (*this)(read_row(place_of(*chunks, row)).name);
}
bool DirectoryTable::ByText::operator()(std::string_view value, Row row) const {
    return read_row(place_of(*chunks, row)).name == value;
}
template <std::string_view DirectoryEntry::* text>
std::size_t DirectoryTable::ByScoped<text>::operator()(const Scoped& value) const {
    return UuidHash{}(Uuid{UuidHash{}(value.scope) + value.text.size(),
                           std::hash<std::string_view>{}(value.text)});
}
template <std::string_view DirectoryEntry::* text>
std::size_t DirectoryTable::ByScoped<text>::operator()(Row row) const {
    const DirectoryEntry entry = read_row(place_of(*chunks, row));
    return (*this)(Scoped{entry.scope(), entry.*text});
}
template <std::string_view DirectoryEntry::* text>
bool DirectoryTable::ByScoped<text>::operator()(const Scoped& value, Row row) const {
    const DirectoryEntry entry = read_row(place_of(*chunks, row));
    return entry.*text == value.text && entry.scope() == value.scope;
}

// For those who move tables.
template struct DirectoryTable::ByScoped<&DirectoryEntry::name>;
template struct DirectoryTable::ByScoped<&DirectoryEntry::email_fingerprint>;

DirectoryTable::DirectoryTable()
    : chunks_(std::make_unique<Chunks>()),
      by_id_(0, ById{chunks_.get()}, ById{chunks_.get()}),
      by_name_(0, ByName{chunks_.get()}, ByName{chunks_.get()}),
      by_far_name_(0, ByText{chunks_.get()}, ByText{chunks_.get()}),
      by_number_(0, ByNumber{chunks_.get()}, ByNumber{chunks_.get()}),
      by_email_(0, ByEmail{chunks_.get()}, ByEmail{chunks_.get()}) {}

DirectoryEntry DirectoryTable::entry_at(Row row) const { return read_row(place_of(*chunks_, row)); }

std::optional<DirectoryEntry> DirectoryTable::find(AccountId id) const {
    auto it = by_id_.find(id);
    if (it == by_id_.end()) return std::nullopt;
    return entry_at(*it);
}

template <class By, class Key>
std::optional<AccountId> DirectoryTable::holder(const Index<By>& index, const Key& key) const {
    auto it = index.find(key);
    if (it == index.end()) return std::nullopt;
    return head_of(place_of(*chunks_, *it)).account;
}

std::optional<AccountId> DirectoryTable::top_named(std::string_view name) const {
    return holder(by_name_, Scoped{{}, name});
}
DirectoryTable::FarName DirectoryTable::child_named(std::string_view name) const {
    auto it = by_far_name_.find(name);
    if (it == by_far_name_.end()) return {};
    const DirectoryEntry entry = entry_at(*it);
    return {entry.account, entry.reach, shared_names_.contains(name)};
}
std::optional<AccountId> DirectoryTable::named_in(AccountId top, std::string_view name) const {
    auto child = holder(by_name_, Scoped{top, name});
    if (child) return child;
    auto above = find(top);
    const bool is_it = above && above->top == top && above->name == name;
    return is_it ? std::optional(top) : std::nullopt;
}
std::optional<AccountId> DirectoryTable::numbered(std::int64_t number) const {
    return holder(by_number_, number);
}
std::optional<AccountId> DirectoryTable::with_email(AccountId top,
                                                    std::string_view fingerprint) const {
    if (fingerprint.empty()) return std::nullopt;
    auto found = holder(by_email_, Scoped{top, fingerprint});
    if (found || top.is_nil()) return found;
    auto above = find(top);
    const bool is_it = above && above->top == top && above->email_fingerprint == fingerprint;
    return is_it ? std::optional(top) : std::nullopt;
}

DirectoryTable::Row DirectoryTable::write(const DirectoryEntry& e) {
    auto narrow = [](std::size_t value) {
        RB_CHECK(value <= std::numeric_limits<std::uint16_t>::max(), "a row's parts are short");
        return static_cast<std::uint16_t>(value);
    };
    RowHead head{e.account,
                 e.number,
                 narrow(e.partition),
                 narrow(e.name.size()),
                 narrow(e.email_fingerprint.size()),
                 0};
    if (e.top != e.account) head.flags |= has_top;
    head.flags |= e.confirmed ? is_confirmed : has_until;
    head.flags |= static_cast<std::uint16_t>(static_cast<unsigned>(e.reach) << reach_shift);
    std::string bytes(reinterpret_cast<const char*>(&head), sizeof head);
    if ((head.flags & has_top) != 0)
        bytes.append(reinterpret_cast<const char*>(&e.top), sizeof e.top);
    if ((head.flags & has_until) != 0)
        bytes.append(reinterpret_cast<const char*>(&e.until), sizeof e.until);
    bytes.append(e.name).append(e.email_fingerprint);

    std::size_t size = (bytes.size() + unit_bytes - 1) / unit_bytes * unit_bytes;
    if (chunks_->empty() || used_ + size > chunk_bytes) {
        chunks_->push_back(std::make_unique_for_overwrite<char[]>(chunk_bytes));
        used_ = 0;
    }
    std::memcpy(chunks_->back().get() + used_, bytes.data(), bytes.size());
    std::size_t at = (chunks_->size() - 1) * chunk_bytes + used_;
    used_ += size;
    RB_CHECK(at / unit_bytes <= std::numeric_limits<Row>::max(), "a directory takes 32 GiB");
    return static_cast<Row>(at / unit_bytes);
}

void DirectoryTable::put(const DirectoryEntry& entry) {
    drop(entry.account);
    Row row = write(entry);
    by_id_.insert(row);
    // Whoever held them before is found by its id only.
    auto take = [row](auto& index, const auto& key) {
        index.erase(key);
        index.insert(row);
    };
    take(by_name_, name_of(entry));
    take(by_number_, entry.number);
    if (!entry.scope().is_nil() && entry.reach != NameReach::tree) put_far_name(entry, row);
    if (!entry.email_fingerprint.empty()) take(by_email_, email_of(entry));
}

// The same whatever the order in which they come: a snapshot has none.
void DirectoryTable::put_far_name(const DirectoryEntry& entry, Row row) {
    auto it = by_far_name_.find(entry.name);
    if (it != by_far_name_.end()) {
        const DirectoryEntry other = entry_at(*it);
        shared_names_.emplace(entry.name);
        if (std::pair(other.reach, other.account) < std::pair(entry.reach, entry.account)) return;
        by_far_name_.erase(it);
    }
    by_far_name_.insert(row);
}

void DirectoryTable::confirm(AccountId id) {
    auto it = by_id_.find(id);
    if (it == by_id_.end()) return;
    char* place = place_of(*chunks_, *it);
    RowHead head = head_of(place);
    head.flags |= is_confirmed;
    std::memcpy(place, &head, sizeof head);
}

// Reservations are dropped, and they are few: their rows stay where they are until the next start.
void DirectoryTable::drop(AccountId id) {
    auto it = by_id_.find(id);
    if (it == by_id_.end()) return;
    Row row = *it;
    DirectoryEntry entry = entry_at(row);
    auto release = [row](auto& index, const auto& key) {
        if (auto at = index.find(key); at != index.end() && *at == row) index.erase(at);
    };
    release(by_name_, name_of(entry));
    release(by_far_name_, entry.name);
    release(by_number_, entry.number);
    release(by_email_, email_of(entry));
    by_id_.erase(it);
}

void DirectoryTable::reserve(std::size_t accounts) {
    by_id_.reserve(accounts);
    by_name_.reserve(accounts);
    by_number_.reserve(accounts);
}

}  // namespace rb::engine
