#pragma once
// Bodies of check and consume: one use, or a list of them under "checks" or "consumes". The hot
// path of the product: one pass, no tree, views into the body. Held to the same rules as every body
// of this surface: unknown and repeated members are refused, null is absent, whole numbers are read
// from their text.
#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "api/native/fields.h"
#include "api/native/property.h"
#include "engine/usage.h"

namespace rb::api::native {

inline constexpr std::size_t uses_per_request_max = 1'000;

enum class UseShape : std::uint8_t {
    check,    // {account, feature, quantity}
    consume,  // and {source, id, properties}
};

struct RefusedUse {
    std::uint32_t index = 0;
    Refusal refusal;  // its field is a pointer from the body's root
};

// One body read; it keeps the body and its memory. Not safe from several threads.
class UseBody {
public:
    // Forgets what was read before. nullptr: it can be asked; else all that is wrong with the body,
    // or with its only use. `id` is what a use without one takes; one of a list takes it with "/"
    // and its index. Empty: none.
    const Errors* read(std::string&& body, UseShape shape, std::string_view id,
                       const ResolveAccount& resolve);

    bool is_list() const { return is_list_; }
    // Sound ones in their order; place(i) tells the index of the i-th among all.
    std::span<const engine::Consumption> uses() const { return uses_; }
    std::uint32_t place(std::size_t use) const { return places_[use]; }
    std::span<const std::uint32_t> places() const { return places_; }
    // Of a list: what was wrong with single ones, ascending.
    std::vector<RefusedUse> take_refused() { return std::move(refused_); }
    std::size_t memory_bytes() const { return body_.capacity() + arena_.capacity(); }

private:
    struct Draft;

    void read_root(http::JsonScanner& scanner, const ResolveAccount& resolve);
    void read_list(http::JsonScanner& scanner, const ResolveAccount& resolve);
    void read_members(http::JsonScanner& scanner, Draft& draft, Errors& errors);
    void read_member(http::JsonScanner& scanner, std::string_view name, Draft& draft,
                     Errors& errors);
    bool read_text(http::JsonScanner& scanner, std::string_view name, std::string_view& out,
                   Errors& errors);
    void read_quantity(http::JsonScanner& scanner, Draft& draft, Errors& errors);
    void read_properties(http::JsonScanner& scanner, Errors& errors);
    void keep(Draft& draft, Errors& errors, const ResolveAccount& resolve);
    std::string pointer(std::string_view name) const;

    std::string body_;
    std::string arena_;
    UseShape shape_ = UseShape::check;
    std::string_view list_name_;
    std::string_view id_;
    std::string ids_;  // what was made of id_ for a list
    bool is_list_ = false;
    std::uint32_t count_ = 0;
    std::vector<engine::Consumption> uses_;
    std::vector<std::uint32_t> places_;
    std::vector<std::size_t> property_ends_;
    std::vector<engine::Property> properties_;
    std::vector<RefusedUse> refused_;
    std::optional<Errors> errors_;
};

}  // namespace rb::api::native
