#include "api/native/event_pattern.h"

#if defined(__SSE2__)
#include <immintrin.h>
#endif

#include <cstring>
#include <optional>

#include "api/http/json_scanner.h"
#include "api/native/property.h"

namespace rb::api::native {

using http::JsonScanner;
using Kind = JsonScanner::Kind;

namespace {

// Longer events gain little from it.
constexpr std::size_t event_bytes_max = 4096;

// Behind a number of a few digits as JSON writes them; nullptr: it is something else.
const char* behind_digits(const char* at) {
    constexpr std::ptrdiff_t digits_max = 15;
    const char* const begin = at;
    while (*at >= '0' && *at <= '9') ++at;
    const std::ptrdiff_t digits = at - begin;
    const bool is_plain = digits == 1 || (digits > 1 && digits <= digits_max && *begin != '0');
    return is_plain ? at : nullptr;
}

}  // namespace

class EventPattern::Learning {
public:
    Learning(EventPattern& pattern, std::string_view event)
        : pattern_(pattern), text_(event), literal_begin_(event.data()) {}

    bool run() {
        std::string arena;
        std::string padded(text_);
        JsonScanner::pad(padded);
        shift_ = text_.data() - padded.data();
        JsonScanner scanner(padded.data(), padded.data() + text_.size(), arena);
        std::string_view name, raw;
        scanner.begin_object();
        while (scanner.next_member(name)) {
            if (name == "data" && scanner.peek() == Kind::object) {
                if (!read_data(scanner)) return false;
                continue;
            }
            const auto slot = slot_of(name);
            if (!slot)
                scanner.skip_value(2, raw);  // a constant
            else if (scanner.peek() != Kind::string || !take_text(scanner, *slot, {}))
                return false;
        }
        if (scanner.failed() || !arena.empty()) return false;
        add(text_.data() + text_.size(), Slot::end, {});
        return true;
    }

private:
    static std::optional<Slot> slot_of(std::string_view name) {
        if (name == "id") return Slot::id;
        if (name == "source") return Slot::source;
        if (name == "type") return Slot::type;
        if (name == "subject") return Slot::subject;
        if (name == "time") return Slot::time;
        return std::nullopt;
    }

    bool read_data(JsonScanner& scanner) {
        std::string_view name, token;
        scanner.begin_object();
        while (scanner.next_member(name)) {
            const Kind kind = scanner.peek();
            if (kind == Kind::string) {
                if (!take_text(scanner, Slot::text, name)) return false;
            } else if (kind == Kind::number) {
                const char* const begin = scanner.position();
                if (!scanner.read_number(token)) return false;
                add(begin + shift_, Slot::number, name);
                literal_begin_ = scanner.position() + shift_;
            } else {
                return false;
            }
        }
        return !scanner.failed();
    }

    // The quotes are of the pieces before and behind.
    bool take_text(JsonScanner& scanner, Slot slot, std::string_view name) {
        const char* const begin = scanner.position() + 1;
        std::string_view text;
        if (!scanner.read_string(text)) return false;
        add(begin + shift_, slot, name);
        literal_begin_ = scanner.position() + shift_ - 1;
        return true;
    }

    // The piece up to `end`, and what follows it.
    void add(const char* end, Slot slot, std::string_view name) {
        Part part;
        part.slot = slot;
        part.begin = static_cast<std::uint32_t>(pattern_.literals_.size());
        part.size = static_cast<std::uint32_t>(end - literal_begin_);
        if (name.data() != nullptr) {
            part.name_begin = static_cast<std::uint32_t>(name.data() + shift_ - literal_begin_);
            part.name_size = static_cast<std::uint32_t>(name.size());
        }
        pattern_.literals_.append(literal_begin_, end);
        pattern_.parts_.push_back(part);
    }

