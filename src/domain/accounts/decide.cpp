// The account itself: opening, profile, status. Members and keys have files of their own.
#include "domain/accounts/decide.h"

#include <algorithm>

#include "base/check.h"
#include "base/limits.h"
#include "domain/accounts/check.h"

namespace rb::accounts {

Result<Event> decide(const Account* parent, const OpenAccount& command, Instant now) {
    constexpr std::int64_t number_end = 1LL << 53;
    RB_CHECK(!command.id.is_nil(), "the account's id was reserved before");
    RB_CHECK(parent == nullptr || parent->id == command.parent, "the parent is the one named");
    RB_CHECK(parent != nullptr || command.parent.is_nil(), "a parent that is named was found");
    if (auto ok = check_name(command.name); !ok) return std::unexpected(ok.error());
    if (command.number < 0 || command.number >= number_end)
        return refuse(Fault::field_is_invalid, "an account number lies between 1 and 2^53 - 1",
                      "/number");
    if (parent != nullptr) {
        if (auto ok = must_be_active(*parent); !ok) {
            Refusal refusal = ok.error();
            refusal.field = "/parent";
            return std::unexpected(std::move(refusal));
        }
        if (parent->depth + 1 >= static_cast<std::int32_t>(limits::account_depth_max))
            return refuse(Fault::account_tree_is_too_deep,
                          "expected a parent less deep: a tree has at most 32 levels", "/parent");
        if (!command.clock.is_nil())
            return refuse(Fault::field_is_invalid,
                          "expected no clock: an account has the clock of its tree", "/clock");
    }

    Account account;
    account.id = command.id;
    account.parent = command.parent;
    account.top = parent == nullptr ? command.id : parent->top;
    account.kind = command.kind;
    account.name = command.name;
    account.number = command.number;
    account.depth = parent == nullptr ? 0 : parent->depth + 1;
    account.created_at = now;
    account.clock = parent == nullptr ? command.clock : parent->clock;
    account.wrapped_data_key = command.wrapped_data_key;
    account.profile = command.profile;
    if (account.profile.currency.empty() && parent != nullptr)
        account.profile.currency = parent->profile.currency;
    if (auto ok = check_profile(account.profile); !ok) return std::unexpected(ok.error());
    return AccountOpened{std::move(account)};
}

namespace {

// What is told in money of the account would say something else in another currency.
Result<void> check_currency(const Account& account, const Profile& next, Currency line_currency) {
    Currency present = account.profile.currency;
    if (next.currency == present) return {};
    if (!line_currency.empty() && next.currency != line_currency)
        return refuse(Fault::currency_is_fixed,
                      "expected " + std::string(line_currency.code()) +
                          ": the first line, posted or accrued, has fixed the currency",
                      "/currency");
    std::string_view what;
    if (account.spend_cap && account.spend_cap->amount.currency() != next.currency)
        what = "the spend cap";
    else if (account.profile.credit_limit_micros != 0 &&
             account.profile.credit_limit_micros == next.credit_limit_micros)
        what = "the credit limit";
    if (what.empty()) return {};
    return refuse(Fault::currency_is_fixed,
                  std::string(what) + " is in " + std::string(present.code()) +
                      ": take it away first, or give another",
                  "/currency");
}

}  // namespace

Result<Event> decide(const Account& account, const UpdateProfile& command, Currency line_currency) {
    if (auto ok = must_not_be_closed(account); !ok) return std::unexpected(ok.error());
    if (auto ok = check_profile(command.profile); !ok) return std::unexpected(ok.error());
    if (auto ok = check_currency(account, command.profile, line_currency); !ok)
        return std::unexpected(ok.error());
    return ProfileUpdated{account.id, command.profile};
}

namespace {

// Those that stand, one whose author is not known among them.
std::vector<Freeze> freezes_of(const Account& account) {
    if (account.status == Status::frozen && account.freezes.empty()) return {Freeze{}};
    return account.freezes;
}

bool lifts(const Actor& actor, const Freeze& freeze) {
    if (freeze.author) return *freeze.author == actor.account;
    return actor.relation == Relation::platform || actor.relation == Relation::seller;
}

// Undoes a closing: it is as it was, frozen where it was frozen.
Result<Event> reopen(const Account& account, const SetStatus& command, const Actor& actor,
                     Instant now) {
    const bool can_be_undone = command.status == Status::active && account.closed_at &&
                               now < *account.closed_at + Duration{limits::closing_undo_us};
    if (!can_be_undone)
        return refuse(
            Fault::account_is_closed,
            "the account is closed, and stays closed 30 days after it was: open a new one",
            "/status");
    const Status status = account.freezes.empty() ? Status::active : Status::frozen;
    return StatusSet{account.id, status, actor.account, account.freezes, {}};
}

}  // namespace

Result<Event> decide(const Account& account, const SetStatus& command, const Actor& actor,
                     Instant now) {
    if (account.status == Status::closed && command.status != Status::closed)
        return reopen(account, command, actor, now);
    StatusSet set{account.id, command.status, actor.account, freezes_of(account), {}};
    if (command.status == Status::closed) {
        set.at = account.status == Status::closed ? account.closed_at : now;
        return set;
    }
    if (command.status == Status::frozen) {
        const bool has_frozen = std::ranges::any_of(
            set.freezes, [&](const Freeze& f) { return f.author == actor.account && !f.for_debt; });
        if (!has_frozen) set.freezes.push_back({actor.account, now});
        return set;
    }
    const auto lifted =
        std::erase_if(set.freezes, [&](const Freeze& freeze) { return lifts(actor, freeze); });
    if (lifted == 0 && !set.freezes.empty())
        return refuse(Fault::role_is_too_low,
                      "the account was frozen by another, who alone lifts that", "/status");
    set.status = set.freezes.empty() ? Status::active : Status::frozen;
    return set;
}

std::optional<StatusSet> freeze_for_debt(const Account& account, AccountId seller, Instant now) {
    if (account.status == Status::closed) return std::nullopt;
    if (std::ranges::any_of(account.freezes, &Freeze::for_debt)) return std::nullopt;
    StatusSet set{account.id, Status::frozen, seller, freezes_of(account)};
    set.freezes.push_back({seller, now, true});
    return set;
}

std::optional<StatusSet> thaw_after_debt(const Account& account) {
    if (account.status != Status::frozen) return std::nullopt;
    StatusSet set{account.id, Status::frozen, {}, freezes_of(account)};
    // One of an unknown author may be for a debt.
    const auto lifted = std::erase_if(
        set.freezes, [](const Freeze& freeze) { return freeze.for_debt || !freeze.author; });
    if (lifted == 0) return std::nullopt;
    if (set.freezes.empty()) set.status = Status::active;
    return set;
}

Result<Event> decide(const Account& account, const SetSpendCap& command, const Actor& actor,
                     CapAuthority authority) {
    if (auto ok = must_not_be_closed(account); !ok) return std::unexpected(ok.error());
    const bool is_outranked = authority == CapAuthority::outranked && account.spend_cap;
    if (is_outranked) {
        const SpendCap& present = *account.spend_cap;
        const bool lowers = command.cap && command.cap->window == present.window &&
                            command.cap->amount.currency() == present.amount.currency() &&
                            command.cap->amount <= present.amount;
        if (!lowers)
            return refuse(Fault::role_is_too_low,
                          "the cap was set from above: it may be lowered in its window, and only "
                          "there be raised or taken away");
    }
    if (!command.cap) return SpendCapSet{account.id, std::nullopt};
    const Amount& amount = command.cap->amount;
    if (amount.currency() != account.profile.currency || amount.is_negative() ||
        amount.micros() > limits::amount_micros_max)
        return refuse(Fault::field_is_invalid,
                      "expected zero or more in " + std::string(account.profile.currency.code()),
                      "/amount");
    SpendCap cap = *command.cap;
    cap.author = is_outranked ? account.spend_cap->author : std::optional(actor.account);
    return SpendCapSet{account.id, cap};
}

bool moves_seller_terms(const Profile& before, const Profile& after) {
    const bool drops_country = !before.tax.country.empty() && after.tax.country.empty();
    return before.credit_limit_micros != after.credit_limit_micros || before.cap != after.cap ||
           before.tax.exempt != after.tax.exempt || drops_country;
}

Result<RequestRateSet> decide(const Account& account, const SetRequestRate& command) {
    if (!account.parent.is_nil())
        return refuse(Fault::field_is_invalid,
                      "expected the top account of a tree: a rate holds for the whole tree",
                      "/account");
    const auto rate = command.requests_per_second;
    if (rate && (*rate < 1 || *rate > limits::requests_per_second_max))
        return refuse(Fault::field_is_invalid, "expected a rate from 1 to 1000000",
                      "/requests_per_second");
    return RequestRateSet{account.id, rate};
}

}  // namespace rb::accounts
