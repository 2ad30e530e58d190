// Every route of every surface, asked by every caller about every account.
#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iterator>
#include <set>

#include "api/native/routes.h"
#include "api/platform/platform.h"
#include "testing/matrix/answers.h"
#include "testing/matrix/world.h"

namespace rb::testing::matrix {
namespace {

using accounts::Role;
using accounts::Status;

const Rules& rules() {
    static const Rules read = [] {
        auto parsed = read_rules(RATEBOOK_SOURCE_DIR "/golden/authority");
        EXPECT_TRUE(parsed.has_value()) << parsed.error();
        return parsed.value_or(Rules{});
    }();
    return read;
}

std::unique_ptr<World> the_world;
World& world() { return *the_world; }

class Matrix : public ::testing::Test {
protected:
    static void SetUpTestSuite() { the_world = std::make_unique<World>(rules()); }
    static void TearDownTestSuite() { the_world.reset(); }
};

bool is_open(const Row& row) { return row.deeds.front() == "open"; }

// The routes that there are, each method of the platform dialect as one. Its other ways in (GET,
// `cmd`) lead to the same handler.
std::set<std::string> all_routes() {
    std::set<std::string> out;
    for (const std::string& route : world().router().routes())
        if (!route.contains("/platform_api")) out.insert(route);
    for (std::string_view method : api::platform::method_names())
        out.insert("POST /platform_api/" + std::string(method));
    return out;
}

TEST_F(Matrix, has_a_cell_for_every_route_and_no_other) {
    std::set<std::string> written;
    for (const Row& row : rules().rows) {
        EXPECT_TRUE(all_routes().contains(row.route)) << row.route << " is no route";
        EXPECT_FALSE(written.contains(row.text())) << row.text() << " stands there twice";
        written.insert(row.text());
    }
    for (const std::string& route : all_routes())
        EXPECT_TRUE(
            std::ranges::any_of(rules().rows, [&](const Row& row) { return row.route == route; }))
            << route << " has no cell in golden/authority/routes.txt: say what deed it is";
    std::set<std::string> open;
    for (const api::native::Route& route : api::native::open_routes())
        open.insert(std::string(http::method_text(route.method)) + " " +
                    std::string(route.pattern));
    for (const Row& row : rules().rows)
        EXPECT_EQ(is_open(row), open.contains(row.route)) << row.route << " needs no key";
}

TEST_F(Matrix, has_a_cell_for_every_role_and_relation) {
    for (std::string_view role : enum_names(Role{}))
        EXPECT_TRUE(std::ranges::find(rules().roles, role) != rules().roles.end())
            << "the role " << role << " has no cell: see golden/authority/deeds.txt";
    EXPECT_EQ(rules().roles.size(), enum_names(Role{}).size());
    for (std::string_view role : enum_names(accounts::OperatorRole{}))
        EXPECT_TRUE(std::ranges::find(rules().operators, role) != rules().operators.end())
            << "the operator's role " << role;
    for (std::string_view scope : enum_names(accounts::Group{}))
        EXPECT_TRUE(std::ranges::find(rules().scopes, scope) != rules().scopes.end())
            << "the scope " << scope;
    for (std::string_view relation : enum_names(Relation{}))
        EXPECT_TRUE(std::ranges::find(rules().relations, relation) != rules().relations.end())
            << "the relation " << relation;
    for (const Deed& deed : rules().deeds)
        EXPECT_TRUE(std::ranges::any_of(rules().rows,
                                        [&](const Row& row) {
                                            return std::ranges::find(row.deeds, deed.name) !=
                                                   row.deeds.end();
                                        }) ||
                    deed.name == "open_tree")
            << deed.name << " is done by no route";
}

TEST_F(Matrix, is_printed_in_the_documentation) {
    const std::string path = RATEBOOK_SOURCE_DIR "/docs/authority-matrix.md";
    const std::string text = document(rules());
    if (std::getenv("RATEBOOK_WRITE_DOCS")) std::ofstream(path) << text;
    std::ifstream in(path);
    const std::string written{std::istreambuf_iterator<char>(in), {}};
    EXPECT_TRUE(written == text) << path << " is old: run this with RATEBOOK_WRITE_DOCS=1";
}

Relation relation_of(const Caller& caller, const Place& target) {
    if (caller.is_platform()) return Relation::platform;
    if (caller.only && caller.only != &target && !target.is_below(*caller.only))
        return Relation::stranger;
    if (caller.place == &target) return Relation::itself;
    if (!target.is_below(*caller.place)) return Relation::stranger;
    return target.seller() == caller.place ? Relation::seller : Relation::above;
}

// To one that would stand below the target.
Relation relation_below(const Caller& caller, const Place& target) {
    const Relation to_target = relation_of(caller, target);
    if (to_target == Relation::platform || to_target == Relation::stranger) return to_target;
    const Place* seller = target.kind == accounts::Kind::agency ? &target : target.seller();
    return seller == caller.place ? Relation::seller : Relation::above;
}

// What may be answered: one verdict, or any of the refusals of several deeds.
using Verdicts = std::vector<Verdict>;

Verdicts expected_of(const Row& row, const Caller& caller, const Place* target) {
    if (is_open(row)) return {Verdict::allowed};
    const Special* special = caller.special;
    if (!caller.is_platform() && caller.kid.empty() && caller.place->worst() == Status::closed)
        special = rules().special("a closed account's key, or of one below");
    if (special && !special->answer.starts_with("himself"))
        return {parse_enum<Verdict>(special->answer).value_or(Verdict::other)};
    Stand stand;
    stand.role = caller.role;
    stand.tells_usage = caller.tells_usage;
    stand.operates = caller.operates;
    stand.narrow = caller.narrow;
    stand.is_of_no_account = target == nullptr;
    if (caller.place) stand.asker = caller.place->worst();
    if (target == nullptr) {
        stand.relation = caller.is_platform()         ? Relation::platform
                         : row.about == About::hidden ? Relation::stranger
                                                      : Relation::itself;
        stand.account = stand.asker;
    } else {
        stand.relation = row.about == About::below ? relation_below(caller, *target)
                                                   : relation_of(caller, *target);
        stand.account = target->worst();
    }
    Verdicts refusals;
    for (const std::string& deed : row.deeds)
        if (Verdict one = expected(*rules().deed(deed), stand); one != Verdict::allowed)
            refusals.push_back(one);
    return refusals.empty() ? Verdicts{Verdict::allowed} : refusals;
}

bool agrees(Verdict wanted, const Judged& got, const Row& row) {
    if (got.verdict == wanted) return true;
    if (got.verdict == Verdict::forbidden)
        return wanted == Verdict::role || wanted == Verdict::meter || wanted == Verdict::frozen ||
               wanted == Verdict::closed;
    // The platform dialect has one number for all who cannot say who they are.
    return row.route.contains("/platform_api") && wanted == Verdict::expired &&
           got.verdict == Verdict::unauthenticated;
}

// Asks one row and gathers what is not as written, the like of it once.
class Asking {
public:
    explicit Asking(const Row& row) : row_(row) {}

