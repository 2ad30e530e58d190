#include "catalog_file/catalog_file.h"

#include <algorithm>

#include "api/http/problem.h"
#include "api/native/faults.h"
#include "api/native/routes.h"
#include "api/native/to_wire.h"
#include "base/text.h"

namespace rb::api::native {

namespace {

using catalog_file::ReadResult;

Result<void> may(const Call& call, accounts::Right right) {
    return engine::Engine::may_overall(call.caller, right);
}

// The media types of a list "a/b;q=1, c/d" without their parameters, in their order.
std::vector<std::string> media_types(const std::string* header) {
    std::vector<std::string> out;
    std::string_view rest = header ? *header : std::string_view();
    while (!rest.empty()) {
        const std::size_t comma = rest.find(',');
        std::string_view item = rest.substr(0, comma);
        item = item.substr(0, item.find(';'));
        while (item.starts_with(' ')) item.remove_prefix(1);
        while (item.ends_with(' ')) item.remove_suffix(1);
        out.push_back(to_lower(item));
        if (comma == std::string_view::npos) break;
        rest.remove_prefix(comma + 1);
    }
    return out;
}

bool is_yaml(std::string_view type) {
    return type == "application/yaml" || type == "application/x-yaml" || type == "text/yaml";
}

bool wants_yaml(const http::Request& request) {
    for (const std::string& type : media_types(request.header("Accept"))) {
        if (is_yaml(type)) return true;
        if (type == "application/json" || type == "*/*") return false;
    }
    return false;
}

void write_findings(JsonWriter& w, const std::vector<catalog::Finding>& findings) {
    w.begin_array();
    for (const catalog::Finding& finding : findings) {
        w.begin_object();
        w.key("severity").string(enum_text(finding.severity));
        w.key("code").string(finding.code);
        w.key("pointer").string(finding.where.empty() ? "" : "/" + finding.where);
        w.key("line");
        if (finding.line > 0)
            w.integer(finding.line);
        else
            w.null();
        w.key("detail").string(finding.detail);
        w.end_object();
    }
    w.end_array();
}

http::Response findings_response(const ReadResult& file, std::string_view request_id) {
    auto first =
        std::ranges::find(file.findings, catalog::Severity::error, &catalog::Finding::severity);
    std::string detail = "the catalog is refused";
    if (first != file.findings.end()) {
        detail = first->detail;
        if (first->line > 0) detail = "line " + std::to_string(first->line) + ": " + detail;
    }
    auto response = http::problem(status_of(Fault::catalog_is_invalid),
                                  enum_text(Fault::catalog_is_invalid), detail, request_id);
    response.body.pop_back();
    response.body += ",\"errors\":";
    JsonWriter w(response.body);
    write_findings(w, file.findings);
    response.body += '}';
    return response;
}

// The file in the body. nullopt: the call was answered.
std::optional<ReadResult> read_file(Call& call, accounts::Right right) {
    if (auto ok = may(call, right); !ok) {
        call.refuse(ok.error());
        return std::nullopt;
    }
    auto types = media_types(call.request.header("Content-Type"));
    const bool is_json = !types.empty() && types.front() == "application/json";
    const bool is_known = is_json || types.empty() || is_yaml(types.front());
    const std::size_t begin = call.request.body.find_first_not_of(" \t\r\n");
    const bool begins_object = begin != std::string::npos && call.request.body[begin] == '{';
    std::string wrong;
    if (!is_known)
        wrong = "expected a catalog as application/json or application/yaml";
    else if (begin == std::string::npos)
        wrong = "expected a catalog file, got nothing";
    else if (is_json && !begins_object)
        wrong = "expected a JSON object, as the content type says";
    if (!wrong.empty()) {
        call.refuse({Fault::field_is_invalid, "", wrong, {}, {}});
        return std::nullopt;
    }
    return catalog_file::read(call.request.body);
}

// As `read_file`, and without errors.
std::optional<ReadResult> read_valid_file(Call& call, accounts::Right right) {
    auto file = read_file(call, right);
    if (!file || file->ok()) return file;
    call.send(findings_response(*file, call.request.request_id));
    return std::nullopt;
}

std::string catalog_etag(std::int64_t version, std::string_view form) {
    return '"' + std::to_string(version) + "-" + std::string(form) + '"';
}

// The version that an If-Match of ours names; -1: none that ever was.
std::optional<std::int64_t> version_of_if_match(const http::Request& request) {
    const std::string* header = request.header("If-Match");
    if (!header || *header == "*") return std::nullopt;
    std::string_view tag = *header;
    if (!tag.starts_with('"')) return -1;
    tag.remove_prefix(1);
    auto version = parse_int(tag.substr(0, tag.find('-')));
    return version && *version >= 0 ? *version : -1;
}

}  // namespace

void get_catalog(Call&& call) {
    if (auto ok = may(call, accounts::Right::read_platform); !ok) return call.refuse(ok.error());
    auto catalog = call.engine().catalog();
    http::Response response;
    const bool yaml = wants_yaml(call.request);
    response.body = yaml ? catalog_file::write_yaml(*catalog) : catalog_file::write_json(*catalog);
    if (yaml) response.content_type = "application/yaml";
    response.with("ETag", catalog_etag(catalog->version, yaml ? "yaml" : "json"));
    response.with("Catalog-Version", std::to_string(catalog->version));
    response.with("Vary", "Accept");
    call.send(std::move(response));
}

void put_catalog(Call&& call) {
    Errors errors;
    Query query(call.query, errors);
    auto expected = version_of_if_match(call.request);
    if (query.text("expected_version"))
        expected = query.integer("expected_version", 0, 0, std::int64_t{1} << 53);
    if (!errors.empty()) return call.refuse(errors);
    auto file = read_valid_file(call, accounts::Right::publish_catalog);
    if (!file) return;
    catalog::ApplyCatalog command{std::move(file->draft), expected};
    execute(std::move(call), {std::move(command), {}, {}},
            [findings = std::move(file->findings)](const engine::Reader& reader,
                                                   const engine::Reply& reply) {
                return rendered(object_text(reader.catalog(), [&](Wire& w) {
                    w.integer("version", std::get<engine::CatalogVersion>(reply).version);
                    w.json().key("findings");
                    write_findings(w.json(), findings);
                }));
            });
}

void diff_catalog(Call&& call) {
    auto file = read_valid_file(call, accounts::Right::read_platform);
    if (!file) return;
    auto catalog = call.engine().catalog();
    auto differences = call.engine().diff(file->draft);
    auto counts = call.engine().live_subscriptions();
    auto body = object_text(*catalog, [&](Wire& w) {
        w.integer("version", catalog->version);
        w.json().key("findings");
        write_findings(w.json(), file->findings);
        w.json().key("differences").begin_array();
        for (const catalog::Difference& difference : differences) {
            w.json().begin_object();
            constexpr std::string_view kinds[] = {"added", "changed", "archived", "settings"};
            w.text("kind", kinds[static_cast<std::size_t>(difference.kind)]);
            w.text("what", difference.what);
            w.json().key("details").begin_array();
            for (const std::string& detail : difference.details) w.json().string(detail);
            w.json().end_array();
            w.id("plan", difference.plan);
            auto count = counts.find(difference.plan);
            w.integer("live_subscriptions", count == counts.end() ? 0 : count->second);
            w.json().end_object();
        }
        w.json().end_array();
    });
    call.send(http::Response::json(200, std::move(body)));
}

void lint_catalog(Call&& call) {
    auto file = read_file(call, accounts::Right::read_platform);
    if (!file) return;
    auto body = object_text(*call.engine().catalog(), [&](Wire& w) {
        w.boolean("ok", file->ok());
        w.json().key("findings");
        write_findings(w.json(), file->findings);
    });
    call.send(http::Response::json(200, std::move(body)));
}

}  // namespace rb::api::native
