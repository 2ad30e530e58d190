#include "engine/id_run.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "engine/test_ids.h"
#include "store/memory/memory_store.h"

namespace rb::engine {

namespace {

using test::hash_of;

constexpr PartitionId partition = 2;

std::vector<Uuid> ids_of(std::uint64_t from, std::uint64_t count) {
    std::vector<Uuid> ids;
    for (std::uint64_t n = from; n < from + count; ++n) ids.push_back(hash_of(n));
    std::ranges::sort(ids, IdOrder{});
    return ids;
}

IdRunPtr write(IdRuns& files, std::uint64_t number, const std::vector<Uuid>& ids,
               std::int64_t day = 20'000) {
    auto builder = IdRunBuilder::create(files, partition, {number, day, 0, 0}, ids.size());
    EXPECT_TRUE(builder) << builder.error();
    // In uneven parts, as slices of memory are.
    for (std::size_t at = 0; at < ids.size();) {
        std::size_t count = std::min<std::size_t>(1 + at % 700, ids.size() - at);
        EXPECT_TRUE((*builder)->add(std::span(ids).subspan(at, count)));
        at += count;
    }
    auto run = (*builder)->finish();
    EXPECT_TRUE(run) << run.error();
    return run.value_or(nullptr);
}

std::string bytes_of(IdRuns& files, std::uint64_t number) {
    auto file = files.open(partition, number);
    std::string bytes((*file)->size(), '\0');
    EXPECT_TRUE((*file)->read(0, bytes));
    return bytes;
}

void put_bytes(IdRuns& files, std::uint64_t number, std::string_view bytes) {
    auto writer = files.create(partition, number);
    ASSERT_TRUE((*writer)->append(bytes));
    ASSERT_TRUE((*writer)->finish());
}

TEST(IdFilter, says_yes_to_all_that_it_has_and_hardly_ever_to_others) {
    constexpr std::uint64_t count = 400'000;
    IdFilter filter(count);
    for (std::uint64_t n = 0; n < count; ++n) filter.add(hash_of(n));
    for (std::uint64_t n = 0; n < count; ++n) ASSERT_TRUE(filter.may_have(hash_of(n)));
    std::uint64_t wrong = 0;
    for (std::uint64_t n = 0; n < count; ++n) wrong += filter.may_have(hash_of(count + n)) ? 1 : 0;
    // 3.5 of a thousand by the formula of the blocks.
    EXPECT_GT(wrong, count * 25 / 10'000);
    EXPECT_LT(wrong, count * 45 / 10'000);
    EXPECT_LE(filter.bytes().size(), count * 12 / 8 + 64);
    auto copy = IdFilter::of(filter.bytes());
    ASSERT_TRUE(copy);
    EXPECT_EQ(copy->bytes(), filter.bytes());
    EXPECT_FALSE(IdFilter::of(""));
    EXPECT_FALSE(IdFilter::of(filter.bytes().substr(1)));
}

TEST(IdRun, tells_exactly_what_is_in_it_when_it_is_new_and_when_it_is_opened) {
    auto store = store::memory::make();
    for (std::uint64_t count : {1, 255, 256, 257, 20'000}) {
        IdRunPtr fresh = write(store->id_runs(), count, ids_of(0, count));
        auto opened = IdRun::open(store->id_runs(), partition, count);
        ASSERT_TRUE(opened) << opened.error();
        EXPECT_EQ((*opened)->name(), fresh->name());
        for (const IdRunPtr& run : {fresh, *opened}) {
            EXPECT_EQ(run->name().count, count);
            for (std::uint64_t n = 0; n < count; ++n)
                ASSERT_EQ(run->find(hash_of(n)), InRun::yes) << n;
            for (std::uint64_t n = count; n < 3 * count + 20'000; ++n)
                ASSERT_EQ(run->find(hash_of(n)), InRun::no) << n;
            auto all = run->read(0, 1'000);
            ASSERT_TRUE(all);
            EXPECT_EQ(*all, ids_of(0, count));
            EXPECT_TRUE(run->read(run->pages(), 1)->empty());
        }
        EXPECT_LT(fresh->memory_bytes(), count * 17 / 10 + 200);
    }
}

// Not what hashes do, but what a page may look like at worst: all begin with the same bits.
TEST(IdRun, finds_ids_whose_order_differs_in_the_last_bits_alone) {
    auto store = store::memory::make();
    std::vector<Uuid> ids;
    for (std::uint64_t n = 1; n <= 2'000; n += 2) ids.push_back({7, n << 12});
    IdRunPtr run = write(store->id_runs(), 1, ids);
    for (std::uint64_t n = 1; n <= 2'000; ++n)
        ASSERT_EQ(run->find({7, n << 12}), n % 2 == 1 ? InRun::yes : InRun::no) << n;
    EXPECT_EQ(run->find({6, 1ULL << 12}), InRun::no);
}

TEST(IdRun, a_torn_file_is_not_opened) {
    auto store = store::memory::make();
    write(store->id_runs(), 1, ids_of(0, 1'000));
    std::string whole = bytes_of(store->id_runs(), 1);
    for (std::size_t size = 0; size < whole.size(); size += size < 4'000 ? 1'777 : 13) {
        put_bytes(store->id_runs(), 1, std::string_view(whole).substr(0, size));
        EXPECT_FALSE(IdRun::open(store->id_runs(), partition, 1)) << size;
    }
    put_bytes(store->id_runs(), 1, whole + " ");
    EXPECT_FALSE(IdRun::open(store->id_runs(), partition, 1));
    put_bytes(store->id_runs(), 2, whole);
    EXPECT_FALSE(IdRun::open(store->id_runs(), partition, 2)) << "it is run 1";
    EXPECT_FALSE(IdRun::open(store->id_runs(), partition, 3)) << "it is not there";
    put_bytes(store->id_runs(), 1, whole);
    EXPECT_TRUE(IdRun::open(store->id_runs(), partition, 1));
}

TEST(IdRun, a_flipped_bit_is_found_at_the_start_or_when_its_page_is_read) {
    auto store = store::memory::make();
    constexpr std::uint64_t count = 1'000;
    auto ids = ids_of(0, count);
    write(store->id_runs(), 1, ids);
    std::string whole = bytes_of(store->id_runs(), 1);
    std::size_t pages_end = 4 * IdRun::page_bytes;
    for (std::size_t at = 0; at < whole.size(); at += at < pages_end ? 97 : 1) {
        std::string flipped = whole;
        flipped[at] = static_cast<char>(flipped[at] ^ (1 << (at % 8)));
        put_bytes(store->id_runs(), 1, flipped);
        auto run = IdRun::open(store->id_runs(), partition, 1);
        if (at >= pages_end) {
            ASSERT_FALSE(run) << at;
            continue;
        }
        ASSERT_TRUE(run) << run.error();
        std::size_t first = at / IdRun::page_bytes * IdRun::page_ids;
        for (std::size_t i = first; i < std::min<std::size_t>(first + 256, count); i += 50)
            ASSERT_EQ((*run)->find(ids[i]), InRun::unreadable) << at;
        EXPECT_FALSE((*run)->read(0, 4));
    }
}

TEST(IdLookup, is_worth_as_much_when_runs_have_come_and_gone) {
    auto store = store::memory::make();
    IdRunPtr old = write(store->id_runs(), 1, ids_of(0, 10), 20'000);
    IdRunPtr middle = write(store->id_runs(), 2, ids_of(10, 10), 20'001);
    IdRunPtr fresh = write(store->id_runs(), 3, ids_of(20, 10), 20'002);
    IdRunPtr merged = write(store->id_runs(), 4, ids_of(10, 20), 20'002);
    auto set = [](IdRunSet runs) { return std::make_shared<const IdRunSet>(std::move(runs)); };
    std::vector<Uuid> asked = {hash_of(5), hash_of(15), hash_of(25), hash_of(99), {}};
    IdRunSetPtr before = set({middle, old});
    IdLookup lookup(before, asked);
    auto answers = [&](const IdRunSetPtr& now) {
        std::string out;
        for (std::size_t i = 0; i < 4; ++i)
            out += lookup.find(now, asked[i], i) == InRun::yes ? 'y' : 'n';
        return out;
    };
    EXPECT_EQ(answers(before), "yynn");
    EXPECT_EQ(answers(set({fresh, middle, old})), "yyyn");
    EXPECT_EQ(answers(set({middle})), "nynn") << "the day of the oldest is over";
    EXPECT_EQ(answers(set({merged, old})), "yyyn");
    EXPECT_EQ(answers(set({})), "nnnn") << "the book went back";
    EXPECT_EQ(lookup.find(before, hash_of(16), 4), InRun::yes) << "its account was not there yet";
}

TEST(IdRun, a_full_disk_leaves_nothing_behind) {
    auto faults = std::make_shared<store::memory::Faults>();
    auto store = store::memory::make(faults);
    auto ids = ids_of(0, 1'000);
    for (int writes = 0; writes < 6; ++writes) {
        faults->run_writes_until = writes;
        auto builder = IdRunBuilder::create(store->id_runs(), partition, {1, 20'000, 0, 0}, 1'000);
        ASSERT_TRUE(builder);
        bool ok = (*builder)->add(ids).has_value() && (*builder)->finish().has_value();
        EXPECT_EQ(ok, false) << writes;
        EXPECT_TRUE(store->id_runs().list(partition)->empty());
    }
    faults->run_writes_until = -1;
    EXPECT_EQ(write(store->id_runs(), 1, ids)->name().count, 1'000u);
}

}  // namespace

}  // namespace rb::engine
