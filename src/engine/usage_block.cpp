#include "engine/usage_block.h"

#include <zstd.h>

#include <bit>
#include <cstring>

#include "base/check.h"
#include "base/codec.h"

namespace rb::engine {

namespace usage_block {

namespace {

std::uint64_t mixed(std::uint64_t a, std::uint64_t b) {
    auto product =
        static_cast<unsigned __int128>(a ^ 0x9E3779B97F4A7C15ULL) * (b ^ 0xD6E8FEB86659FD93ULL);
    return static_cast<std::uint64_t>(product) ^ static_cast<std::uint64_t>(product >> 64);
}

std::uint64_t loaded(const char* bytes, std::size_t size) {
    std::uint64_t value = 0;
    std::memcpy(&value, bytes, size);
    return value;
}

std::uint64_t hash_of(std::string_view text, std::uint8_t tag) {
    std::uint64_t hash = mixed(text.size(), tag);
    const char* p = text.data();
    std::size_t left = text.size();
    for (; left >= 8; left -= 8, p += 8) hash = mixed(hash, loaded(p, 8));
    return left == 0 ? hash : mixed(hash, loaded(p, left));
}

char* put_big_endian(char* out, std::uint64_t value) {
    if constexpr (std::endian::native == std::endian::little) value = __builtin_bswap64(value);
    std::memcpy(out, &value, 8);
    return out + 8;
}

void append_uuids(std::string& out, const std::vector<Uuid>& uuids) {
    std::size_t start = out.size();
    out.resize(start + 16 * uuids.size());
    char* p = out.data() + start;
    for (const Uuid& uuid : uuids) p = put_big_endian(put_big_endian(p, uuid.high), uuid.low);
}

}  // namespace

// Forms of a column of numbers, and of one of hashes.
enum class Form : std::uint8_t { zero, equal, varints };
enum class Presence : std::uint8_t { none, all, bits };

void HashColumn::add_behind_gap(std::size_t row, const Uuid& value) {
    if (rows_.empty())
        for (std::size_t i = 0; i < values_.size(); ++i)
            rows_.push_back(static_cast<std::uint32_t>(i));
    rows_.push_back(static_cast<std::uint32_t>(row));
    values_.push_back(value);
}

// Of each row a bit, the lowest first.
void HashColumn::finish_presence(std::string& out, std::size_t rows) const {
    if (values_.empty()) {
        out += static_cast<char>(Presence::none);
    } else if (values_.size() == rows) {
        out += static_cast<char>(Presence::all);
    } else {
        out += static_cast<char>(Presence::bits);
        std::size_t start = out.size();
        out.resize(start + (rows + 7) / 8);
        for (std::size_t i = 0; i < values_.size(); ++i) {
            std::size_t row = rows_.empty() ? i : rows_[i];
            char& bits = out[start + row / 8];
            bits = static_cast<char>(bits | 1 << row % 8);
        }
    }
}

void HashColumn::finish_values(std::string& out) {
    append_uuids(out, values_);
    values_.clear();
    rows_.clear();
}

void Slots::clear() {
    used_ = 0;
    if (++generation_ != 0) return;
    slots_.assign(slots_.size(), {});
    generation_ = 1;
}

void Slots::grow() {
    std::vector<Slot> old(std::max<std::size_t>(2 * slots_.size(), 64));
    old.swap(slots_);
    for (const Slot& slot : old) {
        if (slot.generation != generation_) continue;
        for (std::size_t i = 0; i < tries_max; ++i) {
            Slot& place = slots_[(slot.hash + i) & (slots_.size() - 1)];
            if (place.generation == generation_) continue;
            place = slot;
            break;
        }
    }
}

template <class Equals>
std::uint32_t Slots::find(std::uint64_t hash, std::uint32_t fresh, const Equals& equals) {
    if (2 * used_ >= slots_.size()) grow();
    for (std::size_t i = 0; i < tries_max; ++i) {
        Slot& slot = slots_[(hash + i) & (slots_.size() - 1)];
        if (slot.generation != generation_) {
            slot = {generation_, fresh, hash};
            ++used_;
            return fresh;
        }
        if (slot.hash == hash && equals(slot.number)) return slot.number;
    }
    return fresh;
}

bool Strings::is(std::uint32_t number, std::string_view text, std::uint8_t tag) const {
    const Item& item = items_[number];
    return item.tag == tag && item.size == text.size() &&
           std::memcmp(text_.data() + item.offset, text.data(), text.size()) == 0;
}

std::uint32_t Strings::number_of(std::string_view text, std::uint8_t tag) {
    if (!items_.empty() && is(last_, text, tag)) return last_;
    auto fresh = static_cast<std::uint32_t>(items_.size());
    last_ = slots_.find(hash_of(text, tag), fresh,
                        [&](std::uint32_t number) { return is(number, text, tag); });
    if (last_ == fresh) {
        RB_CHECK(text_.size() + text.size() <= columns_bytes_max, "a block is finished in time");
        items_.push_back({static_cast<std::uint32_t>(text_.size()),
                          static_cast<std::uint32_t>(text.size()), tag});
        text_ += text;
    }
    return last_;
}

void Strings::finish(std::string& out, Tags tags) {
    codec::put_varint(out, items_.size());
    for (const Item& item : items_) {
        codec::put_varint(out, item.size);
        out.append(text_, item.offset, item.size);
        if (tags == Tags::written) out += static_cast<char>(item.tag);
    }
    text_.clear();
    items_.clear();
    last_ = 0;
    slots_.clear();
}

std::uint32_t Accounts::number_of(AccountId account) {
    if (!items_.empty() && items_[last_] == account.uuid) return last_;
    auto fresh = static_cast<std::uint32_t>(items_.size());
    last_ = slots_.find(mixed(account.uuid.high, account.uuid.low), fresh,
                        [&](std::uint32_t number) { return items_[number] == account.uuid; });
    if (last_ == fresh) items_.push_back(account.uuid);
    return last_;
}

void Accounts::finish(std::string& out) {
    append_uuids(out, items_);
    items_.clear();
    last_ = 0;
    slots_.clear();
}

}  // namespace usage_block

namespace {

using usage_block::Form;

constexpr std::size_t varint_bytes_max = 10;
constexpr char version = 1;
constexpr char version_of_entities = 2;  // has a column more
enum class Packing : std::uint8_t { none, zstd };

// Compression pays for texts. Numbers hardly shrink (docs/formats/usage-block.md has the figures),
// so a block whose texts are shorter than this is left as it is.
constexpr std::size_t texts_packed_min = 2048;
constexpr int zstd_level = 1;

// The distance from one time to another; wraps around rather than overflows.
std::uint64_t distance(std::int64_t from, std::int64_t to) {
    return codec::zigzag(static_cast<std::int64_t>(static_cast<std::uint64_t>(to) -
                                                   static_cast<std::uint64_t>(from)));
}

char* put_varint(char* out, std::uint64_t value) {
    while (value >= 0x80) {
        *out++ = static_cast<char>(value | 0x80);
        value >>= 7;
    }
    *out++ = static_cast<char>(value);
    return out;
}

std::uint64_t moved(std::uint64_t from, std::uint64_t distance) {
    return from + static_cast<std::uint64_t>(codec::unzigzag(distance));
}

Uuid uuid_at(const char* bytes) {
    std::uint64_t words[2];
    std::memcpy(words, bytes, 16);
    if constexpr (std::endian::native == std::endian::little)
        return {__builtin_bswap64(words[0]), __builtin_bswap64(words[1])};
    return {words[0], words[1]};
}

}  // namespace

UsageBlockWriter::UsageBlockWriter() = default;
UsageBlockWriter::~UsageBlockWriter() = default;
UsageBlockWriter::UsageBlockWriter(UsageBlockWriter&&) noexcept = default;
UsageBlockWriter& UsageBlockWriter::operator=(UsageBlockWriter&&) noexcept = default;

void UsageBlockWriter::Free::operator()(ZSTD_CCtx_s* context) const { ZSTD_freeCCtx(context); }

void UsageBlockWriter::add(const UsageRow& row) {
    std::size_t number = rows_.size();
    RB_CHECK(number < usage_block::rows_max, "a block is finished in time");
    rows_.push_back({row.at.us, row.occurred_at.us, row.quantity, accounts_.number_of(row.account),
                     number_of(row.meter, row.aggregation),
                     dimensions_.number_of(row.dimensions, 0), row.flags});
    members_.add(number, row.member);
    events_.add(number, row.event);
    entities_.add(number, row.entity);
}

std::uint32_t UsageBlockWriter::number_of(Name meter, catalog::Aggregation aggregation) {
    bool is_last = !rows_.empty() && meter == meter_ && aggregation == aggregation_;
    if (is_last) return rows_.back().meter;
    meter_ = meter;
    aggregation_ = aggregation;
    return meters_.number_of(meter, static_cast<std::uint8_t>(aggregation));
}

// `value_of` gives the number of a row, and is called for all rows in their order, maybe twice.
template <class ValueOf>
void UsageBlockWriter::put_column(const ValueOf& value_of) {
    std::uint64_t first = rows_.empty() ? 0 : value_of(0);
    std::size_t alike = 0;
    while (alike < rows_.size() && value_of(alike) == first) ++alike;
    if (alike == rows_.size()) {
        columns_ += static_cast<char>(first == 0 ? Form::zero : Form::equal);
        if (first != 0) codec::put_varint(columns_, first);
        return;
    }
    if (run_.size() < varint_bytes_max * rows_.size()) run_.resize(varint_bytes_max * rows_.size());
    char* end = run_.data();
    for (std::size_t i = 0; i < rows_.size(); ++i) end = put_varint(end, value_of(i));
    auto size = static_cast<std::size_t>(end - run_.data());
    columns_ += static_cast<char>(Form::varints);
    codec::put_varint(columns_, size);
    columns_.append(run_, 0, size);
}

void UsageBlockWriter::put_columns() {
    meters_.finish(columns_, usage_block::Strings::Tags::written);
    dimensions_.finish(columns_, usage_block::Strings::Tags::left_out);
    put_column([this](std::size_t i) { return rows_[i].account; });
    put_column([this](std::size_t i) { return rows_[i].meter; });
    put_column([this](std::size_t i) { return rows_[i].dimensions; });
    put_column([this](std::size_t i) { return codec::zigzag(rows_[i].quantity); });
    codec::put_varint(columns_, codec::zigzag(rows_.empty() ? 0 : rows_.front().at));
    put_column(
        [this](std::size_t i) { return i == 0 ? 0 : distance(rows_[i - 1].at, rows_[i].at); });
    put_column([this](std::size_t i) { return distance(rows_[i].at, rows_[i].occurred_at); });
    put_column([this](std::size_t i) { return rows_[i].flags; });
    members_.finish_presence(columns_, rows_.size());
    events_.finish_presence(columns_, rows_.size());
    if (!entities_.empty()) entities_.finish_presence(columns_, rows_.size());
    RB_CHECK(columns_.size() <= usage_block::columns_bytes_max, "a block is finished in time");
}

std::string UsageBlockWriter::finish() {
    std::size_t accounts = accounts_.size();
    std::size_t texts = meters_.bytes() + dimensions_.bytes();
    columns_.clear();
    codec::put_varint(columns_, accounts);
    put_columns();

    std::string out;
    out.reserve(32 + columns_.size() + 16 * accounts + members_.bytes() + events_.bytes() +
                entities_.bytes());
    out += entities_.empty() ? version : version_of_entities;
    codec::put_varint(out, rows_.size());
    pack(out, texts);
    accounts_.finish(out);
    members_.finish_values(out);
    events_.finish_values(out);
    entities_.finish_values(out);
    rows_.clear();
    return out;
}

// Appends the columns, compressed when they have enough text and it makes them smaller.
void UsageBlockWriter::pack(std::string& out, std::size_t texts) {
    if (texts >= texts_packed_min) {
        if (!context_) context_.reset(ZSTD_createCCtx());
        RB_CHECK(context_, "there is memory for a compressor");
        std::size_t bound = ZSTD_compressBound(columns_.size());
        if (packed_.size() < bound) packed_.resize(bound);
        std::size_t size = ZSTD_compressCCtx(context_.get(), packed_.data(), packed_.size(),
                                             columns_.data(), columns_.size(), zstd_level);
        if (!ZSTD_isError(size) && size < columns_.size()) {
            out += static_cast<char>(Packing::zstd);
            codec::put_varint(out, columns_.size());
            codec::put_varint(out, size);
            out.append(packed_, 0, size);
            return;
        }
    }
    out += static_cast<char>(Packing::none);
    codec::put_varint(out, columns_.size());
    out += columns_;
}

namespace {

// What has been read so far, from the front; after a failure everything reads as nothing.
class Input {
public:
    explicit Input(std::string_view bytes) : bytes_(bytes) {}
    bool ok() const { return ok_; }
    bool at_end() const { return bytes_.empty(); }
    void fail() {
        ok_ = false;
        bytes_ = {};
    }
    std::string_view take(std::uint64_t size) {
        if (size > bytes_.size()) {
            fail();
            return {};
        }
        std::string_view taken = bytes_.substr(0, size);
        bytes_.remove_prefix(size);
        return taken;
    }
    std::uint8_t byte() {
        std::string_view taken = take(1);
        return taken.empty() ? 0 : static_cast<std::uint8_t>(taken[0]);
    }
    std::uint64_t varint() {
        std::uint64_t value = 0;
        for (int shift = 0; shift < 70 && !bytes_.empty(); shift += 7) {
            std::uint64_t part = byte();
            if (shift == 63 && part > 1) break;  // beyond 64 bits
            value |= (part & 0x7F) << shift;
            if (part < 0x80) return value;
        }
        fail();
        return 0;
    }
    std::string_view rest() { return take(bytes_.size()); }

private:
    std::string_view bytes_;
    bool ok_ = true;
};

}  // namespace

// Reads the parts in their order and checks each, so that `next` need not.
class UsageBlockReader::Opening {
public:
    Opening(UsageBlockReader& reader, std::string_view bytes) : reader_(reader), block_(bytes) {}

