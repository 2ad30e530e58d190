#include "log/line.h"

#include <algorithm>
#include <vector>

#include "base/json.h"

namespace rb::log {
namespace {

constexpr std::size_t path_bytes_max = 256;
constexpr std::string_view hidden = "***";

// Text that needs no quotes beside others.
bool is_plain(std::string_view text) {
    return !text.empty() && std::ranges::all_of(text, [](char c) {
        return c > ' ' && c < 0x7f && c != '"' && c != '=' && c != '\\';
    });
}

void add_text(std::string& out, std::string_view name, std::string_view value) {
    out += ' ';
    out += name;
    out += '=';
    if (is_plain(value)) {
        out += value;
    } else {
        write_json_string(out, value);
    }
}

void add(std::string& out, Format format, const Field& field) {
    const auto* number = std::get_if<std::int64_t>(&field.value);
    const auto* text = std::get_if<std::string_view>(&field.value);
    if (format == Format::text)
        return add_text(out, field.name, number ? std::to_string(*number) : *text);
    out += ',';
    write_json_string(out, field.name);
    out += ':';
    if (number) {
        out += std::to_string(*number);
    } else {
        write_json_string(out, *text);
    }
}

bool is_secret(std::string_view segment) {
    return segment.starts_with("rb_") || segment.starts_with("in-") || segment.contains('@') ||
           segment.contains("%40");
}

}  // namespace

std::string_view level_text(Level level) {
    constexpr std::string_view names[] = {"debug", "info", "warn", "error"};
    return names[static_cast<std::size_t>(level)];
}

std::string line_text(Format format, Level level, std::string_view message,
                      std::span<const Field> fields) {
    std::string out;
    if (format == Format::text) {
        out = level_text(level);
        out += ' ';
        // A line end would begin a line of its own.
        for (char c : message) out += static_cast<unsigned char>(c) < ' ' ? ' ' : c;
    } else {
        out = "\"level\":\"";
        out += level_text(level);
        out += "\",\"message\":";
        write_json_string(out, message);
    }
    for (const Field& field : fields) add(out, format, field);
    return out;
}

std::string line_text(Format format, Level level, const Request& request) {
    const std::string path = shown_path(request.path);
    const std::string tree =
        request.account_tree.is_nil() ? std::string() : "acc_" + request.account_tree.to_base32();
    std::vector<Field> fields{{"method", request.method}, {"path", std::string_view(path)}};
    auto add_known = [&fields](std::string_view name, std::string_view value) {
        if (!value.empty()) fields.push_back({name, value});
    };
    add_known("route", request.route);
    fields.push_back({"status", std::int64_t{request.status}});
    fields.push_back({"duration_us", request.duration_us});
    add_known("account_tree", tree);
    add_known("request_id", request.id);
    add_known("cause", request.cause);
    return line_text(format, level, "request", fields);
}

std::string shown_path(std::string_view path) {
    std::string out;
    const std::string_view kept = path.substr(0, path_bytes_max);
    for (std::size_t at = 0; at <= kept.size();) {
        const std::size_t end = std::min(kept.find('/', at), kept.size());
        const std::string_view segment = kept.substr(at, end - at);
        out += is_secret(segment) ? hidden : segment;
        if (end < kept.size()) out += '/';
        at = end + 1;
    }
    if (kept.size() < path.size()) out += "...";
    return out;
}

}  // namespace rb::log
