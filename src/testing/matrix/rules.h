#pragma once
// The authority matrix as text (golden/authority): what each request of each surface is expected to
// be answered with, by who asks for whom. Follows from those files alone, not from the engine.
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "base/result.h"
#include "domain/accounts/types.h"

namespace rb::testing::matrix {

// How the one who asks stands to the account that it is about. `seller`: the nearest agency above
// it; `above`: above it, and not its seller; `stranger`: anybody else.
enum class Relation : std::uint8_t { platform, seller, itself, above, stranger };
constexpr auto enum_names(Relation) {
    return std::array<std::string_view, 5>{"platform", "seller", "itself", "above", "stranger"};
}

enum class Verdict : std::uint8_t {
    allowed,
    unauthenticated,
    expired,
    unknown,  // to the byte as for what does not exist
    role,     // role_is_too_low
    meter,    // scope_is_missing: of telling usage, or because the key is narrowed
    frozen,
    closed,
    forbidden,  // one of the four before: the dialect does not say which
    other,      // none of these: always wrong
};
constexpr auto enum_names(Verdict) {
    return std::array<std::string_view, 10>{
        "allowed", "unauthenticated", "expired", "unknown",   "role",
        "meter",   "frozen",          "closed",  "forbidden", "other"};
}

struct Deed {
    std::string name;
    // The roles of operators of the platform who do it; and whose keys may be narrowed to it.
    std::vector<std::string> operators;
    std::string scope;  // "-": none
    bool reads = false;
    // The least role of seller, itself and above: a role's name, "-", or "meter".
    std::map<Relation, std::string> least;
    accounts::Status asker = accounts::Status::closed;    // at worst
    accounts::Status account = accounts::Status::closed;  // at worst
    accounts::Status for_platform = accounts::Status::closed;
    std::string why;
};

// An account that the request names, one to be made below it, the asker's own, none, or a thing
// that only the platform sees.
enum class About : std::uint8_t { account, below, asker, nothing, hidden };
constexpr auto enum_names(About) {
    return std::array<std::string_view, 5>{"account", "below", "asker", "nothing", "hidden"};
}

// One request of one route.
struct Row {
    std::string route;               // "POST /v1/events"
    std::string variant;             // "of a count"; empty where the route does one deed
    std::vector<std::string> deeds;  // all of them at once
    About about = About::account;
    std::map<std::string, std::string> fill;  // name in the path -> kind of thing
    std::string query, body;
    std::string type = "application/json";
    std::vector<std::string> then;  // codes of refusals that come after authority
    std::string undo;               // what makes it new again
    std::vector<std::string> gone;  // of what ended with a closed account

    std::string text() const { return variant.empty() ? route : route + " [" + variant + "]"; }
};

struct Special {
    std::string caller;
    std::string answer;  // a verdict, or "himself: ROLE"
    std::string why;
};

struct Rules {
    std::vector<std::string> roles;
    std::vector<std::string> relations;
    std::vector<std::string> operators;
    std::vector<std::string> scopes;
    std::vector<Deed> deeds;
    std::vector<Row> rows;
    std::vector<Special> specials;

    const Deed* deed(std::string_view name) const;
    const Special* special(std::string_view caller) const;
};

// A sentence with the file and the line when one of them cannot be read.
Parsed<Rules> read_rules(const std::string& folder);

// To what a key is narrowed.
struct Narrow {
    bool only_reads = false;
    std::string scope;         // empty: all
    bool has_account = false;  // to what belongs to no account it leads nowhere
};

struct Stand {
    Relation relation = Relation::stranger;
    std::string operates = "owner";  // of the platform
    Narrow narrow;
    bool is_of_no_account = false;
    accounts::Role role = accounts::Role::user;
    bool tells_usage = false;                             // the key has meter:write
    accounts::Status asker = accounts::Status::active;    // with all above it
    accounts::Status account = accounts::Status::active;  // with all above it
};
Verdict expected(const Deed& deed, const Stand& stand);

// docs/authority-matrix.md.
std::string document(const Rules& rules);

}  // namespace rb::testing::matrix
