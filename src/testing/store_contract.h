#pragma once
// What every store promises, as a suite of tests to be run over each (engine/ports.h is the text).
//
//     struct Mine {
//         engine::Store& store();
//         void restart();  // closes and opens again; a store in memory does nothing
//     };
//     INSTANTIATE_TYPED_TEST_SUITE_P(Mine, StoreContract, Mine);
#include <gtest/gtest.h>

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "base/codec.h"
#include "engine/ports.h"

namespace rb::testing {

inline engine::StoredBatch batch_of(engine::PartitionId partition, std::uint64_t seq,
                                    std::string body) {
    return {partition, seq, 1, std::move(body)};
}

inline Uuid uuid_of(std::uint64_t n) { return {0x0190'0000'0000'7000ULL, n}; }

// An entry of `account` with the number 10 * n, at second n: available and cash_clearing.
inline engine::EntryRow payment(AccountId account, std::uint64_t n, std::int64_t micros,
                                Currency currency = "USD") {
    engine::EntryRow row;
    row.number = 10 * n;
    row.entry.id = EntryId{uuid_of(1000 + n)};
    row.entry.account = account;
    row.entry.at = Instant::of_seconds(static_cast<std::int64_t>(n));
    row.entry.kind = ledger::EntryKind::payment;
    row.entry.description = "Payment " + std::to_string(n);
    row.entry.reference = "pay-" + std::to_string(n);
    auto amount = Amount::of_micros(micros, currency);
    row.entry.postings = {{account, ledger::Bucket::available, amount},
                          {AccountId{}, ledger::Bucket::cash_clearing, -amount}};
    return row;
}

// `quantity` of an hour as one event, at the minute of it that is `minute`.
inline engine::UsageHour usage_of(AccountId account, std::string meter, std::int64_t hour,
                                  std::int64_t quantity, std::int64_t minute = 0) {
    engine::UsageHour row;
    row.account = account;
    row.meter = std::move(meter);
    row.hour = Instant::of_seconds(hour * 3600);
    row.quantity = quantity;
    row.events = 1;
    row.aggregation = catalog::Aggregation::sum;
    row.last = row.hour + Duration::of_minutes(minute);
    return row;
}

inline std::vector<std::string> bodies_of(engine::Journal& journal, engine::PartitionId partition,
                                          std::uint64_t from_seq = 1) {
    std::vector<std::string> bodies;
    std::uint64_t expected = std::max<std::uint64_t>(from_seq, 1);
    auto read = journal.read(partition, from_seq, [&](std::uint64_t seq, std::string_view body) {
        EXPECT_EQ(seq, expected++);
        bodies.emplace_back(body);
        return true;
    });
    EXPECT_TRUE(read) << read.error();
    return bodies;
}

template <class Subject>
class StoreContract : public ::testing::Test {
protected:
    engine::Journal& journal() { return subject_.store().journal(); }
    engine::Views& views() { return subject_.store().views(); }
    engine::Append append(std::vector<engine::StoredBatch> batches) {
        return journal().append(batches);
    }
    void apply(std::uint64_t seq, std::vector<engine::EntryRow> rows,
               engine::PartitionId partition = 0) {
        while (*journal().head(partition) < seq)
            ASSERT_EQ(append({batch_of(partition, *journal().head(partition) + 1, "b")}),
                      engine::Append::ok);
        auto applied = views().apply(partition, seq, rows, {});
        ASSERT_TRUE(applied) << applied.error();
    }
    void use(std::uint64_t seq, std::vector<engine::UsageHour> usage) {
        while (*journal().head(0) < seq)
            ASSERT_EQ(append({batch_of(0, *journal().head(0) + 1, "b")}), engine::Append::ok);
        auto applied = views().apply(0, seq, {}, usage);
        ASSERT_TRUE(applied) << applied.error();
    }
    std::vector<engine::UsageHour> usage(engine::UsageQuery query) {
        auto rows = views().usage(query);
        EXPECT_TRUE(rows) << rows.error();
        return rows ? *rows : std::vector<engine::UsageHour>();
    }
    engine::UsageQuery all_of(std::string meter) {
        return {a_, std::move(meter), {}, {Instant::us_max}, "", 1'000};
    }
    std::vector<std::uint64_t> numbers(engine::EntryQuery query) {
        auto rows = views().entries(query);
        EXPECT_TRUE(rows) << rows.error();
        std::vector<std::uint64_t> out;
        for (const auto& row : *rows) out.push_back(row.number);
        return out;
    }
    std::vector<std::string> snapshot(engine::PartitionId partition) {
        std::vector<std::string> out;
        auto read = views().read_snapshot(partition, [&](const engine::SnapshotRecord& record) {
            out.push_back(record.key + "@" + std::to_string(record.position) + "=" + record.body);
            return true;
        });
        EXPECT_TRUE(read) << read.error();
        return out;
    }

    const AccountId a_{uuid_of(1)};
    const AccountId b_{uuid_of(2)};
    Subject subject_;
};

TYPED_TEST_SUITE_P(StoreContract);

TYPED_TEST_P(StoreContract, a_new_store_is_empty) {
    EXPECT_EQ(this->journal().head(0), 0u);
    EXPECT_TRUE(bodies_of(this->journal(), 0).empty());
    EXPECT_EQ(*this->journal().meta("partitions"), std::nullopt);
    EXPECT_EQ(this->views().position(0), 0u);
    EXPECT_TRUE(this->snapshot(0).empty());
}

TYPED_TEST_P(StoreContract, appended_batches_are_read_back_in_order_and_after_a_restart) {
    std::string odd("\0\xff\n'", 4);
    std::string large(300'000, 'x');
    EXPECT_EQ(this->append({batch_of(0, 1, odd)}), engine::Append::ok);
    EXPECT_EQ(this->append({batch_of(0, 2, large), batch_of(0, 3, "")}), engine::Append::ok);
    for (int round = 0; round < 2; ++round) {
        EXPECT_EQ(this->journal().head(0), 3u);
        EXPECT_EQ(bodies_of(this->journal(), 0), (std::vector<std::string>{odd, large, ""}));
        EXPECT_EQ(bodies_of(this->journal(), 0, 3), (std::vector<std::string>{""}));
        EXPECT_TRUE(bodies_of(this->journal(), 0, 4).empty());
        this->subject_.restart();
    }
    EXPECT_EQ(this->append({batch_of(0, 4, "next")}), engine::Append::ok);
}

TYPED_TEST_P(StoreContract, many_batches_come_back_complete) {
    std::vector<std::string> expected;
    for (int call = 0; call < 10; ++call) {
        std::vector<engine::StoredBatch> batches;
        for (int i = 0; i < 50; ++i) {
            expected.push_back("body " + std::to_string(expected.size()));
            batches.push_back(batch_of(2, expected.size(), expected.back()));
        }
        ASSERT_EQ(this->append(batches), engine::Append::ok);
    }
    this->subject_.restart();
    EXPECT_EQ(bodies_of(this->journal(), 2), expected);
}

TYPED_TEST_P(StoreContract, partitions_have_positions_of_their_own) {
    EXPECT_EQ(this->append({batch_of(0, 1, "a"), batch_of(5, 1, "b"), batch_of(0, 2, "c")}),
              engine::Append::ok);
    this->subject_.restart();
    EXPECT_EQ(this->journal().head(0), 2u);
    EXPECT_EQ(this->journal().head(1), 0u);
    EXPECT_EQ(this->journal().head(5), 1u);
    EXPECT_EQ(bodies_of(this->journal(), 0), (std::vector<std::string>{"a", "c"}));
    EXPECT_TRUE(bodies_of(this->journal(), 1).empty());
    EXPECT_EQ(bodies_of(this->journal(), 5), (std::vector<std::string>{"b"}));
}

TYPED_TEST_P(StoreContract, a_batch_that_does_not_follow_the_head_is_fenced_with_its_whole_call) {
    ASSERT_EQ(this->append({batch_of(0, 1, "a")}), engine::Append::ok);
    EXPECT_EQ(this->append({batch_of(0, 1, "again")}), engine::Append::fenced);
    EXPECT_EQ(this->append({batch_of(0, 3, "gap")}), engine::Append::fenced);
    EXPECT_EQ(this->append({batch_of(0, 2, "b"), batch_of(1, 2, "gap")}), engine::Append::fenced);
    EXPECT_EQ(this->append({batch_of(0, 2, "b"), batch_of(0, 2, "c")}), engine::Append::fenced);
    EXPECT_EQ(bodies_of(this->journal(), 0), (std::vector<std::string>{"a"}));
    EXPECT_EQ(this->append({batch_of(0, 2, "b")}), engine::Append::ok);
}

TYPED_TEST_P(StoreContract, a_visit_that_returns_false_ends_the_reading) {
    ASSERT_EQ(this->append({batch_of(0, 1, "a"), batch_of(0, 2, "b")}), engine::Append::ok);
    int visits = 0;
    ASSERT_TRUE(this->journal().read(0, 1, [&](std::uint64_t, std::string_view) {
        ++visits;
        return false;
    }));
    EXPECT_EQ(visits, 1);
}

TYPED_TEST_P(StoreContract, a_batch_may_be_appended_while_another_is_visited) {
    ASSERT_EQ(this->append({batch_of(0, 1, "a")}), engine::Append::ok);
    auto read = this->journal().read(0, 1, [&](std::uint64_t seq, std::string_view) {
        if (seq < 5) {
            EXPECT_EQ(this->append({batch_of(0, seq + 1, "b")}), engine::Append::ok);
        }
        return true;
    });
    EXPECT_TRUE(read);
    EXPECT_EQ(this->journal().head(0), 5u);
}

TYPED_TEST_P(StoreContract, facts_about_the_store_are_kept_and_replaced) {
    ASSERT_TRUE(this->journal().set_meta("partitions", "4"));
    ASSERT_TRUE(this->journal().set_meta("store_id", std::string_view("\0\x01", 2)));
    ASSERT_TRUE(this->journal().set_meta("partitions", "8"));
    this->subject_.restart();
    EXPECT_EQ(*this->journal().meta("partitions"), std::optional<std::string>("8"));
    EXPECT_EQ(*this->journal().meta("store_id"), std::optional(std::string("\0\x01", 2)));
    EXPECT_EQ(*this->journal().meta("other"), std::nullopt);
}

TYPED_TEST_P(StoreContract, the_size_of_the_journal_grows_with_it) {
    std::uint64_t before = this->journal().size_bytes();
    ASSERT_EQ(this->append({batch_of(0, 1, std::string(100'000, 'x'))}), engine::Append::ok);
    EXPECT_GE(this->journal().size_bytes(), before + 100'000);
}

TYPED_TEST_P(StoreContract, an_applied_entry_comes_back_whole) {
    auto row = payment(this->a_, 1, 12'340'000);
    row.entry.subject = uuid_of(77);
    row.entry.reverses = EntryId{uuid_of(78)};
    row.entry.draws = {{GrantId{uuid_of(79)}, Amount::of_micros(5, "USD")}};
    row.entry.description = "it's \"ü\"";
    this->apply(3, {row});
    this->subject_.restart();
    auto found = this->views().entry(row.entry.id);
    ASSERT_TRUE(found && *found);
    EXPECT_EQ((*found)->partition, 0u);
    EXPECT_EQ((*found)->number, 10u);
    EXPECT_EQ(encode((*found)->entry), encode(row.entry));
    EXPECT_EQ(this->views().position(0), 3u);
    EXPECT_EQ(*this->views().entry(EntryId{uuid_of(9)}), std::nullopt);
}

// In a store from before references were unique there may be several: the first answers.
TYPED_TEST_P(StoreContract, a_reference_finds_the_first_entry_that_has_it) {
    auto referred = [&](AccountId account, std::uint64_t n, std::string provider = "") {
        auto row = payment(account, n, 100);
        row.entry.reference = "p";
        row.entry.provider = std::move(provider);
        return row;
    };
    auto payout = referred(this->a_, 4);
    payout.entry.kind = ledger::EntryKind::payout;
    auto without = payment(this->a_, 6, 100);
    without.entry.reference = "";
    this->apply(1, {referred(this->b_, 1), referred(this->a_, 2), referred(this->a_, 3), payout,
                    referred(this->a_, 5, "card"), without});
    this->subject_.restart();
    auto number_of = [&](const engine::Reference& reference) {
        auto row = this->views().recorded(reference);
        EXPECT_TRUE(row) << row.error();
        return row && *row ? (*row)->number : 0;
    };
    using ledger::EntryKind;
    EXPECT_EQ(number_of({this->a_, EntryKind::payment, "", "p"}), 20u);
    EXPECT_EQ(number_of({this->a_, EntryKind::payment, "card", "p"}), 50u);
    EXPECT_EQ(number_of({this->a_, EntryKind::payout, "", "p"}), 40u);
    EXPECT_EQ(number_of({this->b_, EntryKind::payment, "", "p"}), 10u);
    EXPECT_EQ(number_of({this->b_, EntryKind::payout, "", "p"}), 0u);
    EXPECT_EQ(number_of({this->a_, EntryKind::payment, "", "q"}), 0u);
    EXPECT_EQ(number_of({this->a_, EntryKind::payment, "bank", "p"}), 0u);
}

TYPED_TEST_P(StoreContract, applying_again_has_no_effect) {
    this->apply(2, {payment(this->a_, 1, 100)});
    this->apply(2, {payment(this->a_, 1, 100)});
    this->apply(1, {payment(this->a_, 2, 100)});
    EXPECT_EQ(this->views().position(0), 2u);
    EXPECT_EQ(this->numbers({this->a_, {}, 50}), (std::vector<std::uint64_t>{10}));
}

TYPED_TEST_P(StoreContract, a_failed_application_leaves_nothing) {
    this->apply(1, {payment(this->a_, 1, 100)});
    std::vector rows = {payment(this->a_, 2, 100), payment(this->a_, 1, 100)};
    EXPECT_FALSE(this->views().apply(0, 2, rows, {}));
    EXPECT_EQ(this->views().position(0), 1u);
    EXPECT_EQ(this->numbers({this->a_, {}, 50}), (std::vector<std::uint64_t>{10}));
    this->apply(2, {payment(this->a_, 2, 100)});
    EXPECT_EQ(this->views().position(0), 2u);
}

TYPED_TEST_P(StoreContract, positions_of_partitions_do_not_mix) {
    this->apply(2, {payment(this->a_, 1, 100)}, 0);
    this->apply(1, {payment(this->b_, 2, 100)}, 1);
    EXPECT_EQ(this->views().position(0), 2u);
    EXPECT_EQ(this->views().position(1), 1u);
    EXPECT_EQ(this->views().position(2), 0u);
}

TYPED_TEST_P(StoreContract, a_statement_runs_from_new_to_old_in_pages) {
    std::vector<engine::EntryRow> rows;
    for (std::uint64_t n = 1; n <= 5; ++n)
        rows.push_back(payment(n % 2 == 1 ? this->a_ : this->b_, n, 100));
    this->apply(1, rows);
    EXPECT_EQ(this->numbers({this->a_, {}, 2}), (std::vector<std::uint64_t>{50, 30}));
    EXPECT_EQ(this->numbers({this->a_, 30, 2}), (std::vector<std::uint64_t>{10}));
    EXPECT_EQ(this->numbers({this->a_, 10, 2}), (std::vector<std::uint64_t>{}));
    EXPECT_EQ(this->numbers({this->b_, {}, 50}), (std::vector<std::uint64_t>{40, 20}));
    EXPECT_EQ(this->numbers({this->a_, {}, 0}), (std::vector<std::uint64_t>{}));
}

TYPED_TEST_P(StoreContract, a_page_is_not_cut_within_an_event) {
    auto first = payment(this->a_, 1, 100);
    auto second = payment(this->a_, 2, 100);
    second.number = first.number;
    this->apply(1, {first, second, payment(this->a_, 3, 100)});
    EXPECT_EQ(this->numbers({this->a_, {}, 2}), (std::vector<std::uint64_t>{30, 10, 10}));
    auto rows = this->views().entries({this->a_, {}, 3});
    EXPECT_EQ((*rows)[1].entry.id, second.entry.id);
}

TYPED_TEST_P(StoreContract, a_statement_also_shows_what_others_posted_to_the_wallet) {
    auto row = payment(this->a_, 1, 100);
    row.entry.postings.push_back(
        {this->b_, ledger::Bucket::available, Amount::of_micros(7, "USD")});
    row.entry.postings.push_back({this->b_, ledger::Bucket::revenue, Amount::of_micros(-7, "USD")});
    auto seller = payment(this->a_, 2, 100);
    seller.entry.postings[1].owner = this->b_;  // the seller's cash is not its wallet
    this->apply(1, {row, seller});
    EXPECT_EQ(this->numbers({this->b_, {}, 50}), (std::vector<std::uint64_t>{10}));
    EXPECT_EQ(this->numbers({this->a_, {}, 50}), (std::vector<std::uint64_t>{20, 10}));
}

TYPED_TEST_P(StoreContract, a_balance_is_the_sum_of_wallet_postings_up_to_an_instant) {
    auto hold = payment(this->a_, 3, -30'000'000);
    hold.entry.postings = {
        {this->a_, ledger::Bucket::available, Amount::of_micros(-30'000'000, "USD")},
        {this->a_, ledger::Bucket::held, Amount::of_micros(30'000'000, "USD")}};
    this->apply(1, {payment(this->a_, 1, 100'000'001), payment(this->b_, 2, 5), hold});
    auto at = [&](std::int64_t second) {
        return *this->views().balance_at(this->a_, Instant::of_seconds(second));
    };
    auto dollars = [](std::int64_t micros) { return Amount::of_micros(micros, "USD"); };
    EXPECT_EQ(at(0), engine::BucketSums{});
    EXPECT_EQ(at(1), (engine::BucketSums{{ledger::Bucket::available, dollars(100'000'001)}}));
    EXPECT_EQ(at(3), (engine::BucketSums{{ledger::Bucket::available, dollars(70'000'001)},
                                         {ledger::Bucket::held, dollars(30'000'000)}}));
}

TYPED_TEST_P(StoreContract, a_wallet_of_two_currencies_has_no_balance) {
    this->apply(1, {payment(this->a_, 1, 5), payment(this->a_, 2, 5, "EUR")});
    EXPECT_FALSE(this->views().balance_at(this->a_, Instant::of_seconds(9)));
}

TYPED_TEST_P(StoreContract, totals_are_zero_by_currency_and_show_what_is_not) {
    this->apply(1, {payment(this->a_, 1, 12'500'000), payment(this->b_, 2, 7, "EUR")});
    using Totals = std::map<Currency, std::string>;
    EXPECT_EQ(*this->views().totals(), (Totals{{eur(), "0"}, {usd(), "0"}}));
    auto broken = payment(this->a_, 3, 12'500'000);
    broken.entry.postings.pop_back();
    this->apply(2, {broken});
    EXPECT_EQ(*this->views().totals(), (Totals{{eur(), "0"}, {usd(), "12.5"}}));
}

TYPED_TEST_P(StoreContract, totals_pass_64_bits_without_harm) {
    std::vector<engine::EntryRow> rows;
    for (std::uint64_t n = 1; n <= 20; ++n) {
        rows.push_back(payment(this->a_, n, 1'000'000'000'000'000'000));
        rows.back().entry.postings.pop_back();
    }
    this->apply(1, rows);
    EXPECT_EQ(this->views().totals()->at(usd()), "20000000000000");
}

TYPED_TEST_P(StoreContract, snapshot_records_replace_older_ones_of_their_key) {
    auto put = [&](engine::PartitionId partition, std::string key, std::uint64_t position,
                   std::string body) {
        std::vector<engine::SnapshotRecord> records = {{key, position, body}};
        ASSERT_TRUE(this->views().put_snapshot(partition, records));
    };
    std::string binary("\0k", 2);
    put(0, "b", 5, "old");
    put(0, "a", 6, "one");
    put(0, binary, 6, binary);
    put(0, "b", 7, "new");
    put(0, "a", 4, "stale");
    put(1, "a", 1, "other");
    this->subject_.restart();
    EXPECT_EQ(this->snapshot(0),
              (std::vector<std::string>{binary + "@6=" + binary, "a@6=one", "b@7=new"}));
    EXPECT_EQ(this->snapshot(1), (std::vector<std::string>{"a@1=other"}));
}

// More than a store may want to hold at once, of several sizes, keys with any bytes among them.
TYPED_TEST_P(StoreContract, many_snapshot_records_come_once_each_in_the_order_of_their_keys) {
    std::vector<engine::SnapshotRecord> records;
    for (int i = 0; i < 900; ++i) {
        std::string key = (i % 3 == 0   ? std::string("k\0", 2)
                           : i % 3 == 1 ? "accounts/"
                                        : "\xff") +
                          std::to_string(1000 + i);
        records.push_back({std::move(key), 3, std::string(i % 100 == 0 ? 300'000 : 5'000, 'x')});
    }
    ASSERT_TRUE(this->views().put_snapshot(0, records));
    ASSERT_TRUE(this->views().put_snapshot(1, {{records.back()}}));
    std::ranges::sort(records, {}, &engine::SnapshotRecord::key);
    std::size_t at = 0;
    auto read = this->views().read_snapshot(0, [&](const engine::SnapshotRecord& record) {
        EXPECT_EQ(record.key, records[at].key);
        EXPECT_EQ(record.body, records[at].body);
        return ++at < records.size();
    });
    ASSERT_TRUE(read);
    EXPECT_EQ(at, records.size());
    // A visitor may end it, and may ask the views for something else.
    at = 0;
    read = this->views().read_snapshot(0, [&](const engine::SnapshotRecord&) {
        EXPECT_EQ(this->views().position(0), 0U);
        return ++at < 700;
    });
    ASSERT_TRUE(read);
    EXPECT_EQ(at, 700U);
}

TYPED_TEST_P(StoreContract, clearing_forgets_all_views_and_keeps_the_journal) {
    this->apply(2, {payment(this->a_, 1, 100)});
    std::vector<engine::SnapshotRecord> records = {{"a", 1, "x"}};
    ASSERT_TRUE(this->views().put_snapshot(0, records));
    ASSERT_TRUE(this->views().clear());
    for (int round = 0; round < 2; ++round) {
        EXPECT_EQ(this->views().position(0), 0u);
        EXPECT_TRUE(this->numbers({this->a_, {}, 50}).empty());
        EXPECT_TRUE(this->snapshot(0).empty());
        EXPECT_TRUE(this->views().totals()->empty());
        EXPECT_EQ(this->journal().head(0), 2u);
        this->subject_.restart();
    }
    this->apply(2, {payment(this->a_, 1, 100)});
    EXPECT_EQ(this->views().position(0), 2u);
}

TYPED_TEST_P(StoreContract, increments_of_an_hour_come_together_by_their_aggregation) {
    using catalog::Aggregation;
    auto row = [&](Aggregation aggregation, std::int64_t quantity, std::int64_t minute) {
        auto made = usage_of(this->a_, std::string(enum_text(aggregation)), 1, quantity, minute);
        made.aggregation = aggregation;
        return made;
    };
    std::vector<engine::UsageHour> first;
    std::vector<engine::UsageHour> second;
    for (auto aggregation : {Aggregation::count, Aggregation::sum, Aggregation::unique,
                             Aggregation::max, Aggregation::latest}) {
        first.push_back(row(aggregation, 5, 10));
        first.push_back(row(aggregation, 9, 30));
        second.push_back(row(aggregation, 7, 20));
    }
    this->use(1, first);
    this->use(2, second);
    this->subject_.restart();
    auto quantity = [&](std::string meter) {
        auto rows = this->usage(this->all_of(std::move(meter)));
        EXPECT_EQ(rows.size(), 1u);
        if (rows.size() != 1) return std::int64_t{0};
        EXPECT_EQ(rows[0].events, 3u);
        EXPECT_EQ(rows[0].last, Instant::of_seconds(3600 + 30 * 60));
        return rows[0].quantity;
    };
    EXPECT_EQ(quantity("count"), 21);
    EXPECT_EQ(quantity("sum"), 21);
    EXPECT_EQ(quantity("unique"), 21);
    EXPECT_EQ(quantity("max"), 9);
    EXPECT_EQ(quantity("latest"), 9);
    auto later = row(Aggregation::latest, 1, 30);  // at the same time: what comes last
    later.events = 0;
    this->use(3, {later});
    EXPECT_EQ(quantity("latest"), 1);
}

TYPED_TEST_P(StoreContract, usage_comes_back_by_hour_within_its_bounds) {
    auto odd = usage_of(this->a_, "calls", 3, -4);
    odd.dimensions = "region=\xC3\xBC's";
    odd.partition = 2;
    this->use(1, {usage_of(this->a_, "calls", 5, 50), odd, usage_of(this->a_, "calls", 2, 20),
                  usage_of(this->a_, "seats", 3, 1), usage_of(this->b_, "calls", 3, 1)});
    auto query = this->all_of("calls");
    query.from = Instant::of_seconds(3 * 3600);
    query.to = Instant::of_seconds(5 * 3600);
    query.dimension = "region";
    EXPECT_EQ(this->usage(query), (std::vector<engine::UsageHour>{odd}));
    std::vector<std::int64_t> quantities;
    for (const auto& row : this->usage(this->all_of("calls"))) quantities.push_back(row.quantity);
    EXPECT_EQ(quantities, (std::vector<std::int64_t>{20, -4, 50}));
    query = this->all_of("calls");
    query.limit = 2;
    EXPECT_EQ(this->usage(query).size(), 2u);
    EXPECT_TRUE(this->usage(this->all_of("other")).empty());
}

TYPED_TEST_P(StoreContract, usage_is_told_as_a_whole_or_by_one_dimension) {
    std::vector<engine::UsageHour> rows;
    for (std::string dimensions :
         {"path=/\x1fregion=eu", "path=/x\x1fregion=eu", "region=us", "", "subregion=eu"}) {
        rows.push_back(usage_of(this->a_, "calls", 1, 1 + static_cast<std::int64_t>(rows.size())));
        rows.back().dimensions = dimensions;
    }
    this->use(1, rows);
    auto found = [&](std::string dimension) {
        auto query = this->all_of("calls");
        query.dimension = std::move(dimension);
        std::vector<std::string> out;
        for (const auto& row : this->usage(query))
            out.push_back(row.dimensions + ": " + std::to_string(row.quantity));
        return out;
    };
    EXPECT_EQ(found(""), (std::vector<std::string>{": 15"}));
    EXPECT_EQ(found("region"), (std::vector<std::string>{": 9", "region=eu: 3", "region=us: 3"}));
    EXPECT_EQ(found("path"), (std::vector<std::string>{": 12", "path=/: 1", "path=/x: 2"}));
}

TYPED_TEST_P(StoreContract, usage_that_was_applied_is_not_applied_again) {
    this->use(2, {usage_of(this->a_, "calls", 1, 5)});
    this->use(2, {usage_of(this->a_, "calls", 1, 5)});
    this->use(1, {usage_of(this->a_, "calls", 1, 5)});
    std::vector twice = {payment(this->a_, 1, 100), payment(this->a_, 1, 100)};
    std::vector more = {usage_of(this->a_, "calls", 1, 5)};
    this->apply(3, {payment(this->a_, 1, 100)});
    EXPECT_FALSE(this->views().apply(0, 4, twice, more));
    ASSERT_EQ(this->usage(this->all_of("calls")).size(), 1u);
    EXPECT_EQ(this->usage(this->all_of("calls"))[0].quantity, 5);
    ASSERT_TRUE(this->views().clear());
    EXPECT_TRUE(this->usage(this->all_of("calls")).empty());
}

TYPED_TEST_P(StoreContract, usage_stays_within_64_bits) {
    this->use(1, {usage_of(this->a_, "up", 1, INT64_MAX - 1), usage_of(this->a_, "up", 1, 5),
                  usage_of(this->a_, "down", 1, -INT64_MAX), usage_of(this->a_, "down", 1, -5)});
    this->use(2, {usage_of(this->a_, "up", 1, INT64_MAX), usage_of(this->a_, "up", 1, -7)});
    EXPECT_EQ(this->usage(this->all_of("up"))[0].quantity, INT64_MAX - 7);
    EXPECT_EQ(this->usage(this->all_of("down"))[0].quantity, -INT64_MAX);
}

// Writes a run of these bytes; the sentence of what went wrong, or none.
inline std::string write_run(engine::Store& store, engine::PartitionId partition,
                             std::uint64_t number, std::string_view bytes) {
    auto writer = store.id_runs().create(partition, number);
    if (!writer) return writer.error();
    for (std::size_t at = 0; at < bytes.size(); at += 100'000)
        if (auto ok = (*writer)->append(bytes.substr(at, 100'000)); !ok) return ok.error();
    auto ok = (*writer)->finish();
    return ok ? "" : ok.error();
}

inline std::string read_run(engine::Store& store, engine::PartitionId partition,
                            std::uint64_t number) {
    auto file = store.id_runs().open(partition, number);
    if (!file) return "error: " + file.error();
    std::string bytes((*file)->size(), '\0');
    auto ok = (*file)->read(0, bytes);
    return ok ? bytes : "error: " + ok.error();
}

using Numbers = std::vector<std::uint64_t>;

TYPED_TEST_P(StoreContract, a_finished_run_reads_back_and_after_a_restart) {
    auto& store = this->subject_.store();
    std::string large;
    for (int i = 0; large.size() < 1'000'000; ++i) large += std::to_string(i);
    EXPECT_EQ(write_run(store, 2, 10, large), "");
    EXPECT_EQ(write_run(store, 2, 9, "nine"), "");
    EXPECT_EQ(write_run(store, 20, 1, "of another partition"), "");
    EXPECT_EQ(store.id_runs().list(2), Numbers({9, 10}));
    EXPECT_EQ(store.id_runs().list(3), Numbers());
    this->subject_.restart();
    auto& again = this->subject_.store();
    EXPECT_EQ(again.id_runs().list(2), Numbers({9, 10}));
    EXPECT_EQ(again.id_runs().list(20), Numbers({1}));
    EXPECT_EQ(read_run(again, 2, 9), "nine");
    EXPECT_EQ(read_run(again, 2, 10), large);
    auto file = again.id_runs().open(2, 10);
    ASSERT_TRUE(file) << file.error();
    std::string part(10, '\0');
    ASSERT_TRUE((*file)->read(500'000, part));
    EXPECT_EQ(part, large.substr(500'000, 10));
    EXPECT_FALSE((*file)->read(large.size() - 9, part)) << "it would pass the end";
}

TYPED_TEST_P(StoreContract, a_run_that_is_not_finished_is_not_there) {
    auto& runs = this->subject_.store().id_runs();
    {
        auto writer = runs.create(2, 1);
        ASSERT_TRUE(writer) << writer.error();
        ASSERT_TRUE((*writer)->append(std::string(600'000, 'x')));
        EXPECT_EQ(runs.list(2), Numbers());
        EXPECT_FALSE(runs.open(2, 1));
    }
    EXPECT_EQ(runs.list(2), Numbers());
    EXPECT_EQ(write_run(this->subject_.store(), 2, 1, "first"), "");
    EXPECT_EQ(write_run(this->subject_.store(), 2, 1, "second"), "");
    EXPECT_EQ(read_run(this->subject_.store(), 2, 1), "second");
}

TYPED_TEST_P(StoreContract, a_removed_run_stays_readable_where_it_is_open) {
    auto& runs = this->subject_.store().id_runs();
    EXPECT_EQ(write_run(this->subject_.store(), 2, 1, "0123456789"), "");
    auto file = runs.open(2, 1);
    ASSERT_TRUE(file);
    EXPECT_TRUE(runs.remove(2, 1));
    EXPECT_TRUE(runs.remove(2, 1)) << "nothing is there";
    EXPECT_FALSE(runs.open(2, 1));
    EXPECT_EQ(runs.list(2), Numbers());
    std::string part(4, '\0');
    EXPECT_TRUE((*file)->read(3, part));
    EXPECT_EQ(part, "3456");
}

REGISTER_TYPED_TEST_SUITE_P(
    StoreContract, a_new_store_is_empty,
    appended_batches_are_read_back_in_order_and_after_a_restart, many_batches_come_back_complete,
    partitions_have_positions_of_their_own,
    a_batch_that_does_not_follow_the_head_is_fenced_with_its_whole_call,
    a_visit_that_returns_false_ends_the_reading, a_batch_may_be_appended_while_another_is_visited,
    facts_about_the_store_are_kept_and_replaced, the_size_of_the_journal_grows_with_it,
    an_applied_entry_comes_back_whole, a_reference_finds_the_first_entry_that_has_it,
    applying_again_has_no_effect, a_failed_application_leaves_nothing,
    positions_of_partitions_do_not_mix, a_statement_runs_from_new_to_old_in_pages,
    a_page_is_not_cut_within_an_event, a_statement_also_shows_what_others_posted_to_the_wallet,
    a_balance_is_the_sum_of_wallet_postings_up_to_an_instant,
    a_wallet_of_two_currencies_has_no_balance, totals_are_zero_by_currency_and_show_what_is_not,
    totals_pass_64_bits_without_harm, snapshot_records_replace_older_ones_of_their_key,
    many_snapshot_records_come_once_each_in_the_order_of_their_keys,
    clearing_forgets_all_views_and_keeps_the_journal,
    increments_of_an_hour_come_together_by_their_aggregation,
    usage_comes_back_by_hour_within_its_bounds, usage_is_told_as_a_whole_or_by_one_dimension,
    usage_that_was_applied_is_not_applied_again, usage_stays_within_64_bits,
    a_finished_run_reads_back_and_after_a_restart, a_run_that_is_not_finished_is_not_there,
    a_removed_run_stays_readable_where_it_is_open);

}  // namespace rb::testing