    void ask_all() {
        for (const Caller& caller : world().callers()) {
            if (caller.is_platform() && !has_platform_key()) continue;
            if (!caller.kid.empty() && !row_.route.contains("/platform_api")) continue;
            nowhere_.reset();
            const bool names_account = row_.about == About::account || row_.about == About::below;
            if (!names_account || is_open(row_)) {
                if (is_among(caller.place)) ask(caller, nullptr);
                continue;
            }
            for (const auto& place : world().places()) {
                const bool is_far = caller.special && caller.kid.empty() && place->name != "acme" &&
                                    place->name != "branch" && place->name != "other";
                if (is_among(place.get()) && !is_far) ask(caller, place.get());
            }
        }
        for (const auto& [what, examples] : wrong_)
            ADD_FAILURE() << row_.text() << ": " << what << ", " << examples.count
                          << " cells, such as " << examples.first;
    }
    std::size_t cells() const { return cells_; }
    std::size_t written() const { return written_; }

private:
    struct Examples {
        std::size_t count = 0;
        std::string first;
    };

    bool has_platform_key() const {
        return !row_.route.contains("/platform_api") && !row_.route.contains("/api/v1/agency");
    }
    // Plans of one's own are an agency's.
    bool is_among(const Place* place) const {
        return !row_.route.contains("/api/v1/agency") ||
               (place && place->kind == accounts::Kind::agency);
    }
    http::Response answer_about(const Caller& caller, const Place& place,
                                World::Numbers numbers = World::Numbers::fresh) {
        http::Request request = world().request(row_, place, numbers);
        world().give_key(request, caller);
        return world().send(std::move(request));
    }

