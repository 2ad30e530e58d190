// Random sequences of commands against a naive model. The model knows one balance, one debt and
// lists of holds and grants, all in whole units, and pays a charge unit by unit: from the best
// grant, else from available, else as debt. The ledger must take and refuse the same commands and
// end with the same balances, and its own books must balance at every step.
//
// 5,000 sequences are the default; RC_PARAMS="max_success=100000" runs more.
#include <gtest/gtest.h>
#include <rapidcheck.h>
#include <rapidcheck/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <ostream>

#include "domain/ledger/test_wallet.h"

namespace rb::ledger {

enum class Op : std::uint8_t {
    pay_in,
    charge,
    charge_fact,
    credit,
    hold,
    capture,
    release,
    grant,
    expire,
    reverse,
};
constexpr auto enum_names(Op) {
    return std::array<std::string_view, 10>{"pay_in", "charge",  "charge_fact", "credit",
                                            "hold",   "capture", "release",     "grant",
                                            "expire", "reverse"};
}

struct Step {
    Op op = Op::pay_in;
    int units = 1;     // of money
    int pick = 0;      // which hold, grant or entry
    int days = 0;      // that pass before
    int priority = 0;  // of a grant; also which kind
    int lasts = 0;     // days until a hold or grant expires; 0: never
};

std::ostream& operator<<(std::ostream& out, const Step& s) {
    return out << enum_text(s.op) << " units " << s.units << " pick " << s.pick << " days "
               << s.days << " priority " << s.priority << " lasts " << s.lasts;
}

namespace {

[[maybe_unused]] const int sequences_by_default = setenv("RC_PARAMS", "max_success=5000", 0);

constexpr std::int64_t credit_limit = 5;

struct NaiveGrant {
    GrantId id;
    std::int64_t left = 0;
    int priority = 0;
    std::optional<Instant> expires_at;
    Instant created_at;

    bool is_before(const NaiveGrant& other) const {
        if (priority != other.priority) return priority < other.priority;
        if (expires_at.has_value() != other.expires_at.has_value()) return expires_at.has_value();
        if (expires_at != other.expires_at) return *expires_at < *other.expires_at;
        if (created_at != other.created_at) return created_at < other.created_at;
        return id < other.id;
    }
    bool is_live(Instant now) const { return left > 0 && (!expires_at || now < *expires_at); }
};

// What one entry did, so that it can be undone.
struct NaiveEntry {
    Entry entry;
    std::int64_t available = 0;
    std::int64_t owed = 0;
    std::map<GrantId, std::int64_t> drawn;
    bool is_reversed = false;
};

struct NaiveHold {
    HoldId id;
    std::int64_t left = 0;
    std::optional<Instant> expires_at;
};

struct Model {
    std::int64_t available = 0;
    std::int64_t owed = 0;
    std::vector<NaiveHold> holds;
    std::vector<NaiveGrant> grants;  // those with nothing left stay, for reversals
    std::vector<NaiveEntry> entries;

    std::int64_t spendable(Instant now) const {
        std::int64_t sum = available + credit_limit;
        for (const NaiveGrant& g : grants)
            if (g.is_live(now)) sum += g.left;
        return sum;
    }
    std::int64_t held() const {
        std::int64_t sum = 0;
        for (const NaiveHold& hold : holds) sum += hold.left;
        return sum;
    }
    std::int64_t granted() const {
        std::int64_t sum = 0;
        for (const NaiveGrant& g : grants) sum += g.left;
        return sum;
    }
    NaiveGrant* best_grant(Instant now) {
        NaiveGrant* best = nullptr;
        for (NaiveGrant& g : grants)
            if (g.is_live(now) && (best == nullptr || g.is_before(*best))) best = &g;
        return best;
    }
    void receive(std::int64_t units, NaiveEntry& done) {
        for (; units > 0; --units) {
            if (owed > 0) {
                --owed;
                --done.owed;
            } else {
                ++available;
                ++done.available;
            }
        }
    }
    void pay(std::int64_t units, Instant now, NaiveEntry& done) {
        for (; units > 0; --units) {
            if (NaiveGrant* g = best_grant(now)) {
                --g->left;
                ++done.drawn[g->id];
            } else if (available > -credit_limit) {
                --available;
                --done.available;
            } else {
                ++owed;
                ++done.owed;
            }
        }
    }
    void undo(NaiveEntry& done) {
        done.is_reversed = true;
        available -= done.available;
        for (std::int64_t i = 0; i < done.owed; ++i) {
            if (owed > 0)
                --owed;
            else
                ++available;
        }
        if (done.owed < 0) owed -= done.owed;
        for (auto [id, units] : done.drawn)
            for (NaiveGrant& g : grants)
                if (g.id == id) g.left += units;
    }
};

// The ledger and the model side by side.
class Pair {
public:
    void run(const Step& step) {
        w.booking.now = w.booking.now + Duration::of_days(step.days);
        w.booking.credit_limit_micros = usd_of(credit_limit).micros();
        w.ids = IdSource(w.booking.now, {++commands_, 7});
        switch (step.op) {
            case Op::pay_in:
                return pay_in_one(step);
            case Op::charge:
                return charge_one(step, Overdraft::refused);
            case Op::charge_fact:
                return charge_one(step, Overdraft::allowed);
            case Op::credit:
                return credit_one(step);
            case Op::hold:
                return hold_one(step);
            case Op::capture:
                return capture_one(step);
            case Op::release:
                return release_one(step);
            case Op::grant:
                return grant_one(step);
            case Op::expire:
                return expire_one(step);
            case Op::reverse:
                return reverse_one(step);
        }
    }

