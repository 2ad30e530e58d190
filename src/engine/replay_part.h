#pragma once
// One batch of the journal, checked and taken apart for a replay. What there is by the million
// (blocks of usage, windows that begin) stays where it stands in the batch; the rest is decoded.
//
// Threading: an object is of one thread at a time; it may be handed over.
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "engine/batch.h"
#include "engine/usage_block.h"

namespace rb::engine {

// An event as it stands in a batch.
struct RawEventView {
    std::uint32_t kind = 0;
    std::string_view bytes;
};

// Takes the first event off the front of those of a record. False: there is none, or it is not
// written as a record is written now.
bool take_event(std::string_view& events, RawEventView& event);
// The account that stands first in the fields of an event; nil: none does.
AccountId account_in(std::string_view event);

class ReplayPart {
public:
    // What one record brings.
    struct Step {
        enum class Kind : std::uint8_t {
            block,   // nothing but a block of usage
            own,     // nothing but events that LateLog takes
            record,  // anything
        } kind = Kind::record;
        Instant at;
        std::uint64_t number = 0;  // of its first event
        std::size_t index = 0;     // in `blocks` or `records`
        std::string_view events;   // of `own`
        AccountId account;         // the first one of `own`; else nil
    };

    // Once. An error says what is broken, as open_batch does. A block of usage that cannot be read
    // stops the process.
    Parsed<void> open(std::string_view body);

    const BatchHeader& header() const { return header_; }
    const Sha256& hash() const { return hash_; }  // of the whole batch
    std::size_t bytes() const { return body_.size(); }
    std::vector<Step> steps;
    std::vector<UsageBlockReader> blocks;
    std::vector<Record> records;

    // The ids of the usage events in it, by the instant of their receipt, in their order.
    struct Received {
        Instant at;
        std::size_t count = 0;
    };
    std::vector<Uuid> ids;
    std::vector<Received> received;

private:
    // False: it is malformed.
    bool take_apart(std::string_view content);
    bool take_record(std::string_view bytes);
    bool take_plain(Step& step);
    bool take_block(Step& step, std::string_view event);
    void remember(const UsageBlockReader& rows, Instant at);

    std::string body_;
    BatchHeader header_;
    Sha256 hash_;
    std::uint64_t next_ = 0;  // number of the next event
};

}  // namespace rb::engine
