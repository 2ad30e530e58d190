#include "api/native/cloud_events.h"

#include <algorithm>
#include <cstring>

#include "base/text.h"

namespace rb::api::native {

using http::JsonScanner;
using Kind = JsonScanner::Kind;

namespace {

// One bit each.
namespace attribute {
enum Bit : std::uint32_t {
    other = 0,
    specversion = 1,
    id = 2,
    source = 4,
    type = 8,
    subject = 16,
    time = 32,
    datacontenttype = 64,
    dataschema = 128,
    data = 256,
    data_base64 = 512,
};
}  // namespace attribute

attribute::Bit attribute_of(std::string_view name) {
    using namespace attribute;
    switch (name.size()) {
        case 2:
            return name == "id" ? id : other;
        case 4:
            return name == "type" ? type : name == "time" ? time : name == "data" ? data : other;
        case 6:
            return name == "source" ? source : other;
        case 7:
            return name == "subject" ? subject : other;
        case 10:
            return name == "dataschema" ? dataschema : other;
        case 11:
            return name == "specversion"   ? specversion
                   : name == "data_base64" ? data_base64
                                           : other;
        case 15:
            return name == "datacontenttype" ? datacontenttype : other;
        default:
            return other;
    }
}

// Behind the value that begins here, by its quotes and brackets alone; nullptr: it has no end.
const char* behind_item(const char* at, const char* end) {
    std::size_t depth = 0;
    for (; at < end; ++at) {
        switch (*at) {
            case '"':
                for (++at; at < end && *at != '"'; ++at)
                    if (*at == '\\') ++at;
                if (at >= end) return nullptr;
                break;
            case '{':
            case '[':
                ++depth;
                break;
            case '}':
            case ']':
                if (depth == 0) return at;
                if (--depth == 0) return at + 1;
                break;
            case ',':
                if (depth == 0) return at;
                break;
            default:
                break;
        }
    }
    return nullptr;
}

}  // namespace

// An event while it is read: the first thing that is wrong with its meaning, and what it holds.
struct EventBatch::Draft {
    engine::UsageEvent event;
    std::string_view subject;
    std::string_view version;
    std::uint32_t seen = 0;
    std::size_t extension_count = 0;
    std::size_t property_begin = 0;
    std::optional<Refusal> refusal;

    void refuse(Fault fault, std::string field, std::string detail) {
        if (!refusal) refusal = Refusal{fault, std::move(field), std::move(detail), {}, {}};
    }
};

Result<EventsForm> events_form(const std::string* content_type_header) {
    if (!content_type_header) return EventsForm::document;
    const std::string type_text = media_type(*content_type_header);
    if (type_text == "application/json" || type_text == "application/cloudevents+json" ||
        type_text == "application/cloudevents-batch+json")
        return EventsForm::document;
    if (type_text == "application/x-ndjson" || type_text == "application/ndjson")
        return EventsForm::lines;
    return refuse(Fault::field_is_invalid,
                  "expected a body of type application/cloudevents+json, "
                  "application/cloudevents-batch+json, application/json or application/x-ndjson, "
                  "got '" +
                      shown_text(*content_type_header) + "'");
}

std::size_t EventBatch::memory_bytes() const {
    return body_.capacity() + arena_.capacity() + events_.capacity() * sizeof(engine::UsageEvent) +
           properties_.capacity() * sizeof(engine::Property) +
           refused_.capacity() * sizeof(RefusedEvent);
}

Result<void> EventBatch::read(std::string&& body, EventsForm form, const ResolveAccount& resolve) {
    body_ = std::move(body);
    text_size_ = body_.size();
    JsonScanner::pad(body_);
    arena_.clear();
    events_.clear();
    places_.clear();
    property_ends_.clear();
    properties_.clear();
    refused_.clear();
    item_count_ = 0;
    is_list_ = true;
    if (known_.empty()) known_.resize(known_count);
    ++body_number_;

    Result<void> outcome;
    if (form == EventsForm::lines) {
        outcome = read_lines(resolve);
    } else {
        JsonScanner scanner(body_.data(), text_end(), arena_);
        const Kind kind = scanner.peek();
        if (kind == Kind::array) {
            outcome = read_array(scanner, resolve);
        } else if (kind == Kind::object) {
            is_list_ = false;
            read_item(scanner, Behind::nothing, resolve);
        } else {
            return refuse(Fault::field_is_invalid,
                          "expected an event or an array of events in JSON");
        }
    }
    if (!outcome) return outcome;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < events_.size(); ++i) {
        events_[i].properties = std::span(properties_).subspan(begin, property_ends_[i] - begin);
        begin = property_ends_[i];
    }
    return {};
}

