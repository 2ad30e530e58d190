#pragma once
// Bodies of CloudEvents 1.0 in JSON, as the engine takes them: one object, an array, or one object
// a line. The hot path of ingestion: one pass, no tree, views into the body.
//
// What is wrong with one event refuses that event and no other. Where it is no JSON at all, the
// event's end is looked for by its brackets and reading goes on behind it; where there is no such
// end, everything from there on is one refused item that says at which byte.
//
// Here `subject` is required: it names the account. `data` is an object or absent; of its members
// the nested ones stay as they are, their own names unchecked for repetition. Extension attributes
// are read and ignored. Texts of id, source, type and subject have 1 to 255 bytes.
#include <array>
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/json_scanner.h"
#include "api/native/event_pattern.h"
#include "api/native/property.h"
#include "domain/faults/types.h"
#include "engine/usage.h"

namespace rb::api::native {

inline constexpr std::size_t events_per_request_max = 10'000;
inline constexpr std::size_t events_body_bytes_max = 10 * 1024 * 1024;
inline constexpr std::size_t event_members_max = properties_max;  // of extension attributes too

enum class EventsForm : std::uint8_t {
    document,  // an object or an array
    lines,     // one object a line; empty lines count for nothing
};
// By the Content-Type; none means a document. field_is_invalid names what is taken.
Result<EventsForm> events_form(const std::string* content_type);

struct RefusedEvent {
    std::uint32_t index = 0;  // of all items of the body
    std::string_view id;      // as far as it could be read
    Refusal refusal;          // its field is a pointer from the body's root: "/3/data/value"
};

// One body read. It keeps the body, so that views stay valid while the engine is busy with it, and
// its memory, so that the next body needs none. Not safe from several threads.
class EventBatch {
public:
    // Forgets what was read before. A refusal is of the whole body, and nothing of it counts:
    // field_is_invalid (no object and no array), too_many (more than events_per_request_max).
    // A subject that is written as an account's id means that account, whether there is one or not;
    // `resolve` is asked for all others.
    Result<void> read(std::string&& body, EventsForm form, const ResolveAccount& resolve);

    // Sound ones, in their order; place(i) tells the index of the i-th among all items.
    std::span<const engine::UsageEvent> events() const { return events_; }
    std::uint32_t place(std::size_t event) const { return places_[event]; }
    std::span<const RefusedEvent> refused() const { return refused_; }  // ascending by index
    std::size_t item_count() const { return item_count_; }
    // The pointer of an item: "/3" in a list, "" of an only event.
    std::string pointer_to(std::size_t index) const;
    std::size_t memory_bytes() const;

private:
    enum class Behind : std::uint8_t { more, nothing };  // what may follow an item
    struct Draft;
    struct Known {  // a subject that was resolved in this body
        std::uint32_t body = 0;
        std::string_view subject;
        std::expected<AccountId, Fault> account;
    };
    static constexpr std::size_t known_count = 1024;

    Result<void> read_array(http::JsonScanner& scanner, const ResolveAccount& resolve);
    Result<void> read_lines(const ResolveAccount& resolve);
    Result<void> admit();
    void read_item(http::JsonScanner& scanner, Behind behind, const ResolveAccount& resolve);
    bool read_event(http::JsonScanner& scanner, Draft& draft);
    bool read_alike(http::JsonScanner& scanner, Behind behind, const ResolveAccount& resolve);
    void keep(const engine::UsageEvent& event);
    void learn(std::string_view event);
    void set_time(Draft& draft, std::string_view text);
    void read_attribute(http::JsonScanner& scanner, std::string_view name, Draft& draft);
    bool read_text(http::JsonScanner& scanner, Draft& draft, std::string_view name,
                   std::string_view& out);
    void read_other(http::JsonScanner& scanner, std::string_view name, Draft& draft);
    void read_data(http::JsonScanner& scanner, Draft& draft);
    void read_property(http::JsonScanner& scanner, std::string_view name, Draft& draft);
    Parsed<Instant> read_time(std::string_view text);
    const Instant* time_again(std::string_view text);
    void judge(Draft& draft, const ResolveAccount& resolve);
    std::expected<AccountId, Fault> account_of(std::string_view subject,
                                               const ResolveAccount& resolve);
    void refuse_item(std::string_view id, Refusal&& refusal);
    void refuse_malformed(std::string_view event_id, const http::JsonScanner::Error& error);
    const char* text_end() const { return body_.data() + text_size_; }
    std::string pointer(std::string_view rest) const;

    std::string body_;
    std::size_t text_size_ = 0;
    std::string arena_;
    std::vector<engine::UsageEvent> events_;
    std::vector<std::uint32_t> places_;
    std::vector<std::size_t> property_ends_;  // of events_, within properties_
    std::vector<engine::Property> properties_;
    std::vector<RefusedEvent> refused_;
    std::array<std::string_view, event_members_max> extensions_;
    std::size_t item_count_ = 0;
    bool is_list_ = false;
    std::vector<Known> known_;
    std::uint32_t body_number_ = 0;
    EventPattern pattern_;
    std::uint32_t misses_ = 0;       // of the pattern
    std::array<char, 16> minute_{};  // "2026-04-01T00:00", of the last time that was read
    Instant minute_start_;
    std::array<char, 32> time_{};  // the last time that was read and is no longer than this
    std::size_t time_size_ = 0;
    Instant time_read_;
};

}  // namespace rb::api::native
