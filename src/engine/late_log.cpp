#include "engine/late_log.h"

#include <algorithm>
#include <array>
#include <cstring>

#include "base/codec.h"
#include "domain/metering/decide.h"
#include "domain/metering/entities.h"
#include "domain/metering/usage.h"
#include "engine/event.h"

namespace rb::engine {

namespace {

// An item: where the one before it stands (4 bytes, 0: it is the first), its length (varint), its
// shape (a byte), then of a row or an event what apply_row and apply_event read.
namespace shape {
constexpr unsigned char row = 1;
constexpr unsigned char member = 2;
constexpr unsigned char entity = 4;
}  // namespace shape

constexpr std::size_t link_bytes = sizeof(std::uint32_t);
constexpr std::size_t varint_bytes_max = 10;

// Varints and ids, one behind the other.
class Writer {
public:
    void byte(unsigned char value) { bytes_[size_++] = static_cast<char>(value); }
    void varint(std::uint64_t value) {
        for (; value >= 0x80; value >>= 7) byte(static_cast<unsigned char>(value | 0x80));
        byte(static_cast<unsigned char>(value));
    }
    void difference(std::int64_t from, std::int64_t to) {
        varint(codec::zigzag(static_cast<std::int64_t>(static_cast<std::uint64_t>(to) -
                                                       static_cast<std::uint64_t>(from))));
    }
    void sixteen(const Uuid& id) {
        std::memcpy(bytes_.data() + size_, &id, sizeof id);
        size_ += sizeof id;
    }
    const char* data() const { return bytes_.data(); }
    std::size_t size() const { return size_; }

private:
    std::array<char, 128> bytes_;
    std::size_t size_ = 0;
};

// What Writer wrote. The bytes were written by this process, so nothing is checked.
class Bytes {
public:
    explicit Bytes(std::string_view bytes) : at_(bytes.data()), end_(at_ + bytes.size()) {}
    unsigned char byte() { return static_cast<unsigned char>(*at_++); }
    std::uint64_t varint() {
        std::uint64_t value = 0;
        for (unsigned shift = 0;; shift += 7) {
            unsigned char part = byte();
            value |= static_cast<std::uint64_t>(part & 0x7F) << shift;
            if (part < 0x80) return value;
        }
    }
    std::int64_t after(std::int64_t from) {
        return static_cast<std::int64_t>(static_cast<std::uint64_t>(from) +
                                         static_cast<std::uint64_t>(codec::unzigzag(varint())));
    }
    Uuid sixteen() {
        Uuid id;
        std::memcpy(&id, at_, sizeof id);
        at_ += sizeof id;
        return id;
    }
    std::string_view rest() const { return {at_, static_cast<std::size_t>(end_ - at_)}; }

private:
    const char* at_;
    const char* end_;
};

// The record does not know this event yet.
bool is_news(AccountRecord& record, std::uint64_t number) {
    if (record.position >= number) return false;
    record.position = number;
    return true;
}

template <class E>
void apply_usage(AccountRecord& record, const LateEvent& late) {
    E event;
    RB_CHECK(decode(late.bytes, event), "an event that was put off reads back");
    if (is_news(record, late.number)) metering::apply(record.usage, event);
}

template <class E>
constexpr std::uint32_t number_of = EventKind<E>::number;

}  // namespace

bool LateLog::takes(std::uint32_t kind) {
    return kind == number_of<metering::CounterOpened> || kind == number_of<metering::DrawOpened> ||
           kind == number_of<metering::EntityCounterOpened> ||
           kind == number_of<metering::ThresholdPassed>;
}

bool LateLog::add(Chain& chain, const UsageRow& row, std::uint64_t number) {
    Writer w;
    w.byte(shape::row | (row.member.is_nil() ? 0 : shape::member) |
           (row.entity.is_nil() ? 0 : shape::entity));
    w.varint(kind_of(row));
    w.varint(number);
    w.difference(0, row.quantity);
    w.varint(codec::zigzag(row.at.us));
    w.difference(row.at.us, row.occurred_at.us);
    if (!row.member.is_nil()) w.sixteen(row.member);
    if (!row.entity.is_nil()) w.sixteen(row.entity);
    return put(chain, w.data(), w.size(), {});
}

bool LateLog::add(Chain& chain, const LateEvent& event) {
    if (event.bytes.size() > event_bytes_max) return false;
    Writer w;
    w.byte(0);
    w.varint(event.kind);
    w.varint(event.number);
    w.varint(codec::zigzag(event.at.us));
    return put(chain, w.data(), w.size(), event.bytes);
}

bool LateLog::put(Chain& chain, const char* head, std::size_t head_size, std::string_view tail) {
    if (chain.count >= chain_max) return false;
    Writer length;
    length.varint(head_size + tail.size());
    const std::size_t size = link_bytes + length.size() + head_size + tail.size();
    std::uint64_t place = next_;
    // No item spans two chunks, and none stands at 0.
    const bool fits =
        (place >> chunk_bits) < chunks_.size() && (place & (chunk_bytes - 1)) + size <= chunk_bytes;
    if (!fits) {
        if (bytes() + chunk_bytes > bytes_max) return false;
        place = chunks_.empty() ? link_bytes : chunks_.size() * chunk_bytes;
        chunks_.push_back(std::make_unique_for_overwrite<char[]>(chunk_bytes));
    }
    char* to = chunks_[place >> chunk_bits].get() + (place & (chunk_bytes - 1));
    std::memcpy(to, &chain.newest, link_bytes);
    std::memcpy(to += link_bytes, length.data(), length.size());
    std::memcpy(to += length.size(), head, head_size);
    if (!tail.empty()) std::memcpy(to + head_size, tail.data(), tail.size());
    next_ = place + size;
    chain.newest = static_cast<std::uint32_t>(place);
    ++chain.count;
    ++items_;
    return true;
}

std::uint32_t LateLog::kind_of(const UsageRow& row) {
    if (last_kind_ < kinds_.size() && kinds_[last_kind_].meter == row.meter &&
        kinds_[last_kind_].aggregation == row.aggregation)
        return last_kind_;
    auto key = reinterpret_cast<std::uintptr_t>(&row.meter.text()) +
               static_cast<std::uintptr_t>(row.aggregation);
    auto [found, is_new] =
        kind_numbers_.try_emplace(key, static_cast<std::uint32_t>(kinds_.size()));
    if (is_new) kinds_.push_back({row.meter, row.aggregation});
    return last_kind_ = found->second;
}

void LateLog::apply(const Chain& chain, AccountRecord& record, Instant& present) const {
    std::array<std::uint32_t, chain_max> places;
    std::uint32_t place = chain.newest;
    for (std::size_t i = chain.count; i > 0; --i) {
        places[i - 1] = place;
        std::memcpy(&place, chunks_[place >> chunk_bits].get() + (place & (chunk_bytes - 1)),
                    link_bytes);
    }
    for (std::size_t i = 0; i < chain.count; ++i) apply_item(places[i], record, present);
}

void LateLog::apply_item(std::uint32_t place, AccountRecord& record, Instant& present) const {
    const char* item =
        chunks_[place >> chunk_bits].get() + (place & (chunk_bytes - 1)) + link_bytes;
    Bytes length({item, varint_bytes_max});
    const std::uint64_t size = length.varint();
    std::string_view content(length.rest().data(), size);
    if ((static_cast<unsigned char>(content[0]) & shape::row) != 0)
        apply_row(content, record, present);
    else
        apply_event(content, record, present);
}

// As engine/book.h counts a row for an account that has none above it.
void LateLog::apply_row(std::string_view item, AccountRecord& record, Instant& present) const {
    Bytes in(item);
    const unsigned char shape = in.byte();
    const Kind& kind = kinds_[in.varint()];
    const std::uint64_t number = in.varint();
    metering::Use use;
    use.meter = kind.meter;
    use.aggregation = kind.aggregation;
    use.quantity = in.after(0);
    const Instant at{codec::unzigzag(in.varint())};
    use.occurred_at = {in.after(at.us)};
    if ((shape & shape::member) != 0) use.member = in.sixteen();
    if ((shape & shape::entity) != 0) use.entity = in.sixteen();
    if (is_news(record, number)) metering::count(record.usage, use, metering::Scope::own);
    present = std::max(present, at);
}

void LateLog::apply_event(std::string_view item, AccountRecord& record, Instant& present) {
    Bytes in(item);
    in.byte();
    LateEvent late;
    late.kind = static_cast<std::uint32_t>(in.varint());
    late.number = in.varint();
    late.at = {codec::unzigzag(in.varint())};
    late.bytes = in.rest();
    if (late.kind == number_of<metering::CounterOpened>)
        apply_usage<metering::CounterOpened>(record, late);
    else if (late.kind == number_of<metering::DrawOpened>)
        apply_usage<metering::DrawOpened>(record, late);
    else if (late.kind == number_of<metering::EntityCounterOpened>)
        apply_usage<metering::EntityCounterOpened>(record, late);
    present = std::max(present, late.at);
}

void LateLog::drop(Chain& chain) {
    if (chain.empty()) return;
    items_ -= chain.count;
    chain = {};
    if (items_ > 0) return;
    chunks_.clear();
    next_ = 0;
    kinds_.clear();
    kind_numbers_.clear();
}

}  // namespace rb::engine
