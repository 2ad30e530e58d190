#include "api/native/use_body.h"

#include <algorithm>

#include "base/decimal.h"
#include "base/limits.h"
#include "base/text.h"

namespace rb::api::native {

using http::JsonScanner;
using Kind = JsonScanner::Kind;

namespace {

// One bit each.
namespace member {
enum Bit : std::uint32_t {
    unknown = 0,
    account = 1,
    feature = 2,
    quantity = 4,
    source = 8,
    id = 16,
    properties = 32,
    entity = 64,
};
}  // namespace member

member::Bit member_of(std::string_view name, UseShape shape) {
    using namespace member;
    if (name == "account") return account;
    if (name == "feature") return feature;
    if (name == "quantity") return quantity;
    if (name == "entity") return entity;
    if (shape == UseShape::check) return unknown;
    if (name == "source") return source;
    if (name == "id") return id;
    if (name == "properties") return properties;
    return unknown;
}

std::optional<std::int64_t> whole_number(std::string_view token) {
    // "1e3" and "5.0" are whole numbers too; the value comes from the text, never from a double.
    if (auto whole = parse_int(token)) return *whole;
    auto decimal = Decimal::parse_json_number(std::string(token));
    if (!decimal || !decimal->is_whole()) return std::nullopt;
    auto whole = parse_int(decimal->to_text());
    return whole ? std::optional(*whole) : std::nullopt;
}

void skip(JsonScanner& scanner) {
    std::string_view raw;
    scanner.skip_value(3, raw);
}

}  // namespace

struct UseBody::Draft {
    engine::Consumption use;
    std::string_view account;
    std::uint32_t seen = 0;
    std::uint32_t told = 0;  // what is wrong with them was said already
    std::size_t property_begin = 0;
};

const Errors* UseBody::read(std::string&& body, UseShape shape, std::string_view id,
                            const ResolveAccount& resolve) {
    body_ = std::move(body);
    const std::size_t text_size = body_.size();
    JsonScanner::pad(body_);
    arena_.clear();
    shape_ = shape;
    list_name_ = shape == UseShape::check ? "checks" : "consumes";
    id_ = id;
    ids_.clear();
    is_list_ = false;
    count_ = 0;
    uses_.clear();
    places_.clear();
    property_ends_.clear();
    properties_.clear();
    refused_.clear();
    errors_.reset();

    JsonScanner scanner(body_.data(), body_.data() + text_size, arena_);
    read_root(scanner, resolve);
    if (scanner.failed()) {
        errors_.emplace();
        errors_->add(Fault::field_is_invalid, "",
                     "the body is not JSON at byte " +
                         std::to_string(scanner.error().at - body_.data()) + ": " +
                         scanner.error().what);
    }
    if (errors_) return &*errors_;
    std::size_t begin = 0;
    for (std::size_t i = 0; i < uses_.size(); ++i) {
        uses_[i].properties = std::span(properties_).subspan(begin, property_ends_[i] - begin);
        begin = property_ends_[i];
    }
    return nullptr;
}

void UseBody::read_root(JsonScanner& scanner, const ResolveAccount& resolve) {
    // An empty body means {}.
    if (!scanner.at_end() && scanner.peek() != Kind::object) {
        errors_.emplace();
        errors_->add(
            Fault::field_is_invalid, "",
            "expected a JSON object, got " + std::string(JsonScanner::kind_name(scanner.peek())));
        return;
    }
    Errors errors;
    Draft draft;
    if (!scanner.at_end()) {
        scanner.begin_object();
        std::string_view name;
        while (scanner.next_member(name)) {
            if (name == list_name_ && !is_list_ && draft.seen == 0 && errors.empty()) {
                read_list(scanner, resolve);
                if (errors_) return;
            } else if (is_list_) {
                errors.add(Fault::field_is_unknown, '/' + pointer_part(name),
                           "there is no such field beside a list");
                skip(scanner);
            } else {
                read_member(scanner, name, draft, errors);
            }
        }
        if (!scanner.failed() && !scanner.at_end())
            scanner.fail("expected nothing behind the object");
    }
    if (scanner.failed()) return;
    if (!is_list_) keep(draft, errors, resolve);
    if (!errors.empty()) errors_ = std::move(errors);
}

void UseBody::read_list(JsonScanner& scanner, const ResolveAccount& resolve) {
    is_list_ = true;
    auto refuse_whole = [&](Fault fault, std::string detail) {
        errors_.emplace();
        errors_->add(fault, '/' + std::string(list_name_), std::move(detail));
    };
    if (const Kind kind = scanner.peek(); kind != Kind::array)
        return refuse_whole(Fault::field_is_invalid,
                            "expected an array, got " + std::string(JsonScanner::kind_name(kind)));
    scanner.begin_array();
    for (; scanner.next_item(); ++count_) {
        if (count_ == uses_per_request_max)
            return refuse_whole(Fault::too_many, "a request asks for at most " +
                                                     std::to_string(uses_per_request_max));
        Errors errors;
        Draft draft;
        draft.property_begin = properties_.size();
        if (const Kind kind = scanner.peek(); kind == Kind::object) {
            read_members(scanner, draft, errors);
        } else {
            errors.add(Fault::field_is_invalid, pointer(""),
                       "expected an object, got " + std::string(JsonScanner::kind_name(kind)));
            skip(scanner);
        }
        if (scanner.failed()) return;
        keep(draft, errors, resolve);
        if (errors.empty()) continue;
        properties_.resize(draft.property_begin);
        const http::FieldError& first = errors.list().front();
        refused_.push_back({count_, Refusal{errors.fault(), first.pointer, first.detail, {}, {}}});
    }
}

void UseBody::read_members(JsonScanner& scanner, Draft& draft, Errors& errors) {
    scanner.begin_object();
    std::string_view name;
    while (scanner.next_member(name)) read_member(scanner, name, draft, errors);
}

void UseBody::read_member(JsonScanner& scanner, std::string_view name, Draft& draft,
                          Errors& errors) {
    const member::Bit bit = member_of(name, shape_);
    if (bit == member::unknown) {
        errors.add(Fault::field_is_unknown, pointer(pointer_part(name)),
                   "there is no such field here");
        return skip(scanner);
    }
    if ((draft.seen & bit) != 0)
        errors.add(Fault::field_is_invalid, pointer(name), "a member is given once");
    draft.seen |= bit;
    if (scanner.peek() == Kind::null) return skip(scanner);
    switch (bit) {
        case member::account:
            if (!read_text(scanner, name, draft.account, errors)) draft.told |= bit;
            return;
        case member::feature:
            if (!read_text(scanner, name, draft.use.question.feature, errors)) draft.told |= bit;
            return;
        case member::quantity:
            return read_quantity(scanner, draft, errors);
        case member::entity:
            read_text(scanner, name, draft.use.question.entity, errors);
            return;
        case member::source:
            read_text(scanner, name, draft.use.source, errors);
            return;
        case member::id:
            read_text(scanner, name, draft.use.id, errors);
            return;
        default:
            return read_properties(scanner, errors);
    }
}

bool UseBody::read_text(JsonScanner& scanner, std::string_view name, std::string_view& out,
                        Errors& errors) {
    const Kind kind = scanner.peek();
    if (kind == Kind::string) {
        if (!scanner.read_string(out)) return false;
        if (!out.empty() && out.size() <= use_text_bytes_max) return true;
        errors.add(Fault::field_is_invalid, pointer(name), "expected 1 to 255 bytes of text");
        return false;
    }
    errors.add(Fault::field_is_invalid, pointer(name),
               "expected a string, got " + std::string(JsonScanner::kind_name(kind)));
    skip(scanner);
    return false;
}

void UseBody::read_quantity(JsonScanner& scanner, Draft& draft, Errors& errors) {
    const Kind kind = scanner.peek();
    if (kind != Kind::number) {
        errors.add(Fault::field_is_invalid, pointer("quantity"),
                   "expected a whole number, got " + std::string(JsonScanner::kind_name(kind)));
        return skip(scanner);
    }
    std::string_view token;
    if (!scanner.read_number(token)) return;
    const auto quantity = whole_number(token);
    if (quantity && *quantity >= 1 && *quantity <= limits::quantity_max)
        draft.use.question.quantity = *quantity;
    else
        errors.add(Fault::field_is_invalid, pointer("quantity"),
                   "expected a whole number from 1 to 1000000000000000, got " + shown_text(token));
}

void UseBody::read_properties(JsonScanner& scanner, Errors& errors) {
    const Kind kind = scanner.peek();
    if (kind != Kind::object) {
        errors.add(Fault::field_is_invalid, pointer("properties"),
                   "expected an object, got " + std::string(JsonScanner::kind_name(kind)));
        return skip(scanner);
    }
    const std::size_t begin = properties_.size();
    scanner.begin_object();
    std::string_view name;
    while (scanner.next_member(name)) {
        const auto seen = std::span(properties_).subspan(begin);
        const bool is_twice = std::ranges::find(seen, name, &engine::Property::name) != seen.end();
        const engine::Property property = scan_property(scanner, name, 3);
        if (scanner.failed()) return;
        const std::string_view wrong =
            is_twice                                          ? "a property is given once"
            : seen.size() == properties_max                   ? "there are at most 64 properties"
            : property.kind == engine::Property::Kind::nested ? "expected no object and no array"
                                                              : "";
        if (wrong.empty())
            properties_.push_back(property);
        else
            errors.add(Fault::field_is_invalid, pointer("properties/" + pointer_part(name)),
                       std::string(wrong));
    }
}

// All members are read: is it complete, and of an account that the caller knows?
void UseBody::keep(Draft& draft, Errors& errors, const ResolveAccount& resolve) {
    auto require = [&](std::uint32_t bit, std::string_view name, std::string_view text) {
        if (text.empty() && (draft.told & bit) == 0)
            errors.add(Fault::field_is_missing, pointer(name), "expected a string");
    };
    require(member::account, "account", draft.account);
    require(member::feature, "feature", draft.use.question.feature);
    if (!errors.empty()) return;
    const auto account = resolve(draft.account);
    if (!account)
        return errors.add(account.error(), pointer("account"),
                          std::string(reference_detail(account.error())));
    draft.use.question.account = *account;
    if (draft.use.id.empty() && !id_.empty()) {
        draft.use.id = id_;
        if (is_list_) {
            // Reserved once for all, so that earlier ones stay where they are.
            constexpr std::size_t place_chars_max = 6;
            if (ids_.empty()) ids_.reserve(uses_per_request_max * (id_.size() + place_chars_max));
            const std::size_t begin = ids_.size();
            ids_ += id_;
            ids_ += '/';
            ids_ += std::to_string(count_);
            draft.use.id = std::string_view(ids_).substr(begin);
        }
    }
    uses_.push_back(draft.use);
    places_.push_back(count_);
    property_ends_.push_back(properties_.size());
}

std::string UseBody::pointer(std::string_view name) const {
    std::string out;
    if (is_list_) {
        out += '/';
        out += list_name_;
        out += '/';
        out += std::to_string(count_);
    }
    if (!name.empty()) {
        out += '/';
        out += name;
    }
    return out;
}

}  // namespace rb::api::native