    void check_books() const {
        const Wallet& wallet = w.wallet;
        RC_ASSERT(wallet.balance(Bucket::available) == usd_of(model.available).micros());
        RC_ASSERT(wallet.balance(Bucket::receivable) == usd_of(-model.owed).micros());
        RC_ASSERT(wallet.balance(Bucket::held) == usd_of(model.held()).micros());
        RC_ASSERT(wallet.balance(Bucket::grants) == usd_of(model.granted()).micros());
        std::int64_t held = 0;
        for (const Hold& hold : wallet.holds) held += hold.amount.micros();
        RC_ASSERT(wallet.balance(Bucket::held) == held);
        std::int64_t granted = 0;
        for (const Grant& grant : wallet.grants) granted += grant.amount.micros();
        RC_ASSERT(wallet.balance(Bucket::grants) == granted);
        std::int64_t all = 0;
        for (const auto& [place, micros] : totals_) all += micros;
        RC_ASSERT(all == 0);
        for (std::size_t i = 0; i < wallet_bucket_count; ++i) {
            auto at = totals_.find({customer, static_cast<Bucket>(i)});
            RC_ASSERT(wallet.micros[i] == (at == totals_.end() ? 0 : at->second));
        }
    }
    // The journal alone gives the same wallet.
    void check_replay() const {
        Wallet again;
        for (const Event& event : journal_) apply(again, customer, event);
        RC_ASSERT(encode(again) == encode(w.wallet));
    }

private:
    template <class T>
    void post(const T& decided) {
        T event;
        RC_ASSERT(decode(encode(decided), event));
        apply(w.wallet, customer, event);
        for (const Posting& p : event.entry.postings)
            totals_[{p.owner, p.bucket}] += p.amount.micros();
        journal_.push_back(event);
    }
    template <class T>
    void expect_refused(const Result<T>& decided, Fault fault) {
        RC_ASSERT(!decided.has_value());
        RC_ASSERT(decided.error().fault == fault);
    }

