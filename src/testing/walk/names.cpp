#include "testing/walk/names.h"

#include "base/id.h"
#include "base/text.h"
#include "testing/json_at.h"
#include "testing/walk/catalogs.h"
#include "testing/walk/token.h"

namespace rb::testing::walk {

namespace {

constexpr Uuid nobodys{0x0190000000007000, 0x8000000000000001};

bool is_letter(char c) { return c >= 'a' && c <= 'z'; }
bool is_digit(char c) { return c >= '0' && c <= '9'; }

std::size_t label_bytes(std::string_view text) {
    std::size_t end = 0;
    while (end < text.size() && is_letter(text[end])) ++end;
    const std::size_t letters = end;
    while (end < text.size() && is_digit(text[end])) ++end;
    return letters == 0 || end == letters ? 0 : end;
}

std::string instant_text(std::string_view move, Instant now) {
    const Duration by = move == "now" ? Duration{} : duration_of(move).value_or(Duration{});
    return (now + by).to_text();
}

std::string copies(std::string_view text, std::int64_t count) {
    std::string out;
    for (std::int64_t i = 0; i < count; ++i) {
        if (i > 0) out += ',';
        for (char c : text) {
            if (c == '#')
                out += std::to_string(i);
            else
                out += c;
        }
    }
    return out;
}

}  // namespace

std::vector<std::string> labels_in(std::string_view text) {
    std::vector<std::string> out;
    for (std::size_t at = text.find('$'); at != std::string_view::npos; at = text.find('$', at + 1))
        if (const std::size_t bytes = label_bytes(text.substr(at + 1)))
            out.emplace_back(text.substr(at + 1, bytes));
    return out;
}

std::pair<std::string_view, std::string_view> parts_of(std::string_view label) {
    std::size_t letters = 0;
    while (letters < label.size() && is_letter(label[letters])) ++letters;
    return {label.substr(0, letters), label.substr(letters)};
}

std::optional<Duration> duration_of(std::string_view text) {
    if (text.size() < 3) return std::nullopt;
    const char sign = text.front();
    const char unit = text.back();
    const auto count = parse_int(text.substr(1, text.size() - 2));
    if ((sign != '+' && sign != '-') || !count || *count > 1'000'000) return std::nullopt;
    const std::int64_t signed_count = sign == '-' ? -*count : *count;
    switch (unit) {
        case 's':
            return Duration::of_seconds(signed_count);
        case 'm':
            return Duration::of_minutes(signed_count);
        case 'h':
            return Duration::of_hours(signed_count);
        case 'd':
            return Duration::of_days(signed_count);
        default:
            return std::nullopt;
    }
}

std::string Names::nobody(std::string_view label) {
    const std::string_view kind = parts_of(label).first;
    if (kind == "key") return "rb_a-key-that-nobody-has";
    if (kind == "num") return "987654321";
    if (kind == "nam") return "nobody";
    if (kind == "svc" || kind == "uid") return nobodys.to_text();
    if (kind == "kid") return "key_" + nobodys.to_base32();
    return std::string(kind) + "_" + nobodys.to_base32();
}

std::string Names::value(std::string_view label) const {
    if (auto found = values_.find(label); found != values_.end()) return found->second;
    return nobody(label);
}

std::string Names::resolve(std::string_view text, Instant now) const {
    std::string out;
    while (!text.empty()) {
        const std::size_t mark = text.find_first_of("$@");
        out += text.substr(0, mark);
        if (mark == std::string_view::npos) return out;
        text.remove_prefix(mark);
        const std::size_t label = label_bytes(text.substr(1));
        if (text.front() == '$' && label > 0) {
            out += value(text.substr(1, label));
            text.remove_prefix(label + 1);
        } else if (const std::size_t end = text.find('}');
                   text.starts_with("@{") && end != std::string_view::npos) {
            out += instant_text(text.substr(2, end - 2), now);
            text.remove_prefix(end + 1);
        } else if (text.starts_with("@catalog{") && end != std::string_view::npos) {
            out += catalog_text(text.substr(9, end - 9));
            text.remove_prefix(end + 1);
        } else if (text.starts_with("@i")) {
            out += std::to_string(requests_);
            text.remove_prefix(2);
        } else if (text.starts_with("@pem")) {
            for (char c : public_pem()) out += c == '\n' ? std::string("\\n") : std::string(1, c);
            text.remove_prefix(4);
        } else if (const std::size_t close = text.find("@end");
                   text.starts_with("@repeat ") && close != std::string_view::npos) {
            const std::size_t blank = text.find(' ', 8);
            const auto count = parse_int(text.substr(8, blank - 8)).value_or(1);
            out += copies(resolve(text.substr(blank + 1, close - blank - 1), now), count);
            text.remove_prefix(close + 4);
        } else {
            out += text.front();
            text.remove_prefix(1);
        }
    }
    return out;
}

void Names::learn(const Step& step, const Json& reply) {
    if (step.label.empty()) return;
    const auto [kind, number] = parts_of(step.label);
    auto set = [&](std::string_view as, std::string value) {
        if (!value.empty()) values_[std::string(as) + std::string(number)] = std::move(value);
    };
    std::string id = text_or_digits_at(reply, "id");
    if (id.empty()) id = text_or_digits_at(reply, "subscription/id");
    if (id.empty()) id = text_or_digits_at(reply, "entry");
    if (kind == "acc") {
        set("num", text_or_digits_at(reply, "number"));
        set("nam", text_or_digits_at(reply, "name"));
        if (auto account = Uuid::parse_base32(id.size() > 4 ? id.substr(4) : id))
            set("uid", account->to_text());
    }
    if (kind == "key") {
        set("kid", id);
        id = text_or_digits_at(reply, "text");
    }
    if (kind == "svc") id = text_or_digits_at(reply, "key_id");
    set(kind, std::move(id));
}

}  // namespace rb::testing::walk
