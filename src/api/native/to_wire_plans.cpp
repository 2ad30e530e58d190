// Plans, subscriptions and quotes as /v1 shows them.
#include "api/native/to_wire.h"

namespace rb::api::native {

namespace {

void write_every(Wire& w, std::string_view name, const BillingPeriod& every) {
    w.json().key(name).begin_object();
    w.enumeration("unit", every.unit);
    w.integer("count", every.count);
    w.json().end_object();
}

void write_plan_entitlement(Wire& w, const catalog::Entitlement& entitlement,
                            const catalog::Settings& settings) {
    auto feature = settings.features.find(entitlement.feature);
    const bool is_known = feature != settings.features.end();
    auto kind = is_known ? feature->second.kind : catalog::FeatureKind::flag;
    const bool has_limit =
        kind == catalog::FeatureKind::limit || kind == catalog::FeatureKind::metered;
    w.json().begin_object();
    w.text("feature", entitlement.feature);
    w.enumeration("kind", kind);
    w.boolean("on", entitlement.on);
    w.text_or_null("value", entitlement.value);
    w.integer("limit", entitlement.limit);
    w.boolean("unlimited", has_limit && !entitlement.limit);
    w.boolean("soft", entitlement.soft);
    w.json().end_object();
}

void write_package(Wire& w, const catalog::Package& package) {
    w.json().begin_object();
    w.text("name", package.name);
    w.json().key("price_groups").begin_array();
    for (std::int64_t number : package.price_groups) w.json().integer(number);
    w.json().end_array();
    w.integer("size", package.size);
    w.boolean("may_overrun", package.may_overrun);
    w.prices("overrun_price", package.overrun_price);
    w.integer("overrun_resources", package.overrun_resources);
    w.boolean("rolls_over", package.rolls_over);
    w.json().end_object();
}

// Free data is an object as text already.
void write_free(Wire& w, std::string_view name, const std::string& document) {
    w.json().key(name);
    if (document.empty())
        w.json().null();
    else
        w.json().raw(document);
}

void write_version(Wire& w, const catalog::PlanVersion& version,
                   const catalog::Settings& settings) {
    w.integer("version", version.version);
    w.instant("published_at", version.published_at);
    w.text_or_null("name", version.name);
    w.text_or_null("description", version.description);
    w.prices("fee", version.fee);
    w.enumeration("timing", version.timing);
    write_every(w, "period", version.every);
    w.json().key("seats");
    if (version.seats) {
        w.json().begin_object();
        w.integer("included", version.seats->included);
        w.prices("per_seat", version.seats->per_seat);
        w.prices("minimum", version.seats->minimum);
        w.json().end_object();
    } else {
        w.json().null();
    }
    w.prices("setup_fee", version.setup_fee);
    w.json().key("trial");
    if (version.trial_days > 0) {
        w.json().begin_object();
        w.integer("days", version.trial_days);
        w.enumeration("end", version.trial_end);
        w.json().end_object();
    } else {
        w.json().null();
    }
    w.json().key("entitlements").begin_array();
    for (const auto& entitlement : version.entitlements)
        write_plan_entitlement(w, entitlement, settings);
    w.json().end_array();
    w.json().key("packages").begin_array();
    for (const catalog::Package& package : version.packages) write_package(w, package);
    w.json().end_array();
    write_free(w, "attributes", version.attributes);
    write_free(w, "credits", version.credits);
}

void write_line(Wire& w, const engine::Reader& reader, const engine::AccountRecord& record,
                const subscriptions::Line& line) {
    w.json().begin_object();
    w.enumeration("kind", line.kind);
    w.text("description", line.description);
    write_plan_ref(w, "plan", reader, record, line.plan);
    w.span("span", line.span);
    w.integer("quantity", line.quantity);
    w.money("price", line.price);
    w.integer("part", line.part);
    w.integer("whole", line.whole);
    w.text("exact_micros", line.exact);
    w.money("net", line.net);
    w.money("tax", line.tax);
    w.text("tax_percent", line.tax_percent.to_text());
    w.enumeration("tax_mode", line.tax_mode);
    w.json().end_object();
}

void write_reserved(Wire& w, std::optional<Amount> fee, std::optional<Amount> tax) {
    w.json().key("reserved");
    if (!fee) {
        w.json().null();
        return;
    }
    Amount taxed = tax.value_or(Amount::zero(fee->currency()));
    w.json().begin_object();
    w.money("fee", *fee);
    w.money("tax", taxed);
    w.money("total", *fee + taxed);
    w.json().end_object();
}

}  // namespace

void write_plan(Wire& w, const catalog::Plan& plan, const catalog::Settings& settings) {
    const catalog::PlanHead& head = plan.head;
    w.json().begin_object();
    w.id("id", head.id);
    w.text("key", head.key);
    w.text("family", head.family);
    w.id("owner", head.owner);
    w.integer("number", head.number == 0 ? std::nullopt : std::optional(head.number));
    w.text_or_null("group", head.group);
    w.enumeration("kind", head.kind);
    w.integer("rank", static_cast<std::int64_t>(head.rank));
    w.boolean("is_default", head.is_default);
    w.text_or_null("lookup_key", head.lookup_key);
    w.boolean("archived", head.archived);
    write_version(w, plan.latest(), settings);
    w.json().end_object();
}

void write_plan_ref(Wire& w, std::string_view name, const engine::Reader& reader,
                    const engine::AccountRecord& record, const PlanRef& ref) {
    w.json().key(name);
    if (ref.plan.is_nil()) {
        w.json().null();
        return;
    }
    const catalog::Plan* plan = reader.plan(record, ref.plan);
    w.json().begin_object();
    w.id("id", ref.plan);
    w.text_or_null("key", plan ? plan->head.key : std::string());
    w.integer("version", ref.version);
    w.json().end_object();
}

void write_subscription(Wire& w, const engine::Reader& reader, const engine::AccountRecord& record,
                        const subscriptions::Subscription& s) {
    w.json().begin_object();
    w.id("id", s.id);
    w.id("account", record.account.id);
    w.text_or_null("key", s.key);
    w.text("family", s.family);
    write_plan_ref(w, "plan", reader, record, s.plan);
    w.enumeration("kind", s.kind);
    w.integer("quantity", s.quantity);
    w.enumeration("status", s.status);
    w.instant("started_at", s.started_at);
    w.span("period", s.period);
    w.instant("trial_end", s.trial_end);
    w.instant("ended_at", s.ended_at);
    w.instant("usage_since", s.usage_since);
    w.json().key("reservation");
    if (s.reservation) {
        w.json().begin_object();
        w.id("hold", s.reservation->hold);
        write_plan_ref(w, "plan", reader, record, s.reservation->plan);
        w.integer("quantity", s.reservation->quantity);
        w.money("fee", s.reservation->fee);
        w.money("tax", s.reservation->tax);
        w.instant("period_start", s.reservation->period_start);
        w.json().end_object();
    } else {
        w.json().null();
    }
    w.json().key("pending_change");
    if (s.pending) {
        w.json().begin_object();
        w.boolean("cancels", s.pending->cancels());
        write_plan_ref(w, "plan", reader, record, s.pending->to);
        w.integer("quantity", s.pending->quantity);
        w.instant("at", s.pending->at);
        w.instant("made_at", s.pending->made_at);
        w.json().end_object();
    } else {
        w.json().null();
    }
    w.integer("revision", static_cast<std::int64_t>(s.revision));
    w.json().end_object();
}

void write_quote(Wire& w, const engine::Reader& reader, const engine::AccountRecord& record,
                 const changes::Quote& quote) {
    w.json().begin_object();
    w.id("id", quote.id);
    w.id("account", record.account.id);
    w.enumeration("kind", quote.ask.kind);
    w.id("subscription", quote.ask.subscription);
    write_plan_ref(w, "from", reader, record, quote.from);
    write_plan_ref(w, "plan", reader, record, quote.ask.plan);
    w.integer("quantity", quote.ask.quantity);
    w.instant("priced_at", quote.priced_at);
    w.instant("expires_at", quote.expires_at);
    w.enumeration("effective", quote.effective);
    w.instant("effective_at", quote.effective_at);
    w.json().key("lines").begin_array();
    for (const subscriptions::Line& line : quote.lines) write_line(w, reader, record, line);
    w.json().end_array();
    // An amount that was never set has no currency: it is nothing of the account's.
    auto money = [&](std::string_view name, Amount amount) {
        const bool is_set = !amount.currency().empty();
        w.money(name, is_set ? amount : Amount::zero(record.account.profile.currency));
    };
    money("due_now", quote.due_now);
    money("credit_to_grant", quote.credit_to_grant);
    write_reserved(w, quote.reserved_fee, quote.reserved_tax);
    money("released", quote.released);
    w.json().key("next_charge");
    if (quote.next_charge) {
        w.json().begin_object();
        w.instant("at", quote.next_charge->at);
        w.money("fee", quote.next_charge->fee);
        w.money("tax", quote.next_charge->tax);
        w.json().end_object();
    } else {
        w.json().null();
    }
    w.instant("trial_end", quote.trial_end);
    w.key("blockers");
    write_blockers(w.json(), quote.blockers);
    w.instant("possible_at", quote.possible_at);
    w.json().end_object();
}

void write_entitlement(Wire& w, const engine::EntitlementView& view) {
    const bool has_limit =
        view.kind == catalog::FeatureKind::limit || view.kind == catalog::FeatureKind::metered;
    w.json().begin_object();
    w.text("feature", view.feature);
    w.enumeration("kind", view.kind);
    w.boolean("on", view.on);
    w.text_or_null("value", view.value);
    w.integer("limit", view.limit);
    w.boolean("unlimited", has_limit && !view.limit);
    w.boolean("soft", view.soft);
    w.enumeration("per", view.per);
    w.integer("used", view.used);
    w.integer("held", view.held);
    w.integer("remaining", view.remaining);
    w.instant("resets_at", view.resets_at);
    w.text("plan", view.plan);
    w.text("family", view.family);
    w.json().end_object();
}

}  // namespace rb::api::native