    void pay_in_one(const Step& step) {
        auto decided = pay_in(w.wallet, w.booking, {customer, usd_of(step.units), ""}, shop, w.ids);
        RC_ASSERT(decided.has_value());
        NaiveEntry done{decided->entry, 0, 0, {}, false};
        model.receive(step.units, done);
        model.entries.push_back(done);
        post(*decided);
    }
    void charge_one(const Step& step, Overdraft overdraft) {
        Instant now = w.booking.now;
        auto decided = charge(w.wallet, w.booking, w.order(step.units), overdraft, w.ids);
        if (overdraft == Overdraft::refused && step.units > model.spendable(now))
            return expect_refused(decided, Fault::money_is_short);
        RC_ASSERT(decided.has_value());
        NaiveEntry done{decided->entry, 0, 0, {}, false};
        model.pay(step.units, now, done);
        model.entries.push_back(done);
        post(*decided);
        if (overdraft == Overdraft::refused) RC_ASSERT(model.spendable(now) >= 0);
    }
    void credit_one(const Step& step) {
        auto decided = credit(w.wallet, w.booking, w.order(-step.units), w.ids);
        RC_ASSERT(decided.has_value());
        NaiveEntry done{decided->entry, 0, 0, {}, false};
        model.receive(step.units, done);
        model.entries.push_back(done);
        post(*decided);
    }
    std::optional<Instant> expiry_of(const Step& step) const {
        if (step.lasts == 0) return {};
        return w.booking.now + Duration::of_days(step.lasts);
    }
    void hold_one(const Step& step) {
        HoldOrder order{usd_of(step.units), "", {}, expiry_of(step)};
        auto decided = place_hold(w.wallet, w.booking, order, w.ids);
        if (step.units > model.available + credit_limit)
            return expect_refused(decided, Fault::money_is_short);
        RC_ASSERT(decided.has_value());
        model.available -= step.units;
        model.holds.push_back({decided->hold.id, step.units, order.expires_at});
        post(*decided);
        RC_ASSERT(model.spendable(w.booking.now) >= 0);
    }
    // An open hold of the model; nullptr when there is none.
    NaiveHold* pick_hold(const Step& step) {
        if (model.holds.empty()) return nullptr;
        return &model.holds[static_cast<std::size_t>(step.pick) % model.holds.size()];
    }
    void drop_settled_holds() {
        std::erase_if(model.holds, [](const NaiveHold& hold) { return hold.left == 0; });
    }
    void capture_one(const Step& step) {
        NaiveHold* hold = pick_hold(step);
        HoldId id = hold == nullptr ? HoldId{{1, 1}} : hold->id;
        auto decided = capture(w.wallet, w.booking, id, w.order(step.units), w.ids);
        if (hold == nullptr) return expect_refused(decided, Fault::hold_is_unknown);
        if (hold->expires_at && *hold->expires_at <= w.booking.now)
            return expect_refused(decided, Fault::hold_is_settled);
        if (step.units > hold->left) return expect_refused(decided, Fault::amount_exceeds_hold);
        RC_ASSERT(decided.has_value());
        hold->left -= step.units;
        RC_ASSERT(decided->left == usd_of(hold->left));
        drop_settled_holds();
        post(*decided);
    }
    void release_one(const Step& step) {
        NaiveHold* hold = pick_hold(step);
        if (hold == nullptr) return;
        auto decided = release(w.wallet, w.booking, hold->id, w.ids);
        RC_ASSERT(decided.has_value());
        model.available += hold->left;
        hold->left = 0;
        drop_settled_holds();
        post(*decided);
    }
    void grant_one(const Step& step) {
        GrantKind kind = step.pick % 2 == 0 ? GrantKind::paid : GrantKind::promotional;
        GrantCredit command{customer, kind, usd_of(step.units), step.priority, expiry_of(step), ""};
        auto decided = grant(w.wallet, w.booking, command, shop, w.ids);
        RC_ASSERT(decided.has_value());
        model.grants.push_back(
            {decided->grant.id, step.units, step.priority, command.expires_at, w.booking.now});
        post(*decided);
    }
    void expire_one(const Step& step) {
        if (w.wallet.grants.empty()) return;
        std::size_t index = static_cast<std::size_t>(step.pick) % w.wallet.grants.size();
        GrantId id = w.wallet.grants[index].id;
        auto decided = expire(w.wallet, w.booking, id, w.ids);
        RC_ASSERT(decided.has_value());
        for (NaiveGrant& g : model.grants)
            if (g.id == id) g.left = 0;
        post(*decided);
    }
    void reverse_one(const Step& step) {
        if (model.entries.empty()) return;
        NaiveEntry& done =
            model.entries[static_cast<std::size_t>(step.pick) % model.entries.size()];
        auto decided = reverse(w.wallet, w.booking, {customer, done.entry, ""}, w.ids);
        if (done.is_reversed) return expect_refused(decided, Fault::entry_is_reversed);
        RC_ASSERT(decided.has_value());
        model.undo(done);
        post(*decided);
    }

    TestWallet w;
    Model model;
    std::map<std::pair<AccountId, Bucket>, std::int64_t> totals_;
    std::vector<Event> journal_;
    std::uint64_t commands_ = 0;
};

rc::Gen<Step> any_step() {
    return rc::gen::build<Step>(
        rc::gen::set(&Step::op, rc::gen::map(rc::gen::inRange(0, 10), [](int i) { return Op(i); })),
        rc::gen::set(&Step::units, rc::gen::inRange(1, 40)),
        rc::gen::set(&Step::pick, rc::gen::inRange(0, 12)),
        rc::gen::set(&Step::days, rc::gen::inRange(0, 3)),
        rc::gen::set(&Step::priority, rc::gen::inRange(-1, 3)),
        rc::gen::set(&Step::lasts, rc::gen::inRange(0, 6)));
}

RC_GTEST_PROP(LedgerProperty, any_sequence_of_commands_agrees_with_the_naive_model, ()) {
    auto steps = *rc::gen::container<std::vector<Step>>(any_step());
    Pair pair;
    for (const Step& step : steps) {
        pair.run(step);
        pair.check_books();
    }
    pair.check_replay();
}

}  // namespace
}  // namespace rb::ledger
