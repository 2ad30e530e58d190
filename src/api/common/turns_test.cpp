// The queue of a thread: who runs when, who may wait, and that nothing is lost or done twice.
#include "api/common/turns.h"

#include <gtest/gtest.h>

#include <map>
#include <random>
#include <set>
#include <string>

namespace rb::api {
namespace {

using Entry = Turns::Entry;
using Left = Turns::Left;

AccountId tree(std::uint64_t number) { return AccountId{{7, number}}; }

// Asks in the name of trees and writes down what ran, as tree * 1000 + the number of the request.
class Desk {
public:
    explicit Desk(const Turns::Limits& limits = {}) : turns(limits) {}

    Entry ask(std::uint64_t who, Turns::Size size = {}) {
        const std::uint64_t what = who * 1000 + asked_[who]++;
        const Entry entry = turns.enter(tree(who), size, now);
        if (entry == Entry::at_once) ran.push_back(what);
        if (entry == Entry::in_turn) put(who, what, size);
        if (entry == Entry::not_now) ++shed[who];
        return entry;
    }
    // How many of them were let in.
    int ask(std::uint64_t who, int count) {
        int entered = 0;
        for (int i = 0; i < count; ++i) entered += ask(who) != Entry::not_now;
        return entered;
    }
    // What the end of this turn runs.
    std::vector<std::uint64_t> serve() {
        ran.clear();
        left = turns.serve(now);
        return ran;
    }

    Turns turns;
    std::int64_t now = 1'000'000;
    std::vector<std::uint64_t> ran;
    std::map<std::uint64_t, int> shed;
    Left left = Left::nothing;

private:
    class Note final : public Turns::Work {
    public:
        Note(std::vector<std::uint64_t>& ran, std::uint64_t what) : ran_(ran), what_(what) {}
        void run() override {
            ran_.push_back(what_);
            if (what_ % 1000 == 666) throw std::runtime_error("a handler that throws");
        }

    private:
        std::vector<std::uint64_t>& ran_;
        std::uint64_t what_;
    };

    void put(std::uint64_t who, std::uint64_t what, Turns::Size size) {
        turns.put(tree(who), size, std::make_unique<Note>(ran, what), now);
    }

