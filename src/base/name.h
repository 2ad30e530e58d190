#pragma once
// Names that come again and again (keys of meters and families), kept once in the process: a copy
// is a pointer, and two are equal when they are the same one. Nothing is ever given back, so a text
// becomes a name only when it is one of a catalog's, never because somebody sent it.
//
// Thread-safe. Making one from a text takes a lock unless it is the text that the thread asked for
// last; everything else is a pointer's work.
#include <compare>
#include <cstddef>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

namespace rb {

class Name {
public:
    Name() = default;  // of nothing: the empty text
    explicit Name(std::string_view text);

    const std::string& text() const { return *text_; }
    operator const std::string&() const { return *text_; }
    operator std::string_view() const { return *text_; }
    bool empty() const { return text_->empty(); }

    friend bool operator==(Name a, Name b) { return a.text_ == b.text_; }
    friend bool operator==(Name a, std::string_view b) { return *a.text_ == b; }
    friend std::strong_ordering operator<=>(Name a, Name b) { return *a.text_ <=> *b.text_; }

private:
    static const std::string nothing;
    const std::string* text_ = &nothing;
};

// A list of names, itself kept once.
class Names {
public:
    Names() = default;  // no names
    explicit Names(const std::vector<Name>& items);
    Names(std::initializer_list<std::string_view> items);

    auto begin() const { return items_->begin(); }
    auto end() const { return items_->end(); }
    std::size_t size() const { return items_->size(); }
    bool empty() const { return items_->empty(); }
    Name front() const { return items_->front(); }
    bool contains(Name name) const {
        for (Name item : *items_)
            if (item == name) return true;
        return false;
    }

    friend bool operator==(Names a, Names b) { return a.items_ == b.items_; }

private:
    static const std::vector<Name> nothing;
    const std::vector<Name>* items_ = &nothing;
};

}  // namespace rb
