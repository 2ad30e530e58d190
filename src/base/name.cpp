#include "base/name.h"

#include <mutex>
#include <set>
#include <unordered_set>

namespace rb {

namespace {

// Never destroyed: names outlive every static object that may hold one.
struct Kept {
    std::mutex mutex;
    std::unordered_set<std::string> texts;
    std::set<std::vector<Name>> lists;
};
Kept& kept() {
    static Kept& all = *new Kept;
    return all;
}

}  // namespace

constinit const std::string Name::nothing;
constinit const std::vector<Name> Names::nothing;

Name::Name(std::string_view text) {
    if (text.empty()) return;
    thread_local const std::string* last = nullptr;
    if (last == nullptr || *last != text) {
        Kept& all = kept();
        std::lock_guard lock(all.mutex);
        last = &*all.texts.emplace(text).first;
    }
    text_ = last;
}

Names::Names(const std::vector<Name>& items) {
    if (items.empty()) return;
    thread_local const std::vector<Name>* last = nullptr;
    if (last == nullptr || *last != items) {
        Kept& all = kept();
        std::lock_guard lock(all.mutex);
        last = &*all.lists.emplace(items).first;
    }
    items_ = last;
}

Names::Names(std::initializer_list<std::string_view> items)
    : Names(std::vector<Name>(items.begin(), items.end())) {}

}  // namespace rb
