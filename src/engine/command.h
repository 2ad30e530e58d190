#pragma once
// What may be asked of the engine: the closed list of commands, and the envelope that says who
// asks.
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "domain/accounts/platform.h"
#include "domain/accounts/types.h"
#include "domain/catalog/command.h"
#include "domain/changes/types.h"
#include "domain/entitlements/types.h"
#include "domain/ledger/types.h"
#include "domain/metering/types.h"
#include "engine/batch.h"
#include "engine/event.h"

namespace rb::engine {

// A test clock; trees are bound to it when they are opened. `clock` was made outside.
struct MakeClock {
    ClockId clock;
    std::string name;
    Instant now;
};
// Forward only. Timers of its trees fire in order on the way.
struct AdvanceClock {
    ClockId clock;
    Instant to;
};

using Command = std::variant<
    MakeClock, AdvanceClock, catalog::ApplyCatalog, catalog::PublishOwnedPlan,
    catalog::ArchiveOwnedPlan, accounts::OpenAccount, accounts::UpdateProfile, accounts::SetStatus,
    accounts::AddMember, accounts::UpdateMember, accounts::RemoveMember, accounts::AddApiKey,
    accounts::RevokeApiKey, accounts::AddServiceKey, accounts::RevokeServiceKey,
    ledger::RecordPayment, ledger::PlaceHold, ledger::CaptureHold, ledger::ReleaseHold,
    ledger::GrantCredit, ledger::ReverseEntry, metering::SetGauge, changes::MakeQuote,
    changes::Change, changes::ExecuteQuote, changes::WithdrawPending, entitlements::Reserve,
    entitlements::CommitReservation, entitlements::ReleaseReservation, accounts::SetSpendCap,
    accounts::SetRequestRate, accounts::GrantAlias, accounts::AddOperator, accounts::UpdateOperator,
    accounts::RemoveOperator, accounts::AddPlatformKey, accounts::ChangePlatformKey,
    accounts::RotatePlatformKey, accounts::RevokePlatformKey, ledger::PayOut>;

// "open_account", as the journal and the change feed name it.
std::string_view command_name(const Command& command);
// Its members in their order, as a JSON array: for the log, when it would have broken something.
std::string command_json(const Command& command);
// The account it is about; nil for the catalog and clocks.
AccountId command_account(const Command& command);

// Scope: the tree, the principal and the operation. `request` is a hash of what was asked.
struct IdempotencyKey {
    std::string key;
    std::string operation;
    Sha256 request;
};

class Reader;

struct Envelope {
    accounts::Caller caller;
    Command command;
    std::optional<IdempotencyKey> idempotency;
    std::string email_fingerprint;  // of a new account's e-mail (Vault::fingerprint); empty: none
    // Completes the command from the very state that it is then decided against (a patch of what is
    // there, a precondition); a refusal changes nothing. Runs under the partition's lock, after the
    // idempotency key was looked up; the command's kind and account stay what they are.
    std::function<Result<void>(const Reader&, Command&)> prepare;
    Door door = Door::unknown;  // by which it came
    std::string request_id;     // under which the caller finds it again
};

// What an accepted command gives back; the alternative follows from the command:
//   accounts, members and operators: their id; keys: ApiKeyId or Uuid; payment, payout: EntryId or
//   RecordedBefore; reversal: EntryId; hold: HoldId (capture, release: EntryId); grant: GrantId;
//   gauge: its value; quote: Quote; change: Outcome; pending: SubscriptionId; plans: PlanRef;
//   catalog: its version; clocks: ClockId; else monostate.
struct CatalogVersion {
    std::int64_t version = 0;
};
struct GaugeValue {
    std::int64_t value = 0;
};
// allowed false: nothing was reserved or counted, and the answer says why.
struct ReservationReply {
    entitlements::Answer answer;
    entitlements::Reservation reservation;
};
// Nothing was posted: the payment or payout stands in the ledger already, under its reference.
struct RecordedBefore {
    EntryId entry;
};
using Reply =
    std::variant<std::monostate, AccountId, MemberId, ApiKeyId, Uuid, EntryId, HoldId, GrantId,
                 GaugeValue, changes::Quote, changes::Outcome, SubscriptionId, PlanRef,
                 CatalogVersion, ClockId, ReservationReply, OperatorId, RecordedBefore>;

// What goes out to the caller, made under the partition's lock right after the events were applied.
struct Rendered {
    std::int32_t status = 200;
    std::string content_type = "application/json";
    std::string body;
    // For a reply that holds a secret: what the same idempotency key is answered with again.
    std::optional<std::string> replay_body;
    bool replayed = false;  // set by the engine
};

}  // namespace rb::engine
