#include "testing/walk/relations.h"

#include "testing/json_at.h"
#include "testing/walk/names.h"

namespace rb::testing::walk {

namespace {

// What the same number of an account's label is also called.
constexpr std::string_view aliases[] = {"acc", "num", "nam", "uid"};

}  // namespace

void Relations::learn(const Step& step, const Json& reply) {
    if (step.label.empty()) return;
    const auto [kind, number] = parts_of(step.label);
    if (kind == "acc") {
        const std::string id = text_at(reply, "id");
        if (id.empty() || parents_.contains(id)) return;
        parents_[id] = text_at(reply, "parent");
        accounts_.push_back(id);
        for (std::string_view alias : aliases)
            owners_[std::string(alias) + std::string(number)] = id;
        // Names are unique among tops and within a tree alone: whose one is that several have
        // depends on who asks.
        std::vector<std::string>& called = called_[text_at(reply, "name")];
        called.push_back("nam" + std::string(number));
        if (called.size() > 1)
            for (const std::string& label : called) owners_.erase(label);
        return;
    }
    std::string account = text_at(reply, "account");
    if (account.empty()) account = text_at(reply, "subscription/account");
    if (account.empty()) account = account_of_path(step).value_or("");
    if (account.empty()) return;
    owners_[step.label] = account;
    if (kind == "key") owners_["kid" + std::string(number)] = account;
}

std::optional<std::string> Relations::owner(std::string_view label) const {
    auto found = owners_.find(label);
    if (found == owners_.end()) return std::nullopt;
    return found->second;
}

std::optional<std::string> Relations::account_of_path(const Step& step) const {
    for (const std::string& label : labels_in(step.path()))
        if (auto account = owner(label)) return account;
    return std::nullopt;
}

std::optional<std::string> Relations::account_of_caller(const Step& step) const {
    std::string_view caller = step.caller;
    if (caller.starts_with("jwt:")) caller = caller.substr(4, caller.find(':', 4) - 4);
    return owner(caller);
}

bool Relations::is_within(const std::string& account, const std::string& ancestor) const {
    for (std::string at = account; !at.empty();) {
        if (at == ancestor) return true;
        auto parent = parents_.find(at);
        if (parent == parents_.end()) return false;
        at = parent->second;
    }
    return false;
}

bool Relations::is_stranger(const Step& step) const {
    const auto caller = account_of_caller(step);
    if (!caller) return false;
    auto labels = labels_in(step.target);
    for (std::string& label : labels_in(step.body)) labels.push_back(std::move(label));
    bool has_one = false;
    for (const std::string& label : labels) {
        const std::string_view kind = parts_of(label).first;
        if (kind == "num" || kind == "nam" || kind == "clk") return false;
        const auto account = owner(label);
        if (!account || is_within(*account, *caller)) return false;
        has_one = true;
    }
    return has_one;
}

std::string Relations::top_of(const std::string& account) const {
    std::string at = account;
    while (true) {
        auto parent = parents_.find(at);
        if (parent == parents_.end() || parent->second.empty()) return at;
        at = parent->second;
    }
}

}  // namespace rb::testing::walk