    bool run() {
        auto form = static_cast<char>(block_.byte());
        if (form != version && form != version_of_entities) return false;
        std::uint64_t rows = block_.varint();
        if (rows > usage_block::rows_max) return false;
        reader_.rows_ = rows;
        if (!unpack()) return false;
        std::uint64_t accounts = columns_.varint();
        if (!read_tables()) return false;
        numbers(reader_.account_numbers_, accounts);
        numbers(reader_.meter_numbers_, reader_.meters_.size());
        numbers(reader_.dimension_numbers_, reader_.dimensions_.size());
        numbers(reader_.quantities_, any);
        reader_.at_ = static_cast<std::uint64_t>(codec::unzigzag(columns_.varint()));
        numbers(reader_.ats_, any);
        numbers(reader_.occurred_, any);
        numbers(reader_.flags_, 256);
        std::size_t members = presence(reader_.members_);
        std::size_t events = presence(reader_.events_);
        std::size_t entities = form == version_of_entities ? presence(reader_.entities_) : 0;
        if (!columns_.ok() || !columns_.at_end()) return false;
        if (accounts > rows) return false;
        reader_.accounts_ = block_.take(16 * accounts).data();
        reader_.members_.next = block_.take(16 * members).data();
        reader_.events_.next = block_.take(16 * events).data();
        reader_.events_.count = events;
        reader_.entities_.next = block_.take(16 * entities).data();
        return block_.ok() && block_.at_end();
    }

private:
    static constexpr std::uint64_t any = UINT64_MAX;  // no bound

