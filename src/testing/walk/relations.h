#pragma once
// Which account a label belongs to, and who is above whom, as replies said it.
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "testing/walk/step.h"

namespace rb::testing::walk {

class Relations {
public:
    void learn(const Step& step, const Json& reply);
    // The account's id, by what stands in a step: "acc3", "sub7", "key2".
    std::optional<std::string> owner(std::string_view label) const;
    // The account of the first label of the path; nothing: none is known.
    std::optional<std::string> account_of_path(const Step& step) const;
    // Of the caller; nothing: the platform, nobody, or a key that nobody has.
    std::optional<std::string> account_of_caller(const Step& step) const;
    bool is_within(const std::string& account, const std::string& ancestor) const;
    // All labels of path and body are of accounts that the caller is not above, and there is one.
    bool is_stranger(const Step& step) const;
    std::string top_of(const std::string& account) const;
    const std::vector<std::string>& accounts() const { return accounts_; }

private:
    std::map<std::string, std::string, std::less<>> owners_;
    std::map<std::string, std::vector<std::string>> called_;  // labels of names, by name
    std::map<std::string, std::string, std::less<>> parents_;
    std::vector<std::string> accounts_;  // in order of opening
};

}  // namespace rb::testing::walk
