#include "engine/authority.h"

#include <algorithm>
#include <utility>

namespace rb::engine {

using accounts::Relation;
using accounts::Right;
using accounts::Stand;

namespace {

enum class From : std::uint8_t { account, above };

// Up from an account, or from the one that something would stand below.
Stand walk(const Book& book, const accounts::Caller& caller, const AccountRecord& record,
           From from) {
    Stand stand;
    if (caller.is_platform()) stand.relation = Relation::platform;
    const AccountId only = caller.narrowing.only;
    bool is_reached = only.is_nil();
    bool is_account = from == From::account;
    bool is_sold = false;  // by an agency that was passed
    for (const AccountRecord* r = &record; r != nullptr; r = book.find(r->account.parent)) {
        const accounts::Account& a = r->account;
        const bool is_agency = !is_account && a.kind == accounts::Kind::agency;
        stand.target = std::max(stand.target, a.status);
        is_reached |= a.id == only;
        if (!caller.is_platform() && a.id == caller.account)
            stand.relation = is_account              ? Relation::self
                             : is_agency && !is_sold ? Relation::seller
                                                     : Relation::ancestor;
        if (stand.relation != Relation::stranger && stand.relation != Relation::platform)
            stand.caller = std::max(stand.caller, a.status);
        is_sold |= is_agency;
        is_account = false;
        if (a.parent.is_nil()) break;
    }
    if (!is_reached) stand.relation = Relation::stranger;
    return stand;
}

}  // namespace

Stand standing_of(const Book& book, const accounts::Caller& caller, const AccountRecord& record) {
    return walk(book, caller, record, From::account);
}

Stand standing_below(const Book& book, const accounts::Caller& caller,
                     const AccountRecord& parent) {
    return walk(book, caller, parent, From::above);
}

accounts::Status worst_of(const Book& book, const AccountRecord& record) {
    accounts::Status worst = record.account.status;
    AccountId above = record.account.parent;
    while (!above.is_nil()) {
        const AccountRecord* r = book.find(above);
        if (r == nullptr) break;
        worst = std::max(worst, r->account.status);
        above = r->account.parent;
    }
    return worst;
}

accounts::Status worst_of(Book& book, AccountRecord& record) {
    if (record.account.parent.is_nil()) return record.account.status;
    const std::uint64_t rules = book.tree_of(record)->rules;
    if (record.worst_at_rules != rules) {
        record.worst = worst_of(std::as_const(book), record);
        record.worst_at_rules = rules;
    }
    return record.worst;
}

Stand standing_in_turn(Book& book, const accounts::Caller& caller, AccountRecord& record) {
    const bool is_self = record.account.id == caller.account;
    const bool is_near = caller.is_platform() || is_self;
    if (!is_near || !caller.narrowing.only.is_nil()) return standing_of(book, caller, record);
    const accounts::Status worst = worst_of(book, record);
    return {is_self ? Relation::self : Relation::platform, worst,
            is_self ? worst : accounts::Status::active};
}

void withhold_money(const Book& book, const accounts::Caller& caller, AccountId asked,
                    entitlements::Answer& answer) {
    const bool is_money =
        answer.reason == Fault::money_is_short || answer.reason == Fault::spend_cap_is_reached;
    const AccountId payer = answer.account.is_nil() ? asked : answer.account;
    if (!is_money || allowed(book, caller, payer, Right::read_money)) return;
    answer.detail = payer == asked
                        ? "there is not enough money for this, or no more may be spent: whoever "
                          "may read the balance sees why"
                        : "who sells this cannot pay for it at present: ask it to, or try again "
                          "later";
}

Result<const AccountRecord*> allowed(const Book& book, const accounts::Caller& caller, AccountId id,
                                     Right right) {
    const AccountRecord* record = book.find(id);
    const Stand stand = record == nullptr ? Stand{} : standing_of(book, caller, *record);
    if (auto ok = accounts::may(caller, right, stand); !ok) return std::unexpected(ok.error());
    return record;
}

}  // namespace rb::engine
