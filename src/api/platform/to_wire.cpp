#include "api/platform/to_wire.h"

#include <fmt/format.h>

#include "api/platform/faults.h"

namespace rb::api::platform {
namespace {

void money(JsonWriter& w, std::string_view name, Amount amount) {
    w.key(name).raw(amount.to_text());
}

// Left out when empty.
void text(JsonWriter& w, std::string_view name, std::string_view value) {
    if (!value.empty()) w.key(name).string(value);
}

Outcome<Amount> overrun_price(const engine::Reader& reader, const engine::AccountRecord& record,
                              const catalog::Package& package) {
    Currency currency = record.account.profile.currency;
    if (package.overrun_price.empty()) return Amount::zero(currency);
    auto price = reader.catalog().price_in(package.overrun_price, currency,
                                           Zone::utc().date_of(reader.now()));
    if (!price) return std::unexpected(failure_of(price.error()));
    return *price;
}

void head_to_wire(JsonWriter& w, const catalog::PlanHead& head, const std::string& name,
                  Amount fee) {
    w.key("plan_subscription_template_id").integer(head.number);
    w.key("plan_type").string(head.family);
    w.key("plan_name").string(name);
    money(w, "periodic_charge", fee);
}

// The members that both kinds of package begin with, up to `package_size`.
Outcome<void> package_to_wire(JsonWriter& w, const engine::Reader& reader,
                              const engine::AccountRecord& record,
                              const catalog::Package& package) {
    auto price = overrun_price(reader, record, package);
    if (!price) return std::unexpected(price.error());
    w.key("price_group_id").begin_array();
    for (std::int64_t group : package.price_groups) w.integer(group);
    w.end_array();
    text(w, "package_name", package.name);
    w.key("may_overrun").boolean(package.may_overrun);
    money(w, "overrun_price", *price);
    w.key("overrun_resources").integer(package.overrun_resources);
    return {};
}

// The day of the next charge in the account's zone. A plan that no subscription stands behind costs
// nothing; it begins anew with the next period of its family.
CivilDate next_charge(const engine::Reader& reader, const engine::AccountRecord& record,
                      const engine::FamilyView& view) {
    Zone zone = record.account.profile.zone;
    if (view.next_charge) return zone.date_of(*view.next_charge);
    Anchor anchor =
        Anchor::at(view.family->anchor, view.effective.version->every, reader.now(), zone);
    return zone.date_of(anchor.containing(reader.now(), zone).end);
}

}  // namespace

Amount balance_of(const engine::AccountRecord& record, Balance balance) {
    using ledger::Bucket;
    const ledger::Wallet& wallet = record.wallet;
    std::int64_t micros = wallet.balance(Bucket::available) + wallet.balance(Bucket::grants) +
                          wallet.balance(Bucket::receivable);
    if (balance == Balance::committed) micros += wallet.balance(Bucket::held);
    return Amount::of_micros(micros, record.account.profile.currency);
}

std::string timestamp_to_wire(Instant at) {
    CivilTime civil = Zone::utc().to_civil(at);
    std::int64_t seconds = civil.us_of_day / 1'000'000;
    return fmt::format("{} {:02}:{:02}:{:02}", civil.date.to_text(), seconds / 3600,
                       seconds / 60 % 60, seconds % 60);
}

Outcome<void> plan_to_wire(JsonWriter& w, const engine::Reader& reader,
                           const engine::AccountRecord& record, const changes::Offer& offer) {
    const catalog::PlanVersion* version = offer.plan->find(offer.ref.version);
    w.begin_object();
    head_to_wire(w, offer.plan->head, version->name, offer.fee);
    w.key("packages").begin_array();
    for (const catalog::Package& package : version->packages) {
        w.begin_object();
        if (auto ok = package_to_wire(w, reader, record, package); !ok) return ok;
        w.key("package_size").integer(package.size);
        w.end_object();
    }
    w.end_array().end_object();
    return {};
}

Outcome<void> account_plan_to_wire(JsonWriter& w, const engine::Reader& reader,
                                   const engine::AccountRecord& record,
                                   const engine::FamilyView& view) {
    w.begin_object();
    head_to_wire(w, view.effective.plan->head, view.effective.version->name, view.fee);
    w.key("next_charge").string(next_charge(reader, record, view).to_text());
    w.key("packages").begin_array();
    for (const engine::PackageView& package : view.packages) {
        w.begin_object();
        if (auto ok = package_to_wire(w, reader, record, *package.package); !ok) return ok;
        w.key("package_size").integer(package.size);
        w.key("orig_package_size").integer(package.original_size);
        w.key("resource_left").integer(package.left);
        w.end_object();
    }
    w.end_array().end_object();
    return {};
}

void account_state_to_wire(JsonWriter& w, const engine::AccountRecord& record) {
    const accounts::Account& account = record.account;
    w.begin_object();
    w.key("account_id").integer(account.number);
    w.key("frozen").boolean(account.status == accounts::Status::frozen);
    money(w, "balance", balance_of(record, Balance::live));
    w.key("currency").string(account.profile.currency.code());
    w.end_object();
}

void account_to_wire(JsonWriter& w, const engine::AccountRecord& record, Balance balance,
                     const std::function<std::string(const std::string&)>& personal) {
    const accounts::Account& account = record.account;
    const accounts::Profile& profile = account.profile;
    w.begin_object();
    w.key("account_id").integer(account.number);
    w.key("account_name").string(account.name);
    w.key("account_email").string(personal("email"));
    text(w, "account_first_name", personal("first_name"));
    text(w, "account_last_name", personal("last_name"));
    w.key("created").string(timestamp_to_wire(account.created_at));
    text(w, "language_code", profile.locale.substr(0, profile.locale.find('-')));
    w.key("location").string(profile.zone.id());
    if (profile.notify_below_micros)
        money(w, "min_balance_to_notify",
              Amount::of_micros(*profile.notify_below_micros, profile.currency));
    w.key("active").boolean(account.status != accounts::Status::closed);
    w.key("frozen").boolean(account.status == accounts::Status::frozen);
    money(w, "balance", balance_of(record, balance));
    money(w, "credit_limit", Amount::of_micros(profile.credit_limit_micros, profile.currency));
    w.key("currency").string(profile.currency.code());
    text(w, "account_custom_data", profile.free_data);
    w.end_object();
}

}  // namespace rb::api::platform
