#pragma once
// For tests: a fault that nobody knows of, put into a journal behind the engine's back.
#include <gtest/gtest.h>

#include <vector>

#include "engine/batch.h"
#include "engine/partition.h"
#include "engine/ports.h"

namespace rb::engine::test {

inline Uuid uuid_of(std::uint64_t n) { return {0x0190'0000'0000'7000ULL, n}; }

// A reservation that says that money is held for it, when none is: it cannot be given back.
inline Event baseless_reservation(AccountId account, std::uint64_t n, Instant expires_at) {
    metering::ReservationMade made;
    made.account = account;
    made.reservation.id = uuid_of(n);
    made.reservation.feature = "mailboxes";
    made.reservation.meter = Name("mails");
    made.reservation.quantity = 1;
    made.reservation.expires_at = expires_at;
    made.reservation.costs.push_back({account, 1, 1'000'000, uuid_of(1000 + n), false});
    return made;
}

// Puts events into the journal behind the engine's back.
inline void append(Store& store, Instant at, const std::vector<Event>& events) {
    Journal& journal = store.journal();
    BatchHeader header{first_tree_partition, 1, 1, 0, {}, 1};
    auto read =
        journal.read(first_tree_partition, 0, [&](std::uint64_t seq, std::string_view body) {
            auto opened = open_batch(body);
            EXPECT_TRUE(opened);
            header.seq = seq + 1;
            header.previous = hash_batch(body);
            header.catalog_seq = opened->header.catalog_seq;
            header.first_event = opened->header.first_event;
            for (const Record& record : opened->records) header.first_event += width(record);
            return true;
        });
    EXPECT_TRUE(read);
    Record record;
    record.at = at;
    record.command = "test";
    for (const Event& event : events) {
        RawEvent& raw = record.events.emplace_back();
        raw.kind = kind_number(event);
        encode_event(raw.bytes, event);
    }
    std::string records;
    encode_record(records, record);
    std::vector<StoredBatch> batches{
        {first_tree_partition, header.seq, 1, seal_batch(header, records)}};
    EXPECT_EQ(journal.append(batches), Append::ok);
}

}  // namespace rb::engine::test
