#include <algorithm>

#include "base/limits.h"
#include "domain/accounts/check.h"
#include "domain/accounts/decide.h"

namespace rb::accounts {

namespace {

const Member* find_member(const Account& account, MemberId id) {
    auto at = std::ranges::find(account.members, id, &Member::id);
    return at == account.members.end() ? nullptr : &*at;
}

std::unexpected<Refusal> member_is_unknown() {
    return refuse(Fault::member_is_unknown, "the account has no such member", "/member");
}

bool is_active_owner(const Member& member) {
    return member.role == Role::owner && member.status == MemberStatus::active;
}

// Is `member` the only active owner, with other members beside?
bool is_last_owner(const Account& account, const Member& member) {
    if (!is_active_owner(member) || account.members.size() == 1) return false;
    return std::ranges::count_if(account.members, is_active_owner) == 1;
}

}  // namespace

Right right_for(const Account&, const AddMember& command) {
    return command.member.role == Role::owner ? Right::manage_owners : Right::manage_members;
}

Right right_for(const Account& account, const UpdateMember& command) {
    const Member* member = find_member(account, command.member);
    const bool is_owners =
        command.role == Role::owner || (member != nullptr && member->role == Role::owner);
    return is_owners ? Right::manage_owners : Right::manage_members;
}

Right right_for(const Account& account, const RemoveMember& command) {
    const Member* member = find_member(account, command.member);
    const bool is_owners = member != nullptr && member->role == Role::owner;
    return is_owners ? Right::manage_owners : Right::remove_members;
}

Result<Event> decide(const Account& account, const AddMember& command, Instant now, IdSource& ids) {
    if (auto ok = must_not_be_closed(account); !ok) return std::unexpected(ok.error());
    if (account.members.size() >= limits::members_max)
        return refuse(Fault::too_many, "an account has at most 1000 members: remove some first");
    if (auto ok = check_sealed(command.member.sealed); !ok) return std::unexpected(ok.error());
    Member member = command.member;
    member.id = ids.next<MemberId>();
    member.created_at = now;
    return MemberAdded{account.id, std::move(member)};
}

Result<Event> decide(const Account& account, const UpdateMember& command) {
    if (auto ok = must_not_be_closed(account); !ok) return std::unexpected(ok.error());
    const Member* member = find_member(account, command.member);
    if (member == nullptr) return member_is_unknown();
    bool stays_owner = command.role == Role::owner && command.status == MemberStatus::active;
    if (!stays_owner && is_last_owner(account, *member))
        return refuse(Fault::field_is_invalid,
                      "members keep at least one active owner: make another one owner first",
                      "/role");
    return MemberUpdated{account.id, command.member, command.role, command.status};
}

Result<Event> decide(const Account& account, const RemoveMember& command) {
    const Member* member = find_member(account, command.member);
    if (member == nullptr) return member_is_unknown();
    if (is_last_owner(account, *member))
        return refuse(Fault::field_is_invalid,
                      "members keep at least one active owner: make another one owner first",
                      "/member");
    return MemberRemoved{account.id, command.member};
}

}  // namespace rb::accounts
