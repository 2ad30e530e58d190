#include "domain/entitlements/sell.h"

#include "base/limits.h"
#include "domain/ledger/decide.h"
#include "domain/subscriptions/tax.h"

namespace rb::entitlements {

namespace {

using ledger::Bucket;

CivilDate date_of(Instant at) { return Zone::utc().date_of(at); }

std::unexpected<Refusal> too_expensive() {
    return refuse(Fault::amount_exceeds_limit,
                  "this quantity would cost more than 1000000000000 of the currency", "/quantity");
}

// A price of twelve digits, a rate by another one and a number of resources can be more together
// than 128 bits hold.
std::optional<Ratio> product(const Ratio& a, const Ratio& b) {
    Ratio left = Ratio::of(a.numerator(), b.denominator());
    Ratio right = Ratio::of(b.numerator(), a.denominator());
    int128 numerator = 0;
    int128 denominator = 0;
    if (__builtin_mul_overflow(left.numerator(), right.numerator(), &numerator) ||
        __builtin_mul_overflow(left.denominator(), right.denominator(), &denominator))
        return std::nullopt;
    return Ratio::of(numerator, denominator);
}

// Micros of the currency for one unit of money as the group lists it; exact.
Result<Ratio> micros_of_group(const catalog::Catalog& catalog, const catalog::PriceGroup& group,
                              Currency currency, CivilDate date) {
    if (group.price.empty())
        return refuse(Fault::price_is_missing, "the price group " + group.name + " has no price");
    auto listed = group.price.find(currency);
    if (listed != group.price.end()) return listed->second.to_ratio() * Ratio(1'000'000);
    auto source = group.price.find(catalog.settings.base_currency);
    if (source == group.price.end()) source = group.price.begin();
    auto to = catalog.rate(currency, date);
    if (!to) return std::unexpected(to.error());
    auto from = catalog.rate(source->first, date);
    if (!from) return std::unexpected(from.error());
    auto micros = product(source->second.to_ratio() * Ratio(1'000'000), *to / *from);
    if (!micros) return too_expensive();
    return *micros;
}

subscriptions::Line line_of(const Order& order, const Sold& sold) {
    subscriptions::Line line;
    line.plan = order.sale.plan;
    line.description = order.purchase.description;
    line.span = order.tenure.span;
    line.quantity = order.purchase.quantity;
    line.price = order.purchase.unit;
    line.net = sold.net;
    line.tax = sold.tax;
    line.tax_percent = sold.rate.percent;
    line.tax_mode = sold.rate.mode;
    line.exact = to_text(order.purchase.price.micros());
    return line;
}

}  // namespace

Result<Amount> pack_price(const catalog::Catalog& catalog, const accounts::Account& account,
                          const PackageTerms& package, Instant at) {
    Currency currency = account.profile.currency;
    if (package.package.overrun_price.empty()) return Amount::zero(currency);
    return catalog.price_in(package.package.overrun_price, currency, date_of(at));
}

Result<Amount> unit_cost(const catalog::Catalog& catalog, const accounts::Account& account,
                         const UnitPrice& price, const Units& units) {
    Currency currency = account.profile.currency;
    auto micros = micros_of_group(catalog, price.group, currency, date_of(units.at));
    if (!micros) return std::unexpected(micros.error());
    std::int64_t quantum = std::max<std::int64_t>(1, price.group.quantum);
    int128 counted = (int128{units.quantity} + quantum - 1) / quantum * quantum;
    if (counted > limits::quantity_max) return too_expensive();
    std::int64_t resources = std::max<std::int64_t>(1, price.group.num_resources);
    std::int64_t step = catalog.step_micros(price.sale.family, currency);
    auto exact = product(*micros, Ratio::of(counted, resources));
    auto steps = exact ? product(*exact, Ratio::of(1, step)) : std::nullopt;
    if (!steps) return too_expensive();
    int128 rounded = checked_mul(steps->round(catalog.settings.rounding), step);
    if (rounded > limits::amount_micros_max) return too_expensive();
    return Amount::of_micros(static_cast<std::int64_t>(rounded), currency);
}

Sold cost_of(const catalog::Catalog& catalog, const accounts::Account& account, const Sale& sale,
             const Purchase& purchase, Instant at) {
    rating::Tax tax = subscriptions::tax_on(catalog, account.profile.tax, sale.family.tax, at);
    Currency currency = purchase.price.currency();
    rating::Components cost = rating::components({{purchase.price, {1, 1}, tax}},
                                                 catalog.step_micros(sale.family, currency),
                                                 catalog.settings.rounding, currency);
    return {cost.net, cost.tax, tax};
}

namespace {

ledger::Booking booking_of(const Order& order) {
    const accounts::Account& account = *order.party.account;
    return {account.id, account.profile.currency, account.profile.credit_limit_micros,
            order.act.now};
}

// A line that waits for the invoice. A fact is noted beyond the credit limit too.
Result<Payment> note(const Order& order, const Sold& sold) {
    Payment payment;
    if (const subscriptions::Subscriptions* all = order.party.subscriptions) {
        if (all->accrued.size() >= limits::accrued_lines_max)
            return refuse(Fault::too_many,
                          "an account has at most 100000 lines that wait for an invoice");
        int128 waiting = all->accrued_micros(sold.net.currency());
        if (auto ok = ledger::check_accrual(waiting, sold.total()); !ok)
            return std::unexpected(ok.error());
        // The consent of an app store's payer is a cap of its own.
        bool is_invoiced = order.sale.family.settlement == catalog::Settlement::invoiced;
        auto credit = is_invoiced ? ledger::check_credit(*order.party.wallet, booking_of(order),
                                                         waiting, sold.total())
                                  : Result<void>{};
        if (!credit) payment.shortage = std::move(credit.error());
        if (payment.shortage && order.act.purpose != Purpose::fact) return payment;
    }
    subscriptions::LinesAccrued accrued;
    accrued.account = order.party.account->id;
    accrued.lines.push_back({order.tenure.subscription, order.act.now, line_of(order, sold)});
    payment.events.emplace_back(std::move(accrued));
    return payment;
}

}  // namespace

Result<Payment> settle(const Order& order, const Sold& sold, IdSource& ids) {
    Payment payment;
    if (sold.total().is_zero()) return payment;
    if (order.sale.family.settlement != catalog::Settlement::prepaid) return note(order, sold);
    ledger::Booking booking = booking_of(order);
    ledger::Charge charge;
    charge.description = order.purchase.description;
    charge.subject = order.tenure.subscription.uuid;
    charge.credits.push_back({order.party.seller, Bucket::revenue, sold.net});
    if (!sold.tax.is_zero())
        charge.credits.push_back({order.party.seller, Bucket::tax_payable, sold.tax});
    auto posted =
        ledger::charge(*order.party.wallet, booking, charge, ledger::Overdraft::refused, ids);
    if (!posted && posted.error().fault == Fault::money_is_short) {
        payment.shortage = posted.error();
        if (order.act.purpose != Purpose::fact) return payment;
        posted =
            ledger::charge(*order.party.wallet, booking, charge, ledger::Overdraft::allowed, ids);
    }
    if (!posted) return std::unexpected(posted.error());
    payment.events.emplace_back(std::move(*posted));
    return payment;
}

}  // namespace rb::entitlements
