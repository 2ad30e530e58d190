#include "engine/quarantine.h"

#include <algorithm>

#include "engine/book.h"

namespace rb::engine {

namespace {

template <class F>
void visit_below(Book& book, AccountId root, F&& f) {
    std::vector<AccountId> open{root};
    while (!open.empty()) {
        AccountRecord* record = book.find(open.back());
        open.pop_back();
        if (record == nullptr) continue;
        f(*record);
        open.insert(open.end(), record->children.begin(), record->children.end());
    }
}

Instant earliest(const Tree& tree) {
    return tree.timers.empty() ? Instant{-1} : tree.timers.begin()->due;
}

// Changes what is scheduled in a tree, and when it is next due with it.
template <class F>
void reschedule_tree(Book& book, AccountId root, F&& change) {
    Tree* tree = book.tree_of(root);
    if (tree == nullptr) return;
    const Instant before = earliest(*tree);
    change(*tree);
    const Instant after = earliest(*tree);
    if (before == after || !tree->clock.is_nil()) return;
    if (before.us >= 0) book.due.erase({before, tree->top});
    if (after.us >= 0) book.due.insert({after, tree->top});
}

}  // namespace

const Quarantine* quarantine_of(const Book& book, AccountId account) {
    if (book.quarantines.empty()) [[likely]]
        return nullptr;
    for (AccountId id = account; !id.is_nil();) {
        auto at = book.quarantines.find(id);
        if (at != book.quarantines.end()) return &at->second;
        const AccountRecord* record = book.find(id);
        if (record == nullptr) return nullptr;
        id = record->account.parent;
    }
    return nullptr;
}

AccountId quarantine_root(const Book& book, AccountId account, std::span<const AccountId> touched) {
    auto takes_in_all = [&](AccountId root) {
        return std::ranges::all_of(touched, [&](AccountId id) {
            return book.find(id) == nullptr || book.is_within(id, root);
        });
    };
    for (AccountId id = account;;) {
        const AccountRecord* record = book.find(id);
        if (record == nullptr || record->account.parent.is_nil()) return id;
        const AccountRecord* parent = book.find(record->account.parent);
        bool is_buyer = parent != nullptr && parent->account.kind == accounts::Kind::agency;
        if (is_buyer && takes_in_all(id)) return id;
        id = record->account.parent;
    }
}

void park_timers(Book& book, AccountId root) {
    reschedule_tree(book, root, [&](Tree& tree) {
        visit_below(book, root, [&tree](AccountRecord& record) {
            record.stays_awake = true;
            for (const Timer& timer : record.scheduled) tree.timers.erase(timer);
        });
    });
}

void unpark_timers(Book& book, AccountId root) {
    reschedule_tree(book, root, [&](Tree& tree) {
        visit_below(book, root, [&](AccountRecord& record) {
            record.stays_awake = false;
            if (quarantine_of(book, record.account.id) != nullptr) return;  // in another one
            for (const Timer& timer : record.scheduled) tree.timers.insert(timer);
        });
    });
}

std::unexpected<Refusal> refuse_quarantined() {
    return refuse(
        Fault::account_is_quarantined,
        "this account is held back after a fault of ours: nothing was changed or lost, and "
        "the platform has been told");
}

}  // namespace rb::engine
