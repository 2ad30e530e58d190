#pragma once
// The shapes of /v1, written as JSON. Every member is always present, null where there is nothing,
// so that a client need not ask whether it is there. Ids are prefixed, times RFC 3339 in UTC, money
// a decimal string of at least the currency's digits.
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "base/json.h"
#include "domain/accounts/types.h"
#include "domain/catalog/types.h"
#include "domain/changes/types.h"
#include "domain/ledger/types.h"
#include "domain/subscriptions/types.h"
#include "engine/engine.h"

namespace rb::api::native {

// A JsonWriter that knows the currencies of a catalog. Valid as long as the catalog.
class Wire {
public:
    Wire(std::string& out, const catalog::Catalog& catalog) : w_(out), catalog_(catalog) {}

    JsonWriter& json() { return w_; }
    Wire& key(std::string_view name) {
        w_.key(name);
        return *this;
    }
    void text(std::string_view name, std::string_view value) { w_.key(name).string(value); }
    // Empty: null.
    void text_or_null(std::string_view name, std::string_view value);
    void integer(std::string_view name, std::int64_t value) { w_.key(name).integer(value); }
    void integer(std::string_view name, std::optional<std::int64_t> value);
    void boolean(std::string_view name, bool value) { w_.key(name).boolean(value); }
    void instant(std::string_view name, Instant value) { text(name, value.to_text()); }
    void instant(std::string_view name, std::optional<Instant> value);
    template <class Tag>
    void id(std::string_view name, Id<Tag> value) {
        if (value.is_nil())
            w_.key(name).null();
        else
            text(name, value.to_text());
    }
    template <NamedEnum E>
    void enumeration(std::string_view name, E value) {
        text(name, enum_text(value));
    }
    void money(std::string_view name, Amount value) {
        w_.key(name);
        money(value);
    }
    void money(std::string_view name, std::optional<Amount> value);
    void money(Amount value);
    // One money object a currency.
    void prices(std::string_view name, const catalog::Prices& value);
    void span(std::string_view name, const Period& value);

private:
    JsonWriter w_;
    const catalog::Catalog& catalog_;
};

// [{fault, subject, used, allowed}]; also part of problem documents.
void write_blockers(JsonWriter& w, const std::vector<Blocker>& blockers);

// accounts, members, keys
struct PersonalField {
    std::string_view name;    // on the wire
    std::string_view sealed;  // in the profile
};
// "email", "first_name", "last_name", "phone"; and those of the address.
const std::vector<PersonalField>& personal_fields();
const std::vector<PersonalField>& address_fields();
void write_account(Wire& w, engine::Engine& engine, const accounts::Account& account);
void write_member(Wire& w, engine::Engine& engine, const accounts::Account& account,
                  const accounts::Member& member);
// `text`: the key itself, only when it was just made.
void write_api_key(Wire& w, const accounts::ApiKey& key, const engine::Engine& engine,
                   std::optional<std::string_view> text);
void write_service_key(Wire& w, const accounts::ServiceKey& key, const engine::Engine& engine);
// "read_only", "scopes" (null: all) and "only_account", as members of the object that is open.
void write_narrowing(Wire& w, const accounts::Narrowing& narrowing);

// money
void write_balance(Wire& w, const engine::Reader& reader, const engine::AccountRecord& record);
void write_grant(Wire& w, const ledger::Grant& grant);
void write_hold(Wire& w, const ledger::Hold& hold);
// Postings of accounts outside the caller's authority are left out.
void write_entry(Wire& w, const ledger::Entry& entry, const engine::Engine& engine,
                 const accounts::Caller& caller);

// catalog, subscriptions, quotes
void write_plan(Wire& w, const catalog::Plan& plan, const catalog::Settings& settings);
// {id, key, version}; null when nil.
void write_plan_ref(Wire& w, std::string_view name, const engine::Reader& reader,
                    const engine::AccountRecord& record, const PlanRef& ref);
void write_subscription(Wire& w, const engine::Reader& reader, const engine::AccountRecord& record,
                        const subscriptions::Subscription& subscription);
void write_quote(Wire& w, const engine::Reader& reader, const engine::AccountRecord& record,
                 const changes::Quote& quote);
void write_entitlement(Wire& w, const engine::EntitlementView& view);
void write_clock(Wire& w, const engine::TestClock& clock);

// One object or list into a reply's body.
template <class Write>
std::string object_text(const catalog::Catalog& catalog, Write write) {
    std::string out;
    Wire w(out, catalog);
    w.json().begin_object();
    write(w);
    w.json().end_object();
    return out;
}
// {"items": [...], "next_cursor": ...}; `write` writes the items.
template <class Write>
std::string list_text(const catalog::Catalog& catalog, std::string_view next_cursor, Write write) {
    return object_text(catalog, [&](Wire& w) {
        w.json().key("items").begin_array();
        write(w);
        w.json().end_array();
        w.text_or_null("next_cursor", next_cursor);
    });
}

}  // namespace rb::api::native
