#include "engine/command.h"

#include <boost/pfr.hpp>

#include "base/codec.h"
#include "base/json.h"

namespace rb::engine {

namespace {

struct Name {
    std::string_view operator()(const MakeClock&) { return "make_clock"; }
    std::string_view operator()(const AdvanceClock&) { return "advance_clock"; }
    std::string_view operator()(const catalog::ApplyCatalog&) { return "apply_catalog"; }
    std::string_view operator()(const catalog::PublishOwnedPlan&) { return "publish_owned_plan"; }
    std::string_view operator()(const catalog::ArchiveOwnedPlan&) { return "archive_owned_plan"; }
    std::string_view operator()(const accounts::OpenAccount&) { return "open_account"; }
    std::string_view operator()(const accounts::UpdateProfile&) { return "update_profile"; }
    std::string_view operator()(const accounts::SetStatus&) { return "set_status"; }
    std::string_view operator()(const accounts::SetSpendCap&) { return "set_spend_cap"; }
    std::string_view operator()(const accounts::SetRequestRate&) { return "set_request_rate"; }
    std::string_view operator()(const accounts::GrantAlias&) { return "grant_alias"; }
    std::string_view operator()(const accounts::AddOperator&) { return "add_operator"; }
    std::string_view operator()(const accounts::UpdateOperator&) { return "update_operator"; }
    std::string_view operator()(const accounts::RemoveOperator&) { return "remove_operator"; }
    std::string_view operator()(const accounts::AddPlatformKey&) { return "add_platform_key"; }
    std::string_view operator()(const accounts::ChangePlatformKey&) {
        return "change_platform_key";
    }
    std::string_view operator()(const accounts::RotatePlatformKey&) {
        return "rotate_platform_key";
    }
    std::string_view operator()(const accounts::RevokePlatformKey&) {
        return "revoke_platform_key";
    }
    std::string_view operator()(const accounts::AddMember&) { return "add_member"; }
    std::string_view operator()(const accounts::UpdateMember&) { return "update_member"; }
    std::string_view operator()(const accounts::RemoveMember&) { return "remove_member"; }
    std::string_view operator()(const accounts::AddApiKey&) { return "add_api_key"; }
    std::string_view operator()(const accounts::RevokeApiKey&) { return "revoke_api_key"; }
    std::string_view operator()(const accounts::AddServiceKey&) { return "add_service_key"; }
    std::string_view operator()(const accounts::RevokeServiceKey&) { return "revoke_service_key"; }
    std::string_view operator()(const ledger::RecordPayment&) { return "record_payment"; }
    std::string_view operator()(const ledger::PayOut&) { return "pay_out"; }
    std::string_view operator()(const ledger::PlaceHold&) { return "place_hold"; }
    std::string_view operator()(const ledger::CaptureHold&) { return "capture_hold"; }
    std::string_view operator()(const ledger::ReleaseHold&) { return "release_hold"; }
    std::string_view operator()(const ledger::GrantCredit&) { return "grant_credit"; }
    std::string_view operator()(const ledger::ReverseEntry&) { return "reverse_entry"; }
    std::string_view operator()(const metering::SetGauge&) { return "set_gauge"; }
    std::string_view operator()(const changes::MakeQuote&) { return "make_quote"; }
    std::string_view operator()(const changes::Change&) { return "change"; }
    std::string_view operator()(const changes::ExecuteQuote&) { return "execute_quote"; }
    std::string_view operator()(const changes::WithdrawPending&) { return "withdraw_pending"; }
    std::string_view operator()(const entitlements::Reserve&) { return "reserve"; }
    std::string_view operator()(const entitlements::CommitReservation&) {
        return "commit_reservation";
    }
    std::string_view operator()(const entitlements::ReleaseReservation&) {
        return "release_reservation";
    }
};

template <class T>
concept HasText = requires(const T& value) { value.to_text(); };

// Commands are not journaled, so that their members have no names or numbers.
template <class T>
void write_value(JsonWriter& w, const T& value) {
    if constexpr (codec::IsOptional<T>::value) {
        if (value)
            write_value(w, *value);
        else
            w.null();
    } else if constexpr (codec::IsVector<T>::value) {
        w.begin_array();
        for (const auto& item : value) write_value(w, item);
        w.end_array();
    } else if constexpr (std::is_aggregate_v<T> && !codec::HasFields<T> && !HasText<T> &&
                         !std::is_same_v<T, Sha256>) {
        w.begin_array();
        boost::pfr::for_each_field(value, [&w](const auto& member) { write_value(w, member); });
        w.end_array();
    } else {
        codec::write_json(w, value);
    }
}

}  // namespace

std::string command_json(const Command& command) {
    std::string out;
    JsonWriter w(out);
    std::visit([&w](const auto& c) { write_value(w, c); }, command);
    return out;
}

std::string_view command_name(const Command& command) { return std::visit(Name{}, command); }

AccountId command_account(const Command& command) {
    return std::visit(
        [](const auto& c) -> AccountId {
            using T = std::decay_t<decltype(c)>;
            if constexpr (std::is_same_v<T, accounts::OpenAccount>)
                return c.id;
            else if constexpr (requires { c.owner; })
                return c.owner;
            else if constexpr (requires { c.account; })
                return c.account;
            else
                return {};
        },
        command);
}

}  // namespace rb::engine
