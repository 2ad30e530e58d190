#include "engine/batch.h"

namespace rb::engine {

namespace {
constexpr std::string_view magic = "RB1";
constexpr std::size_t crc_bytes = 4;
}  // namespace

std::uint64_t width(const Record& record) {
    std::uint64_t sum = 0;
    for (const RawEvent& raw : record.events) sum += width(raw.kind, raw.bytes);
    return sum;
}

void encode_record(std::string& out, const Record& record) { codec::put(out, record); }

std::string seal_batch(const BatchHeader& header, std::string_view records) {
    std::string body;
    body.reserve(magic.size() + 96 + records.size() + crc_bytes);
    body += magic;
    codec::put(body, header);
    body += records;
    std::uint32_t crc = crc32c(body);
    for (std::size_t i = 0; i < crc_bytes; ++i) body += static_cast<char>((crc >> (8 * i)) & 0xFF);
    return body;
}

Parsed<std::string_view> unseal_batch(std::string_view body) {
    if (body.size() < magic.size() + crc_bytes || body.substr(0, magic.size()) != magic)
        return Unparsed("this is no batch of a journal (magic is missing)");
    std::string_view sealed = body.substr(0, body.size() - crc_bytes);
    std::uint32_t crc = 0;
    for (std::size_t i = 0; i < crc_bytes; ++i)
        crc |= static_cast<std::uint32_t>(static_cast<unsigned char>(body[sealed.size() + i]))
               << (8 * i);
    if (crc != crc32c(sealed)) return Unparsed("the checksum of the batch is wrong");
    return sealed.substr(magic.size());
}

Parsed<OpenedBatch> open_batch(std::string_view body) {
    auto content = unseal_batch(body);
    if (!content) return Unparsed(content.error());
    codec::Reader reader(*content);
    OpenedBatch batch;
    reader.get(batch.header);
    if (!reader.ok()) return Unparsed("the header of the batch is malformed");
    while (reader.ok() && !reader.at_end()) reader.get(batch.records.emplace_back());
    if (!reader.ok()) return Unparsed("a record of the batch is malformed");
    if (batch.records.size() != batch.header.record_count)
        return Unparsed("the batch holds " + std::to_string(batch.records.size()) +
                        " records, its header says " + std::to_string(batch.header.record_count));
    return batch;
}

Sha256 hash_batch(std::string_view body) { return Sha256::of(body); }

std::string record_json(const BatchHeader& header, std::uint64_t first_event,
                        const Record& record) {
    std::string out;
    JsonWriter w(out);
    w.begin_object();
    w.key("partition").integer(header.partition);
    w.key("seq").integer(static_cast<std::int64_t>(header.seq));
    w.key("event").integer(static_cast<std::int64_t>(first_event));
    w.key("at").string(record.at.to_text());
    w.key("command").string(record.command);
    if (!record.caller.is_nil()) w.key("caller").string(record.caller.to_text());
    if (record.actor) {
        w.key("actor").begin_object();
        if (!record.principal.is_nil()) w.key("key").string(record.principal.to_text());
        if (!record.actor->person.is_nil()) w.key("person").string(record.actor->person.to_text());
        w.key("door").string(enum_text(record.actor->door));
        w.key("request_id").string(record.actor->request_id);
        w.end_object();
    }
    w.key("events").begin_array();
    for (const RawEvent& raw : record.events) {
        w.begin_object();
        auto event = decode_event(static_cast<std::uint16_t>(raw.kind), raw.bytes);
        w.key("type").string(event ? kind_name(*event) : "unknown");
        if (event)
            w.key("data").raw(event_json(*event));
        else
            w.key("kind").integer(raw.kind);
        w.end_object();
    }
    w.end_array();
    if (record.reply) w.key("idempotent_until").string(record.reply->until.to_text());
    w.end_object();
    return out;
}

}  // namespace rb::engine
