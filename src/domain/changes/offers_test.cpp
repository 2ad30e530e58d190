// What an account is offered, what holds, and caps.
#include "domain/changes/test_shop.h"

namespace rb::changes {
namespace {

std::string text(const std::vector<Offer>& offers) {
    std::string out;
    for (const Offer& offer : offers) {
        if (!out.empty()) out += ", ";
        out += offer.plan->head.key + " " + offer.fee.to_text();
        if (offer.current) out += " current";
        if (offer.allowed) out += " allowed";
    }
    return out;
}

struct OfferShop : TestShop {
    PlanRef free_plan, small, large;
    OfferShop() {
        rule(catalog::Direction::up).requires_fit = true;
        auto& down = rule(catalog::Direction::down);
        down.who = catalog::Who::support;
        catalog.settings.features["boxes"] = {"boxes", "", catalog::FeatureKind::limit, ""};
        large = plan({"large", "50", 2});
        free_plan = plan({"free", "0"}, [](catalog::PlanHead& head, catalog::PlanVersion&) {
            head.is_default = true;
        });
        small = plan({"small", "20", 1}, [](catalog::PlanHead&, catalog::PlanVersion& v) {
            v.entitlements = {{"boxes", true, "", 1, false}};
        });
        plan({"hidden", "1", 1}, [](catalog::PlanHead& head, catalog::PlanVersion&) {
            head.kind = catalog::PlanKind::hidden;
        });
        plan({"gone", "1", 1},
             [](catalog::PlanHead& head, catalog::PlanVersion&) { head.archived = true; });
        plan({"yen", "", 3}, [](catalog::PlanHead&, catalog::PlanVersion& v) {
            v.fee = {{Currency("JPY"), money("100", "JPY")}};
        });
        pay("100");
    }
};

TEST(Offers, go_by_rank_from_the_default_plan_and_leave_out_what_has_no_price) {
    OfferShop shop;
    EXPECT_EQ(text(offers(shop.world(), "F")),
              "free 0 current, small 20 allowed, large 50 allowed");
    EXPECT_EQ(text(offers(shop.world(), "")), text(offers(shop.world(), "F")));
    EXPECT_EQ(text(offers(shop.world(), "none")), "");
}

TEST(Offers, follow_the_rules_for_this_caller) {
    OfferShop shop;
    shop.start(shop.small);
    EXPECT_EQ(text(offers(shop.world(), "F")), "free 0, small 20 current, large 50 allowed");
    shop.caller.support = true;
    EXPECT_EQ(text(offers(shop.world(), "F")),
              "free 0 allowed, small 20 current, large 50 allowed");
}

TEST(Offers, name_what_does_not_fit) {
    OfferShop shop;
    shop.gauges["boxes"] = 3;
    auto found = offers(shop.world(), "F");
    ASSERT_EQ(found.size(), 3U);
    ASSERT_EQ(found[1].blockers.size(), 1U);
    EXPECT_EQ(found[1].blockers[0], (Blocker{Fault::usage_does_not_fit, "boxes", "3", "1"}));
}

TEST(Offers, show_the_current_plan_as_it_was_bought) {
    OfferShop shop;
    shop.start(shop.small);
    shop.now = at("2025-01-02");
    shop.plan({"small", "25", 1});
    EXPECT_EQ(text(offers(shop.world(), "F")), "free 0, small 20 current, large 50 allowed");
}

TEST(Fit, what_the_new_plan_does_not_give_at_all_is_allowed_not_once) {
    OfferShop shop;
    shop.start(shop.small);
    shop.gauges["boxes"] = 1;
    auto refused = shop.change(shop.ask_change(shop.large));
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().blockers[0], (Blocker{Fault::usage_does_not_fit, "boxes", "1", "0"}));
}

TEST(EffectivePlan, is_the_subscriptions_else_the_default) {
    OfferShop shop;
    EXPECT_EQ(effective_plan(shop.world(), "F").plan->head.key, "free");
    EXPECT_EQ(effective_plan(shop.world(), "F").subscription, nullptr);
    shop.start(shop.large);
    EXPECT_EQ(effective_plan(shop.world(), "F").plan->head.key, "large");
    EXPECT_NE(effective_plan(shop.world(), "F").subscription, nullptr);
    EXPECT_EQ(effective_plan(shop.world(), "none").plan, nullptr);
}

// --- caps
// -------------------------------------------------------------------------------------------

struct CapShop : TestShop {
    PlanRef seats;
    CapShop() {
        family("F").settlement = catalog::Settlement::app_store;
        seats = plan({"seats", "0"}, [](catalog::PlanHead&, catalog::PlanVersion& v) {
            v.seats = catalog::SeatPricing{2, {{usd(), money("15")}}, {{usd(), money("40")}}};
        });
        account.profile.cap.app_store = true;
        people(5, 1);
    }
    void people(int active, int invited) {
        account.members.clear();
        for (int i = 0; i < active + invited; ++i)
            account.members.push_back(
                {MemberId{{3, 3}}, accounts::Role::user,
                 i < active ? accounts::MemberStatus::active : accounts::MemberStatus::invited});
    }
    Amount required() { return *required_cap(world(), catalog.plans.find(seats.plan)->latest()); }
};

TEST(Cap, counts_people_and_invitations_beyond_the_included_seats) {
    CapShop shop;
    EXPECT_EQ(shop.required(), money("60"));
    shop.people(1, 0);
    EXPECT_EQ(shop.required(), money("40"));
}

TEST(Cap, of_a_free_plan_is_nothing) {
    CapShop shop;
    shop.seats = shop.plan({"free", "0"}, [](catalog::PlanHead&, catalog::PlanVersion& v) {
        v.seats = catalog::SeatPricing{};
    });
    EXPECT_EQ(shop.required(), money("0"));
}

TEST(Cap, a_lower_consent_is_set_first_and_a_higher_one_needs_approval) {
    CapShop shop;
    Ask ask = shop.ask_start(shop.seats);
    auto refused = shop.change(ask);
    ASSERT_FALSE(refused);
    EXPECT_EQ(refused.error().blockers[0],
              (Blocker{Fault::cap_is_too_low, "cap", "60.00 USD", "0.00 USD"}));
    shop.account.profile.cap.amount = money("100");
    ask.cap = money("101");
    EXPECT_EQ(shop.fault(ask), "approval_is_required");
    ask.cap = money("80");
    EXPECT_EQ(shop.fault(ask), "ok");
    ASSERT_TRUE(std::holds_alternative<CapSet>(shop.log.front()));
    EXPECT_EQ(shop.account.profile.cap.amount, money("80"));
    EXPECT_TRUE(shop.wallet.currency.empty()) << "app-store lines only accrue";
    ASSERT_EQ(shop.subscriptions.accrued.size(), 1U);
    EXPECT_EQ(shop.subscriptions.accrued[0].line.net, money("60"));
}

TEST(Cap, of_a_payer_who_is_no_app_store_may_be_raised_at_once) {
    CapShop shop;
    shop.account.profile.cap.app_store = false;
    Ask ask = shop.ask_start(shop.seats);
    ask.cap = money("10");
    EXPECT_EQ(shop.fault(ask), "cap_is_too_low");
    ask.cap = money("75");
    EXPECT_EQ(shop.fault(ask), "ok");
    EXPECT_EQ(shop.account.profile.cap.amount, money("75"));
}

}  // namespace
}  // namespace rb::changes
