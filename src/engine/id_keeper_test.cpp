// Ids in memory and in runs together: no id is ever missed or counted twice, whatever moves where.
#include "engine/id_keeper.h"

#include <gtest/gtest.h>
#include <rapidcheck.h>

#include <map>

#include "engine/test_ids.h"
#include "store/memory/memory_store.h"

namespace rb::engine {

namespace {

using test::day;
using test::first_day;
using test::hash_of;

constexpr PartitionId partition = 2;

// What a partition does with its ids, without the partition.
struct World {
    std::shared_ptr<store::memory::Faults> faults = std::make_shared<store::memory::Faults>();
    std::unique_ptr<Store> store = store::memory::make(faults);
    IdBudget budget{100'000, 20};
    std::unique_ptr<Dedup> ids = std::make_unique<Dedup>(budget.all);
    std::unique_ptr<IdKeeper> keeper = std::make_unique<IdKeeper>(*store, partition, budget);
    std::atomic<bool> stopping{false};
    std::function<void()> between = [] {};  // slices

    explicit World(std::size_t in_memory = 20) : budget{100'000, in_memory} {
        keeper = std::make_unique<IdKeeper>(*store, partition, budget);
        keeper->open(*ids);
    }

    bool is_known(const Uuid& id) {
        if (ids->look(id)) return true;
        InRun in = find_in(*ids->runs(), id);
        EXPECT_NE(in, InRun::unreadable);
        return in == InRun::yes;
    }
    bool receive(const Uuid& id, Instant at) { return !is_known(id) && ids->insert(id, at); }
    Parsed<bool> work() {
        if (!keeper->has_work(*ids)) return false;
        return keeper->work(
            [this](const std::function<void(Dedup&)>& f) {
                between();
                f(*ids);
                between();
                return true;
            },
            stopping);
    }
    void work_all() {
        for (;;) {
            auto worked = work();
            ASSERT_TRUE(worked) << worked.error();
            if (!*worked) return;
        }
    }

    // A stop and a start: by what a snapshot holds and names.
    struct Snapshot {
        std::vector<std::string> chunks;
        std::vector<IdRunName> runs;
    };
    Snapshot snapshot() const {
        Snapshot s;
        for (std::size_t i = 0; i < ids->chunks(); ++i) s.chunks.push_back(ids->save_chunk(i));
        for (const IdRunPtr& run : *ids->runs()) s.runs.push_back(run->name());
        keeper->named(*ids);
        return s;
    }
    // False: a run is not there as it was.
    bool start(const Snapshot& s) {
        ids = std::make_unique<Dedup>(budget.all);
        keeper = std::make_unique<IdKeeper>(*store, partition, budget);
        auto until = ids_forgotten_until(store->journal(), partition);
        EXPECT_TRUE(until) << until.error();
        ids->drop_before(*until);
        for (const std::string& chunk : s.chunks) EXPECT_TRUE(ids->load_chunk(chunk));
        for (const IdRunName& name : s.runs) {
            if (name.day < ids->horizon_day()) continue;
            auto run = IdRun::open(store->id_runs(), partition, name.number);
            if (!run || (*run)->name() != name) return false;
            EXPECT_TRUE(ids->adopt(*run, Dedup::Copies::in_run));
        }
        keeper->open(*ids);
        return true;
    }
    std::size_t files() { return store->id_runs().list(partition)->size(); }
};

TEST(IdKeeper, the_oldest_days_leave_the_memory_and_all_ids_stay_known) {
    World world(1'000);
    for (std::uint64_t n = 0; n < 3'000; ++n) {
        ASSERT_TRUE(world.receive(hash_of(n), day(static_cast<std::int64_t>(n / 500))));
        world.work_all();
        ASSERT_LE(world.ids->size_in_memory(), 1'000u);
        ASSERT_EQ(world.ids->size(), n + 1);
    }
    EXPECT_EQ(world.ids->runs()->size(), 4u) << "one for each day that left";
    for (std::uint64_t n = 0; n < 3'000; ++n) ASSERT_FALSE(world.receive(hash_of(n), day(5)));
    EXPECT_TRUE(world.receive(hash_of(3'000), day(5)));
}

TEST(IdKeeper, of_one_single_day_parts_leave_and_are_put_together) {
    World world(100);
    for (std::uint64_t n = 0; n < 5'000; ++n) {
        ASSERT_TRUE(world.receive(hash_of(n), day(0)));
        world.work_all();
        ASSERT_LE(world.ids->size_in_memory(), 100u);
        ASSERT_LE(world.ids->runs()->size(), 8u);
    }
    for (std::uint64_t n = 0; n < 5'000; ++n) ASSERT_TRUE(world.is_known(hash_of(n))) << n;
    EXPECT_EQ(world.ids->size(), 5'000u);
    // When the day is over, it is one run; the files are those of the runs.
    world.receive(hash_of(5'000), day(1));
    world.work_all();
    EXPECT_EQ(world.ids->runs()->size(), 1u);
    EXPECT_EQ(world.files(), 1u);
    EXPECT_EQ(world.ids->size(), 5'001u);
}

TEST(IdKeeper, the_budget_of_all_ids_counts_each_once_wherever_it_is) {
    World world(10);
    world.budget = {50, 10};
    world.ids->set_ids_max(50);
    std::uint64_t next = 0;
    world.between = [&] {
        // While a run is written and while its ids leave the memory.
        EXPECT_EQ(world.ids->size(), next);
        EXPECT_EQ(world.ids->is_full(), next >= 50);
    };
    for (; next < 50; ++next) {
        world.work_all();
        EXPECT_FALSE(world.ids->is_full());
        world.receive(hash_of(next), day(static_cast<std::int64_t>(next / 20)));
    }
    world.work_all();
    EXPECT_TRUE(world.ids->is_full());
    world.ids->drop_before(day(1));
    next = 30;
    EXPECT_FALSE(world.ids->is_full());
    EXPECT_EQ(world.ids->size(), 30u);
    world.work_all();
}

TEST(IdKeeper, a_run_is_removed_when_its_day_is_over_and_no_start_asks_for_it) {
    World world(10);
    for (std::uint64_t n = 0; n < 90; ++n) {
        world.receive(hash_of(n), day(static_cast<std::int64_t>(n / 30)));
        world.work_all();
    }
    auto snapshot = world.snapshot();
    std::size_t before = world.files();
    ASSERT_GE(before, 3u);
    world.ids->drop_before(day(2));
    world.work_all();
    EXPECT_LT(world.files(), before);
    // A crash: the snapshot names runs that are no more, of days that are known to be over.
    ASSERT_TRUE(world.start(snapshot));
    for (std::uint64_t n = 0; n < 90; ++n) ASSERT_EQ(world.is_known(hash_of(n)), n >= 60) << n;
}

TEST(IdKeeper, what_a_snapshot_names_stays_until_the_next_one) {
    World world(10);
    for (std::uint64_t n = 0; n < 60; ++n) {
        world.receive(hash_of(n), day(0));
        world.work_all();
    }
    auto snapshot = world.snapshot();
    ASSERT_GT(snapshot.runs.size(), 1u);
    // Its runs are put together, more comes, and then it crashes.
    for (std::uint64_t n = 60; n < 100; ++n) {
        world.receive(hash_of(n), day(1));
        world.work_all();
    }
    ASSERT_TRUE(world.start(snapshot));
    for (std::uint64_t n = 0; n < 100; ++n) ASSERT_EQ(world.is_known(hash_of(n)), n < 60) << n;
    EXPECT_EQ(world.files(), snapshot.runs.size()) << "what came after is told by the journal";
}

TEST(IdKeeper, a_lost_run_and_another_in_its_place_are_noticed) {
    World world(10);
    for (std::uint64_t n = 0; n < 30; ++n) world.receive(hash_of(n), day(0));
    world.work_all();
    auto snapshot = world.snapshot();
    ASSERT_EQ(snapshot.runs.size(), 1u);
    ASSERT_TRUE(world.start(snapshot));
    std::uint64_t number = snapshot.runs[0].number;
    ASSERT_TRUE(world.store->id_runs().remove(partition, number));
    EXPECT_FALSE(world.start(snapshot));
    auto builder =
        IdRunBuilder::create(world.store->id_runs(), partition, {number, first_day, 0, 0}, 1);
    Uuid other = hash_of(99);
    ASSERT_TRUE((*builder)->add({&other, 1}));
    ASSERT_TRUE((*builder)->finish());
    EXPECT_FALSE(world.start(snapshot));
}

TEST(IdKeeper, a_full_disk_leaves_all_in_memory_until_there_is_space) {
    World world(10);
    for (int writes = 0; writes < 3; ++writes) {
        world.faults->run_writes_until = writes;
        auto from = static_cast<std::uint64_t>(writes) * 100;
        for (std::uint64_t n = from; n < from + 100; ++n) world.receive(hash_of(n), day(0));
        if (writes < 2) {
            EXPECT_FALSE(world.work()) << writes;
        }
        EXPECT_EQ(world.ids->size_in_memory(), from + 100);
        EXPECT_EQ(world.files(), 0u);
        for (std::uint64_t n = 0; n < from + 100; ++n) ASSERT_TRUE(world.is_known(hash_of(n)));
    }
    world.faults->run_writes_until = -1;
    world.work_all();
    EXPECT_EQ(world.ids->size_in_memory(), 0u);
    EXPECT_EQ(world.ids->size(), 300u);
    for (std::uint64_t n = 0; n < 300; ++n) ASSERT_TRUE(world.is_known(hash_of(n)));
}

TEST(IdKeeper, work_that_is_stopped_or_whose_ids_are_others_now_changes_nothing) {
    World world(10);
    for (std::uint64_t n = 0; n < 100; ++n) world.receive(hash_of(n), day(0));
    world.stopping = true;
    EXPECT_EQ(world.work(), Parsed<bool>(false));
    EXPECT_EQ(world.files(), 0u);
    EXPECT_EQ(world.ids->size_in_memory(), 100u);
    // The book is loaded again after so many slices.
    world.stopping = false;
    for (int slices = 0; slices < 4; ++slices) {
        int left = slices;
        auto worked = world.keeper->work(
            [&](const std::function<void(Dedup&)>& f) {
                if (left-- == 0) return false;
                f(*world.ids);
                return true;
            },
            world.stopping);
        if (world.ids->has_runs()) break;
        EXPECT_EQ(worked, Parsed<bool>(false)) << slices;
        EXPECT_EQ(world.files(), 0u);
        EXPECT_EQ(world.ids->size(), 100u);
    }
    for (std::uint64_t n = 0; n < 100; ++n) ASSERT_TRUE(world.is_known(hash_of(n)));
}

// Against a map, with ids that come while others move.
TEST(IdKeeper, it_agrees_with_a_map_whatever_is_done_and_whenever) {
    EXPECT_TRUE(rc::check("receive, forget, move, stop, crash", [] {
        World world(static_cast<std::size_t>(*rc::gen::inRange(0, 40)));
        std::map<std::uint64_t, std::int64_t> model;
        std::map<std::uint64_t, std::int64_t> saved;
        World::Snapshot snapshot;
        std::int64_t now = 0;
        std::int64_t horizon = 0;
        std::uint64_t fresh = 0;
        auto steps = *rc::gen::container<std::vector<int>>(150, rc::gen::inRange(0, 1'000'000));
        auto receive = [&](std::uint64_t n) {
            bool is_new = model.try_emplace(n, now).second;
            RC_ASSERT(world.receive(hash_of(n), day(now)) == is_new);
        };
        auto check = [&] {
            for (std::uint64_t n = 0; n < fresh + 3; ++n)
                RC_ASSERT(world.is_known(hash_of(n)) == model.contains(n));
            RC_ASSERT(world.ids->size() == model.size());
        };
        world.between = [&] {
            if (fresh % 4 != 0) receive(fresh++);
        };
        for (int step : steps) {
            int size = step / 10;
            switch (step % 10) {
                case 0:
                    now += size % 3;
                    break;
                case 1:
                    horizon = std::max(horizon, now - size % 6);
                    world.ids->drop_before(day(horizon));
                    std::erase_if(model, [&](const auto& item) { return item.second < horizon; });
                    std::erase_if(saved, [&](const auto& item) { return item.second < horizon; });
                    break;
                case 2:
                case 3:
                    RC_ASSERT(world.work().has_value());
                    break;
                case 4:
                    snapshot = world.snapshot();
                    saved = model;
                    break;
                case 5: {
                    RC_ASSERT(world.start(snapshot));
                    world.ids->drop_before(day(horizon));
                    // The journal tells what came after.
                    for (const auto& [n, when] : model)
                        if (!saved.contains(n)) world.ids->insert(hash_of(n), day(when));
                    break;
                }
                default:
                    for (int i = 0; i < 1 + size % 20; ++i) receive(fresh++);
                    if (size % 3 == 0) receive(static_cast<std::uint64_t>(size) % fresh);
            }
            check();
        }
        world.between = [] {};
        world.work_all();
        check();
    }));
}

}  // namespace

}  // namespace rb::engine