Result<void> EventBatch::admit() {
    if (item_count_ < events_per_request_max) return {};
    return refuse(Fault::too_many, "a request has at most " +
                                       std::to_string(events_per_request_max) +
                                       " events, and nothing of this one was counted");
}

Result<void> EventBatch::read_array(JsonScanner& scanner, const ResolveAccount& resolve) {
    scanner.begin_array();
    while (scanner.next_item()) {
        if (item_count_ >= events_per_request_max) return admit();
        const char* const begin = scanner.position();
        read_item(scanner, Behind::more, resolve);
        if (!scanner.failed()) continue;
        const char* behind = behind_item(begin, text_end());
        if (!behind || (behind == begin && *behind != ',')) {
            refused_.back().refusal.detail += "; nothing was read from there on";
            return {};
        }
        scanner.resume_behind_item(behind);
    }
    if (scanner.failed() || !scanner.at_end()) {
        if (!scanner.failed()) scanner.fail("expected nothing behind the closing ']'");
        if (auto ok = admit(); !ok) return ok;
        refuse_malformed("", scanner.error());
        refused_.back().refusal.detail += "; nothing was read from there on";
    }
    return {};
}

Result<void> EventBatch::read_lines(const ResolveAccount& resolve) {
    arena_.reserve(text_size_);
    const char* const end = text_end();
    for (char* at = body_.data(); at < end;) {
        char* line_end =
            static_cast<char*>(std::memchr(at, '\n', static_cast<std::size_t>(end - at)));
        // A line ends as a text does, so that nothing reads across.
        if (line_end)
            *line_end = '\0';
        else
            line_end = body_.data() + text_size_;
        JsonScanner scanner(at, line_end, arena_);
        if (!scanner.at_end()) {
            if (auto ok = admit(); !ok) return ok;
            read_item(scanner, Behind::nothing, resolve);
        }
        at = line_end + 1;
    }
    return {};
}

// Reads what stands here as an event and keeps it, or what is wrong with it.
void EventBatch::read_item(JsonScanner& scanner, Behind behind, const ResolveAccount& resolve) {
    if (read_alike(scanner, behind, resolve)) return;
    Draft draft;
    draft.property_begin = properties_.size();
    scanner.peek();
    const char* const begin = scanner.position();
    bool is_json = read_event(scanner, draft);
    const std::string_view text(begin, scanner.position());
    if (is_json && behind == Behind::nothing && !scanner.at_end())
        is_json = scanner.fail("expected nothing behind the event");
    if (!is_json) {
        properties_.resize(draft.property_begin);
        return refuse_malformed(draft.event.id, scanner.error());
    }
    judge(draft, resolve);
    if (draft.refusal) {
        properties_.resize(draft.property_begin);
        return refuse_item(draft.event.id, std::move(*draft.refusal));
    }
    learn(text);
    keep(draft.event);
}

void EventBatch::keep(const engine::UsageEvent& event) {
    events_.push_back(event);
    places_.push_back(static_cast<std::uint32_t>(item_count_++));
    property_ends_.push_back(properties_.size());
}

// False: it looks like no event before it, or something is wrong with it; nothing was read.
bool EventBatch::read_alike(JsonScanner& scanner, Behind behind, const ResolveAccount& resolve) {
    if (scanner.peek() != Kind::object) return false;
    const char* const begin = scanner.position();
    const std::size_t property_begin = properties_.size();
    EventPattern::Values values;
    const char* end = pattern_.match(begin, text_end(), values, properties_);
    if (!end) return false;
    scanner.resume_behind_item(end);
    auto leave = [&] {
        scanner.resume_behind_item(begin);
        properties_.resize(property_begin);
        return false;
    };
    if (behind == Behind::nothing && !scanner.at_end()) return leave();
    if (values.id.empty() || values.source.empty() || values.type.empty() || values.subject.empty())
        return leave();
    engine::UsageEvent event;
    event.source = values.source;
    event.id = values.id;
    event.type = values.type;
    if (!values.time.empty()) {
        const Instant* time = time_again(values.time);
        if (!time) return leave();
        event.occurred_at = *time;
    }
    const auto account = account_of(values.subject, resolve);
    if (!account) return leave();
    event.account = *account;
    keep(event);
    return true;
}

// Where each event looks different from the last, learning from all of them would only cost.
void EventBatch::learn(std::string_view event) {
    constexpr std::uint32_t misses_between = 16;
    if (misses_++ % misses_between == 0) pattern_.learn(event);
}

// False: it is no JSON, and the scanner has failed.
bool EventBatch::read_event(JsonScanner& scanner, Draft& draft) {
    const Kind kind = scanner.peek();
    if (kind != Kind::object) {
        draft.refuse(Fault::field_is_invalid, pointer(""),
                     "expected an event, got " + std::string(JsonScanner::kind_name(kind)));
        std::string_view raw;
        return scanner.skip_value(1, raw);
    }
    scanner.begin_object();
    std::string_view name;
    while (scanner.next_member(name)) read_attribute(scanner, name, draft);
    return !scanner.failed();
}

