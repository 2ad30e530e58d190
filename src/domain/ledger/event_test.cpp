#include <gtest/gtest.h>

#include "domain/ledger/test_wallet.h"

namespace rb::ledger {
namespace {

template <class T>
void expect_round_trip(const T& value) {
    std::string bytes = encode(value);
    T back;
    ASSERT_TRUE(decode(bytes, back));
    EXPECT_EQ(encode(back), bytes);
    EXPECT_EQ(encode_json(back), encode_json(value));
    for (std::size_t i = 0; i < bytes.size(); ++i) {
        T cut;
        (void)decode(std::string_view(bytes).substr(0, i), cut);  // may fail, never misbehaves
    }
}

Entry full_entry() {
    Grant left{{{8, 1}}, GrantKind::paid, usd_of(3), -2, day_one, day_one + Duration::of_days(2),
               shop,     "pack"};
    Entry entry;
    entry.id = {{4, 4}};
    entry.account = customer;
    entry.at = day_one;
    entry.kind = EntryKind::opening;
    entry.description = "an \"entry\"";
    entry.subject = {6, 6};
    entry.postings = {{customer, Bucket::grants, usd_of(-2)}, {shop, Bucket::rounding, usd_of(2)}};
    entry.draws = {{left.id, usd_of(2), left}};
    entry.reverses = {{5, 5}};
    entry.reference = "pay-1";
    entry.provider = "card";
    return entry;
}

TEST(LedgerEvents, every_event_reads_back_as_it_was_written) {
    TestWallet w;
    w.pay(100);
    Grant grant_made = w.give(20, -3, day_one + Duration::of_days(5), GrantKind::paid);
    Hold hold = w.hold(40, day_one + Duration::of_days(1));
    hold.subject = {3, 1};
    Entry entry = full_entry();
    expect_round_trip(EntryPosted{entry});
    expect_round_trip(HoldPlaced{customer, hold, entry});
    expect_round_trip(HoldCaptured{customer, hold.id, usd_of(1), usd_of(39), entry});
    expect_round_trip(HoldReleased{customer, hold.id, entry});
    expect_round_trip(GrantMade{customer, grant_made, entry});
    expect_round_trip(GrantExpired{customer, grant_made.id, entry});
}

TEST(LedgerEvents, every_field_of_an_entry_is_written) {
    Entry entry = full_entry();
    Entry back;
    ASSERT_TRUE(decode(encode(entry), back));
    EXPECT_EQ(back.id, entry.id);
    EXPECT_EQ(back.provider, entry.provider);
    EXPECT_EQ(back.account, entry.account);
    EXPECT_EQ(back.at, entry.at);
    EXPECT_EQ(back.kind, entry.kind);
    EXPECT_EQ(back.description, entry.description);
    EXPECT_EQ(back.subject, entry.subject);
    EXPECT_EQ(back.postings, entry.postings);
    EXPECT_EQ(back.draws, entry.draws);
    EXPECT_EQ(back.reverses, entry.reverses);
    EXPECT_EQ(back.reference, entry.reference);
}

TEST(LedgerEvents, a_wallet_reads_back_as_it_was_written) {
    TestWallet w;
    Entry payment = w.pay(100);
    w.give(20);
    w.hold(40);
    w.undo(payment);
    w.spend(25, Overdraft::allowed);
    Wallet back;
    ASSERT_TRUE(decode(encode(w.wallet), back));
    EXPECT_EQ(encode_json(back), encode_json(w.wallet));
    EXPECT_EQ(back.micros, w.wallet.micros);
    EXPECT_EQ(back.reversed, w.wallet.reversed);
    EXPECT_EQ(back.holds.size(), 1u);
}

}  // namespace
}  // namespace rb::ledger
