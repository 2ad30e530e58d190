#include "api/native/answer_text.h"

#include <charconv>

#include "base/json.h"

namespace rb::api::native {

namespace {

template <class T, class Append>
void append_or_null(std::string& out, const std::optional<T>& value, Append append) {
    if (value)
        append(*value);
    else
        out += "null";
}

void append_money(std::string& out, Amount amount, const engine::Engine& engine) {
    out += R"({"amount":")";
    out += amount.to_text(engine.catalog()->exponent(amount.currency()));
    out += R"(","currency":")";
    out += amount.currency().code();
    out += "\"}";
}

// Most answers of a thread name the same end of a window.
const std::string& text_of(Instant at) {
    thread_local Instant last;
    thread_local std::string text = last.to_text();
    if (at != last) {
        last = at;
        text = at.to_text();
    }
    return text;
}

}  // namespace

void append_text(std::string& out, std::string_view text) { write_json_string(out, text); }

void append_integer(std::string& out, std::int64_t value) {
    char digits[24];
    const auto end = std::to_chars(digits, digits + sizeof digits, value).ptr;
    out.append(digits, end);
}

void append_answer(std::string& out, const entitlements::Answer& answer,
                   const engine::Engine& engine) {
    const auto integer = [&](std::int64_t value) { append_integer(out, value); };
    const auto flag = [&](std::string_view name, bool value) {
        out += name;
        out += value ? "true" : "false";
    };
    const auto text = [&](std::string_view value) {
        if (value.empty())
            out += "null";
        else
            append_text(out, value);
    };
    // Ours, so that nothing in it needs an escape.
    const auto word = [&](std::string_view value) {
        out += '"';
        out += value;
        out += '"';
    };
    flag(R"({"allowed":)", answer.allowed);
    flag(R"(,"counted":)", answer.counted);
    flag(R"(,"duplicate":)", answer.duplicate);
    // Told where somebody may take "allowed" for "counted".
    if (answer.duplicate) out += R"(,"counted_now":0)";
    flag(R"(,"over_limit":)", answer.over_limit);
    out += R"(,"reason":)";
    append_or_null(out, answer.reason, [&](Fault fault) { word(enum_text(fault)); });
    out += R"(,"detail":)";
    text(answer.detail);
    // Of what was counted before nothing more is known than that.
    out += R"(,"kind":)";
    if (answer.duplicate)
        out += "null";
    else
        word(enum_text(answer.kind));
    out += R"(,"value":)";
    text(answer.value);
    out += R"(,"account":)";
    if (answer.account.is_nil())
        out += "null";
    else
        word(answer.account.to_text());
    out += R"(,"limit":)";
    append_or_null(out, answer.limit, integer);
    out += R"(,"used":)";
    integer(answer.used);
    out += R"(,"held":)";
    integer(answer.held);
    out += R"(,"remaining":)";
    append_or_null(out, answer.remaining, integer);
    out += R"(,"resets_at":)";
    append_or_null(out, answer.resets_at, [&](Instant at) { word(text_of(at)); });
    out += R"(,"next_unit_price":)";
    append_or_null(out, answer.next_unit_price,
                   [&](Amount price) { append_money(out, price, engine); });
    out += '}';
}

void append_error(std::string& out, const Refusal& refusal) {
    out += R"({"code":)";
    append_text(out, enum_text(refusal.fault));
    out += R"(,"detail":)";
    append_text(out, refusal.detail);
    out += R"(,"pointer":)";
    if (refusal.field.empty())
        out += "null";
    else
        append_text(out, refusal.field);
    out += '}';
}

}  // namespace rb::api::native
