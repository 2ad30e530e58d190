#pragma once
// Reading a request's body and query, field by field. Every mistake becomes an error with its place
// and reading goes on, so that one answer tells all. What was never asked for is unknown and
// refused.
//
//     Body body(request);
//     Fields& f = body.root();
//     auto amount = f.money("amount", Need::required);
//     if (auto refusal = body.refusal()) ...   // amount holds a value otherwise
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/message.h"
#include "api/http/problem.h"
#include "base/amount.h"
#include "base/enums.h"
#include "base/id.h"
#include "base/instant.h"
#include "base/json.h"
#include "domain/faults/types.h"

namespace rb::api::native {

enum class Need : std::uint8_t { optional, required };

// What is wrong with an input, in the order in which it was found.
class Errors {
public:
    void add(Fault fault, std::string pointer, std::string detail);
    bool empty() const { return list_.empty(); }
    // The first fault, and all places with their sentences.
    Fault fault() const { return first_; }
    const std::vector<http::FieldError>& list() const { return list_; }

private:
    Fault first_ = Fault::field_is_invalid;
    std::vector<http::FieldError> list_;
};

// The members of one object. nullopt: absent, null, or wrong (then an error was added). A required
// field may not be null.
class Fields {
public:
    Fields(const Json& object, std::string pointer, Errors& errors);

    std::optional<std::string> text(std::string_view name, Need need = Need::optional);
    std::optional<bool> boolean(std::string_view name);
    std::optional<std::int64_t> integer(std::string_view name, Need need = Need::optional);
    std::optional<Instant> instant(std::string_view name, Need need = Need::optional);
    // {"amount": "12.34", "currency": "USD"}; the amount is a string of at most six fractional
    // digits.
    std::optional<Amount> money(std::string_view name, Need need = Need::optional);
    std::optional<std::vector<std::string>> texts(std::string_view name);
    template <NamedEnum E>
    std::optional<E> enumeration(std::string_view name, Need need = Need::optional) {
        auto value = text(name, need);
        if (!value) return std::nullopt;
        auto parsed = parse_enum<E>(*value);
        if (parsed) return *parsed;
        invalid(name, parsed.error() + ", got '" + shown(*value) + "'");
        return std::nullopt;
    }
    template <class IdType>
    std::optional<IdType> id(std::string_view name, Need need = Need::optional) {
        auto value = text(name, need);
        if (!value) return std::nullopt;
        auto parsed = IdType::parse(*value);
        if (parsed) return *parsed;
        invalid(name, parsed.error());
        return std::nullopt;
    }
    // An object inside; nullopt when absent or null.
    std::optional<Fields> object(std::string_view name);
    // Is it there at all, with a value or as null?
    bool has(std::string_view name);
    bool is_null(std::string_view name);

    void invalid(std::string_view name, std::string detail);
    void missing(std::string_view name, std::string detail);
    // Adds an error for every member that was never asked for. Done by Body for its root.
    void finish();

private:
    const Json* find(std::string_view name, Need need, std::string_view expected);
    std::string pointer_to(std::string_view name) const;
    static std::string shown(std::string_view text);

    const Json* object_;
    std::string pointer_;
    Errors* errors_;
    std::vector<std::string> known_;
};

// The body of a request: one JSON object; no body at all is an empty one.
class Body {
public:
    explicit Body(const http::Request& request);
    Body(const Body&) = delete;

    Fields& root() { return *root_; }
    Errors& errors() { return errors_; }
    // nullptr: all was read and nothing was wrong. Call it after the last field.
    const Errors* refusal();

private:
    Json json_;
    Errors errors_;
    Errors ignored_;
    std::optional<Fields> root_;
    bool is_readable_ = true;
    bool is_finished_ = false;
};

// The query of a request, whose names were checked before (routes.h). Values that are wrong become
// errors as above; their pointer is "/<name>".
class Query {
public:
    Query(const http::Parameters& parameters, Errors& errors)
        : parameters_(parameters), errors_(errors) {}

    std::optional<std::string> text(std::string_view name) const;
    std::int64_t integer(std::string_view name, std::int64_t normal, std::int64_t min,
                         std::int64_t max) const;
    std::optional<Instant> instant(std::string_view name) const;

private:
    const http::Parameters& parameters_;
    Errors& errors_;
};

}  // namespace rb::api::native
