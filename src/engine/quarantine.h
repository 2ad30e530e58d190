#pragma once
// A quarantine: the part of a tree in which a decision or a timer would have broken an invariant.
// Nothing of it is served and nothing in it happens by itself until it is released; everything else
// goes on. It begins with a whole tree, or with what one buyer of an agency has: who buys from an
// agency takes nobody else's service away.
//
// Part of the book, kept in order of the accounts at which they begin. Pure.
#include <map>
#include <span>
#include <string>

#include "domain/faults/types.h"
#include "engine/event.h"

namespace rb::engine {

struct Book;
struct Tree;

struct Quarantine {
    AccountId root;  // it and all below it
    Instant at;
    std::string rule;     // what would have been broken, a sentence
    std::string place;    // where it was found, in the source
    std::string command;  // by what; "timer" for what happens by itself
    AccountId about;      // the account that it was about

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "root", s.root);
        v(2, "at", s.at);
        v(3, "rule", s.rule);
        v(4, "place", s.place);
        v(5, "command", s.command);
        v(6, "about", s.about);
    }
};
using Quarantines = std::map<AccountId, Quarantine>;

// The one that the account stands in; nullptr: none. Cheap while there are none at all.
const Quarantine* quarantine_of(const Book& book, AccountId account);

// Where a quarantine begins when the account broke something: at the account that buys from the
// nearest agency above it, else at the top. `touched`: it reaches as far up as takes in them all.
AccountId quarantine_root(const Book& book, AccountId account,
                          std::span<const AccountId> touched = {});

// Takes what is scheduled below the root out of its tree, or puts it back. Those accounts stay
// awake as long. For `apply` and for a snapshot that is read.
void park_timers(Book& book, AccountId root);
void unpark_timers(Book& book, AccountId root);

// The cause is not told: that is the platform's to know.
std::unexpected<Refusal> refuse_quarantined();

}  // namespace rb::engine
