#include "engine/closing.h"

#include <algorithm>

#include "base/check.h"
#include "base/currency.h"
#include "domain/accounts/decide.h"
#include "domain/ledger/decide.h"
#include "engine/authority.h"
#include "engine/reservations.h"

namespace rb::engine {

namespace {

using accounts::BalanceAtEnd;
using accounts::Right;
using ledger::Bucket;

class Closing {
public:
    Closing(const DecideInput& in, const AccountRecord& record, const accounts::SetStatus& command,
            IdSource& ids)
        : in_(in), record_(record), choice_(command.closing), ids_(ids), wallet_(record.wallet) {}

    Result<std::vector<Event>> run() {
        if (auto ok = may_choose(); !ok) return std::unexpected(ok.error());
        end_subscriptions();
        release_holds();
        if (!wallet_.currency.empty())
            if (auto met = ledger::put_together(wallet_, booking(), ids_)) take(std::move(*met));
        if (auto ok = settle_money(); !ok) return std::unexpected(ok.error());
        settle_debt();
        if (blockers_.empty()) return std::move(events_);
        return not_settled();
    }

private:
    AccountId seller() const { return in_.book.seller_of(record_); }
    ledger::Booking booking() const {
        const accounts::Account& a = record_.account;
        return {a.id, a.profile.currency, a.profile.credit_limit_micros, in_.now};
    }
    void block(std::string subject, std::string standing) {
        blockers_.push_back(
            {Fault::account_is_not_settled, std::move(subject), std::move(standing), "none"});
    }
    std::string text(std::int64_t micros) const {
        const Amount amount = Amount::of_micros(micros, wallet_.currency);
        return amount.to_text(iso_exponent(wallet_.currency)) + " " +
               std::string(wallet_.currency.code());
    }
    std::string plan_key(const subscriptions::Subscription& s) const {
        const catalog::Plan* plan = changes::find_plan(
            make_world(in_.book, in_.catalog, record_, in_.caller, in_.now), s.plan.plan);
        return plan == nullptr ? s.id.to_text() : plan->head.key;
    }
    template <class E>
    void take(E event) {
        events_.push_back(Event(std::move(event)));
        apply(events_.back());
    }
    void apply(const Event& event) {
        std::visit(
            [&]<class E>(const E& e) {
                if constexpr (requires { ledger::Event(e); })
                    ledger::apply(wallet_, record_.account.id, ledger::Event(e));
            },
            event);
    }

    // Money goes out, and debts are forgiven, by who sells; it goes to an account that is known.
    Result<void> may_choose() const {
        // Also of what is closed already, itself or above: what is left there has to go somewhere.
        accounts::Stand stand = standing_of(in_.book, in_.caller, record_);
        stand.target = accounts::Status::active;
        const bool is_sellers = choice_.balance == BalanceAtEnd::refund || choice_.debt.has_value();
        if (is_sellers)
            if (auto ok = accounts::may(in_.caller, Right::book_money, stand); !ok) return ok;
        if (choice_.balance != BalanceAtEnd::transfer) return {};
        auto to = allowed(in_.book, in_.caller, choice_.transfer_to, Right::read_account);
        if (!to || (*to)->account.top != record_.account.top)
            return refuse(Fault::account_is_unknown, "there is no such account in this tree",
                          "/transfer_to");
        const accounts::Account& a = (*to)->account;
        if (a.id == record_.account.id || in_.book.seller_of(**to) != seller() ||
            worst_of(in_.book, **to) == accounts::Status::closed)
            return refuse(Fault::field_is_invalid,
                          "expected another account of the same seller that is not closed",
                          "/transfer_to");
        const Currency currency =
            (*to)->wallet.currency.empty() ? a.profile.currency : (*to)->wallet.currency;
        if (!record_.wallet.currency.empty() && currency != record_.wallet.currency)
            return refuse(Fault::currency_is_fixed,
                          "expected an account in " + std::string(record_.wallet.currency.code()) +
                              ", the currency of what is left",
                          "/transfer_to");
        return {};
    }

