#include "api/native/to_wire.h"

#include <algorithm>

#include "api/common/context.h"

namespace rb::api::native {

void Wire::text_or_null(std::string_view name, std::string_view value) {
    w_.key(name);
    if (value.empty())
        w_.null();
    else
        w_.string(value);
}

void Wire::integer(std::string_view name, std::optional<std::int64_t> value) {
    w_.key(name);
    if (value)
        w_.integer(*value);
    else
        w_.null();
}

void Wire::instant(std::string_view name, std::optional<Instant> value) {
    text_or_null(name, value ? value->to_text() : std::string());
}

void Wire::money(std::string_view name, std::optional<Amount> value) {
    w_.key(name);
    if (value)
        money(*value);
    else
        w_.null();
}

void Wire::money(Amount value) {
    w_.begin_object();
    w_.key("amount").string(value.to_text(catalog_.exponent(value.currency())));
    w_.key("currency").string(value.currency().code());
    w_.end_object();
}

void Wire::prices(std::string_view name, const catalog::Prices& value) {
    w_.key(name).begin_array();
    for (const auto& [currency, amount] : value) money(amount);
    w_.end_array();
}

void Wire::span(std::string_view name, const Period& value) {
    w_.key(name).begin_object();
    instant("start", value.start);
    instant("end", value.end);
    w_.end_object();
}

void write_blockers(JsonWriter& w, const std::vector<Blocker>& blockers) {
    w.begin_array();
    for (const Blocker& blocker : blockers) {
        w.begin_object();
        w.key("fault").string(enum_text(blocker.fault));
        w.key("subject").string(blocker.subject);
        w.key("used").string(blocker.used);
        w.key("allowed").string(blocker.allowed);
        w.end_object();
    }
    w.end_array();
}

const std::vector<PersonalField>& personal_fields() {
    static const std::vector<PersonalField> fields{{"email", "email"},
                                                   {"first_name", "first_name"},
                                                   {"last_name", "last_name"},
                                                   {"phone", "phone"}};
    return fields;
}

const std::vector<PersonalField>& address_fields() {
    static const std::vector<PersonalField> fields{{"line1", "address_line1"},
                                                   {"line2", "address_line2"},
                                                   {"city", "address_city"},
                                                   {"region", "address_region"},
                                                   {"postal_code", "address_postal_code"},
                                                   {"country", "address_country"}};
    return fields;
}

void write_account(Wire& w, engine::Engine& engine, const accounts::Account& account) {
    const accounts::Profile& profile = account.profile;
    auto personal = [&](const PersonalField& field) {
        w.text_or_null(field.name, open_field(engine, account.wrapped_data_key, profile.sealed,
                                              std::string(field.sealed)));
    };
    w.json().begin_object();
    w.id("id", account.id);
    w.text("name", account.name);
    w.integer("number", account.number);
    w.text_or_null("key", profile.key);
    w.text_or_null("alias", engine.alias_of(account.id));
    w.id("parent", account.parent);
    w.enumeration("kind", account.kind);
    w.enumeration("status", account.status);
    w.text_or_null("display_name", profile.display_name);
    w.text("currency", profile.currency.code());
    w.text("time_zone", profile.zone.id());
    w.text("locale", profile.locale);
    w.json().key("tax").begin_object();
    w.text_or_null("country", profile.tax.country);
    w.text_or_null("region", profile.tax.region);
    w.boolean("exempt", profile.tax.exempt);
    w.json().end_object();
    w.money("credit_limit", Amount::of_micros(profile.credit_limit_micros, profile.currency));
    std::optional<Amount> notify_below;
    if (profile.notify_below_micros)
        notify_below = Amount::of_micros(*profile.notify_below_micros, profile.currency);
    w.money("notify_below", notify_below);
    w.json().key("cap").begin_object();
    w.boolean("app_store", profile.cap.app_store);
    w.money("amount", profile.cap.amount);
    w.json().end_object();
    for (const PersonalField& field : personal_fields()) personal(field);
    w.json().key("address").begin_object();
    for (const PersonalField& field : address_fields()) personal(field);
    w.json().end_object();
    w.text("free_data", profile.free_data);
    w.id("test_clock", account.clock);
    w.instant("created_at", account.created_at);
    w.json().end_object();
}

void write_member(Wire& w, engine::Engine& engine, const accounts::Account& account,
                  const accounts::Member& member) {
    auto personal = [&](const std::string& field) {
        w.text_or_null(field, open_field(engine, account.wrapped_data_key, member.sealed, field));
    };
    w.json().begin_object();
    w.id("id", member.id);
    personal("email");
    personal("name");
    w.enumeration("role", member.role);
    w.enumeration("status", member.status);
    w.instant("created_at", member.created_at);
    w.json().end_object();
}

void write_api_key(Wire& w, const accounts::ApiKey& key, const engine::Engine& engine,
                   std::optional<std::string_view> text) {
    w.json().begin_object();
    w.id("id", key.id);
    w.text_or_null("name", key.name);
    w.enumeration("surface", key.surface);
    w.enumeration("role", key.role);
    w.json().key("rights").begin_array();
    for (const std::string& right : key.rights) w.json().string(right);
    w.json().end_array();
    write_narrowing(w, key.narrowing);
    w.id("member", key.member);
    w.text("hint", key.hint);
    w.instant("created_at", key.created_at);
    w.instant("expires_at", key.expires_at);
    w.instant("revoked_at", key.revoked_at);
    w.instant("last_used_at", engine.last_used(key.id.uuid));
    w.text_or_null("text", text.value_or(""));
    w.json().end_object();
}

void write_narrowing(Wire& w, const accounts::Narrowing& narrowing) {
    w.boolean("read_only", narrowing.read_only);
    w.json().key("scopes");
    if (narrowing.groups == 0) {
        w.json().null();
    } else {
        w.json().begin_array();
        for (std::size_t i = 0; i < enum_names(accounts::Group{}).size(); ++i)
            if (narrowing.has(static_cast<accounts::Group>(i)))
                w.json().string(enum_text(static_cast<accounts::Group>(i)));
        w.json().end_array();
    }
    w.id("only_account", narrowing.only);
}

void write_service_key(Wire& w, const accounts::ServiceKey& key, const engine::Engine& engine) {
    w.json().begin_object();
    w.text("key_id", key.kid.to_text());
    w.text_or_null("name", key.name);
    w.json().key("roles").begin_array();
    for (const std::string& role : key.roles) w.json().string(role);
    w.json().end_array();
    w.text("public_key", key.public_key_pem);
    w.instant("created_at", key.created_at);
    w.instant("revoked_at", key.revoked_at);
    w.instant("last_used_at", engine.last_used(key.kid));
    w.json().end_object();
}

namespace {

// An amount as far as one can say it: sums of a store from before they were bounded may be beyond.
Amount amount_of(int128 micros, Currency currency) {
    constexpr int128 most = INT64_MAX;
    return Amount::of_micros(static_cast<std::int64_t>(std::clamp(micros, -most, most)), currency);
}

// In the account's currency; those of others, from before a line fixed the currency, by themselves.
void write_accrued(Wire& w, const subscriptions::Subscriptions& all, Currency currency) {
    w.money("accrued", amount_of(all.accrued_micros(currency), currency));
    w.json().key("accrued_in_other_currencies").begin_array();
    for (const auto& [of, micros] : all.accrued_sums().micros)
        if (of != currency) w.money(amount_of(micros, of));
    w.json().end_array();
}

}  // namespace

void write_balance(Wire& w, const engine::Reader& reader, const engine::AccountRecord& record) {
    const ledger::Wallet& wallet = record.wallet;
    const Currency currency = record.account.profile.currency;
    auto amount = [&](std::int64_t micros) { return Amount::of_micros(micros, currency); };
    w.json().begin_object();
    w.id("account", record.account.id);
    w.instant("at", reader.now());
    w.money("available", amount(wallet.balance(ledger::Bucket::available)));
    w.money("held", amount(wallet.balance(ledger::Bucket::held)));
    w.money("receivable", amount(-wallet.balance(ledger::Bucket::receivable)));
    w.money("grants", amount(wallet.balance(ledger::Bucket::grants)));
    w.money("credit_limit", amount(record.account.profile.credit_limit_micros));
    w.money("spendable", reader.spendable(record));
    write_accrued(w, record.subscriptions, currency);
    w.json().key("credit_grants").begin_array();
    for (const ledger::Grant& grant : wallet.grants) write_grant(w, grant);
    w.json().end_array();
    w.json().end_object();
}

void write_grant(Wire& w, const ledger::Grant& grant) {
    w.json().begin_object();
    w.id("id", grant.id);
    w.enumeration("kind", grant.kind);
    w.money("left", grant.amount);
    w.integer("priority", grant.priority);
    w.text_or_null("reason", grant.reason);
    w.instant("created_at", grant.created_at);
    w.instant("expires_at", grant.expires_at);
    w.json().end_object();
}

void write_hold(Wire& w, const ledger::Hold& hold) {
    w.json().begin_object();
    w.id("id", hold.id);
    w.money("amount", hold.amount);
    w.text_or_null("reason", hold.reason);
    w.id("subscription", SubscriptionId{hold.subject});
    w.instant("placed_at", hold.placed_at);
    w.instant("expires_at", hold.expires_at);
    w.json().end_object();
}

void write_entry(Wire& w, const ledger::Entry& entry, const engine::Engine& engine,
                 const accounts::Caller& caller) {
    auto is_shown = [&](AccountId owner) {
        if (caller.is_platform() || owner == entry.account) return true;
        return !owner.is_nil() && engine.is_within(owner, caller.account);
    };
    w.json().begin_object();
    w.id("id", entry.id);
    w.id("account", entry.account);
    w.instant("at", entry.at);
    w.enumeration("kind", entry.kind);
    w.text_or_null("description", entry.description);
    w.text_or_null("reference", entry.reference);
    if (!entry.provider.empty()) w.text("provider", entry.provider);
    // A subscription, a hold or a grant: the entry does not say which, so the bare id stands here.
    w.text_or_null("subject", entry.subject.is_nil() ? "" : entry.subject.to_base32());
    w.id("reverses", entry.reverses);
    w.json().key("postings").begin_array();
    for (const ledger::Posting& posting : entry.postings) {
        if (!is_shown(posting.owner)) continue;
        w.json().begin_object();
        w.id("owner", posting.owner);
        w.enumeration("bucket", posting.bucket);
        w.money("amount", posting.amount);
        w.json().end_object();
    }
    w.json().end_array();
    w.json().key("grants_used").begin_array();
    for (const ledger::GrantDraw& draw : entry.draws) {
        w.json().begin_object();
        w.id("grant", draw.grant);
        w.money("amount", draw.amount);
        w.json().end_object();
    }
    w.json().end_array();
    w.json().end_object();
}

void write_clock(Wire& w, const engine::TestClock& clock) {
    w.json().begin_object();
    w.id("id", clock.id);
    w.text_or_null("name", clock.name);
    w.instant("now", clock.now);
    w.boolean("advancing", clock.advancing());
    w.instant("target", clock.advancing() ? std::optional(clock.target) : std::nullopt);
    w.json().key("accounts").begin_array();
    for (AccountId top : clock.tops) w.json().string(top.to_text());
    w.json().end_array();
    w.json().end_object();
}

}  // namespace rb::api::native