    bool unpack() {
        auto packing = static_cast<Packing>(block_.byte());
        std::uint64_t size = block_.varint();
        if (!block_.ok() || size > usage_block::columns_bytes_max) return false;
        if (packing == Packing::none) {
            columns_ = Input(block_.take(size));
            return block_.ok();
        }
        if (packing != Packing::zstd) return false;
        std::string_view packed = block_.take(block_.varint());
        if (!block_.ok() || ZSTD_getFrameContentSize(packed.data(), packed.size()) != size)
            return false;
        reader_.unpacked_ = std::make_unique_for_overwrite<char[]>(size);
        if (ZSTD_decompress(reader_.unpacked_.get(), size, packed.data(), packed.size()) != size)
            return false;
        columns_ = Input({reader_.unpacked_.get(), size});
        return true;
    }

    bool read_tables() {
        // No table is longer than the rows that name its items.
        std::uint64_t meters = columns_.varint();
        if (meters > reader_.rows_) return false;
        for (std::uint64_t i = 0; i < meters && columns_.ok(); ++i) {
            std::string_view text = columns_.take(columns_.varint());
            std::uint8_t aggregation = columns_.byte();
            if (!enum_is_valid<catalog::Aggregation>(aggregation)) return false;
            reader_.meters_.push_back({Name(text), static_cast<catalog::Aggregation>(aggregation)});
        }
        std::uint64_t dimensions = columns_.varint();
        if (dimensions > reader_.rows_) return false;
        for (std::uint64_t i = 0; i < dimensions && columns_.ok(); ++i)
            reader_.dimensions_.push_back(columns_.take(columns_.varint()));
        return columns_.ok();
    }

