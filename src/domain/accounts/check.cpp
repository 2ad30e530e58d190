#include "domain/accounts/check.h"

#include <algorithm>

#include "base/limits.h"
#include "domain/accounts/decide.h"

namespace rb::accounts {

namespace {

constexpr std::size_t name_chars_min = 2;
constexpr std::size_t name_chars_max = 40;
constexpr std::size_t locale_chars_max = 35;  // of BCP 47
constexpr std::size_t region_chars_max = 10;

bool is_lower(char c) { return c >= 'a' && c <= 'z'; }
bool is_upper(char c) { return c >= 'A' && c <= 'Z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_letter(char c) { return is_lower(c) || is_upper(c); }

std::unexpected<Refusal> invalid(std::string detail, std::string_view field) {
    return refuse(Fault::field_is_invalid, std::move(detail), std::string(field));
}

bool is_locale(std::string_view text) {
    if (text.size() < 2 || text.size() > locale_chars_max) return false;
    if (!is_letter(text[0]) || !is_letter(text[1]) || text.back() == '-') return false;
    return std::ranges::all_of(text,
                               [](char c) { return is_letter(c) || is_digit(c) || c == '-'; });
}

bool is_country(std::string_view text) {
    return text.size() == 2 && is_upper(text[0]) && is_upper(text[1]);
}

bool is_region(std::string_view text) {
    return text.size() <= region_chars_max &&
           std::ranges::all_of(text, [](char c) { return is_upper(c) || is_digit(c) || c == '-'; });
}

Result<void> check_tax(const TaxProfile& tax) {
    if (!tax.country.empty() && !is_country(tax.country))
        return invalid("expected a country of two upper-case letters, as DE, or none",
                       "/tax/country");
    if (!tax.region.empty() && tax.country.empty())
        return invalid("expected a country beside the region", "/tax/country");
    if (!is_region(tax.region))
        return invalid("expected a region of at most 10 of A to Z, 0 to 9 and hyphen, as CA",
                       "/tax/region");
    return {};
}

Result<void> check_cap(const Cap& cap, Currency currency) {
    if (!cap.amount) return {};
    if (cap.amount->currency() != currency)
        return invalid(
            "expected a cap in " + std::string(currency.code()) + ", the account's currency",
            "/cap/amount");
    if (cap.amount->is_negative() || cap.amount->micros() > limits::amount_micros_max)
        return invalid("expected a cap between 0 and 1000000000000", "/cap/amount");
    return {};
}

Result<void> check_money(const Profile& profile) {
    if (profile.credit_limit_micros < 0 || profile.credit_limit_micros > limits::amount_micros_max)
        return invalid("expected a credit limit between 0 and 1000000000000", "/credit_limit");
    if (!profile.notify_below_micros) return {};
    std::int64_t threshold = *profile.notify_below_micros;
    if (threshold < -limits::amount_micros_max || threshold > limits::amount_micros_max)
        return invalid("expected a threshold between -1000000000000 and 1000000000000",
                       "/notify_below");
    return {};
}

}  // namespace

Result<void> check_name(std::string_view name, std::string_view field) {
    if (name.empty()) return refuse(Fault::field_is_missing, "expected a name", std::string(field));
    bool is_right =
        name.size() >= name_chars_min && name.size() <= name_chars_max && is_lower(name.front()) &&
        name.back() != '-' &&
        std::ranges::all_of(name, [](char c) { return is_lower(c) || is_digit(c) || c == '-'; });
    if (!is_right)
        return invalid(
            "expected 2 to 40 of a to z, 0 to 9 and hyphen, beginning with a letter and not ending "
            "with a hyphen",
            field);
    return {};
}

Result<void> check_alias(std::string_view alias) { return check_name(alias, "/alias"); }

Result<void> check_new_key(std::string_view key) {
    if (key.starts_with(AccountTag::prefix))
        return invalid("expected a key that does not begin as an account's id does, with 'acc_'",
                       "/key");
    if (key.starts_with(key_prefix))
        return invalid("expected a key that does not begin with 'key:', as references to keys do",
                       "/key");
    return {};
}

Result<void> check_text(std::string_view text, std::size_t bytes_max, std::string_view field) {
    if (text.size() > bytes_max)
        return invalid("expected at most " + std::to_string(bytes_max) + " bytes of text", field);
    if (!is_utf8(text)) return invalid("expected text in UTF-8", field);
    return {};
}

Result<void> check_sealed(const std::map<std::string, std::string>& sealed) {
    if (sealed.size() > sealed_fields_max)
        return refuse(Fault::too_many, "expected at most 32 personal fields");
    for (const auto& [key, ciphertext] : sealed) {
        std::string field = "/" + key;
        if (key.empty() || key.size() > limits::key_bytes_max)
            return invalid("expected names of personal fields of 1 to 80 bytes", {});
        if (ciphertext.size() > limits::description_bytes_max)
            return invalid("expected a personal field that is at most 2000 bytes when sealed",
                           field);
    }
    return {};
}

Result<void> check_profile(const Profile& profile) {
    if (auto ok = check_text(profile.display_name, limits::name_bytes_max, "/display_name"); !ok)
        return ok;
    if (auto ok = check_text(profile.key, limits::key_bytes_max, "/key"); !ok) return ok;
    if (profile.currency.empty())
        return refuse(Fault::field_is_missing, "expected a currency, as EUR", "/currency");
    if (!is_locale(profile.locale))
        return invalid("expected a language tag of 2 to 35 letters, digits and hyphens, as en-GB",
                       "/locale");
    if (auto ok = check_tax(profile.tax); !ok) return ok;
    if (auto ok = check_money(profile); !ok) return ok;
    if (auto ok = check_text(profile.free_data, limits::free_data_bytes_max, "/free_data"); !ok)
        return ok;
    if (auto ok = check_cap(profile.cap, profile.currency); !ok) return ok;
    return check_sealed(profile.sealed);
}

Result<void> check_public_key(std::string_view pem) {
    if (pem.empty())
        return refuse(Fault::field_is_missing, "expected a public key in PEM", "/public_key_pem");
    if (pem.find("PRIVATE KEY") != std::string_view::npos)
        return invalid("expected the public half only: make a new pair, this key was disclosed",
                       "/public_key_pem");
    if (!pem.starts_with("-----BEGIN ") || pem.find("PUBLIC KEY-----") == std::string_view::npos)
        return invalid("expected a public key in PEM, beginning with -----BEGIN PUBLIC KEY-----",
                       "/public_key_pem");
    return check_text(pem, limits::free_data_bytes_max, "/public_key_pem");
}

}  // namespace rb::accounts
