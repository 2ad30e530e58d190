#include "api/common/turns.h"

#include <utility>

#include "api/http/sighting.h"

namespace rb::api {

// Link by link: a long list would else be destroyed by as deep a recursion.
Turns::~Turns() {
    for (Tree& tree : trees_)
        while (tree.first) tree.first = std::move(tree.first->next_);
}

Turns::Slot Turns::slot_of(AccountId id) {
    auto [it, added] = slots_.try_emplace(id, 0);
    if (!added) return it->second;
    if (free_.empty()) {
        free_.push_back(static_cast<Slot>(trees_.size()));
        trees_.emplace_back();
    }
    it->second = free_.back();
    free_.pop_back();
    trees_[it->second].id = id;
    touched_.push_back(it->second);
    return it->second;
}

// The quantum of a turn, less what a large request took beyond that of an earlier one.
void Turns::grant(Tree& tree) {
    if (tree.turn == turn_) return;
    tree.turn = turn_;
    tree.credit = std::min<std::int64_t>(tree.credit, 0) + limits_.quantum_units;
}

void Turns::notice(AccountId tree, std::int64_t now_us) {
    if (tree != last_tree_) {
        if (now_us - last_entry_us_ < limits_.company_us)
            company_until_us_ = now_us + limits_.company_us;
        last_tree_ = tree;
    }
    last_entry_us_ = now_us;
}

std::int64_t Turns::units_max(std::int64_t now_us) const {
    if (left_ == Left::nothing || now_us - waiting_since_us_ <= limits_.standing_us)
        return limits_.waiting_units_max;
    return is_in_company(now_us) ? limits_.standing_units_max : limits_.standing_alone_units_max;
}

bool Turns::has_room(const Tree& tree, std::int64_t now_us) const {
    return (tree.requests < limits_.few_requests ||
            tree.waiting.units < units_max(now_us) - waiting_.units) &&
           tree.waiting.bytes < limits_.waiting_bytes_max - waiting_.bytes;
}

void Turns::owe(AccountId id, std::int64_t units) {
    Tree& tree = trees_[slot_of(id)];
    grant(tree);
    tree.credit -= units;
}

Turns::Entry Turns::enter(AccountId id, Size size, std::int64_t now_us) {
    notice(id, now_us);
    if (waiting_.units > 0 && !is_in_company(now_us)) run_waiting();
    const bool turn_has_room = spent_ < limits_.turn_units;
    if (turn_has_room && waiting_.units == 0 && !is_in_company(now_us)) {
        spent_ += size.units;
        return Entry::at_once;
    }
    Tree& tree = trees_[slot_of(id)];
    grant(tree);
    const bool may_run = is_in_company(now_us) ? tree.credit > 0 : true;
    if (turn_has_room && !tree.first && may_run) {
        spent_ += size.units;
        tree.credit -= size.units;
        return Entry::at_once;
    }
    return has_room(tree, now_us) ? Entry::in_turn : Entry::not_now;
}

void Turns::put(AccountId id, Size size, std::unique_ptr<Work> work, std::int64_t now_us) {
    const Slot slot = slot_of(id);
    Tree& tree = trees_[slot];
    if (waiting_.units == 0 && left_ == Left::nothing) waiting_since_us_ = now_us;
    work->size_ = size;
    Work* added = work.get();
    if (tree.first) {
        tree.last->next_ = std::move(work);
    } else {
        tree.first = std::move(work);
        fresh_.push_back(slot);
    }
    tree.last = added;
    ++tree.requests;
    tree.waiting.units += size.units;
    tree.waiting.bytes += size.bytes;
    waiting_.units += size.units;
    waiting_.bytes += size.bytes;
}

// Runs what the tree has credit for, while the turn lasts.
std::size_t Turns::run_some(Tree& tree) {
    std::size_t ran = 0;
    while (tree.first && tree.credit > 0 && spent_ < limits_.turn_units) {
        const std::unique_ptr<Work> work = std::move(tree.first);
        tree.first = std::move(work->next_);
        const Size size = work->size_;
        tree.credit -= size.units;
        --tree.requests;
        tree.waiting.units -= size.units;
        tree.waiting.bytes -= size.bytes;
        waiting_.units -= size.units;
        waiting_.bytes -= size.bytes;
        spent_ += size.units;
        ++ran;
        try {
            work->run();
        } catch (...) {  // what it held answers 500
            http::explain_failure_by_exception();
        }
    }
    return ran;
}

// Each tree that waits, once; those that came in this turn first.
std::size_t Turns::pass() {
    std::size_t ran = 0;
    for (std::size_t left = fresh_.size() + standing_.size(); left > 0; --left) {
        if (spent_ >= limits_.turn_units) break;
        std::deque<Slot>& list = fresh_.empty() ? standing_ : fresh_;
        const Slot slot = list.front();
        list.pop_front();
        Tree& tree = trees_[slot];
        grant(tree);
        ran += run_some(tree);
        if (tree.first) standing_.push_back(slot);
    }
    return ran;
}

// Of a tree alone: what waits comes first, so that what is read next may run while it is at hand.
void Turns::run_waiting() {
    while (waiting_.units > 0 && spent_ < limits_.turn_units) {
        pass();
        ++turn_;
    }
}

void Turns::forget_idle() {
    std::size_t kept = 0;
    for (const Slot slot : touched_) {
        Tree& tree = trees_[slot];
        // One that owes is remembered as long, a quantum a turn.
        if (!tree.first && tree.credit < 0) grant(tree);
        if (tree.first || tree.credit < 0) {
            touched_[kept++] = slot;
            continue;
        }
        slots_.erase(tree.id);
        tree = Tree{};
        free_.push_back(slot);
    }
    touched_.resize(kept);
}

Turns::Left Turns::serve(std::int64_t now_us) {
    const bool in_company = is_in_company(now_us);
    std::size_t ran = pass();
    // Alone there is nobody to leave room for. And no turn ends with nothing done because a large
    // request has to gather credit.
    while (waiting_.units > 0 && spent_ < limits_.turn_units &&
           !(in_company && (ran > 0 || spent_ > 0))) {
        ++turn_;
        ran += pass();
    }
    ++turn_;
    spent_ = 0;
    if (!touched_.empty()) forget_idle();
    left_ = waiting_.units > 0 ? Left::waits : Left::nothing;
    return left_;
}

}  // namespace rb::api