    void end_subscriptions() {
        for (const subscriptions::Subscription& s : record_.subscriptions.items) {
            if (!s.is_live()) continue;
            if (s.status == subscriptions::Status::past_due && !choice_.debt)
                block("debt", plan_key(s));
            const bool is_paid =
                s.status == subscriptions::Status::active && s.account.deferred.is_positive();
            if (is_paid && s.period.end > in_.now && !choice_.unused)
                block("paid_period", plan_key(s));
        }
        const changes::World world =
            make_world(in_.book, in_.catalog, record_, in_.caller, in_.now);
        const bool gives_back = choice_.unused == accounts::UnusedAtEnd::credit;
        std::vector<Event> ended;
        lift_all(ended, gives_back ? changes::end_all_with_credit(world, ids_)
                                   : changes::end_all(world, ids_));
        for (const metering::ReservedUse& reservation : record_.usage.reservations)
            give_back(in_, record_, reservation, metering::Ending::released, ids_, ended);
        for (Event& event : ended) {
            apply(event);
            events_.push_back(std::move(event));
        }
    }

    void release_holds() {
        std::vector<ledger::Hold> holds = wallet_.holds;
        std::erase_if(holds, [](const ledger::Hold& hold) { return !hold.subject.is_nil(); });
        if (!holds.empty() && !choice_.balance) block("holds", std::to_string(holds.size()));
        for (const ledger::Hold& hold : holds) {
            auto released = ledger::release(wallet_, booking(), hold.id, ids_);
            RB_CHECK(released.has_value(), "an open hold can be released");
            take(std::move(*released));
        }
    }

    Result<void> settle_money() {
        const std::int64_t left = wallet_.balance(Bucket::available);
        if (left <= 0) return {};
        if (!choice_.balance) {
            block("balance", text(left));
            return {};
        }
        switch (*choice_.balance) {
            case BalanceAtEnd::refund:
                return refund(left);
            case BalanceAtEnd::transfer: {
                const AccountRecord& to = *in_.book.find(choice_.transfer_to);
                auto over = ledger::hand_over(wallet_, booking(), to.account.id, to.wallet, ids_);
                if (!over) return std::unexpected(over.error());
                take(std::move(*over));
                return {};
            }
            case BalanceAtEnd::forfeit:
                take(ledger::forfeit(wallet_, booking(), seller(), ids_));
                return {};
        }
        return {};
    }

    Result<void> refund(std::int64_t micros) {
        if (!choice_.recorded.is_nil())
            return refuse(
                Fault::reference_is_taken,
                "the payout " + EntryId{choice_.recorded}.to_text() + " has this reference",
                "/reference");
        ledger::PayOut order{record_.account.id, Amount::of_micros(micros, wallet_.currency),
                             choice_.reference, choice_.provider, "the account is closed"};
        auto paid = ledger::pay_out(wallet_, booking(), order, seller(), ids_);
        if (!paid) return std::unexpected(paid.error());
        take(std::move(*paid));
        return {};
    }

    void settle_debt() {
        const std::int64_t owed = std::max<std::int64_t>(0, -wallet_.balance(Bucket::available)) -
                                  wallet_.balance(Bucket::receivable);
        if (owed == 0) return;
        if (choice_.debt)
            take(ledger::write_off(wallet_, booking(), seller(), ids_));
        else
            block("debt", text(owed));
    }

    std::unexpected<Refusal> not_settled() {
        std::string detail = "say what becomes of what stands on the account:";
        for (const Blocker& blocker : blockers_)
            detail += " " + blocker.subject + " (" + blocker.used + ")";
        auto refused = refuse(Fault::account_is_not_settled, std::move(detail), "/status");
        refused.error().blockers = std::move(blockers_);
        return refused;
    }

    const DecideInput& in_;
    const AccountRecord& record_;
    const accounts::Closing& choice_;
    IdSource& ids_;
    ledger::Wallet wallet_;  // as what was decided so far leaves it
    std::vector<Event> events_;
    std::vector<Blocker> blockers_;
};

}  // namespace

Result<std::vector<Event>> settle_closing(const DecideInput& in, const AccountRecord& record,
                                          const accounts::SetStatus& command, IdSource& ids) {
    return Closing(in, record, command, ids).run();
}

}  // namespace rb::engine
