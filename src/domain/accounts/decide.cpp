// The account itself: opening, profile, status. Members and keys have files of their own.
#include "domain/accounts/decide.h"

#include "base/check.h"
#include "base/limits.h"
#include "domain/accounts/check.h"

namespace rb::accounts {

Result<Event> decide(const Account* parent, const OpenAccount& command, Instant now) {
    constexpr std::int64_t number_end = 1LL << 53;
    RB_CHECK(!command.id.is_nil(), "the account's id was reserved before");
    RB_CHECK(command.number >= 0 && command.number < number_end, "a number is below 2^53");
    RB_CHECK(parent == nullptr || parent->id == command.parent, "the parent is the one named");
    RB_CHECK(parent != nullptr || command.parent.is_nil(), "a parent that is named was found");
    if (auto ok = check_name(command.name); !ok) return std::unexpected(ok.error());
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

Result<Event> decide(const Account& account, const SetStatus& command) {
    if (account.status == Status::closed && command.status != Status::closed)
        return refuse(Fault::account_is_closed,
                      "the account is closed and stays closed: open a new one", "/status");
    return StatusSet{account.id, command.status};
}

Result<Event> decide(const Account& account, const SetSpendCap& command) {
    if (auto ok = must_not_be_closed(account); !ok) return std::unexpected(ok.error());
    if (!command.cap) return SpendCapSet{account.id, std::nullopt};
    const Amount& amount = command.cap->amount;
    if (amount.currency() != account.profile.currency || amount.is_negative() ||
        amount.micros() > limits::amount_micros_max)
        return refuse(Fault::field_is_invalid,
                      "expected zero or more in " + std::string(account.profile.currency.code()),
                      "/amount");
    return SpendCapSet{account.id, command.cap};
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
