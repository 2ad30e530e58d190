#pragma once
// One description of a struct's fields gives its binary form, its reading back, and its JSON.
//
// A struct lists its fields once, in ascending numbers that are never reused or renumbered:
//
//     struct HoldReleased {
//         HoldId hold;
//         Amount amount;
//         template <class V, class S>
//         static void fields(V& v, S& s) { v(1, "hold", s.hold); v(2, "amount", s.amount); }
//     };
//
// Binary form: for each field that differs from its default a tag (number * 4 + wire) as varint,
// then the value: wire 0 a varint (signed numbers zigzag), wire 1 a length and that many bytes,
// wire 2 sixteen bytes. Unknown numbers are skipped, missing ones keep their default.
// docs/formats/codec.md.
//
// A Reader never throws and never reads past its input: after a malformed field `ok()` is false and
// everything read later is a default. Not for JSON input from users; that is api/http's business.
#include <cstring>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <type_traits>
#include <vector>

#include "base/amount.h"
#include "base/civil.h"
#include "base/decimal.h"
#include "base/enums.h"
#include "base/id.h"
#include "base/instant.h"
#include "base/json.h"
#include "base/name.h"
#include "base/text.h"
#include "base/zone.h"

namespace rb {

namespace codec {

struct Probe {
    template <class T>
    void operator()(int, const char*, T&) {}
};
template <class T>
concept HasFields = std::is_class_v<T> && requires(Probe& p, T& t) { T::fields(p, t); };

template <class T>
struct IsVector : std::false_type {};
template <class T>
struct IsVector<std::vector<T>> : std::true_type {};
template <class T>
struct IsOptional : std::false_type {};
template <class T>
struct IsOptional<std::optional<T>> : std::true_type {};
template <class T>
struct IsMap : std::false_type {};
template <class K, class T>
struct IsMap<std::map<K, T>> : std::true_type {};
template <class T>
struct IsId : std::false_type {};
template <class T>
struct IsId<Id<T>> : std::true_type {};

enum class Wire : std::uint8_t { varint = 0, bytes = 1, sixteen = 2 };

template <class T>
constexpr Wire wire_of() {
    if constexpr (std::is_same_v<T, Uuid> || IsId<T>::value)
        return Wire::sixteen;
    else if constexpr (std::is_integral_v<T> || std::is_enum_v<T> || std::is_same_v<T, Instant> ||
                       std::is_same_v<T, Duration> || std::is_same_v<T, CivilDate> ||
                       std::is_same_v<T, Currency>)
        return Wire::varint;
    else
        return Wire::bytes;
}

void put_varint(std::string& out, std::uint64_t value);
// Turns the bytes after `start` into a length-prefixed run.
void close_length(std::string& out, std::size_t start);

constexpr std::uint64_t zigzag(std::int64_t v) {
    return (static_cast<std::uint64_t>(v) << 1) ^ static_cast<std::uint64_t>(v >> 63);
}
constexpr std::int64_t unzigzag(std::uint64_t v) {
    return static_cast<std::int64_t>(v >> 1) ^ -static_cast<std::int64_t>(v & 1);
}
void put_uuid(std::string& out, const Uuid& uuid);
std::uint64_t pack_currency(Currency c);
bool unpack_currency(std::uint64_t packed, Currency& out);

template <class T>
void put(std::string& out, const T& value);

// Writes the fields that differ from those of `defaults`, a default-constructed object of the same
// type. A field whose default is not zero (a period of a month) is thus kept when it is zero (a
// day).
class FieldWriter {
public:
    template <class S>
    FieldWriter(std::string& out, const S& object, const S& defaults)
        : out_(out),
          object_(reinterpret_cast<const char*>(&object)),
          defaults_(reinterpret_cast<const char*>(&defaults)),
          size_(sizeof(S)) {}
    template <class T>
    void operator()(int number, const char*, const T& value) {
        RB_CHECK(number > last_, "field numbers ascend");
        last_ = number;
        if constexpr (IsOptional<T>::value) {
            if (!value) return;
            using Inner = typename T::value_type;
            put_varint(out_, static_cast<std::uint64_t>(number) * 4 +
                                 static_cast<std::uint64_t>(wire_of<Inner>()));
            put(out_, *value);
        } else {
            if (is_default(value)) return;
            put_varint(out_, static_cast<std::uint64_t>(number) * 4 +
                                 static_cast<std::uint64_t>(wire_of<T>()));
            put(out_, value);
        }
    }

private:
    template <class T>
    bool is_default(const T& value) const {
        // The same member of the defaults, found by its offset.
        auto offset = static_cast<std::size_t>(reinterpret_cast<const char*>(&value) - object_);
        if (offset >= size_) return false;
        const T& normal = *reinterpret_cast<const T*>(defaults_ + offset);
        if constexpr (IsVector<T>::value || IsMap<T>::value)
            return value.empty() && normal.empty();
        else if constexpr (requires { value == normal; })
            return value == normal;
        else
            return false;
    }
    std::string& out_;
    const char* object_;
    const char* defaults_;
    std::size_t size_;
    int last_ = 0;
};

template <class T>
void put_fields(std::string& out, const T& value) {
    static const T defaults{};
    FieldWriter writer(out, value, defaults);
    T::fields(writer, value);
}

template <class T>
void put(std::string& out, const T& value) {
    if constexpr (std::is_same_v<T, Uuid>) {
        put_uuid(out, value);
    } else if constexpr (IsId<T>::value) {
        put_uuid(out, value.uuid);
    } else if constexpr (std::is_enum_v<T>) {
        put_varint(out, static_cast<std::uint64_t>(value));
    } else if constexpr (std::is_same_v<T, Instant> || std::is_same_v<T, Duration>) {
        put_varint(out, zigzag(value.us));
    } else if constexpr (std::is_same_v<T, CivilDate>) {
        put_varint(out, zigzag(value.to_days()));
    } else if constexpr (std::is_same_v<T, Currency>) {
        put_varint(out, pack_currency(value));
    } else if constexpr (std::is_integral_v<T> && std::is_signed_v<T>) {
        put_varint(out, zigzag(value));
    } else if constexpr (std::is_integral_v<T>) {
        put_varint(out, static_cast<std::uint64_t>(value));
    } else {
        out += '\0';  // place of the length
        std::size_t start = out.size();
        if constexpr (std::is_same_v<T, std::string>) {
            out += value;
        } else if constexpr (std::is_same_v<T, Name>) {
            out += value.text();
        } else if constexpr (std::is_same_v<T, Sha256>) {
            out += value.view();
        } else if constexpr (std::is_same_v<T, int128>) {
            char bytes[16];
            std::memcpy(bytes, &value, 16);
            out.append(bytes, 16);
        } else if constexpr (std::is_same_v<T, Zone>) {
            out += value.id();
        } else if constexpr (IsVector<T>::value || std::is_same_v<T, Names>) {
            for (const auto& item : value) put(out, item);
        } else if constexpr (IsMap<T>::value) {
            for (const auto& [key, item] : value) {
                put(out, key);
                put(out, item);
            }
        } else {
            static_assert(HasFields<T>, "a journaled type lists its fields");
            put_fields(out, value);
        }
        close_length(out, start);
    }
}

class Reader {
public:
    explicit Reader(std::string_view in) : in_(in) {}
    bool ok() const { return ok_; }
    bool at_end() const { return in_.empty(); }
    void fail() {
        ok_ = false;
        in_ = {};
    }
    std::uint64_t varint();
    std::string_view bytes();
    Uuid sixteen();
    void skip(Wire wire);