    // All numbers are below `end`, unless that is `any`.
    void numbers(Numbers& column, std::uint64_t end) {
        auto fits = [&](std::uint64_t value) {
            return end == any || value < end || reader_.rows_ == 0;
        };
        switch (static_cast<Form>(columns_.byte())) {
            case Form::zero:
                break;
            case Form::equal:
                column.constant = columns_.varint();
                break;
            case Form::varints: {
                Input run(columns_.take(columns_.varint()));
                Input check = run;
                for (std::size_t i = 0; i < reader_.rows_ && check.ok(); ++i)
                    if (!fits(check.varint())) check.fail();
                if (!check.ok() || !check.at_end()) return columns_.fail();
                column.next = run.rest().data();
                return;
            }
            default:
                return columns_.fail();
        }
        if (!fits(column.constant)) columns_.fail();
    }

    // How many rows have a hash.
    std::size_t presence(Hashes& column) {
        column.presence = static_cast<Presence>(columns_.byte());
        switch (column.presence) {
            case Presence::none:
                return 0;
            case Presence::all:
                return reader_.rows_;
            case Presence::bits: {
                std::string_view bits = columns_.take((reader_.rows_ + 7) / 8);
                column.bits = bits.data();
                std::size_t count = 0;
                for (char c : bits)
                    count += static_cast<std::size_t>(std::popcount(static_cast<unsigned char>(c)));
                std::size_t spare = 8 * bits.size() - reader_.rows_;
                if (!bits.empty() && spare > 0 &&
                    static_cast<unsigned char>(bits.back()) >> (8 - spare) != 0)
                    columns_.fail();
                return count;
            }
        }
        columns_.fail();
        return 0;
    }

