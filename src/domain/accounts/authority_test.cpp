// The table of authority: every right in every relation, and docs/authority.md, which prints it.
#include "domain/accounts/authority.h"

#include <gtest/gtest.h>

#include <cstdlib>
#include <fstream>
#include <sstream>

namespace rb::accounts {
namespace {

const AccountId somebody{Uuid{1, 1}};

std::string said(const Caller& caller, Right right, const Stand& stand) {
    auto ok = may(caller, right, stand);
    return ok ? "yes" : std::string(enum_text(ok.error().fault));
}

Caller with(Role role) { return {somebody, role, {}, false}; }

TEST(Authority, every_right_asks_the_least_role_of_its_relation) {
    for (const Rule& rule : rules())
        for (Relation relation : {Relation::seller, Relation::self, Relation::ancestor})
            for (int role = 0; role < 5; ++role) {
                SCOPED_TRACE(std::string(enum_text(rule.right)) + " " +
                             std::string(enum_text(relation)) + " " + std::to_string(role));
                Caller caller = with(static_cast<Role>(role));
                caller.tells_usage = true;
                const Least least = least_of(rule, relation);
                const bool is_enough = least != Least::never && role >= static_cast<int>(least);
                EXPECT_EQ(said(caller, rule.right, {relation, {}, {}}),
                          is_enough ? "yes" : "role_is_too_low");
            }
}

TEST(Authority, the_platform_may_all_and_a_stranger_learns_nothing) {
    for (const Rule& rule : rules()) {
        EXPECT_EQ(said(Caller::platform(), rule.right, {Relation::platform, {}, {}}), "yes");
        EXPECT_EQ(said(with(Role::owner), rule.right,
                       {Relation::stranger, Status::closed, Status::closed}),
                  "account_is_unknown");
    }
}

// Money, terms and telling are the seller's, whatever the role of another.
TEST(Authority, what_is_the_sellers_is_reached_by_no_role) {
    for (Right right :
         {Right::book_money, Right::place_hold, Right::set_seller_terms, Right::give_telling,
          Right::open_agency, Right::open_tree, Right::set_rate, Right::run_platform})
        for (Relation relation : {Relation::self, Relation::ancestor})
            EXPECT_EQ(said(with(Role::owner), right, {relation, {}, {}}), "role_is_too_low");
    EXPECT_EQ(said(with(Role::owner), Right::set_status, {Relation::self, {}, {}}),
              "role_is_too_low");
    EXPECT_EQ(said(with(Role::owner), Right::publish_plan, {Relation::ancestor, {}, {}}),
              "role_is_too_low");
}

TEST(Authority, the_measured_party_tells_usage_only_where_it_was_given_that) {
    Caller developer = with(Role::developer);
    for (Right right : {Right::tell_usage, Right::reserve_use}) {
        EXPECT_EQ(said(developer, right, {Relation::seller, {}, {}}), "yes");
        EXPECT_EQ(said(developer, right, {Relation::self, {}, {}}), "scope_is_missing");
        EXPECT_EQ(said(developer, right, {Relation::ancestor, {}, {}}), "scope_is_missing");
    }
    EXPECT_EQ(said(developer, Right::add_usage, {Relation::self, {}, {}}), "yes");
    EXPECT_EQ(said(developer, Right::use, {Relation::self, {}, {}}), "yes");
    developer.tells_usage = true;
    EXPECT_EQ(said(developer, Right::tell_usage, {Relation::self, {}, {}}), "yes");
    Caller accountant = with(Role::accountant);
    accountant.tells_usage = true;  // a right adds to a role and does not stand for one
    EXPECT_EQ(said(accountant, Right::tell_usage, {Relation::self, {}, {}}), "role_is_too_low");
}

TEST(Authority, the_worst_status_above_is_the_status) {
    const Caller owner = with(Role::owner);
    auto target = [&](Right right, Status status) {
        return said(owner, right, {Relation::seller, status, {}});
    };
    auto own = [&](Right right, Status status) {
        return said(owner, right, {Relation::seller, {}, status});
    };
    EXPECT_EQ(target(Right::use, Status::frozen), "account_is_frozen");
    EXPECT_EQ(target(Right::use, Status::closed), "account_is_closed");
    EXPECT_EQ(target(Right::change_plan, Status::frozen), "account_is_frozen");
    EXPECT_EQ(target(Right::read_money, Status::closed), "yes");
    EXPECT_EQ(target(Right::revoke_key, Status::closed), "yes");
    EXPECT_EQ(target(Right::make_key, Status::closed), "account_is_closed");
    EXPECT_EQ(target(Right::book_money, Status::frozen), "yes");
    EXPECT_EQ(target(Right::book_money, Status::closed), "account_is_closed");
    for (Right right : {Right::book_money, Right::make_key, Right::set_status, Right::change_plan,
                        Right::open_child})
        EXPECT_EQ(own(right, Status::frozen), "account_is_frozen");
    EXPECT_EQ(own(Right::revoke_key, Status::frozen), "yes");
    for (const Rule& rule : rules()) {
        if (rule.seller == Least::never) continue;
        EXPECT_EQ(own(rule.right, Status::closed), "account_is_closed");
    }
    EXPECT_EQ(said(Caller::platform(), Right::change_plan,
                   {Relation::platform, Status::frozen, Status::active}),
              "yes");  // support passes over a freeze, and over nothing that is closed
    EXPECT_EQ(said(Caller::platform(), Right::change_plan,
                   {Relation::platform, Status::closed, Status::active}),
              "account_is_closed");
}

// RATEBOOK_WRITE_DOCS=1 writes the page anew.
TEST(Authority, the_page_prints_the_table) {
    const std::string path = RATEBOOK_SOURCE_DIR "/docs/authority.md";
    std::ifstream file(path);
    std::stringstream found;
    found << file.rdbuf();
    const std::string page = found.str();
    const std::string begin = "<!-- table -->\n";
    const std::size_t at = page.find(begin);
    ASSERT_NE(at, std::string::npos);
    const std::string wanted = page.substr(0, at + begin.size()) + rules_text();
    if (std::getenv("RATEBOOK_WRITE_DOCS") != nullptr) std::ofstream(path) << wanted;
    EXPECT_EQ(page, wanted) << "run with RATEBOOK_WRITE_DOCS=1";
}

}  // namespace
}  // namespace rb::accounts