    void ask(const Caller& caller, const Place* target) {
        ++cells_;
        const Place& about = target                        ? *target
                             : caller.place                ? *caller.place
                             : row_.about == About::hidden ? *world().places().front()
                                                           : world().nowhere();
        const Verdicts wanted = expected_of(row_, caller, target);
        http::Request request = world().request(row_, about);
        world().give_key(request, caller);
        const std::uint64_t facts = world().facts();
        const http::Response response = world().send(std::move(request));
        const bool left_something = world().facts() != facts;
        if (left_something) ++written_;
        Judged got = judge(row_, response);
        if (wanted.front() == Verdict::unknown) {
            if (!nowhere_ || row_.body.contains("{n}"))
                nowhere_ = answer_about(caller, world().nowhere(), World::Numbers::as_before);
            if (is_same(response, *nowhere_) && is_refusal(row_, response))
                got.verdict = Verdict::unknown;
        }
        if (response.status < 300 && got.verdict == Verdict::allowed)
            world().make_new_again(row_, about);
        const bool is_gone = target && target->status == Status::closed &&
                             wanted.front() != Verdict::unknown &&
                             std::ranges::find(row_.gone, got.code) != row_.gone.end();
        const bool is_as_wanted = is_gone || std::ranges::any_of(wanted, [&](Verdict one) {
                                      return agrees(one, got, row_);
                                  });
        const bool has_leaked = left_something && wanted.front() != Verdict::allowed;
        if (is_as_wanted && !has_leaked) return;
        const std::string relation =
            target ? std::string(enum_text(relation_of_or_none(caller, *target))) : "about himself";
        std::string what = "the " + std::string(enum_text(caller.role)) + " of " + relation +
                           " should be " + std::string(enum_text(wanted.front())) + " and is " +
                           std::string(enum_text(got.verdict)) + " " + got.code +
                           (has_leaked ? ", and facts were written" : "");
        Examples& examples = wrong_[what];
        if (examples.count++ == 0)
            examples.first = caller.text + " about " + about.name + ": " +
                             std::to_string(response.status) + " " + response.body.substr(0, 200);
    }
    static Relation relation_of_or_none(const Caller& caller, const Place& target) {
        return caller.is_platform() || caller.place ? relation_of(caller, target)
                                                    : Relation::stranger;
    }

    const Row& row_;
    std::optional<http::Response> nowhere_;
    std::map<std::string, Examples> wrong_;
    std::size_t cells_ = 0;
    std::size_t written_ = 0;
};

TEST_F(Matrix, is_what_every_route_answers_to_every_caller_about_every_account) {
    std::size_t cells = 0, written = 0;
    const char* only = std::getenv("RATEBOOK_MATRIX_ONLY");  // rows with this text
    for (const Row& row : rules().rows) {
        if (only && !row.text().contains(only)) continue;
        Asking asking(row);
        asking.ask_all();
        cells += asking.cells();
        written += asking.written();
    }
    std::printf("%zu cells, %zu of them wrote facts\n", cells, written);
}

}  // namespace
}  // namespace rb::testing::matrix