    template <class T>
    void get(T& value) {
        if constexpr (std::is_same_v<T, Uuid>) {
            value = sixteen();
        } else if constexpr (IsId<T>::value) {
            value.uuid = sixteen();
        } else if constexpr (std::is_same_v<T, bool>) {
            value = varint() != 0;
        } else if constexpr (std::is_enum_v<T>) {
            std::uint64_t raw = varint();
            if constexpr (NamedEnum<T>) {
                if (!enum_is_valid<T>(raw)) return fail();
            }
            value = static_cast<T>(raw);
        } else if constexpr (std::is_same_v<T, Instant> || std::is_same_v<T, Duration>) {
            value.us = unzigzag(varint());
        } else if constexpr (std::is_same_v<T, CivilDate>) {
            std::int32_t days = 0;
            get(days);
            value = CivilDate::of_days(days);
        } else if constexpr (std::is_same_v<T, Currency>) {
            if (!unpack_currency(varint(), value)) fail();
        } else if constexpr (std::is_integral_v<T> && std::is_signed_v<T>) {
            std::int64_t raw = unzigzag(varint());
            if (raw != static_cast<T>(raw)) return fail();
            value = static_cast<T>(raw);
        } else if constexpr (std::is_integral_v<T>) {
            std::uint64_t raw = varint();
            if (raw != static_cast<T>(raw)) return fail();
            value = static_cast<T>(raw);
        } else {
            Reader inner(bytes());
            inner.get_content(value);
            if (!inner.ok_) fail();
        }
    }

