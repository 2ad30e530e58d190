#pragma once
// The queue of one I/O thread between "who asks" and the engine: fair among trees, and bounded.
//
// A thread reads what has arrived, decides, and commits what it decided in one batch: a turn. How
// long a turn is, is how long everybody in it waits. So a turn has a budget; and while several
// trees are about, each tree has a quantum of it (deficit round robin, those that had nothing
// waiting first): a tree that asks little is in the very next commit, whatever another one sends.
// Alone, a tree has the whole turn, and its requests run without being queued at all; what did not
// fit into a turn is first in the next.
//
// What may wait is shared by a dynamic threshold (Choudhury and Hahne, 1998): a tree's queue may
// grow while it is shorter than what is left of the capacity. One tree alone may fill half of it;
// the more trees wait, the less each may, and one that asks little always finds room. When each
// turn for a while has left something waiting, that is no burst but an overload: then less may
// wait, because waiting longer helps nobody. It even costs: what is in hand at once, waiting or in
// a turn, should fit the cache of a core, so that a tree alone may have little more than a turn of
// it.
//
// Of one thread. Time is an argument, in microseconds of any clock that does not go back.
#include <boost/unordered/unordered_flat_map.hpp>
#include <cstdint>
#include <deque>
#include <memory>
#include <vector>

#include "domain/ids/types.h"

namespace rb::api {

class Turns {
public:
    // A unit is about what deciding one use costs, ten to twenty microseconds.
    struct Limits {
        std::int64_t turn_units = 512;
        std::int64_t quantum_units = 16;
        std::int64_t waiting_units_max = 4096;
        std::int64_t standing_units_max = 1024;        // of a queue that has stood for standing_us
        std::int64_t standing_alone_units_max = 256;   // the same, while one tree is alone
        std::int64_t waiting_bytes_max = 128LL << 20;  // of bodies
        // So many of a tree may wait whatever they cost: a few clients that send large batches, one
        // after the other, are no flood.
        std::int64_t few_requests = 32;
        std::int64_t standing_us = 20'000;
        std::int64_t company_us = 100'000;  // so long after two trees asked, quanta hold
    };
    struct Size {
        std::int64_t units = 1;
        std::int64_t bytes = 0;

        static Size of_body(std::size_t bytes) {
            const auto count = static_cast<std::int64_t>(bytes);
            return {1 + count / 1024, count};
        }
    };

    // A request that waits. Run once, or destroyed unrun with the queue.
    class Work {
    public:
        virtual ~Work() = default;
        virtual void run() = 0;

    private:
        friend class Turns;
        std::unique_ptr<Work> next_;
        Size size_;
    };

    explicit Turns(const Limits& limits) : limits_(limits) {}
    ~Turns();

    enum class Entry { at_once, in_turn, not_now };
    // What is to become of a request of `tree`: the caller runs it at once; or puts it; or refuses
    // it, because the tree has its share waiting. Requests of one tree keep their order.
    Entry enter(AccountId tree, Size size, std::int64_t now_us);
    // After in_turn.
    void put(AccountId tree, Size size, std::unique_ptr<Work> work, std::int64_t now_us);

    // What a request of the tree cost beyond what was known when it came: beside others the tree
    // waits until its quanta have made up for it.
    void owe(AccountId tree, std::int64_t units);

    // Ends the turn: runs what is due. A work that throws has ended like any other.
    enum class Left { nothing, waits };
    Left serve(std::int64_t now_us);

    std::int64_t units_waiting() const { return waiting_.units; }
    std::int64_t bytes_waiting() const { return waiting_.bytes; }

private:
    using Slot = std::uint32_t;
    // A tree that waits or has asked in this turn.
    struct Tree {
        AccountId id;
        Size waiting{0, 0};
        std::int64_t requests = 0;  // that wait
        std::int64_t credit = 0;    // units that it may still run; negative: a debt
        std::uint64_t turn = 0;     // for which the credit holds
        std::unique_ptr<Work> first;
        Work* last = nullptr;
    };

    Slot slot_of(AccountId id);
    void grant(Tree& tree);
    void notice(AccountId tree, std::int64_t now_us);
    bool is_in_company(std::int64_t now_us) const { return now_us < company_until_us_; }
    std::int64_t units_max(std::int64_t now_us) const;
    bool has_room(const Tree& tree, std::int64_t now_us) const;
    std::size_t pass();
    void run_waiting();
    std::size_t run_some(Tree& tree);
    void forget_idle();

    const Limits limits_;
    boost::unordered_flat_map<AccountId, Slot, UuidHash> slots_;
    std::deque<Tree> trees_;  // a place stays where it is
    std::vector<Slot> free_;
    std::vector<Slot> touched_;  // in this turn
    std::deque<Slot> fresh_;     // wait since this turn
    std::deque<Slot> standing_;  // wait for longer
    Size waiting_{0, 0};
    std::uint64_t turn_ = 1;
    std::int64_t spent_ = 0;  // units in this turn
    std::int64_t waiting_since_us_ = 0;
    Left left_ = Left::nothing;  // by the last turn
    AccountId last_tree_;
    std::int64_t last_entry_us_ = 0;
    std::int64_t company_until_us_ = 0;
};

}  // namespace rb::api
