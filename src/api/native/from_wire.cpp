#include "api/native/from_wire.h"

#include "api/native/to_wire.h"
#include "base/limits.h"

namespace rb::api::native {

namespace {

// Present, or null, which empties it.
std::optional<std::string> clearable_text(Fields& fields, std::string_view name) {
    if (fields.is_null(name)) return "";
    return fields.text(name);
}

void read_personal(Fields& fields, const std::vector<PersonalField>& list, Personal& out) {
    constexpr std::size_t personal_bytes_max = 500;
    for (const PersonalField& field : list) {
        auto value = clearable_text(fields, field.name);
        if (!value) continue;
        if (value->size() > personal_bytes_max)
            fields.invalid(field.name, "expected at most 500 bytes of text");
        out[std::string(field.sealed)] = std::move(*value);
    }
}

void read_money_fields(Fields& fields, ProfilePatch& patch) {
    patch.credit_limit = fields.money("credit_limit");
    patch.clears_notify_below = fields.is_null("notify_below");
    patch.notify_below = fields.money("notify_below");
    if (auto cap = fields.object("cap")) {
        patch.app_store = cap->boolean("app_store");
        patch.clears_cap = cap->is_null("amount");
        patch.cap = cap->money("amount");
        cap->finish();
    }
}

}  // namespace

ProfilePatch read_profile(Fields& fields) {
    ProfilePatch patch;
    patch.display_name = clearable_text(fields, "display_name");
    patch.key = clearable_text(fields, "key");
    if (auto code = fields.text("currency")) {
        if (auto currency = Currency::parse(*code))
            patch.currency = *currency;
        else
            fields.invalid("currency", currency.error());
    }
    if (auto id = fields.text("time_zone")) {
        if (auto zone = Zone::find(*id))
            patch.zone = *zone;
        else
            fields.invalid("time_zone", zone.error());
    }
    patch.locale = fields.text("locale");
    if (auto tax = fields.object("tax")) {
        patch.tax_country = clearable_text(*tax, "country");
        patch.tax_region = clearable_text(*tax, "region");
        patch.tax_exempt = tax->boolean("exempt");
        tax->finish();
    }
    read_money_fields(fields, patch);
    patch.free_data = clearable_text(fields, "free_data");
    read_personal(fields, personal_fields(), patch.personal);
    if (auto address = fields.object("address")) {
        read_personal(*address, address_fields(), patch.personal);
        address->finish();
    } else if (fields.is_null("address")) {
        for (const PersonalField& field : address_fields())
            patch.personal[std::string(field.sealed)] = "";
    }
    return patch;
}

Result<void> patch_profile(accounts::Profile& profile, const ProfilePatch& patch,
                           engine::Engine& engine, std::string_view wrapped_data_key) {
    auto set = [](auto& to, const auto& from) {
        if (from) to = *from;
    };
    const bool moves_currency = patch.currency && *patch.currency != profile.currency;
    const bool has_money =
        profile.credit_limit_micros != 0 || profile.notify_below_micros || profile.cap.amount;
    set(profile.display_name, patch.display_name);
    set(profile.key, patch.key);
    set(profile.currency, patch.currency);
    set(profile.zone, patch.zone);
    set(profile.locale, patch.locale);
    set(profile.tax.country, patch.tax_country);
    set(profile.tax.region, patch.tax_region);
    set(profile.tax.exempt, patch.tax_exempt);
    set(profile.free_data, patch.free_data);
    set(profile.cap.app_store, patch.app_store);
    if (moves_currency && has_money) {
        // What was set in the old currency must be given anew: nothing is converted silently.
        const bool is_given =
            (profile.credit_limit_micros == 0 || patch.credit_limit) &&
            (!profile.notify_below_micros || patch.notify_below || patch.clears_notify_below) &&
            (!profile.cap.amount || patch.cap || patch.clears_cap);
        if (!is_given)
            return refuse(Fault::field_is_invalid,
                          "expected credit_limit, notify_below and cap in the new currency too",
                          "/currency");
    }
    const std::string code(profile.currency.code());
    auto in_currency = [&](const std::optional<Amount>& amount, std::string field) -> Result<void> {
        if (!amount || profile.currency.empty() || amount->currency() == profile.currency)
            return {};
        return refuse(Fault::field_is_invalid, "expected " + code + ", the account's currency",
                      field + "/currency");
    };
    if (auto ok = in_currency(patch.credit_limit, "/credit_limit"); !ok) return ok;
    if (auto ok = in_currency(patch.notify_below, "/notify_below"); !ok) return ok;
    if (auto ok = in_currency(patch.cap, "/cap/amount"); !ok) return ok;
    if (patch.credit_limit) profile.credit_limit_micros = patch.credit_limit->micros();
    if (patch.clears_notify_below) profile.notify_below_micros.reset();
    if (patch.notify_below) profile.notify_below_micros = patch.notify_below->micros();
    if (patch.clears_cap) profile.cap.amount.reset();
    if (patch.cap) profile.cap.amount = patch.cap;
    Personal kept;
    for (const auto& [field, text] : patch.personal) {
        if (text.empty())
            profile.sealed.erase(field);
        else
            kept[field] = text;
    }
    for (auto& [field, sealed] : seal(engine, wrapped_data_key, kept))
        profile.sealed[field] = sealed;
    return {};
}

accounts::Narrowing read_narrowing(Fields& fields) {
    accounts::Narrowing narrowing;
    narrowing.read_only = fields.boolean("read_only").value_or(false);
    narrowing.only = fields.id<AccountId>("only_account").value_or(AccountId{});
    const auto scopes = fields.texts("scopes");
    if (!scopes) return narrowing;
    if (scopes->empty())
        fields.invalid("scopes", "expected at least one scope, or null for all of them");
    for (std::size_t i = 0; i < scopes->size(); ++i) {
        const auto group = parse_enum<accounts::Group>((*scopes)[i]);
        if (group)
            narrowing.groups |= 1U << static_cast<unsigned>(*group);
        else
            fields.invalid("scopes/" + std::to_string(i), group.error());
    }
    return narrowing;
}

AskBody read_ask(Fields& fields, AskShape shape) {
    AskBody body;
    const bool starts = shape == AskShape::start || shape == AskShape::start_quote;
    const bool executes = shape == AskShape::start || shape == AskShape::change;
    if (executes) {
        body.quote = fields.id<QuoteId>("quote");
        // A quote says it all; what stands beside it is unknown and refused as such.
        if (fields.has("quote") && !fields.is_null("quote")) return body;
    }
    if (starts) {
        body.ask.kind = changes::QuoteKind::start;
        body.ask.skip_trial = fields.boolean("skip_trial").value_or(false);
        if (auto key = fields.text("key")) {
            body.ask.key = *key;
            if (key->size() > limits::key_bytes_max)
                fields.invalid("key", "expected at most 80 bytes of text");
        }
    } else {
        body.ask.kind = changes::QuoteKind::change;
        body.ask.effective = fields.enumeration<catalog::Effective>("effective");
        if (fields.boolean("cancel").value_or(false)) {
            body.ask.kind = changes::QuoteKind::cancel;
            return body;
        }
    }
    body.plan = fields.text("plan", Need::required).value_or("");
    body.ask.quantity = fields.integer("quantity");
    if (body.ask.quantity && (*body.ask.quantity < 1 || *body.ask.quantity > limits::quantity_max))
        fields.invalid("quantity", "expected a whole number between 1 and 1000000000000000");
    body.ask.cap = fields.money("cap");
    return body;
}

Result<PlanRef> find_plan(const engine::Reader& reader, const engine::AccountRecord& record,
                          std::string_view plan) {
    const catalog::Plan* found = nullptr;
    if (auto id = PlanId::parse(plan)) found = reader.plan(record, *id);
    if (!found) found = reader.plan(record, plan);
    if (!found) return refuse(Fault::plan_is_unknown, "there is no such plan", "/plan");
    return found->latest_ref();
}

}  // namespace rb::api::native
