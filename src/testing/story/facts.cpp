#include "testing/story/facts.h"

#include <algorithm>

#include "testing/story/words.h"

namespace rb::testing::story {

namespace {

using changes::Quote;
using subscriptions::Line;

std::string signed_text(const View& view, Amount a) {
    std::string text = view.amount(a);
    return a.is_negative() ? text : "+" + text;
}

std::string line_text(const View& view, const Line& line) {
    std::string text = std::string(enum_text(line.kind)) + " " + view.plan_key(line.plan.plan) +
                       " " + view.amount(line.net);
    if (!line.tax.is_zero()) text += " tax " + view.amount(line.tax);
    return text;
}

void blocker_facts(Facts& out, const std::vector<Blocker>& blockers) {
    for (const Blocker& b : blockers)
        out.add("blocker", b.subject.empty() ? std::string(enum_text(b.fault))
                                             : b.subject + " " + b.used + " of " + b.allowed);
    out.none_unless(!blockers.empty(), "blocker");
}

void quote_facts(Facts& out, const View& view, const Quote& q) {
    Amount reserved = q.reserved_fee.value_or(Amount::zero(q.due_now.currency()));
    if (q.reserved_tax) reserved += *q.reserved_tax;
    out.add("effective", q.effective == catalog::Effective::now
                             ? "now"
                             : "period_end " + view.moment(q.effective_at));
    for (const Line& line : q.lines) out.add("line", line_text(view, line));
    out.none_unless(!q.lines.empty(), "line");
    out.add("due", view.amount(q.due_now));
    out.add("granted", view.amount(q.credit_to_grant));
    out.add("reserved", view.amount(reserved));
    out.add("released", view.amount(q.released));
    out.add("next", q.next_charge ? view.moment(q.next_charge->at) + " " +
                                        view.amount(q.next_charge->fee + q.next_charge->tax)
                                  : "none");
    out.add("trial_end", q.trial_end ? view.moment(*q.trial_end) : "none");
    blocker_facts(out, q.blockers);
}

std::string body_of(const engine::Reader&, const View* view, const engine::Reply& reply) {
    Facts out;
    if (const auto* gauge = std::get_if<engine::GaugeValue>(&reply))
        return out.add("value", gauge->value).body();
    if (const auto* version = std::get_if<engine::CatalogVersion>(&reply))
        return out.add("version", version->version).body();
    if (const auto* ref = std::get_if<PlanRef>(&reply))
        return out.add("version", ref->version).body(ref->plan.uuid);
    if (const auto* quote = std::get_if<Quote>(&reply)) {
        quote_facts(out, *view, *quote);
        out.add("expires", view->moment(quote->expires_at));
        return out.body(quote->id.uuid);
    }
    if (const auto* outcome = std::get_if<changes::Outcome>(&reply)) {
        quote_facts(out, *view, outcome->quote);
        out.add("already", outcome->done == changes::Doing::before ? "yes" : "no");
        return out.body(outcome->subscription.uuid);
    }
    if (const auto* before = std::get_if<engine::RecordedBefore>(&reply))
        return out.add("already", "yes").body(before->entry.uuid);
    if (const auto* reserved = std::get_if<engine::ReservationReply>(&reply)) {
        answer_facts(out, *view, reserved->answer);
        return out.body(reserved->reservation.id.uuid);
    }
    return std::visit(
        [&](const auto& r) -> std::string {
            if constexpr (requires { r.uuid; })
                return out.body(r.uuid);
            else if constexpr (std::is_same_v<std::decay_t<decltype(r)>, Uuid>)
                return out.body(r);
            else
                return out.body();
        },
        reply);
}

}  // namespace

std::string View::amount(Amount a) const {
    return a.to_text(reader.catalog().exponent(record.account.profile.currency));
}
std::string View::moment(Instant t) const { return moment_text(t, record.account.profile.zone); }
std::string View::name(Uuid id) const {
    auto found = names.find(id);
    return found == names.end() ? "unnamed" : found->second;
}
std::string View::plan_key(PlanId id) const {
    const catalog::Plan* plan = reader.plan(record, id);
    return plan == nullptr ? "unknown" : plan->head.key;
}
std::string View::plan(const PlanRef& ref) const {
    return plan_key(ref.plan) + " " + std::to_string(ref.version);
}

std::string reply_body(const engine::Reader& reader, const engine::AccountRecord* record,
                       const engine::Reply& reply, const IdNames& names) {
    if (record == nullptr) return body_of(reader, nullptr, reply);
    View view{reader, *record, names};
    return body_of(reader, &view, reply);
}

Answer read_body(std::string_view body) {
    Answer answer;
    std::size_t at = body.find('\n');
    if (at > 0) answer.id = Uuid::parse(body.substr(0, at)).value_or(Uuid{});
    for (++at; at < body.size();) {
        std::size_t end = std::min(body.find('\n', at), body.size());
        std::string_view line = body.substr(at, end - at);
        std::size_t blank = std::min(line.find(' '), line.size());
        answer.facts.push_back({std::string(line.substr(0, blank)),
                                std::string(line.substr(std::min(blank + 1, line.size()))), 0});
        at = end + 1;
    }
    return answer;
}

std::vector<Fact> refusal_facts(const Refusal& refusal, Zone zone) {
    Facts out;
    blocker_facts(out, refusal.blockers);
    out.add("field", refusal.field.empty() ? "none" : refusal.field);
    out.add("possible", refusal.possible_at ? moment_text(*refusal.possible_at, zone) : "none");
    return read_body(out.body()).facts;
}

void subscription_facts(Facts& out, const View& view, const subscriptions::Subscription& s) {
    out.add("status", enum_text(s.status));
    out.add("plan", view.plan_key(s.plan.plan));
    out.add("version", s.plan.version);
    out.add("quantity", s.quantity);
    out.add("period", view.moment(s.period.start) + " to " + view.moment(s.period.end));
    out.add("trial_end", s.trial_end ? view.moment(*s.trial_end) : "none");
    std::string pending = "none";
    if (s.pending)
        pending = (s.pending->cancels() ? "end" : view.plan_key(s.pending->to.plan)) + " " +
                  view.moment(s.pending->at);
    out.add("pending", pending);
    const ledger::Hold* hold =
        s.reservation ? ledger::find_hold(view.record.wallet, s.reservation->hold) : nullptr;
    out.add("reserved", hold == nullptr ? "none" : view.amount(hold->amount));
    out.add("billed", view.amount(s.account.net_billed));
    out.add("billed_tax", view.amount(s.account.tax_billed));
    out.add("deferred", view.amount(s.account.deferred));
    out.add("ended", s.ended_at ? view.moment(*s.ended_at) : "none");
}

void balance_facts(Facts& out, const View& view) {
    const ledger::Wallet& wallet = view.record.wallet;
    Currency currency = view.record.account.profile.currency;
    for (std::size_t i = 0; i < ledger::wallet_bucket_count; ++i)
        out.add(enum_text(static_cast<ledger::Bucket>(i)),
                view.amount(Amount::of_micros(wallet.micros[i], currency)));
    out.add("spendable", view.amount(view.reader.spendable(view.record)));
}

void hold_facts(Facts& out, const View& view) {
    const auto& holds = view.record.wallet.holds;
    for (const ledger::Hold& h : holds) {
        std::string text =
            view.name(h.subject.is_nil() ? h.id.uuid : h.subject) + " " + view.amount(h.amount);
        if (h.expires_at) text += " until " + view.moment(*h.expires_at);
        out.add("hold", text);
    }
    out.none_unless(!holds.empty(), "hold");
}

void grant_facts(Facts& out, const View& view) {
    const auto& grants = view.record.wallet.grants;
    for (const ledger::Grant& g : grants) {
        std::string text = view.name(g.id.uuid) + " " + std::string(enum_text(g.kind)) + " " +
                           view.amount(g.amount);
        if (g.expires_at) text += " until " + view.moment(*g.expires_at);
        out.add("grant", text);
    }
    out.none_unless(!grants.empty(), "grant");
}

void entitlement_facts(Facts& out, const View& view) {
    using catalog::FeatureKind;
    for (const engine::EntitlementView& e : view.reader.entitlements(view.record)) {
        std::string text;
        if (e.kind == FeatureKind::flag)
            text = e.on ? "on" : "off";
        else if (e.kind == FeatureKind::config)
            text = e.value;
        else
            text = std::to_string(e.used) + " of " +
                   (e.limit ? std::to_string(*e.limit) : "unlimited");
        out.add(e.feature, text);
    }
}

void offer_facts(Facts& out, const View& view, std::string_view family) {
    auto offers = view.reader.offers(view.record, family);
    for (const changes::Offer& o : offers) {
        std::string text = o.plan->head.key + " " + view.amount(o.fee);
        text += o.current ? " current" : o.allowed ? " allowed" : " refused";
        out.add("plan", text);
    }
    out.none_unless(!offers.empty(), "plan");
}

void accrued_facts(Facts& out, const View& view) {
    const auto& accrued = view.record.subscriptions.accrued;
    for (const subscriptions::AccruedLine& a : accrued)
        out.add("line", view.moment(a.at) + " " + line_text(view, a.line));
    out.none_unless(!accrued.empty(), "line");
}

void spending_facts(Facts& out, const View& view) {
    auto budget = view.reader.budget(view.record);
    out.add("window", budget ? enum_text(view.record.account.spend_cap->window) : "none");
    if (!budget) return;
    auto money = [&](std::int64_t micros) {
        return view.amount(Amount::of_micros(micros, view.record.account.profile.currency));
    };
    out.add("cap", money(budget->cap));
    out.add("spent", money(budget->spent));
    out.add("held", money(budget->held));
    out.add("left", money(std::max<std::int64_t>(0, budget->left())));
    bool ends = budget->span.end.us < Instant::us_max;
    out.add("resets", ends ? view.moment(budget->span.end) : "never");
}

void account_facts(Facts& out, const View& view) {
    const auto rate = view.reader.request_rate(view.record);
    out.add("status", enum_text(view.record.account.status));
    out.add("rate", rate ? std::to_string(*rate) : "none");
}

// One fact a package, by its own name: "small 499990 of 500000".
void package_facts(Facts& out, const View& view) {
    for (const engine::FamilyView& family : view.reader.families(view.record, {}))
        for (const engine::PackageView& p : family.packages)
            out.add(p.package->name, std::to_string(p.left) + " of " + std::to_string(p.size));
}

void answer_facts(Facts& out, const View& view, const entitlements::Answer& a) {
    auto number = [](const std::optional<std::int64_t>& n) {
        return n ? std::to_string(*n) : "unlimited";
    };
    out.add("allowed", a.allowed ? "yes" : "no");
    out.add("reason", a.reason ? enum_text(*a.reason) : "none");
    out.add("over", a.over_limit ? "yes" : "no");
    out.add("duplicate", a.duplicate ? "yes" : "no");
    if (a.duplicate) return;  // nothing was asked of the limits
    out.add("limit", number(a.limit));
    out.add("used", a.used);
    out.add("held", a.held);
    out.add("left", number(a.remaining));
    out.add("whose", view.name(a.account.uuid));
    out.add("resets", a.resets_at ? view.moment(*a.resets_at) : "never");
    out.add("next_unit", a.next_unit_price ? view.amount(*a.next_unit_price) : "none");
    if (!a.value.empty()) out.add("value", a.value);
}

std::string entry_text(const View& view, const ledger::Entry& entry) {
    std::string text(enum_text(entry.kind));
    std::vector<ledger::Posting> postings = entry.postings;
    std::ranges::stable_sort(postings, {}, &ledger::Posting::bucket);
    for (const ledger::Posting& p : postings)
        text += " " + std::string(enum_text(p.bucket)) + " " + signed_text(view, p.amount);
    return text;
}

}  // namespace rb::testing::story
