#pragma once
// Inside the room: the names of a story, bound to ids by `as` or by opening.
#include <map>
#include <string>

#include "domain/ids/types.h"
#include "testing/story/facts.h"

namespace rb::testing::story {

enum class Thing : std::uint8_t {
    account,
    subscription,
    quote,
    hold,
    grant,
    entry,
    clock,
    member,
    plan,
    reservation
};
constexpr auto enum_names(Thing) {
    return std::array<std::string_view, 10>{"account", "subscription", "quote", "hold",
                                            "grant",   "entry",        "clock", "member",
                                            "plan",    "reservation"};
}

struct Named {
    Thing thing = Thing::account;
    Uuid id;
    AccountId account;  // whose it is
};

class Names {
public:
    // False: the name stands for something else already.
    bool bind(const std::string& name, const Named& named) {
        auto [at, is_new] = by_name_.emplace(name, named);
        if (!is_new && at->second.id != named.id) return false;
        by_id_[named.id] = name;
        return true;
    }
    const Named* find(Thing thing, const std::string& name) const {
        auto at = by_name_.find(name);
        return at == by_name_.end() || at->second.thing != thing ? nullptr : &at->second;
    }
    const IdNames& by_id() const { return by_id_; }

private:
    std::map<std::string, Named> by_name_;
    IdNames by_id_;
};

}  // namespace rb::testing::story
