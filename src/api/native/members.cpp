#include <algorithm>

#include "api/native/from_wire.h"
#include "api/native/routes.h"
#include "api/native/to_wire.h"

namespace rb::api::native {

namespace {

using accounts::Role;

const accounts::Member* find_member(const accounts::Account& account, MemberId id) {
    auto at = std::ranges::find(account.members, id, &accounts::Member::id);
    return at == account.members.end() ? nullptr : &*at;
}

engine::Render member_render(engine::Engine& engine, AccountId account, int status) {
    return [&engine, account, status](const engine::Reader& reader, const engine::Reply& reply) {
        const accounts::Account& of = reader.account(account)->account;
        std::string body;
        Wire w(body, reader.catalog());
        write_member(w, engine, of, *find_member(of, std::get<MemberId>(reply)));
        return rendered(std::move(body), status);
    };
}

}  // namespace

void list_members(Call&& call) {
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    engine::Engine& engine = call.engine();
    read_account(std::move(call), *account, accounts::Right::read_members,
                 [&engine](const engine::Reader& reader, const engine::AccountRecord& record) {
                     return rendered(list_text(reader.catalog(), "", [&](Wire& w) {
                         for (const accounts::Member& member : record.account.members)
                             write_member(w, engine, record.account, member);
                     }));
                 });
}

void add_member(Call&& call) {
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    Body body(call.request);
    Fields& f = body.root();
    Personal personal;
    if (auto email = f.text("email", Need::required)) personal["email"] = *email;
    if (auto name = f.text("name")) personal["name"] = *name;
    accounts::AddMember command{*account, {}};
    command.member.role = f.enumeration<Role>("role", Need::required).value_or(Role::user);
    command.member.status =
        f.enumeration<accounts::MemberStatus>("status").value_or(accounts::MemberStatus::active);
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    engine::Engine& engine = call.engine();
    auto prepare = [personal, &engine, id = *account](const engine::Reader& reader,
                                                      engine::Command& c) -> Result<void> {
        const auto* record = reader.account(id);
        if (!record) return std::unexpected(unknown_account());
        std::get<accounts::AddMember>(c).member.sealed =
            seal(engine, record->account.wrapped_data_key, personal);
        return {};
    };
    execute(std::move(call), {std::move(command), std::move(prepare), {}},
            member_render(engine, *account, 201));
}

void patch_member(Call&& call) {
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    auto member = path_id<MemberId>(call, "member", Fault::member_is_unknown);
    if (!member) return call.refuse(member.error());
    Body body(call.request);
    auto role = body.root().enumeration<Role>("role");
    auto status = body.root().enumeration<accounts::MemberStatus>("status");
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    // What the patch leaves out stays as it is then, not as it was when it was sent.
    auto prepare = [=, id = *account](const engine::Reader& reader,
                                      engine::Command& c) -> Result<void> {
        const auto* record = reader.account(id);
        if (!record) return std::unexpected(unknown_account());
        auto& update = std::get<accounts::UpdateMember>(c);
        if (const auto* present = find_member(record->account, update.member)) {
            update.role = role.value_or(present->role);
            update.status = status.value_or(present->status);
        }
        return {};
    };
    engine::Engine& engine = call.engine();
    execute(std::move(call),
            {accounts::UpdateMember{*account, *member, {}, {}}, std::move(prepare), {}},
            member_render(engine, *account, 200));
}

void remove_member(Call&& call) {
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    auto member = path_id<MemberId>(call, "member", Fault::member_is_unknown);
    if (!member) return call.refuse(member.error());
    Body body(call.request);
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    execute(std::move(call), {accounts::RemoveMember{*account, *member}, {}, {}},
            [](const engine::Reader&, const engine::Reply&) { return rendered("", 204); });
}

}  // namespace rb::api::native