    EventPattern& pattern_;
    std::string_view text_;
    const char* literal_begin_;
    std::ptrdiff_t shift_ = 0;  // from the padded copy to the text
};

void EventPattern::learn(std::string_view event) {
    literals_.clear();
    parts_.clear();
    shape_.size = 0;
    last_size_ = event.size();
    if (event.size() <= event_bytes_max && Learning(*this, event).run()) return;
    literals_.clear();
    parts_.clear();
}

const char* EventPattern::match(const char* at, const char* end, Values& values,
                                std::vector<engine::Property>& properties) {
    const auto left = static_cast<std::size_t>(end - at);
    if (shape_.size != 0 && left >= shape_.size && has_shape(at)) {
        take_shape(at, values, properties);
        return at + shape_.size;
    }
    const std::size_t property_begin = properties.size();
    const char* const behind = match_parts(at, end, values, properties);
    if (!behind) return nullptr;
    const auto size = static_cast<std::size_t>(behind - at);
    // Where lengths differ from event to event, a shape of each would only cost.
    if (size == last_size_)
        learn_shape({at, size}, values, std::span(properties).subspan(property_begin));
    last_size_ = size;
    return behind;
}

#if defined(__SSE2__)

namespace {

// An event's bytes beside the texts of its shape; `size` is a multiple of 16.
struct Compared {
    const char* event;
    const char* text;
    const char* fixed;
    const char* variable;
    std::size_t size;
};

inline __m128i load16(const char* from) {
    return _mm_loadu_si128(reinterpret_cast<const __m128i*>(from));
}

// All that differs from the text where it is fixed, and all that is not plain where it is not
// (as JsonScanner::plain_end has it).
inline __m128i wrong_in_16(const Compared& c, std::size_t i) {
    const __m128i bytes = load16(c.event + i);
    const __m128i differs =
        _mm_and_si128(_mm_xor_si128(bytes, load16(c.text + i)), load16(c.fixed + i));
    const __m128i hard = _mm_or_si128(_mm_cmplt_epi8(bytes, _mm_set1_epi8(0x20)),
                                      _mm_or_si128(_mm_cmpeq_epi8(bytes, _mm_set1_epi8('"')),
                                                   _mm_cmpeq_epi8(bytes, _mm_set1_epi8('\\'))));
    return _mm_or_si128(differs, _mm_and_si128(hard, load16(c.variable + i)));
}

bool is_alike_by_16(const Compared& c) {
    __m128i wrong = _mm_setzero_si128();
    for (std::size_t i = 0; i < c.size; i += 16) wrong = _mm_or_si128(wrong, wrong_in_16(c, i));
    return _mm_movemask_epi8(_mm_cmpeq_epi8(wrong, _mm_setzero_si128())) == 0xFFFF;
}

// The same with registers of twice the size, for processors that have them.
[[gnu::target("avx2")]] inline __m256i load32(const char* from) {
    return _mm256_loadu_si256(reinterpret_cast<const __m256i*>(from));
}
[[gnu::target("avx2")]] bool is_alike_by_32(const Compared& c) {
    __m256i wrong = _mm256_setzero_si256();
    std::size_t i = 0;
    for (; i + 32 <= c.size; i += 32) {
        const __m256i bytes = load32(c.event + i);
        const __m256i differs =
            _mm256_and_si256(_mm256_xor_si256(bytes, load32(c.text + i)), load32(c.fixed + i));
        const __m256i hard =
            _mm256_or_si256(_mm256_cmpgt_epi8(_mm256_set1_epi8(0x20), bytes),
                            _mm256_or_si256(_mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('"')),
                                            _mm256_cmpeq_epi8(bytes, _mm256_set1_epi8('\\'))));
        wrong = _mm256_or_si256(
            wrong, _mm256_or_si256(differs, _mm256_and_si256(hard, load32(c.variable + i))));
    }
    const bool is_alike = _mm256_testz_si256(wrong, wrong) != 0;
    if (i == c.size || !is_alike) return is_alike;
    const __m128i rest = wrong_in_16(c, i);
    return _mm_testz_si128(rest, rest) != 0;
}

bool is_alike(const Compared& c) {
    static const bool has_avx2 = __builtin_cpu_supports("avx2") != 0;
    return has_avx2 ? is_alike_by_32(c) : is_alike_by_16(c);
}

}  // namespace