    std::map<std::uint64_t, std::uint64_t> asked_;
};

int count_of(const std::vector<std::uint64_t>& ran, std::uint64_t who) {
    return static_cast<int>(
        std::ranges::count_if(ran, [&](auto what) { return what / 1000 == who; }));
}

Turns::Limits small() {
    Turns::Limits limits;
    limits.turn_units = 8;
    limits.quantum_units = 2;
    limits.waiting_units_max = 40;
    limits.standing_units_max = 12;
    limits.standing_alone_units_max = 6;
    limits.standing_us = 100'000;
    limits.waiting_bytes_max = 100'000;
    limits.few_requests = 0;
    return limits;
}

TEST(Turns, a_tree_alone_runs_at_once_until_the_turn_is_used_up_and_the_rest_in_the_next) {
    Desk desk(small());
    desk.ask(1, 10);
    EXPECT_EQ(desk.ran.size(), 8u);
    EXPECT_EQ(desk.turns.units_waiting(), 2);
    EXPECT_EQ(desk.serve(), std::vector<std::uint64_t>{}) << "this turn was used up";
    EXPECT_EQ(desk.left, Left::waits);
    EXPECT_EQ(desk.serve(), (std::vector<std::uint64_t>{1008, 1009}));
    EXPECT_EQ(desk.left, Left::nothing);
    EXPECT_EQ(desk.ask(1), Entry::at_once);
}

TEST(Turns, what_a_turn_of_a_tree_alone_left_is_first_in_the_next) {
    Desk desk(small());
    desk.ask(1, 10);
    desk.serve();
    EXPECT_EQ(desk.ask(1), Entry::at_once) << "after the two before it";
    EXPECT_EQ(desk.ran, (std::vector<std::uint64_t>{1008, 1009, 1010}));
    desk.ask(1, 6);
    EXPECT_EQ(desk.ran.size(), 8u);
    EXPECT_EQ(desk.turns.units_waiting(), 1);
    EXPECT_EQ(desk.serve(), std::vector<std::uint64_t>{}) << "the turn was as long as any";
    EXPECT_EQ(desk.serve(), (std::vector<std::uint64_t>{1016}));
}

TEST(Turns, a_tree_that_asks_little_is_in_every_turn_beside_one_that_floods) {
    Desk desk(small());
    desk.ask(1, 30);
    desk.serve();
    for (int turn = 0; turn < 5; ++turn) {
        EXPECT_EQ(desk.ask(2), Entry::at_once);
        const auto ran = desk.serve();
        EXPECT_LE(ran.size(), 2u) << "of the flood no more than a quantum, so the turn is short";
    }
    EXPECT_GT(desk.turns.units_waiting(), 0);
}

TEST(Turns, trees_that_wait_share_the_turns_evenly) {
    Desk desk(small());
    for (int i = 0; i < 12; ++i)
        for (std::uint64_t who : {1, 2, 3}) desk.ask(who);
    desk.serve();
    std::map<std::uint64_t, int> ran;
    for (int turn = 0; turn < 3; ++turn) {
        const auto now = desk.serve();
        for (std::uint64_t who : {1, 2, 3}) ran[who] += count_of(now, who);
    }
    EXPECT_EQ(ran[1], 6);
    EXPECT_EQ(ran[2], 6);
    EXPECT_EQ(ran[3], 6);
}

TEST(Turns, those_that_began_to_wait_come_before_those_that_wait_for_long) {
    Desk desk(small());
    for (std::uint64_t who : {1, 2, 3, 4}) desk.ask(who, 8);
    desk.serve();
    desk.serve();
    for (std::uint64_t who : {5, 6, 7, 8}) desk.ask(who, 2);
    EXPECT_EQ(desk.ask(9), Entry::in_turn) << "the others have used the turn up";
    desk.serve();
    EXPECT_EQ(desk.serve().front(), 9000u);
}

TEST(Turns, a_large_request_is_a_debt_of_its_tree) {
    Desk desk(small());
    desk.ask(2);
    desk.ask(1, {8, 0});
    desk.ask(1, 4);
    EXPECT_EQ(count_of(desk.ran, 1), 1);
    desk.ask(2, 3);
    int turns_without = 0;
    for (; desk.turns.units_waiting() > 0; ++turns_without) {
        desk.ask(2);
        desk.serve();
        if (count_of(desk.ran, 1) > 0) break;
    }
    EXPECT_GE(turns_without, 2) << "eight units are four quanta";
}

// Eight units are owed, and a quantum of two is made up for in each turn.
TEST(Turns, what_a_reply_cost_is_a_debt_beside_others_alone_it_is_none) {
    Desk desk(small());
    desk.ask(2);
    desk.ask(1);
    desk.turns.owe(tree(1), 8);
    int turns_without = 0;
    for (bool ran = false; !ran; ++turns_without) {
        ASSERT_LT(turns_without, 20);
        desk.ask(2);
        desk.serve();
        ran = desk.ask(1) == Entry::at_once || count_of(desk.ran, 1) > 0;
    }
    EXPECT_GE(turns_without, 3);
    desk.now += 200'000;
    while (desk.serve(), desk.left == Left::waits) {
    }
    desk.turns.owe(tree(3), 1'000);
    EXPECT_EQ(desk.ask(3), Entry::at_once) << "nobody else is about";
}

TEST(Turns, a_request_larger_than_all_limits_runs_when_nothing_else_waits) {
    Desk desk(small());
    EXPECT_EQ(desk.ask(1, {1'000, 1'000'000}), Entry::at_once);
    EXPECT_EQ(desk.ask(1, {1'000, 1'000'000}), Entry::in_turn);
    EXPECT_EQ(desk.ask(1, {1'000, 1'000'000}), Entry::not_now);
    desk.serve();
    desk.serve();
    EXPECT_EQ(desk.turns.units_waiting(), 0);
    EXPECT_EQ(desk.turns.bytes_waiting(), 0);
    EXPECT_EQ(desk.ask(1, {1'000, 1'000'000}), Entry::at_once);
}

TEST(Turns, one_tree_may_fill_half_of_what_may_wait_and_leaves_room_for_others) {
    Desk desk(small());
    desk.ask(1, 100);
    EXPECT_EQ(desk.turns.units_waiting(), 20);
    EXPECT_EQ(desk.shed[1], 100 - 8 - 20);
    desk.ask(2, 100);
    EXPECT_EQ(desk.turns.units_waiting(), 30) << "and the next half of what is left";
    EXPECT_EQ(desk.ask(3), Entry::in_turn);
}

TEST(Turns, bytes_that_wait_are_shared_like_requests) {
    Desk desk(small());
    desk.ask(1, 8);
    int waiting = 0;
    while (desk.ask(1, {1, 10'000}) == Entry::in_turn) ++waiting;
    EXPECT_EQ(waiting, 5);
    EXPECT_EQ(desk.turns.bytes_waiting(), 50'000);
    EXPECT_EQ(desk.ask(2, {1, 10'000}), Entry::in_turn);
}

TEST(Turns, a_few_large_requests_wait_whatever_they_cost) {
    Turns::Limits limits = small();
    limits.few_requests = 3;
    Desk desk(limits);
    const Turns::Size large{200, 10'000};
    EXPECT_EQ(desk.ask(1, large), Entry::at_once);
    for (int i = 0; i < 3; ++i) EXPECT_EQ(desk.ask(1, large), Entry::in_turn);
    EXPECT_EQ(desk.ask(1, large), Entry::not_now);
    EXPECT_EQ(desk.ask(2), Entry::in_turn) << "they leave room for others";
}

TEST(Turns, a_queue_that_has_stood_for_a_while_takes_less) {
    Desk desk(small());
    desk.ask(1, 28);
    EXPECT_EQ(desk.turns.units_waiting(), 20) << "a burst";
    desk.serve();
    desk.now += 200'000;
    desk.serve();
    EXPECT_EQ(desk.turns.units_waiting(), 12);
    EXPECT_EQ(desk.ask(1), Entry::not_now) << "an overload: of 6 one tree has half, and 4 wait";
    desk.serve();
    EXPECT_EQ(desk.ask(1, 12), 7) << "4 of before and 4 of these are the turn, 3 wait";
    EXPECT_EQ(desk.turns.units_waiting(), 3);
    desk.serve();
    while (desk.left == Left::waits) desk.serve();
    desk.ask(1, 28);
    EXPECT_EQ(desk.turns.units_waiting(), 20) << "a turn left nothing: a burst again";
}

TEST(Turns, a_queue_that_each_turn_empties_and_leaves_filled_stands) {
    Desk desk(small());
    desk.ask(1);
    for (int turn = 0; turn < 10; ++turn) {
        desk.ask(1, 8);
        EXPECT_EQ(desk.turns.units_waiting(), 1);
        desk.serve();
        desk.now += 20'000;
    }
    EXPECT_EQ(desk.shed[1], 0);
    desk.ask(1, 30);
    EXPECT_EQ(desk.turns.units_waiting(), 3) << "half of what a tree alone may have";
}

TEST(Turns, beside_another_tree_a_standing_queue_may_be_longer) {
    Desk desk(small());
    desk.ask(1, 28);
    desk.serve();
    for (int turn = 0; turn < 3; ++turn) {
        desk.now += 50'000;
        desk.ask(2);
        desk.serve();
    }
    desk.ask(1, 30);
    desk.ask(2);
    while (desk.turns.units_waiting() > 6) desk.serve();
    desk.ask(1, 10);
    EXPECT_EQ(desk.turns.units_waiting(), 6) << "of 12 one tree has half";
}

TEST(Turns, company_is_forgotten_after_a_while) {
    Desk desk(small());
    desk.ask(2);
    desk.ask(1, 20);
    EXPECT_EQ(count_of(desk.ran, 1), 2);
    desk.now += 150'000;
    EXPECT_EQ(desk.serve().size(), 5u) << "eight units less the three that ran at once";
}

TEST(Turns, work_that_throws_has_ended_and_the_next_runs) {
    Desk desk;
    desk.ask(1, 512);
    desk.ask(2, 400);
    desk.ask(1, 500);
    while (desk.turns.units_waiting() > 0) desk.serve();
    EXPECT_EQ(desk.left, Left::nothing);
}

TEST(Turns, what_waits_at_the_end_is_destroyed_unrun_however_much_it_is) {
    Turns::Limits limits;
    limits.waiting_units_max = 2'000'000;
    Desk desk(limits);
    desk.ask(1, 500'000);
    EXPECT_EQ(desk.ran.size(), 512u);
}

TEST(Turns, every_request_of_many_trees_runs_once_and_in_the_order_of_its_tree) {
    std::mt19937_64 random(20'261'121);
    for (int round = 0; round < 50; ++round) {
        Desk desk(small());
        std::vector<std::uint64_t> ran;
        std::map<std::uint64_t, int> asked;
        const auto keep = [&] { ran.insert(ran.end(), desk.ran.begin(), desk.ran.end()); };
        for (int turn = 0; turn < 40; ++turn) {
            desk.ran.clear();
            for (std::uint64_t i = random() % 30; i > 0; --i) {
                const std::uint64_t who = 1 + random() % (1 + random() % 6);
                const auto units = static_cast<std::int64_t>(random() % 8 == 0 ? random() % 20 : 1);
                desk.ask(who, {std::max<std::int64_t>(1, units), units * 1024});
                ++asked[who];
            }
            keep();
            desk.now += static_cast<std::int64_t>(random() % 60'000);
            desk.serve();
            keep();
        }
        for (int i = 0; i < 1'000 && desk.left == Left::waits; ++i) {
            desk.serve();
            keep();
        }
        ASSERT_EQ(desk.turns.units_waiting(), 0);
        ASSERT_EQ(desk.turns.bytes_waiting(), 0);
        ASSERT_EQ(std::set(ran.begin(), ran.end()).size(), ran.size()) << "none runs twice";
        std::map<std::uint64_t, std::uint64_t> last;
        for (const std::uint64_t what : ran) {
            ASSERT_TRUE(!last.contains(what / 1000) || last[what / 1000] < what);
            last[what / 1000] = what;
        }
        for (const auto& [who, count] : asked)
            ASSERT_EQ(count_of(ran, who) + desk.shed[who], count) << "answered or shed, each";
    }
}

}  // namespace
}  // namespace rb::api
