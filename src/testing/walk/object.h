#pragma once
// A JSON object in the making, whose members are sometimes spoilt.
#include <string>
#include <string_view>
#include <utility>
#include <vector>

#include "testing/walk/dice.h"

namespace rb::testing::walk {

class Object {
public:
    // `json` is text that is JSON already, or meant to be none.
    Object& add(std::string_view name, std::string json) {
        members_.emplace_back(name, std::move(json));
        return *this;
    }
    Object& text(std::string_view name, std::string_view text) {
        return add(name, '"' + std::string(text) + '"');
    }
    Object& merge(const Object& other) {
        members_.insert(members_.end(), other.members_.begin(), other.members_.end());
        return *this;
    }
    bool empty() const { return members_.empty(); }
    std::string to_text() const {
        std::string out = "{";
        for (const auto& [name, json] : members_)
            out += (out.size() > 1 ? ",\"" : "\"") + name + "\":" + json;
        return out + "}";
    }
    // As to_text; of a hundred some have a member that is odd, extreme, unknown or missing.
    std::string to_text(Dice& dice, std::size_t spoilt_percent) {
        if (members_.empty() || !dice.percent(spoilt_percent)) return to_text();
        auto& member = members_[dice.below(members_.size())];
        switch (dice.below(4)) {
            case 0:
                member.second = odd_json(dice);
                break;
            case 1:
                member.second = extreme_integer(dice);
                break;
            case 2:
                member.first += "_";
                break;
            default:
                members_.erase(members_.begin() +
                               static_cast<std::ptrdiff_t>(dice.below(members_.size())));
        }
        return to_text();
    }

private:
    std::vector<std::pair<std::string, std::string>> members_;
};

}  // namespace rb::testing::walk