void EventBatch::read_attribute(JsonScanner& scanner, std::string_view name, Draft& draft) {
    const attribute::Bit bit = attribute_of(name);
    if (bit == attribute::other) return read_other(scanner, name, draft);
    if ((draft.seen & bit) != 0)
        draft.refuse(Fault::field_is_invalid, pointer(name), "an attribute is given once");
    draft.seen |= bit;
    if (scanner.peek() == Kind::null) {
        // Null is as good as absent.
        std::string_view literal;
        scanner.read_literal(literal);
        return;
    }
    std::string_view text;
    switch (bit) {
        case attribute::specversion:
            read_text(scanner, draft, name, draft.version);
            return;
        case attribute::id:
            read_text(scanner, draft, name, draft.event.id);
            return;
        case attribute::source:
            read_text(scanner, draft, name, draft.event.source);
            return;
        case attribute::type:
            read_text(scanner, draft, name, draft.event.type);
            return;
        case attribute::subject:
            read_text(scanner, draft, name, draft.subject);
            return;
        case attribute::time:
            if (read_text(scanner, draft, name, text)) set_time(draft, text);
            return;
        case attribute::datacontenttype:
            if (read_text(scanner, draft, name, text) && text != "application/json" &&
                !is_json_type(text))
                draft.refuse(Fault::field_is_invalid, pointer(name),
                             "expected application/json, got '" + shown_text(text) + "'");
            return;
        case attribute::data:
            return read_data(scanner, draft);
        case attribute::data_base64:
            draft.refuse(Fault::field_is_invalid, pointer(name),
                         "expected the event's data as an object in 'data'");
            break;
        default:
            break;
    }
    scanner.skip_value(2, text);
}

bool EventBatch::read_text(JsonScanner& scanner, Draft& draft, std::string_view name,
                           std::string_view& out) {
    const Kind kind = scanner.peek();
    if (kind == Kind::string) {
        if (!scanner.read_string(out)) return false;
        if (!out.empty() && out.size() <= use_text_bytes_max) return true;
        draft.refuse(Fault::field_is_invalid, pointer(name), "expected 1 to 255 bytes of text");
        return false;
    }
    std::string_view raw;
    if (!scanner.skip_value(2, raw)) return false;
    draft.refuse(Fault::field_is_invalid, pointer(name),
                 "expected a string, got " + std::string(JsonScanner::kind_name(kind)));
    return false;
}

void EventBatch::set_time(Draft& draft, std::string_view text) {
    if (auto instant = read_time(text))
        draft.event.occurred_at = *instant;
    else
        draft.refuse(Fault::field_is_invalid, pointer("time"), instant.error());
}

// Events of one body are mostly of the same minute: its beginning is kept, and a time in UTC then
// costs a few digits. All else is Instant's.
Parsed<Instant> EventBatch::read_time(std::string_view text) {
    constexpr std::size_t minute_chars = 16;  // 2026-04-01T00:00
    constexpr std::size_t second_end = 19, fraction_digits_max = 6;
    auto is_digit = [&](std::size_t i) { return text[i] >= '0' && text[i] <= '9'; };
    const bool is_plain = text.size() > second_end && text.back() == 'Z' && text[16] == ':' &&
                          is_digit(17) && text[17] < '6' && is_digit(18) &&
                          text.size() <= second_end + 1 + fraction_digits_max + 1;
    if (!is_plain) return Instant::parse(text);
    std::int64_t us = ((text[17] - '0') * 10 + (text[18] - '0')) * 1'000'000LL;
    if (text.size() > second_end + 1) {
        if (text[second_end] != '.' || text.size() == second_end + 2) return Instant::parse(text);
        std::int64_t unit = 100'000;
        for (std::size_t i = second_end + 1; i + 1 < text.size(); ++i, unit /= 10) {
            if (!is_digit(i)) return Instant::parse(text);
            us += (text[i] - '0') * unit;
        }
    }
    if (text.substr(0, minute_chars) != std::string_view(minute_.data(), minute_.size())) {
        auto start = Instant::parse(std::string(text.substr(0, minute_chars)) + ":00Z");
        if (!start) return Instant::parse(text);
        text.copy(minute_.data(), minute_chars);
        minute_start_ = *start;
    }
    return minute_start_ + Duration{us};
}

