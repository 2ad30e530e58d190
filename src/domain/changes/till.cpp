#include "domain/changes/till.h"

#include <algorithm>
#include <utility>

#include "base/check.h"
#include "base/limits.h"
#include "domain/changes/lookup.h"

namespace rb::changes {

namespace {

using ledger::Bucket;
using ledger::Posting;

// One posting for each seller and bucket, in order of their first mention.
std::vector<Posting> merged(const std::vector<Booked>& lines) {
    std::vector<Posting> sum;
    for (const Booked& booked : lines)
        for (const Posting& posting : booked.postings) {
            auto same = std::ranges::find_if(sum, [&](const Posting& p) {
                return p.owner == posting.owner && p.bucket == posting.bucket;
            });
            if (same == sum.end())
                sum.push_back(posting);
            else
                same->amount += posting.amount;
        }
    std::erase_if(sum, [](const Posting& p) { return p.amount.is_zero(); });
    return sum;
}

// The ledger says whether it is more than can be posted.
int128 sum_micros(const std::vector<Posting>& postings) {
    int128 sum = 0;
    for (const Posting& posting : postings) sum += posting.amount.micros();
    return sum;
}

// Takes postings off the front of `from` until they sum to `micros`; splits the last.
std::vector<Posting> split(std::vector<Posting>& from, std::int64_t micros) {
    std::vector<Posting> taken;
    while (micros > 0) {
        RB_CHECK(!from.empty(), "a capture is at most what the lines cost");
        Posting& first = from.front();
        std::int64_t part = std::min(first.amount.micros(), micros);
        Amount amount = Amount::of_micros(part, first.amount.currency());
        taken.push_back({first.owner, first.bucket, amount});
        first.amount -= amount;
        micros -= part;
        if (first.amount.is_zero()) from.erase(from.begin());
    }
    return taken;
}

}  // namespace

Till::Till(const World& world, IdSource& ids)
    : ids_(&ids),
      wallet_(world.wallet),
      booking_{world.account.id, world.account.profile.currency,
               world.account.profile.credit_limit_micros, world.now},
      for_(buyer_text(world)) {}

void Till::join(Till&& other) {
    for (Event& event : other.take()) events_.push_back(std::move(event));
}

template <class E>
void Till::keep(E event) {
    ledger::apply(wallet_, booking_.account, ledger::Event(event));
    events_.emplace_back(std::move(event));
}

ledger::Charge Till::order_of(const std::vector<Booked>& lines, SubscriptionId subject) const {
    ledger::Charge order;
    order.subject = subject.uuid;
    for (const Booked& booked : lines) {
        if (booked.postings.empty()) continue;
        if (!order.description.empty()) order.description += "; ";
        order.description += booked.line.description;
    }
    if (!order.description.empty()) order.description += for_;
    if (order.description.size() > limits::description_bytes_max)
        order.description = lines.front().line.description;
    order.credits = merged(lines);
    return order;
}

Result<void> Till::charge(const std::vector<Booked>& lines, SubscriptionId subject,
                          ledger::Overdraft overdraft) {
    ledger::Charge order = order_of(lines, subject);
    if (order.credits.empty()) return {};
    int128 sum = sum_micros(order.credits);
    if (sum > 0) {
        auto posted = ledger::charge(wallet_, booking_, order, overdraft, *ids_);
        if (!posted) return std::unexpected(posted.error());
        keep(std::move(*posted));
    } else if (sum < 0) {
        order.kind = ledger::EntryKind::credit;
        auto posted = ledger::credit(wallet_, booking_, order, *ids_);
        if (!posted) return std::unexpected(posted.error());
        keep(std::move(*posted));
    } else {
        order.kind = ledger::EntryKind::adjustment;
        keep(ledger::move(booking_, order, *ids_));
    }
    return {};
}

Result<void> Till::post(const std::vector<Booked>& lines, SubscriptionId subject) {
    return charge(lines, subject, ledger::Overdraft::refused);
}

Result<void> Till::post_fact(const std::vector<Booked>& lines, SubscriptionId subject) {
    return charge(lines, subject, ledger::Overdraft::allowed);
}

Result<void> Till::give(const std::vector<Booked>& lines, SubscriptionId subject) {
    ledger::Charge order = order_of(lines, subject);
    int128 back = -sum_micros(order.credits);
    if (back <= 0) return post(lines, subject);
    if (wallet_.balance(Bucket::grants) + back > limits::amount_micros_max)
        return refuse(Fault::amount_exceeds_limit,
                      "the account would have grants of more than 1000000000000 of the currency");
    if (wallet_.grants.size() >= limits::grants_max)
        return refuse(Fault::too_many, "an account has at most 10000 grants with something left");
    Amount amount = Amount::of_micros(static_cast<std::int64_t>(back), booking_.currency);
    ledger::GrantMade made;
    made.account = booking_.account;
    made.grant = {
        ids_->next<GrantId>(), ledger::GrantKind::paid,     amount,           0, booking_.now,
        std::nullopt,          order.credits.front().owner, order.description};
    made.entry.id = ids_->next<EntryId>();
    made.entry.account = booking_.account;
    made.entry.at = booking_.now;
    made.entry.kind = ledger::EntryKind::grant;
    made.entry.description = order.description;
    made.entry.subject = made.grant.id.uuid;
    made.entry.postings = {{booking_.account, Bucket::grants, amount}};
    made.entry.postings.insert(made.entry.postings.end(), order.credits.begin(),
                               order.credits.end());
    ledger::check_zero_sum(made.entry);
    keep(std::move(made));
    return {};
}

void Till::recognize(AccountId seller, Amount amount, SubscriptionId subject) {
    if (amount.is_zero()) return;
    ledger::Charge order;
    order.kind = ledger::EntryKind::recognition;
    order.subject = subject.uuid;
    order.credits = {{seller, Bucket::deferred_revenue, -amount},
                     {seller, Bucket::revenue, amount}};
    keep(ledger::move(booking_, order, *ids_));
}

Result<subscriptions::Reservation> Till::reserve(const Upcoming& next, Amount amount,
                                                 SubscriptionId subject) {
    ledger::HoldOrder order{
        amount, next.side.version->name + ": next period" + for_, subject.uuid, {}};
    auto placed = ledger::place_hold(wallet_, booking_, order, *ids_);
    if (!placed) return std::unexpected(placed.error());
    subscriptions::Reservation made;
    made.hold = placed->hold.id;
    made.plan = next.side.ref;
    made.quantity = next.side.quantity;
    made.fee = next.cost.net;
    made.tax = next.cost.tax;
    made.period_start = next.period_start;
    made.price = next.price.amount;
    made.tax_percent = next.price.tax.percent;
    made.tax_mode = next.price.tax.mode;
    keep(std::move(*placed));
    return made;
}

Result<void> Till::capture(HoldId hold, const std::vector<Booked>& lines, SubscriptionId subject) {
    ledger::Charge order = order_of(lines, subject);
    std::vector<Posting> rest = order.credits;
    int128 total = sum_micros(rest);
    auto from_hold = static_cast<std::int64_t>(std::min<int128>(held(hold).micros(), total));
    if (from_hold > 0) {
        order.kind = ledger::EntryKind::capture;
        order.credits = split(rest, from_hold);
        auto captured = ledger::capture(wallet_, booking_, hold, order, *ids_);
        if (!captured) return std::unexpected(captured.error());
        keep(std::move(*captured));
    }
    release(hold);
    if (rest.empty()) return {};
    order.kind = ledger::EntryKind::charge;
    order.credits = std::move(rest);
    auto posted = ledger::charge(wallet_, booking_, order, ledger::Overdraft::refused, *ids_);
    if (!posted) return std::unexpected(posted.error());
    keep(std::move(*posted));
    return {};
}

void Till::release(HoldId hold) {
    if (ledger::find_hold(wallet_, hold) == nullptr) return;
    auto released = ledger::release(wallet_, booking_, hold, *ids_);
    RB_CHECK(released.has_value(), "an open hold can be released");
    keep(std::move(*released));
}

Amount Till::spendable() const {
    return Amount::of_micros(ledger::spendable_micros(wallet_, booking_), booking_.currency);
}

Amount Till::holdable() const {
    std::int64_t micros = wallet_.balance(Bucket::available) + booking_.credit_limit_micros;
    return Amount::of_micros(std::max<std::int64_t>(0, micros), booking_.currency);
}

Amount Till::held(HoldId hold) const {
    const ledger::Hold* found = ledger::find_hold(wallet_, hold);
    return found == nullptr ? Amount::zero(booking_.currency) : found->amount;
}

void apply_money(ledger::Wallet& wallet, AccountId owner, const Event& event) {
    std::visit(
        [&]<class E>(const E& e) {
            if constexpr (requires { ledger::Event(e); }) ledger::apply(wallet, owner, e);
        },
        event);
}

rating::Components sum_of(const std::vector<Booked>& lines, Currency currency) {
    rating::Components sum{Amount::zero(currency), Amount::zero(currency)};
    for (const Booked& booked : lines)
        sum = sum + rating::Components{booked.line.net, booked.line.tax};
    return sum;
}

Amount total_of(const std::vector<Booked>& lines, Currency currency) {
    return sum_of(lines, currency).total();
}

Refusal money_short(const World& world, Amount needed, Amount available) {
    std::string used = money_text(world, needed);
    std::string allowed = money_text(world, available);
    Refusal refusal{Fault::money_is_short,
                    {},
                    used + " is needed and " + allowed + " is there: pay in the difference",
                    {},
                    {}};
    refusal.blockers.push_back({Fault::money_is_short, "money", used, allowed});
    return refusal;
}

Refusal seller_short() {
    return {Fault::seller_is_short_of_money,
            "/plan",
            "your seller cannot pay for this plan at present: ask it to, or try again later",
            {},
            {}};
}

std::string buyer_text(const World& world) {
    return world.buyer == nullptr ? std::string() : ", for " + world.buyer->name;
}

void accrue(Till& till, const World& world, SubscriptionId subscription,
            const std::vector<Booked>& lines) {
    if (lines.empty()) return;
    subscriptions::LinesAccrued event;
    event.account = world.account.id;
    for (const Booked& booked : lines) {
        event.lines.push_back({subscription, world.now, booked.line});
        event.lines.back().line.description += buyer_text(world);
    }
    till.note(std::move(event));
}

namespace {

Result<void> settle_prepaid(Till& till, const World& world, const Terms& terms, Deed& deed) {
    SubscriptionId subject = deed.after.id;
    Currency currency = world.account.profile.currency;
    if (deed.released) till.release(*deed.released);
    bool is_grant = terms.rule.unused == catalog::Unused::credit;
    auto back = is_grant ? till.give(deed.credits, subject) : till.post(deed.credits, subject);
    if (!back) return back;
    // What is taken and what is held stand together before the payer.
    Amount taken = total_of(deed.charges, currency);
    Amount held = deed.reserve ? deed.reserve->cost.total() : Amount::zero(currency);
    auto short_of = [&](const Refusal& refusal, Amount available) -> std::unexpected<Refusal> {
        if (refusal.fault != Fault::money_is_short) return std::unexpected(refusal);
        return std::unexpected(money_short(world, taken + held, available));
    };
    Amount spendable = till.spendable();
    if (auto paid = till.post(deed.charges, subject); !paid)
        return short_of(paid.error(), spendable);
    till.recognize(deed.recognized_by, deed.recognized, subject);
    if (!deed.reserve) return {};
    Amount holdable = till.holdable();
    auto reserved = till.reserve(*deed.reserve, held, subject);
    if (!reserved) return short_of(reserved.error(), taken + holdable);
    deed.after.reservation = std::move(*reserved);
    return {};
}

Result<void> check_accrual(const World& world, const catalog::Family& family, const Deed& deed) {
    Currency currency = world.account.profile.currency;
    std::size_t lines = deed.credits.size() + deed.charges.size();
    if (lines > 0 && waiting_lines(world) + lines > limits::accrued_lines_max)
        return refuse(Fault::too_many,
                      "an account has at most 100000 lines that wait for an invoice");
    Amount more = total_of(deed.credits, currency) + total_of(deed.charges, currency);
    int128 waiting = waiting_micros(world, currency);
    if (auto ok = ledger::check_accrual(waiting, more); !ok) return ok;
    if (family.settlement != catalog::Settlement::invoiced) return {};
    return ledger::check_credit(
        world.wallet,
        {world.account.id, currency, world.account.profile.credit_limit_micros, world.now}, waiting,
        more);
}

Result<void> settle_one(Till& till, const World& world, const Terms& terms, Deed& deed) {
    if (is_prepaid(terms.family)) return settle_prepaid(till, world, terms, deed);
    if (deed.released) till.release(*deed.released);
    if (auto ok = check_accrual(world, terms.family, deed); !ok) return ok;
    accrue(till, world, deed.after.id, deed.credits);
    accrue(till, world, deed.after.id, deed.charges);
    // Deferred while its family was prepaid.
    till.recognize(deed.recognized_by, deed.recognized, deed.after.id);
    return {};
}

}  // namespace

Result<void> settle(Till& till, const World& world, const Terms& terms, Deed& deed) {
    if (auto paid = settle_one(till, world, terms, deed); !paid) return paid;
    std::vector<Part> parts;
    for (Resale& resale : deed.resales) {
        resale.deed.after.id = deed.after.id;
        Till own = till.beside(resale.world);
        auto paid = settle_one(own, resale.world, terms, resale.deed);
        if (!paid && paid.error().fault == Fault::money_is_short)
            return std::unexpected(seller_short());
        if (!paid) return paid;
        till.join(std::move(own));
        parts.push_back({resale.world, resale.deed.after.account, resale.deed.after.reservation});
    }
    keep_wholesale(deed.after, parts);
    return {};
}

}  // namespace rb::changes