    // The fields of a struct up to the end of the input.
    template <class T>
    void get_fields(T& value) {
        FieldReader fields(*this);
        T::fields(fields, value);
        fields.finish();
    }

private:
    class FieldReader {
    public:
        explicit FieldReader(Reader& reader) : reader_(reader) { peek(); }
        template <class T>
        void operator()(int number, const char*, T& value) {
            while (number_ != 0 && number_ < number) skip();
            if (number_ != number) return;
            if constexpr (IsOptional<T>::value) {
                using Inner = typename T::value_type;
                if (wire_ != wire_of<Inner>()) return stop();
                reader_.get(value.emplace());
            } else {
                if (wire_ != wire_of<T>()) return stop();
                reader_.get(value);
            }
            peek();
        }
        void finish() {
            while (number_ != 0) skip();
        }

    private:
        void peek() {
            number_ = 0;
            if (!reader_.ok() || reader_.at_end()) return;
            std::uint64_t tag = reader_.varint();
            if (tag < 4 || tag > 4 * 1'000'000 || (tag & 3) == 3) return stop();
            int next = static_cast<int>(tag / 4);
            if (next <= last_) return stop();
            last_ = number_ = next;
            wire_ = static_cast<Wire>(tag & 3);
        }
        void skip() {
            reader_.skip(wire_);
            peek();
        }
        void stop() {
            reader_.fail();
            number_ = 0;
        }
        Reader& reader_;
        int number_ = 0;
        int last_ = 0;
        Wire wire_ = Wire::varint;
    };

    template <class T>
    void get_content(T& value) {
        if constexpr (std::is_same_v<T, std::string>) {
            value = in_;
            in_ = {};
        } else if constexpr (std::is_same_v<T, Name>) {
            value = Name(in_);
            in_ = {};
        } else if constexpr (std::is_same_v<T, Names>) {
            std::vector<Name> items;
            get_content(items);
            value = Names(items);
        } else if constexpr (std::is_same_v<T, Sha256>) {
            if (in_.size() != 32) return fail();
            std::memcpy(value.bytes.data(), in_.data(), 32);
        } else if constexpr (std::is_same_v<T, int128>) {
            if (in_.size() != 16) return fail();
            std::memcpy(&value, in_.data(), 16);
        } else if constexpr (std::is_same_v<T, Zone>) {
            auto zone = Zone::find(in_);
            if (!zone) return fail();
            value = *zone;
        } else if constexpr (IsVector<T>::value) {
            value.clear();
            while (ok_ && !at_end()) {
                typename T::value_type item{};
                get(item);
                if (ok_) value.push_back(std::move(item));
            }
        } else if constexpr (IsMap<T>::value) {
            value.clear();
            while (ok_ && !at_end()) {
                typename T::key_type key{};
                typename T::mapped_type item{};
                get(key);
                get(item);
                if (ok_) value.emplace(std::move(key), std::move(item));
            }
        } else {
            static_assert(HasFields<T>, "a journaled type lists its fields");
            get_fields(value);
            if constexpr (std::is_same_v<T, Decimal>) {
                if (value.scale() < 0 || value.scale() > Decimal::scale_max) fail();
            }
        }
    }

