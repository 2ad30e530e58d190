#include "engine/test_engine.h"

namespace rb::engine::test {
namespace {

IdempotencyKey key(const std::string& text, const std::string& request = "a",
                   const std::string& operation = "op") {
    return {text, operation, Sha256::of(request)};
}

class Idempotency : public ::testing::Test {
protected:
    Envelope payment(IdempotencyKey with, accounts::Caller caller = accounts::Caller::platform()) {
        return {caller, ledger::RecordPayment{acme_, usd(100), ""}, std::move(with), {}};
    }

    TestEngine t_;
    AccountId acme_ = t_.open_account("acme");
};

TEST_F(Idempotency, the_same_key_is_answered_with_the_same_bytes_and_does_nothing) {
    auto first = t_.answer(payment(key("k")));
    auto second = t_.answer(payment(key("k")));
    ASSERT_TRUE(first && second);
    EXPECT_FALSE(first->replayed);
    EXPECT_TRUE(second->replayed);
    EXPECT_EQ(first->body, second->body);
    EXPECT_EQ(t_.available(acme_), 100);
}

TEST_F(Idempotency, the_same_key_with_another_request_is_refused) {
    ASSERT_TRUE(t_.answer(payment(key("k"))));
    auto second = t_.answer(payment(key("k", "b")));
    EXPECT_EQ(TestEngine::text(second), "idempotency_key_is_reused");
    EXPECT_EQ(t_.available(acme_), 100);
}

TEST_F(Idempotency, a_key_survives_a_restart_with_and_without_snapshots) {
    auto first = t_.answer(payment(key("k")));
    t_.open();
    auto second = t_.answer(payment(key("k")));
    t_.reopen_from_journal();
    auto third = t_.answer(payment(key("k")));
    ASSERT_TRUE(first && second && third);
    EXPECT_TRUE(second->replayed && third->replayed);
    EXPECT_EQ(second->body, first->body);
    EXPECT_EQ(third->body, first->body);
    EXPECT_EQ(t_.available(acme_), 100);
}

TEST_F(Idempotency, a_key_is_forgotten_after_its_lifetime_and_not_before) {
    ASSERT_TRUE(t_.answer(payment(key("k"))));
    t_.clock.advance(Duration{limits::idempotency_lifetime_us - 1});
    auto within = t_.answer(payment(key("k")));
    ASSERT_TRUE(within);
    EXPECT_TRUE(within->replayed);
    t_.clock.advance(Duration{1});
    auto after = t_.answer(payment(key("k")));
    ASSERT_TRUE(after);
    EXPECT_FALSE(after->replayed);
    EXPECT_EQ(t_.available(acme_), 200);
}

TEST_F(Idempotency, a_refusal_is_not_kept_and_decided_anew) {
    Envelope hold{
        accounts::Caller::platform(), ledger::PlaceHold{acme_, usd(1), "r", {}}, key("k"), {}};
    EXPECT_EQ(TestEngine::text(t_.answer({hold.caller, hold.command, key("k"), {}})),
              "money_is_short");
    ASSERT_EQ(t_.pay(acme_, 1).substr(0, 4), "ent_");
    auto second = t_.answer({hold.caller, hold.command, key("k"), {}});
    ASSERT_TRUE(second);
    EXPECT_FALSE(second->replayed);
}

TEST_F(Idempotency, keys_of_other_operations_principals_and_trees_are_other_keys) {
    AccountId beta = t_.open_account("beta");
    auto replayed = [&](Envelope envelope) {
        auto reply = t_.answer(std::move(envelope));
        EXPECT_TRUE(reply);
        return reply && reply->replayed;
    };
    ASSERT_FALSE(replayed(payment(key("k"))));
    EXPECT_FALSE(replayed(payment(key("k", "a", "another operation"))));
    EXPECT_FALSE(replayed(payment(key("k"), accounts::Caller::platform(Uuid{7, 7}))));
    EXPECT_FALSE(replayed(
        {accounts::Caller::platform(), ledger::RecordPayment{beta, usd(1), ""}, key("k"), {}}));
    EXPECT_TRUE(replayed(payment(key("k"))));
}

TEST_F(Idempotency, a_reply_that_held_a_secret_is_replayed_without_it) {
    auto render = [](const Reader&, const Reply&) {
        Rendered out;
        out.body = "secret";
        out.replay_body = "no secret";
        return out;
    };
    std::vector<std::string> bodies;
    for (int i = 0; i < 2; ++i)
        t_.engine().execute(payment(key("k")), render,
                            [&](Result<Rendered>&& r) { bodies.push_back(TestEngine::text(r)); });
    EXPECT_EQ(bodies, (std::vector<std::string>{"secret", "no secret"}));
}

TEST_F(Idempotency, a_key_whose_commit_failed_is_free) {
    t_.faults->next = Append::not_written;
    t_.faults->appends_until = 0;
    EXPECT_EQ(TestEngine::text(t_.answer(payment(key("k")))), "store_is_full");
    auto second = t_.answer(payment(key("k")));
    ASSERT_TRUE(second);
    EXPECT_FALSE(second->replayed);
    EXPECT_EQ(t_.available(acme_), 100);
}

TEST_F(Idempotency, an_account_is_opened_once_under_a_key) {
    auto open = [&](const std::string& request) {
        return t_.answer(
            {accounts::Caller::platform(), TestEngine::opening("beta"), key("k", request), {}});
    };
    auto first = open("a");
    auto second = open("a");
    ASSERT_TRUE(first) << first.error().detail;
    ASSERT_TRUE(second) << second.error().detail;
    EXPECT_TRUE(second->replayed);
    EXPECT_EQ(first->body, second->body);
    EXPECT_EQ(TestEngine::text(open("b")), "idempotency_key_is_reused");
    EXPECT_EQ(t_.engine().status().accounts, 2U);
}

TEST(IdempotencyOverPartitions, an_unnamed_account_is_opened_once_under_a_key) {
    TestEngine t(4);
    for (int i = 0; i < 8; ++i) {
        auto open = [&] {
            return t.answer({accounts::Caller::platform(),
                             TestEngine::opening(""),
                             key("k" + std::to_string(i)),
                             {}});
        };
        auto first = open();
        auto second = open();
        ASSERT_TRUE(first && second);
        EXPECT_EQ(first->body, second->body);
    }
    EXPECT_EQ(t.engine().status().accounts, 8U);
}

}  // namespace
}  // namespace rb::engine::test