// Many events of one body are of the same instant. nullptr: it is no time.
const Instant* EventBatch::time_again(std::string_view text) {
    if (text.size() == time_size_ && std::memcmp(text.data(), time_.data(), time_size_) == 0)
        return &time_read_;
    auto instant = read_time(text);
    if (!instant) return nullptr;
    time_read_ = *instant;
    time_size_ = text.size() <= time_.size() ? text.copy(time_.data(), time_.size()) : 0;
    return &time_read_;
}

// An extension attribute: any value, once.
void EventBatch::read_other(JsonScanner& scanner, std::string_view name, Draft& draft) {
    const auto seen = std::span(extensions_).first(draft.extension_count);
    if (std::ranges::find(seen, name) != seen.end()) {
        draft.refuse(Fault::field_is_invalid, pointer(name), "an attribute is given once");
    } else if (draft.extension_count == event_members_max) {
        draft.refuse(Fault::too_many, pointer(""), "an event has at most 64 extension attributes");
    } else {
        extensions_[draft.extension_count++] = name;
    }
    std::string_view raw;
    scanner.skip_value(2, raw);
}

void EventBatch::read_data(JsonScanner& scanner, Draft& draft) {
    const Kind kind = scanner.peek();
    if (kind != Kind::object) {
        draft.refuse(Fault::field_is_invalid, pointer("data"),
                     "expected an object, got " + std::string(JsonScanner::kind_name(kind)));
        std::string_view raw;
        scanner.skip_value(2, raw);
        return;
    }
    scanner.begin_object();
    std::string_view name;
    while (scanner.next_member(name)) read_property(scanner, name, draft);
}

void EventBatch::read_property(JsonScanner& scanner, std::string_view name, Draft& draft) {
    const auto seen = std::span(properties_).subspan(draft.property_begin);
    if (std::ranges::find(seen, name, &engine::Property::name) != seen.end())
        draft.refuse(Fault::field_is_invalid, pointer("data/" + pointer_part(name)),
                     "a property is given once");
    else if (seen.size() == event_members_max)
        draft.refuse(Fault::too_many, pointer("data"), "an event has at most 64 properties");
    const engine::Property property = scan_property(scanner, name, 3);
    if (!draft.refusal) properties_.push_back(property);
}

// All is read: is it an event of somebody that the caller knows?
void EventBatch::judge(Draft& draft, const ResolveAccount& resolve) {
    if (draft.refusal) return;
    struct Required {
        std::string_view name;
        std::string_view text;
    };
    for (const auto& [name, text] :
         {Required{"specversion", draft.version}, Required{"id", draft.event.id},
          Required{"source", draft.event.source}, Required{"type", draft.event.type},
          Required{"subject", draft.subject}})
        if (text.empty())
            return draft.refuse(Fault::field_is_missing, pointer(name),
                                "expected '" + std::string(name) + "' in every event");
    if (draft.version != "1.0")
        return draft.refuse(Fault::field_is_invalid, pointer("specversion"),
                            "expected CloudEvents of version 1.0");
    const auto account = account_of(draft.subject, resolve);
    if (!account)
        return draft.refuse(account.error(), pointer("subject"),
                            std::string(reference_detail(account.error())));
    draft.event.account = *account;
}

std::expected<AccountId, Fault> EventBatch::account_of(std::string_view text,
                                                       const ResolveAccount& resolve) {
    if (text.starts_with(AccountTag::prefix))
        if (auto id = Uuid::parse_base32(text.substr(AccountTag::prefix.size())))
            return AccountId{*id};
    // The end of a name tells more than its beginning.
    std::uint64_t tail = 0;
    const std::size_t size = std::min<std::size_t>(text.size(), sizeof tail);
    std::memcpy(&tail, text.data() + text.size() - size, size);
    tail *= 0x9E3779B97F4A7C15ULL;
    Known& known = known_[(tail >> 40) % known_count];
    if (known.body != body_number_ || known.subject != text)
        known = {body_number_, text, resolve(text)};
    return known.account;
}

void EventBatch::refuse_item(std::string_view event_id, Refusal&& refusal) {
    refused_.push_back({static_cast<std::uint32_t>(item_count_++), event_id, std::move(refusal)});
}

void EventBatch::refuse_malformed(std::string_view event_id, const JsonScanner::Error& error) {
    refuse_item(event_id, Refusal{Fault::field_is_invalid,
                                  pointer(""),
                                  "not JSON at byte " + std::to_string(error.at - body_.data()) +
                                      ": " + error.what,
                                  {},
                                  {}});
}

std::string EventBatch::pointer_to(std::size_t index) const {
    return is_list_ ? '/' + std::to_string(index) : std::string();
}

std::string EventBatch::pointer(std::string_view rest) const {
    std::string out = pointer_to(item_count_);
    if (!rest.empty()) {
        out += '/';
        out += rest;
    }
    return out;
}

}  // namespace rb::api::native
