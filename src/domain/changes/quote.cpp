#include "domain/changes/quote.h"

#include <algorithm>
#include <utility>

#include "base/codec.h"
#include "base/limits.h"
#include "domain/changes/lookup.h"

namespace rb::changes {

namespace {

// A live subscription that a start depends on.
struct Seen {
    SubscriptionId id;
    std::uint64_t revision = 0;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "id", s.id);
        v(2, "revision", s.revision);
    }
};

// What a seller in the middle would pay by.
struct BasisOfSeller {
    AccountId seller;
    std::vector<Amount> prices;
    std::vector<std::string> taxes;
    std::string exchange_rate;
    Currency currency;
    accounts::TaxProfile tax_profile;
    std::int64_t step_micros = 0;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "seller", s.seller);
        v(2, "prices", s.prices);
        v(3, "taxes", s.taxes);
        v(4, "exchange_rate", s.exchange_rate);
        v(5, "currency", s.currency);
        v(6, "tax_profile", s.tax_profile);
        v(7, "step_micros", s.step_micros);
    }
};

// What a price was read from. Encoded, its bytes are what the hash is over.
struct Basis {
    std::vector<Seen> seen;
    PlanRef from;
    PlanRef to;
    std::vector<Amount> prices;      // of the target: period, setup
    std::vector<std::string> taxes;  // percent and mode, now
    std::string exchange_rate;       // of the account's currency; empty: none needed
    Ask ask;
    Currency currency;
    std::string zone;
    accounts::TaxProfile tax_profile;
    bool starts_trial = false;
    Instant priced_at;
    catalog::ChangeRule rule;
    catalog::Family family;
    Rounding rounding = Rounding::half_up;
    std::int64_t step_micros = 0;
    std::vector<BasisOfSeller> sellers;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "seen", s.seen);
        v(2, "from", s.from);
        v(3, "to", s.to);
        v(4, "prices", s.prices);
        v(5, "taxes", s.taxes);
        v(6, "exchange_rate", s.exchange_rate);
        v(7, "ask", s.ask);
        v(8, "currency", s.currency);
        v(9, "zone", s.zone);
        v(10, "tax_profile", s.tax_profile);
        v(11, "starts_trial", s.starts_trial);
        v(12, "priced_at", s.priced_at);
        v(13, "rule", s.rule);
        v(14, "family", s.family);
        v(15, "rounding", s.rounding);
        v(16, "step_micros", s.step_micros);
        v(17, "sellers", s.sellers);
    }
};

template <class B>
void read_prices(const World& world, const Terms& terms, B& basis) {
    basis.currency = world.account.profile.currency;
    basis.tax_profile = world.account.profile.tax;
    basis.step_micros = grid_of(world, terms.family).step_micros;
    if (terms.to.version == nullptr) return;
    CivilDate date = Zone::utc().date_of(terms.at);
    if (auto fee = fee_of(world, *terms.to.version, terms.to.quantity, terms.at))
        basis.prices.push_back(*fee);
    if (!terms.to.version->setup_fee.empty())
        if (auto fee = world.catalog.price_in(terms.to.version->setup_fee, basis.currency, date))
            basis.prices.push_back(*fee);
    rating::Tax tax = tax_of(world, terms.family, terms.at);
    basis.taxes.push_back(tax.percent.to_text() + " " + std::string(enum_text(tax.mode)));
    if (terms.to.version->fee.contains(basis.currency)) return;
    if (auto rate = world.catalog.rate(basis.currency, date)) basis.exchange_rate = rate->to_text();
}

Instant expiry_of(const Terms& terms, const Deed& deed) {
    Instant expires = terms.at + Duration{limits::quote_lifetime_us};
    bool is_running =
        terms.subject != nullptr && terms.subject->status != subscriptions::Status::expired;
    const Period& period = is_running ? terms.subject->period : deed.after.period;
    return std::min(expires, period.end);
}

}  // namespace

