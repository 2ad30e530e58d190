#pragma once
// A batch: what one commit of one partition wrote. Its bytes are the journal's format
// (docs/formats/journal.md):
//
//     magic "RB1" | fields of BatchHeader, length-prefixed | records, each length-prefixed |
//     CRC-32C
//
// The header carries the SHA-256 of the batch before it, so that the journal is a chain that shows
// any change of the past.
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/codec.h"
#include "base/instant.h"
#include "base/result.h"
#include "base/text.h"
#include "engine/actor.h"
#include "engine/event.h"

namespace rb::engine {

struct BatchHeader {
    std::uint32_t partition = 0;
    std::uint64_t seq = 0;
    std::uint64_t first_event = 0;  // number of the first event in it
    std::uint64_t catalog_seq = 0;  // catalog batch under which it was decided
    Sha256 previous;                // hash of the batch before; zero for the first
    std::uint32_t record_count = 0;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "partition", s.partition);
        v(2, "seq", s.seq);
        v(3, "first_event", s.first_event);
        v(4, "catalog_seq", s.catalog_seq);
        v(5, "previous", s.previous);
        v(6, "record_count", s.record_count);
    }
};

// The reply that an idempotency key is answered with again.
struct KeptReply {
    Sha256 key;      // of scope, principal, operation and key
    Sha256 request;  // of the request
    Instant until;
    std::int32_t status = 200;
    std::string content_type;
    std::string body;
    AccountId tree;  // whose share it takes; nil: the platform's, or not told

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "key", s.key);
        v(2, "request", s.request);
        v(3, "until", s.until);
        v(4, "status", s.status);
        v(5, "content_type", s.content_type);
        v(6, "body", s.body);
        v(7, "tree", s.tree);
    }
};

struct RawEvent {
    std::uint32_t kind = 0;
    std::string bytes;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "kind", s.kind);
        v(2, "bytes", s.bytes);
    }
};

// One accepted command, or one fired timer.
struct Record {
    Instant at;           // of its tree's clock
    std::string command;  // name of the command, "timer" for timers
    AccountId caller;     // nil: the platform or a timer
    Uuid principal;
    std::vector<RawEvent> events;
    std::optional<KeptReply> reply;
    std::optional<Actor> actor;  // none: a timer, a step of the engine's own, or from before

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "at", s.at);
        v(2, "command", s.command);
        v(3, "caller", s.caller);
        v(4, "principal", s.principal);
        v(5, "events", s.events);
        v(6, "reply", s.reply);
        v(7, "actor", s.actor);
    }
};

// How many event numbers it takes.
std::uint64_t width(const Record& record);
// Appends a record in its length-prefixed form.
void encode_record(std::string& out, const Record& record);

// The whole body; `records` are concatenated encode_record outputs.
std::string seal_batch(const BatchHeader& header, std::string_view records);

// What stands between magic and checksum, which are checked. The error says what is broken.
Parsed<std::string_view> unseal_batch(std::string_view body);

struct OpenedBatch {
    BatchHeader header;
    std::vector<Record> records;
};
// Checks magic, checksum and counts. The error says what is broken.
Parsed<OpenedBatch> open_batch(std::string_view body);
Sha256 hash_batch(std::string_view body);

// One line of JSON a record, as `journal cat` prints it.
std::string record_json(const BatchHeader& header, std::uint64_t first_event, const Record& record);

}  // namespace rb::engine
