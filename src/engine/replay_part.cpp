#include "engine/replay_part.h"

#include "base/check.h"
#include "base/codec.h"
#include "engine/late_log.h"

namespace rb::engine {

namespace {

// Of a field's tag in the codec's form.
constexpr std::uint64_t tag(int number, codec::Wire wire) {
    return static_cast<std::uint64_t>(number) * 4 + static_cast<std::uint64_t>(wire);
}
// Fields of Record, RawEvent and UsageCounted, and the first one of an event of an account.
constexpr std::uint64_t record_at = tag(1, codec::Wire::varint);
constexpr std::uint64_t record_command = tag(2, codec::Wire::bytes);
constexpr std::uint64_t record_caller = tag(3, codec::Wire::sixteen);
constexpr std::uint64_t record_principal = tag(4, codec::Wire::sixteen);
constexpr std::uint64_t record_events = tag(5, codec::Wire::bytes);
constexpr std::uint64_t record_actor = tag(7, codec::Wire::bytes);
constexpr std::uint64_t event_kind = tag(1, codec::Wire::varint);
constexpr std::uint64_t event_bytes = tag(2, codec::Wire::bytes);
constexpr std::uint64_t counted_block = tag(1, codec::Wire::bytes);
constexpr std::uint64_t event_account = tag(1, codec::Wire::sixteen);

constexpr std::uint32_t usage_kind = EventKind<metering::UsageCounted>::number;

UsageBlockReader open_block(std::string_view block) {
    auto rows = UsageBlockReader::open(block);
    RB_CHECK(rows.has_value(), "the journal holds a block of usage that cannot be read");
    return std::move(*rows);
}

// The instant and the events of a record that has no reply and is written as records are now.
// False: it is another one, and must be decoded.
bool glance(std::string_view record, Instant& at, std::string_view& events) {
    codec::Reader reader(record);
    std::uint64_t last = 0;
    while (reader.ok() && !reader.at_end()) {
        const std::uint64_t field = reader.varint();
        if (field <= last) return false;
        last = field;
        if (field == record_actor)
            reader.bytes();
        else if (field == record_at)
            at.us = codec::unzigzag(reader.varint());
        else if (field == record_command)
            reader.bytes();
        else if (field == record_caller || field == record_principal)
            reader.sixteen();
        else if (field == record_events)
            events = reader.bytes();
        else
            return false;
    }
    return reader.ok();
}

}  // namespace

bool take_event(std::string_view& events, RawEventView& event) {
    if (events.empty()) return false;
    codec::Reader reader(events);
    const std::string_view whole = reader.bytes();
    if (!reader.ok()) return false;
    codec::Reader fields(whole);
    if (fields.varint() != event_kind) return false;
    const std::uint64_t kind = fields.varint();
    event.kind = static_cast<std::uint32_t>(kind);
    if (kind != event.kind || fields.varint() != event_bytes) return false;
    event.bytes = fields.bytes();
    if (!fields.ok() || !fields.at_end()) return false;
    events.remove_prefix(static_cast<std::size_t>(whole.data() + whole.size() - events.data()));
    return true;
}

AccountId account_in(std::string_view event) {
    codec::Reader reader(event);
    if (reader.varint() != event_account) return {};
    AccountId account{reader.sixteen()};
    return reader.ok() ? account : AccountId{};
}

Parsed<void> ReplayPart::open(std::string_view body) {
    body_ = body;
    auto content = unseal_batch(body_);
    if (!content) return Unparsed(content.error());
    if (!take_apart(*content)) {
        auto opened = open_batch(body_);
        return Unparsed(opened ? "a record of the batch is malformed" : opened.error());
    }
    hash_ = hash_batch(body_);
    return {};
}

bool ReplayPart::take_apart(std::string_view content) {
    codec::Reader reader(content);
    if (!decode(reader.bytes(), header_) || !reader.ok()) return false;
    next_ = header_.first_event;
    while (reader.ok() && !reader.at_end()) {
        const std::string_view record = reader.bytes();
        if (!reader.ok() || !take_record(record)) return false;
    }
    return reader.ok() && steps.size() == header_.record_count;
}

bool ReplayPart::take_record(std::string_view bytes) {
    Step step;
    step.number = next_;
    if (glance(bytes, step.at, step.events) && take_plain(step)) {
        steps.push_back(step);
        return true;
    }
    Record record;
    if (!decode(bytes, record)) return false;
    step = {Step::Kind::record, record.at, next_, records.size(), {}, {}};
    next_ += width(record);
    for (const RawEvent& raw : record.events) {
        metering::UsageCounted counted;
        if (raw.kind == usage_kind && decode(raw.bytes, counted))
            remember(open_block(counted.block), record.at);
    }
    records.push_back(std::move(record));
    steps.push_back(step);
    return true;
}

// A record of a block alone, or of events that LateLog takes.
bool ReplayPart::take_plain(Step& step) {
    std::string_view events = step.events;
    RawEventView event;
    std::uint64_t count = 0;
    while (take_event(events, event)) {
        if (event.kind == usage_kind)
            return count == 0 && events.empty() && take_block(step, event.bytes);
        const AccountId account = account_in(event.bytes);
        if (!LateLog::takes(event.kind) || account.is_nil()) return false;
        if (count++ == 0) step.account = account;
    }
    if (!events.empty() || count == 0) return false;
    step.kind = Step::Kind::own;
    next_ += count;
    return true;
}

bool ReplayPart::take_block(Step& step, std::string_view event) {
    codec::Reader reader(event);
    if (reader.varint() != counted_block) return false;
    const std::string_view block = reader.bytes();
    if (!reader.ok() || !reader.at_end()) return false;
    step.kind = Step::Kind::block;
    step.index = blocks.size();
    blocks.push_back(open_block(block));
    remember(blocks.back(), step.at);
    next_ += blocks.back().rows();
    return true;
}

void ReplayPart::remember(const UsageBlockReader& rows, Instant at) {
    const std::size_t before = ids.size();
    rows.put_events(ids);
    const std::size_t count = ids.size() - before;
    if (count == 0) return;
    if (received.empty() || received.back().at != at)
        received.push_back({at, count});
    else
        received.back().count += count;
}

}  // namespace rb::engine