    std::string_view in_;
    bool ok_ = true;
};

template <class T>
void write_json(JsonWriter& w, const T& value);

class JsonFieldWriter {
public:
    explicit JsonFieldWriter(JsonWriter& w) : w_(w) {}
    template <class T>
    void operator()(int, const char* name, const T& value) {
        if constexpr (IsOptional<T>::value) {
            if (!value) return;
            w_.key(name);
            write_json(w_, *value);
        } else {
            w_.key(name);
            write_json(w_, value);
        }
    }

private:
    JsonWriter& w_;
};

template <class T>
std::string key_text(const T& key) {
    if constexpr (std::is_same_v<T, std::string>)
        return key;
    else if constexpr (std::is_same_v<T, Currency>)
        return std::string(key.code());
    else if constexpr (NamedEnum<T>)
        return std::string(enum_text(key));
    else if constexpr (std::is_integral_v<T>)
        return std::to_string(key);
    else
        return key.to_text();
}

template <class T>
void write_json(JsonWriter& w, const T& value) {
    if constexpr (std::is_same_v<T, std::string>) {
        if (is_utf8(value))
            w.string(value);
        else
            w.string("base64:" + to_base64(value));
    } else if constexpr (std::is_same_v<T, Name>) {
        write_json(w, value.text());
    } else if constexpr (std::is_same_v<T, bool>) {
        w.boolean(value);
    } else if constexpr (std::is_same_v<T, Sha256>) {
        w.string(value.to_hex());
    } else if constexpr (std::is_same_v<T, Duration>) {
        w.integer(value.us);
    } else if constexpr (std::is_same_v<T, int128>) {
        w.raw(to_text(value));
    } else if constexpr (std::is_same_v<T, Currency>) {
        w.string(value.code());
    } else if constexpr (std::is_same_v<T, Zone>) {
        w.string(value.id());
    } else if constexpr (std::is_same_v<T, Decimal>) {
        w.string(value.to_text());
    } else if constexpr (std::is_same_v<T, Amount>) {
        w.begin_object().key("amount").string(value.to_text());
        w.key("currency").string(value.currency().code()).end_object();
    } else if constexpr (NamedEnum<T>) {
        w.string(enum_text(value));
    } else if constexpr (std::is_enum_v<T> || std::is_integral_v<T>) {
        w.raw(std::to_string(static_cast<std::int64_t>(value)));
    } else if constexpr (IsVector<T>::value || std::is_same_v<T, Names>) {
        w.begin_array();
        for (const auto& item : value) write_json(w, item);
        w.end_array();
    } else if constexpr (IsMap<T>::value) {
        w.begin_object();
        for (const auto& [key, item] : value) {
            w.key(key_text(key));
            write_json(w, item);
        }
        w.end_object();
    } else if constexpr (HasFields<T>) {
        w.begin_object();
        JsonFieldWriter writer(w);
        T::fields(writer, value);
        w.end_object();
    } else {
        w.string(value.to_text());
    }
}

}  // namespace codec

// The binary form of a struct that lists its fields, without a length in front.
template <class T>
void encode(std::string& out, const T& value) {
    codec::put_fields(out, value);
}
template <class T>
std::string encode(const T& value) {
    std::string out;
    encode(out, value);
    return out;
}

// False when the bytes are no such struct; `value` is then unspecified.
template <class T>
bool decode(std::string_view bytes, T& value) {
    codec::Reader reader(bytes);
    reader.get_fields(value);
    return reader.ok();
}

template <class T>
std::string encode_json(const T& value) {
    std::string out;
    JsonWriter w(out);
    codec::write_json(w, value);
    return out;
}

}  // namespace rb
