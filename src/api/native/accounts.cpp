#include "api/native/from_wire.h"
#include "api/native/routes.h"
#include "api/native/to_wire.h"
#include "base/text.h"

namespace rb::api::native {

namespace {

using accounts::Right;

std::string account_text(engine::Engine& engine, const engine::Reader& reader,
                         const engine::AccountRecord& record) {
    std::string body;
    Wire w(body, reader.catalog());
    write_account(w, engine, record.account);
    return body;
}

// Renders the account that the reply names.
engine::Render account_render(engine::Engine& engine, int status) {
    return [&engine, status](const engine::Reader& reader, const engine::Reply& reply) {
        const auto* record = reader.account(std::get<AccountId>(reply));
        return rendered(account_text(engine, reader, *record), status);
    };
}

// The tops of the platform's trees.
void list_tops(Call&& call, AccountId after, std::size_t limit) {
    engine::Engine& engine = call.engine();
    accounts::Caller caller = call.caller;
    auto show = [&engine](const engine::Reader& reader, const engine::AccountRecord& record) {
        std::string text;
        Wire w(text, reader.catalog());
        write_account(w, engine, record.account);
        return text;
    };
    engine.tops(
        caller, after, limit, std::move(show),
        [&engine, done = std::move(call).done()](Result<engine::Engine::TopsPage>&& page) mutable {
            if (!page) return done(std::unexpected(page.error()));
            std::string next =
                page->last.is_nil() ? std::string() : make_cursor(page->last.to_text());
            done(rendered(list_text(*engine.catalog(), next, [&](Wire& w) {
                for (const std::string& text : page->shown) w.json().raw(text);
            })));
        });
}

// Children of an account, or (nil) the tops of the platform's trees.
void list_below(Call&& call, AccountId parent, const Page& page) {
    AccountId after;
    if (!page.after.empty()) {
        auto id = AccountId::parse(page.after);
        if (!id)
            return call.refuse({Fault::field_is_invalid,
                                "/cursor",
                                "expected a next_cursor of the page before",
                                {},
                                {}});
        after = *id;
    }
    if (parent.is_nil()) return list_tops(std::move(call), after, page.limit);
    engine::Engine& engine = call.engine();
    accounts::Caller caller = call.caller;
    engine.read(
        parent, caller,
        [&engine, parent, after,
         limit = page.limit](const engine::Reader& reader) -> Result<engine::Rendered> {
            if (auto ok = reader.allowed(parent, Right::read_account); !ok)
                return std::unexpected(ok.error());
            auto records = reader.children(parent, after, limit + 1);
            std::string next;
            if (records.size() > limit) {
                records.pop_back();
                next = make_cursor(records.back()->account.id.to_text());
            }
            return rendered(list_text(reader.catalog(), next, [&](Wire& w) {
                for (const auto* record : records) write_account(w, engine, record->account);
            }));
        },
        std::move(call).done());
}

// Did If-Match name another state than this one?
bool is_stale(const std::optional<std::string>& if_match, std::string_view etag) {
    return if_match && *if_match != "*" && if_match->find(etag) == std::string::npos;
}

}  // namespace

void open_account(Call&& call) {
    Body body(call.request);
    Fields& f = body.root();
    accounts::OpenAccount command;
    command.name = f.text("name").value_or("");
    constexpr std::size_t name_chars_max = 40;
    const bool is_given = f.has("name") && !f.is_null("name");
    if ((is_given && command.name.empty()) || command.name.size() > name_chars_max)
        f.invalid("name", "expected 2 to 40 of a to z, 0 to 9 and hyphen, or no name at all");
    command.number = f.integer("number").value_or(0);
    command.kind = f.enumeration<accounts::Kind>("kind").value_or(accounts::Kind::customer);
    command.clock = f.id<ClockId>("test_clock").value_or(ClockId{});
    auto parent = f.text("parent");
    ProfilePatch patch = read_profile(f);
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    // An account opens accounts below itself; only the platform opens trees.
    command.parent = call.caller.account;
    if (parent) {
        auto found = find_account(call, *parent, "/parent");
        if (!found) return call.refuse(found.error());
        command.parent = *found;
    }
    engine::Engine& engine = call.engine();
    command.wrapped_data_key = engine.vault().make_data_key();
    std::string fingerprint;
    if (auto email = patch.personal.find("email");
        email != patch.personal.end() && !email->second.empty())
        fingerprint = engine.vault().fingerprint(to_lower(email->second));
    auto prepare = [patch = std::move(patch), &engine](const engine::Reader& reader,
                                                       engine::Command& c) -> Result<void> {
        auto& open = std::get<accounts::OpenAccount>(c);
        if (const auto* above = reader.account(open.parent))
            open.profile.currency = above->account.profile.currency;
        return patch_profile(open.profile, patch, engine, open.wrapped_data_key);
    };
    execute(std::move(call), {std::move(command), std::move(prepare), std::move(fingerprint)},
            account_render(engine, 201), &etag_answer);
}

void list_accounts(Call&& call) {
    Errors errors;
    Query query(call.query, errors);
    Page page = read_page(query, errors);
    auto parent = query.text("parent");
    if (!errors.empty()) return call.refuse(errors);
    AccountId above = call.caller.account;
    if (parent) {
        auto found = find_account(call, *parent, "/parent");
        if (!found) return call.refuse(found.error());
        above = *found;
    }
    list_below(std::move(call), above, page);
}

void list_children(Call&& call) {
    Errors errors;
    Page page = read_page(Query(call.query, errors), errors);
    if (!errors.empty()) return call.refuse(errors);
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    list_below(std::move(call), *account, page);
}

void get_account(Call&& call) {
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    engine::Engine& engine = call.engine();
    read_account(
        std::move(call), *account, Right::read_account,
        [&engine](const engine::Reader& reader, const engine::AccountRecord& record) {
            return rendered(account_text(engine, reader, record));
        },
        &etag_answer);
}

void patch_account(Call&& call) {
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    Body body(call.request);
    ProfilePatch patch = read_profile(body.root());
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    std::optional<std::string> if_match;
    if (const std::string* header = call.request.header("If-Match")) if_match = *header;

    // The state that is patched is the one that is decided against: nothing comes between. No fault
    // of the domain says that a precondition failed, so the flag does.
    engine::Engine& engine = call.engine();
    auto has_moved = std::make_shared<bool>(false);
    call.respond = [inner = std::move(call.respond), has_moved,
                    id = call.request.request_id](http::Response&& response) mutable {
        if (!*has_moved) return inner(std::move(response));
        inner(http::problem(412, "precondition_failed",
                            "the account has changed since this ETag was given: read it again",
                            id));
    };
    auto prepare = [=, &engine, id = *account](const engine::Reader& reader,
                                               engine::Command& c) -> Result<void> {
        auto may = reader.allowed(id, Right::update_profile);
        if (!may) return std::unexpected(may.error());
        const engine::AccountRecord* record = *may;
        if (is_stale(if_match, etag_of(account_text(engine, reader, *record)))) {
            *has_moved = true;
            return refuse(Fault::field_is_invalid, "the account has changed");
        }
        auto& update = std::get<accounts::UpdateProfile>(c);
        update.profile = record->account.profile;
        return patch_profile(update.profile, patch, engine, record->account.wrapped_data_key);
    };
    execute(std::move(call), {accounts::UpdateProfile{*account, {}}, std::move(prepare), {}},
            account_render(engine, 200), &etag_answer);
}

void set_account_status(Call&& call) {
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    Body body(call.request);
    Fields& f = body.root();
    accounts::SetStatus command{*account, {}, {}};
    auto status = f.enumeration<accounts::Status>("status", Need::required);
    accounts::Closing& end = command.closing;
    end.balance = f.enumeration<accounts::BalanceAtEnd>("balance");
    end.unused = f.enumeration<accounts::UnusedAtEnd>("unused");
    end.debt = f.enumeration<accounts::DebtAtEnd>("debt");
    end.reference = f.text("reference").value_or("");
    end.provider = f.text("provider").value_or("");
    auto transfer_to = f.text("transfer_to");
    const bool is_transfer = end.balance == accounts::BalanceAtEnd::transfer;
    const bool says_of_end = end.balance || end.unused || end.debt || !end.reference.empty();
    if (says_of_end && status != accounts::Status::closed)
        f.invalid("status", "expected closed: what becomes of what stands on it is said of that");
    if (is_transfer != transfer_to.has_value())
        f.invalid("transfer_to", "expected the account that a transfer goes to, and only then");
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    if (transfer_to) {
        auto to = find_account(call, *transfer_to, "/transfer_to");
        if (!to) return call.refuse(to.error());
        end.transfer_to = *to;
    }
    command.status = *status;
    engine::Engine& engine = call.engine();
    execute(std::move(call), {std::move(command), {}, {}}, account_render(engine, 200),
            &etag_answer);
}

}  // namespace rb::api::native