bool EventPattern::has_shape(const char* at) const {
    if (!is_alike({at, shape_.text.data(), shape_.fixed.data(), shape_.variable.data(),
                   shape_.text.size()}))
        return false;
    for (const PropertyPlace& property : shape_.properties) {
        if (property.kind != engine::Property::Kind::number) continue;
        const char* const begin = at + property.value.begin;
        if (behind_digits(begin) != begin + property.value.size) return false;
    }
    return true;
}

void EventPattern::learn_shape(std::string_view event, const Values& values,
                               std::span<const engine::Property> properties) {
    const std::size_t padded = (event.size() + 15) / 16 * 16;
    auto place_of = [&](std::string_view value) {
        if (value.empty()) return Place{};
        return Place{static_cast<std::uint32_t>(value.data() - event.data()),
                     static_cast<std::uint32_t>(value.size())};
    };
    shape_.text.assign(event);
    shape_.text.resize(padded);
    shape_.fixed.assign(event.size(), '\xff');
    shape_.fixed.resize(padded);
    shape_.variable.assign(padded, '\0');
    auto vary = [&](const Place& place) {
        std::memset(shape_.fixed.data() + place.begin, 0, place.size);
        std::memset(shape_.variable.data() + place.begin, 0xff, place.size);
    };
    shape_.attributes = {place_of(values.id), place_of(values.source), place_of(values.type),
                         place_of(values.subject), place_of(values.time)};
    for (const Place& place : shape_.attributes) vary(place);
    shape_.properties.clear();
    for (const engine::Property& p : properties) {
        shape_.properties.push_back({place_of(p.name), place_of(p.text), p.kind});
        vary(shape_.properties.back().value);
    }
    shape_.size = event.size();
}

#else

bool EventPattern::has_shape(const char*) const { return false; }
void EventPattern::learn_shape(std::string_view, const Values&, std::span<const engine::Property>) {
}

#endif

void EventPattern::take_shape(const char* at, Values& values,
                              std::vector<engine::Property>& properties) const {
    auto text = [at](const Place& place) { return std::string_view(at + place.begin, place.size); };
    values = {text(shape_.attributes[0]), text(shape_.attributes[1]), text(shape_.attributes[2]),
              text(shape_.attributes[3]), text(shape_.attributes[4])};
    for (const PropertyPlace& p : shape_.properties) {
        const engine::Property property{text(p.name), text(p.value), p.kind};
        properties.push_back(property);
    }
}

const char* EventPattern::match_parts(const char* at, const char* end, Values& values,
                                      std::vector<engine::Property>& properties) const {
    using To = engine::Property::Kind;
    const std::size_t property_begin = properties.size();
    for (const Part& part : parts_) {
        if (static_cast<std::size_t>(end - at) < part.size ||
            std::memcmp(at, literals_.data() + part.begin, part.size) != 0)
            break;
        const std::string_view name(at + part.name_begin, part.name_size);
        at += part.size;
        if (part.slot == Slot::end) return at;
        if (part.slot == Slot::number) {
            const char* behind = behind_digits(at);
            if (!behind) break;
            properties.push_back({name, {at, behind}, To::number});
            at = behind;
            continue;
        }
        const char* const behind = JsonScanner::plain_end(at);
        const std::string_view text(at, behind);
        at = behind;
        if (part.slot == Slot::text) {
            properties.push_back({name, text, To::text});
            continue;
        }
        if (text.empty() || text.size() > use_text_bytes_max) break;
        switch (part.slot) {
            case Slot::id:
                values.id = text;
                break;
            case Slot::source:
                values.source = text;
                break;
            case Slot::type:
                values.type = text;
                break;
            case Slot::subject:
                values.subject = text;
                break;
            default:
                values.time = text;
                break;
        }
    }
    properties.resize(property_begin);
    return nullptr;
}

}  // namespace rb::api::native
