#include "engine/executed_quotes.h"

#include <gtest/gtest.h>

namespace rb::engine {
namespace {

constexpr Duration a_day{limits::executed_quote_lifetime_us};

AccountId account(std::uint64_t n) { return AccountId{Uuid{1, n}}; }
QuoteId quote(std::uint64_t n) { return QuoteId{Uuid{2, n}}; }

// Executed at `at` by the tree's clock and the wall alike.
void put(ExecutedQuotes& kept, std::uint64_t n, AccountId of, Instant at = Instant{1'000'000}) {
    changes::Executed done;
    done.quote.id = quote(n);
    done.at = at;
    kept.put({of, of, at + a_day, done});
}

TEST(ExecutedQuotes, one_is_known_to_its_account_for_a_day) {
    ExecutedQuotes kept;
    const Instant at{5'000'000};
    put(kept, 1, account(1), at);
    EXPECT_NE(kept.find(quote(1), account(1), at + a_day - Duration{1}), nullptr);
    EXPECT_EQ(kept.find(quote(1), account(1), at + a_day), nullptr);
    EXPECT_EQ(kept.find(quote(1), account(2), at), nullptr);
    EXPECT_EQ(kept.find(quote(2), account(1), at), nullptr);
    kept.drop_until(at + a_day - Duration{1});
    EXPECT_EQ(kept.size(), 1U);
    kept.drop_until(at + a_day);
    EXPECT_EQ(kept.size(), 0U);
}

TEST(ExecutedQuotes, a_tree_beyond_its_share_forgets_its_own_oldest) {
    ExecutedQuotes kept(8);
    for (std::uint64_t n = 0; n < 3; ++n) put(kept, n, account(1));
    for (std::uint64_t n = 10; n < 30; ++n) put(kept, n, account(2));
    const Instant now{1'000'000};
    for (std::uint64_t n = 0; n < 3; ++n)
        EXPECT_NE(kept.find(quote(n), account(1), now), nullptr) << n;
    EXPECT_EQ(kept.find(quote(10), account(2), now), nullptr);
    EXPECT_NE(kept.find(quote(29), account(2), now), nullptr);
    EXPECT_LE(kept.size(), 8U);
}

TEST(ExecutedQuotes, what_is_kept_moves_with_its_places) {
    ExecutedQuotes first;
    put(first, 1, account(1));
    ExecutedQuotes second = std::move(first);
    put(second, 2, account(1));
    second.drop_until(Instant{1'000'000} + a_day);
    EXPECT_EQ(second.size(), 0U);
}

}  // namespace
}  // namespace rb::engine