Sha256 basis_of(const World& world, const Terms& terms) {
    Basis basis;
    if (terms.subject != nullptr) {
        basis.seen.push_back({terms.subject->id, terms.subject->revision});
    } else {
        for (const subscriptions::Subscription& s : world.subscriptions.items)
            if (s.is_live() && s.family == terms.family.key)
                basis.seen.push_back({s.id, s.revision});
    }
    basis.from = terms.from.ref;
    basis.to = terms.to.ref;
    basis.ask = terms.ask;
    basis.zone = zone_of(world).id();
    basis.starts_trial = terms.starts_trial;
    basis.priced_at = terms.at;
    basis.rule = terms.rule;
    basis.family = terms.family;
    basis.rounding = world.catalog.settings.rounding;
    read_prices(world, terms, basis);
    const World sale = world_of_sale(world, terms.subject);
    for (std::size_t i = 0; i < sale.sellers.size(); ++i) {
        World seller = world_of_seller(sale, i);
        if (terms.to.plan == nullptr || !is_payer(seller, *terms.to.plan)) continue;
        BasisOfSeller& read = basis.sellers.emplace_back();
        read.seller = seller.account.id;
        read_prices(seller, terms, read);
    }
    return Sha256::of(encode(basis));
}

Quote quote_of(const World& world, const Terms& terms, const Deed& deed) {
    Currency currency = world.account.profile.currency;
    Quote quote;
    quote.ask = terms.ask;
    quote.from = terms.from.ref;
    quote.priced_at = terms.at;
    quote.expires_at = expiry_of(terms, deed);
    quote.effective = terms.ask.effective.value_or(catalog::Effective::now);
    quote.effective_at = deed.effective_at;
    for (const auto* lines : {&deed.credits, &deed.charges})
        for (const Booked& booked : *lines) quote.lines.push_back(booked.line);
    quote.due_now = total_of(deed.credits, currency) + total_of(deed.charges, currency);
    quote.credit_to_grant = Amount::zero(currency);
    if (terms.rule.unused == catalog::Unused::credit && is_prepaid(terms.family))
        quote.credit_to_grant = -total_of(deed.credits, currency);
    if (deed.reserve) {
        quote.reserved_fee = deed.reserve->cost.net;
        quote.reserved_tax = deed.reserve->cost.tax;
    }
    quote.released = Amount::zero(currency);
    if (deed.released)
        if (const ledger::Hold* hold = ledger::find_hold(world.wallet, *deed.released))
            quote.released = hold->amount;
    quote.next_charge = deed.next_charge;
    if (deed.after.status == subscriptions::Status::trialing)
        quote.trial_end = deed.after.trial_end;
    quote.basis = basis_of(world, terms);
    return quote;
}

void add_blockers(Quote& quote, const Refusal& refusal) {
    if (refusal.blockers.empty()) {
        bool is_pointer = refusal.field.starts_with('/');
        quote.blockers.push_back(
            {refusal.fault, is_pointer ? refusal.field.substr(1) : refusal.field, {}, {}});
    }
    for (const Blocker& blocker : refusal.blockers) quote.blockers.push_back(blocker);
    if (refusal.possible_at && (!quote.possible_at || *refusal.possible_at > *quote.possible_at))
        quote.possible_at = refusal.possible_at;
}

Result<Decision<Quote>> decide(const World& world, const MakeQuote& command, IdSource& ids) {
    auto terms = resolve(world, command.ask, world.now);
    if (!terms) return std::unexpected(terms.error());
    if (!terms->can_be_priced) return std::unexpected(terms->objections.back());
    auto open = std::ranges::count_if(world.quotes,
                                      [&](const Quote& q) { return q.expires_at >= world.now; });
    if (static_cast<std::size_t>(open) >= limits::quotes_open_max)
        return refuse(Fault::too_many, "an account has at most 1000 open quotes: let some expire");
    auto deed = price(world, *terms);
    if (!deed) return std::unexpected(deed.error());

    Quote quote = quote_of(world, *terms, *deed);
    quote.id = ids.next<QuoteId>();
    if (auto objection = account_objection(world)) add_blockers(quote, *objection);
    for (const Refusal& objection : terms->objections) add_blockers(quote, objection);
    for (const Refusal& objection : checks(world, *terms)) add_blockers(quote, objection);
    Till till(world, ids);
    if (auto money = settle(till, world, *terms, *deed); !money) add_blockers(quote, money.error());

    Decision<Quote> decision;
    decision.events.push_back(QuoteMade{command.account, quote});
    decision.reply = std::move(quote);
    return decision;
}

void apply(Quotes& quotes, const Event& event) {
    if (const auto* made = std::get_if<QuoteMade>(&event)) {
        std::erase_if(quotes, [&](const Quote& q) { return q.expires_at < made->quote.priced_at; });
        quotes.push_back(made->quote);
    } else if (const auto* executed = std::get_if<QuoteExecuted>(&event)) {
        std::erase_if(quotes, [&](const Quote& q) { return q.id == executed->quote; });
    }
}

}  // namespace rb::changes
