// Who did what, for the platform.
#include "api/native/routes.h"
#include "api/native/to_wire.h"

namespace rb::api::native {

namespace {

using engine::AuditRow;

// The platform's own, so that its numbers may tell what all trees do.
std::string text_of(const AuditRow& row) {
    return std::to_string(row.at.us) + " " + std::to_string(row.partition) + " " +
           std::to_string(row.number);
}

std::optional<engine::AuditQuery::Place> place_of(std::string_view text) {
    std::int64_t numbers[3];
    for (std::int64_t& number : numbers) {
        const std::size_t blank = text.find(' ');
        const auto parsed = parse_int(text.substr(0, blank));
        if (!parsed || *parsed < 0) return std::nullopt;
        number = *parsed;
        text.remove_prefix(blank == text.npos ? text.size() : blank + 1);
    }
    return engine::AuditQuery::Place{Instant{numbers[0]},
                                     static_cast<engine::PartitionId>(numbers[1]),
                                     static_cast<std::uint64_t>(numbers[2])};
}

// A key of an account or of the platform, or a service key, whose id is a bare UUID.
std::string key_text(Uuid key) { return key.is_nil() ? std::string() : ApiKeyId{key}.to_text(); }

void write_row(Wire& w, const AuditRow& row) {
    const bool is_platforms = row.caller.is_nil();
    w.json().begin_object();
    w.instant("at", row.at);
    w.text("command", row.command);
    w.id("account", row.account);
    w.enumeration("door", row.actor.door);
    w.id("caller", row.caller);
    w.text_or_null("key", key_text(row.key));
    w.id("member", MemberId{is_platforms ? Uuid{} : row.actor.person});
    w.id("operator", OperatorId{is_platforms ? row.actor.person : Uuid{}});
    w.text_or_null("request_id", row.actor.request_id);
    w.json().key("facts").begin_array();
    for (const std::string& fact : row.facts) w.json().string(fact);
    w.json().end_array();
    w.json().end_object();
}

template <class IdType>
Uuid id_of(const Query& query, std::string_view name, Errors& errors) {
    const auto text = query.text(name);
    if (!text) return {};
    const auto id = IdType::parse(*text);
    if (!id) errors.add(Fault::field_is_invalid, "/" + std::string(name), id.error());
    return id ? id->uuid : Uuid{};
}

}  // namespace

void list_audit(Call&& call) {
    if (auto ok = engine::Engine::may_overall(call.caller, accounts::Right::read_audit); !ok)
        return call.refuse(ok.error());
    Errors errors;
    const Query query(call.query, errors);
    const Page page = read_page(query, errors);
    engine::AuditQuery asked;
    asked.key = id_of<ApiKeyId>(query, "key", errors);
    asked.person = id_of<OperatorId>(query, "operator", errors);
    if (asked.person.is_nil()) asked.person = id_of<MemberId>(query, "member", errors);
    asked.command = query.text("command").value_or("");
    asked.from = query.instant("from");
    asked.to = query.instant("to");
    asked.limit = page.limit + 1;
    if (!page.after.empty()) {
        asked.before = place_of(page.after);
        if (!asked.before)
            errors.add(Fault::field_is_invalid, "/cursor",
                       "expected a next_cursor of the page before");
    }
    if (!errors.empty()) return call.refuse(errors);
    if (const auto account = query.text("account")) {
        const auto found = find_account(call, *account);
        if (!found) return call.refuse(found.error());
        asked.account = *found;
    }
    engine::Engine& engine = call.engine();
    const accounts::Caller caller = call.caller;
    auto shared = std::make_shared<Call>(std::move(call));
    engine.audit(caller, std::move(asked),
                 [shared, limit = page.limit](Result<std::vector<AuditRow>>&& rows) {
                     if (!rows) return shared->refuse(rows.error());
                     std::string next;
                     if (rows->size() > limit) {
                         rows->resize(limit);
                         next = make_cursor(text_of(rows->back()));
                     }
                     auto body = list_text(*shared->engine().catalog(), next, [&](Wire& w) {
                         for (const AuditRow& row : *rows) write_row(w, row);
                     });
                     shared->send(http::Response::json(200, std::move(body)));
                 });
}

}  // namespace rb::api::native
