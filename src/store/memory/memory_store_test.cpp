#include "store/memory/memory_store.h"

#include <gtest/gtest.h>

#include "testing/store_contract.h"

namespace rb::store::memory {

namespace {

using engine::Append;
using testing::batch_of;

class Memory {
public:
    engine::Store& store() { return *store_; }
    void restart() {}

private:
    std::unique_ptr<engine::Store> store_ = make();
};

}  // namespace

}  // namespace rb::store::memory

namespace rb::testing {
INSTANTIATE_TYPED_TEST_SUITE_P(Memory, StoreContract, store::memory::Memory);
}  // namespace rb::testing

namespace rb::store::memory {

namespace {

Append append(engine::Store& store, std::uint64_t seq) {
    std::vector batches = {batch_of(0, seq, "b")};
    return store.journal().append(batches);
}

TEST(MemoryStore, a_fault_is_answered_as_often_as_it_is_set) {
    auto faults = std::make_shared<Faults>();
    auto store = make(faults);
    faults->next = Append::not_written;
    faults->repeat = 2;
    faults->appends_until = 1;
    EXPECT_EQ(append(*store, 1), Append::ok);
    EXPECT_EQ(append(*store, 2), Append::not_written);
    EXPECT_EQ(append(*store, 2), Append::not_written);
    EXPECT_EQ(store->journal().head(0), 1u);
    EXPECT_EQ(append(*store, 2), Append::ok);
}

TEST(MemoryStore, an_unknown_outcome_is_written_or_not_in_turns) {
    auto faults = std::make_shared<Faults>();
    auto store = make(faults);
    faults->next = Append::unknown;
    faults->appends_until = 0;
    EXPECT_EQ(append(*store, 1), Append::unknown);
    EXPECT_EQ(store->journal().head(0), 1u);
    faults->appends_until = 0;
    EXPECT_EQ(append(*store, 2), Append::unknown);
    EXPECT_EQ(store->journal().head(0), 1u);
    EXPECT_EQ(append(*store, 2), Append::ok);
}

}  // namespace

}  // namespace rb::store::memory
