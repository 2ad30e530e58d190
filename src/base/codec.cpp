#include "base/codec.h"

#include <bit>

namespace rb::codec {

namespace {

constexpr std::size_t varint_bytes_max = 10;

std::size_t write_varint(char (&buffer)[varint_bytes_max], std::uint64_t value) {
    std::size_t size = 0;
    while (value >= 0x80) {
        buffer[size++] = static_cast<char>(value | 0x80);
        value >>= 7;
    }
    buffer[size++] = static_cast<char>(value);
    return size;
}

void put_big_endian(std::string& out, std::uint64_t value) {
    for (int shift = 56; shift >= 0; shift -= 8) out += static_cast<char>(value >> shift);
}

std::uint64_t big_endian(std::string_view bytes) {
    std::uint64_t value = 0;
    for (char c : bytes) value = value << 8 | static_cast<unsigned char>(c);
    return value;
}

}  // namespace

void put_varint(std::string& out, std::uint64_t value) {
    char buffer[varint_bytes_max];
    std::size_t size = write_varint(buffer, value);
    out.append(buffer, size);
}

void close_length(std::string& out, std::size_t start) {
    std::size_t length = out.size() - start;
    if (length < 0x80) {
        out[start - 1] = static_cast<char>(length);
        return;
    }
    char buffer[varint_bytes_max];
    std::size_t size = write_varint(buffer, length);
    out.replace(start - 1, 1, buffer, size);
}

void put_uuid(std::string& out, const Uuid& uuid) {
    put_big_endian(out, uuid.high);
    put_big_endian(out, uuid.low);
}

std::uint64_t pack_currency(Currency c) { return big_endian(c.code()); }

bool unpack_currency(std::uint64_t packed, Currency& out) {
    if (packed == 0) {
        out = Currency{};
        return true;
    }
    if (packed > 0xFFFFFF) return false;
    char code[3] = {static_cast<char>(packed >> 16), static_cast<char>(packed >> 8),
                    static_cast<char>(packed)};
    auto currency = Currency::parse({code, 3});
    if (currency) out = *currency;
    return currency.has_value();
}

std::uint64_t Reader::varint() {
    std::uint64_t value = 0;
    for (std::size_t i = 0; i < varint_bytes_max && i < in_.size(); ++i) {
        auto byte = static_cast<unsigned char>(in_[i]);
        if (i == varint_bytes_max - 1 && byte > 1) break;  // beyond 64 bits
        value |= static_cast<std::uint64_t>(byte & 0x7F) << (7 * i);
        if (byte < 0x80) {
            in_.remove_prefix(i + 1);
            return value;
        }
    }
    fail();
    return 0;
}

std::string_view Reader::bytes() {
    std::uint64_t length = varint();
    if (length > in_.size()) {
        fail();
        return {};
    }
    std::string_view run = in_.substr(0, length);
    in_.remove_prefix(length);
    return run;
}

Uuid Reader::sixteen() {
    if (in_.size() < 16) {
        fail();
        return {};
    }
    Uuid uuid{big_endian(in_.substr(0, 8)), big_endian(in_.substr(8, 8))};
    in_.remove_prefix(16);
    return uuid;
}

void Reader::skip(Wire wire) {
    switch (wire) {
        case Wire::varint:
            varint();
            return;
        case Wire::bytes:
            bytes();
            return;
        case Wire::sixteen:
            sixteen();
            return;
    }
    fail();
}

}  // namespace rb::codec