    UsageBlockReader& reader_;
    Input block_;
    Input columns_{{}};
};

Parsed<UsageBlockReader> UsageBlockReader::open(std::string_view bytes) {
    UsageBlockReader reader;
    if (!Opening(reader, bytes).run())
        return Unparsed("the usage block is damaged or of a format that is not known");
    return reader;
}

std::uint64_t UsageBlockReader::Numbers::take() {
    if (next == nullptr) return constant;
    auto byte = static_cast<unsigned char>(*next++);
    if (byte < 0x80) return byte;
    std::uint64_t value = byte & 0x7F;
    for (int shift = 7;; shift += 7) {
        byte = static_cast<unsigned char>(*next++);
        value |= static_cast<std::uint64_t>(byte & 0x7F) << shift;
        if (byte < 0x80) return value;
    }
}

Uuid UsageBlockReader::Hashes::take(std::size_t row) {
    if (presence == Presence::none) return {};
    if (presence == Presence::bits &&
        (static_cast<unsigned char>(bits[row / 8]) >> (row % 8) & 1) == 0)
        return {};
    Uuid value = uuid_at(next);
    next += 16;
    return value;
}

void UsageBlockReader::put_events(std::vector<Uuid>& out) const {
    for (std::size_t i = 0; i < events_.count; ++i) out.push_back(uuid_at(events_.next + 16 * i));
}

bool UsageBlockReader::next(UsageRow& row) {
    if (row_ == rows_) return false;
    row.account.uuid = uuid_at(accounts_ + 16 * account_numbers_.take());
    const Named& meter = meters_[meter_numbers_.take()];
    row.meter = meter.text;
    row.aggregation = meter.aggregation;
    row.dimensions = dimensions_[dimension_numbers_.take()];
    row.quantity = codec::unzigzag(quantities_.take());
    at_ = moved(at_, ats_.take());
    row.at.us = static_cast<std::int64_t>(at_);
    row.occurred_at.us = static_cast<std::int64_t>(moved(at_, occurred_.take()));
    row.flags = static_cast<std::uint8_t>(flags_.take());
    row.member = members_.take(row_);
    row.event = events_.take(row_);
    row.entity = entities_.take(row_);
    ++row_;
    return true;
}

}  // namespace rb::engine
