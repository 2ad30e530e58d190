#pragma once
// The parameters of a call, wherever they came from: query, form, multipart or JSON body (P-005 to
// P-011). A value that is empty counts as not sent.
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "api/http/message.h"
#include "api/platform/errors.h"

namespace rb::api::platform {

class Arguments {
public:
    // arguments_are_invalid: unreadable, of an unknown content type, or sent twice with two values.
    static Outcome<Arguments> of(const http::Request& request);

    // "" when it was not sent.
    std::string_view text(std::string_view name) const;
    bool has(std::string_view name) const { return !text(name).empty(); }

    // "true" and "false" in any case.
    Outcome<std::optional<bool>> boolean(std::string_view name) const;
    Outcome<std::optional<std::int64_t>> integer(std::string_view name, Code otherwise) const;

    // Items between ';'. nullopt: not sent, or `all` (or `any`): no filter.
    std::optional<std::vector<std::string>> texts(std::string_view name) const;
    Outcome<std::optional<std::vector<std::int64_t>>> integers(std::string_view name,
                                                               Code otherwise) const;

    // Everything but credentials and `cmd`, in one order whatever the encoding was: two calls with
    // the same text ask for the same.
    std::string canonical() const;

private:
    Outcome<void> add(std::string name, std::string value);
    Outcome<void> add_all(http::Parameters&& parameters);
    Outcome<void> add_body(const http::Request& request);
    Outcome<void> add_json(std::string_view body);

    std::map<std::string, std::string, std::less<>> values_;
};

}  // namespace rb::api::platform
