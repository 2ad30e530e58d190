#include "engine/directory.h"

namespace rb::engine {

std::set<AccountId> holders(const Directory& directory, const AccountReserved& wanted) {
    std::set<AccountId> out;
    const DirectoryTable& accounts = directory.accounts;
    for (const auto& holder : {accounts.named(wanted.name), accounts.numbered(wanted.number),
                               accounts.with_email(wanted.email_fingerprint)})
        if (holder) out.insert(*holder);
    return out;
}

namespace {

constexpr std::int64_t number_first = 1'000'001;
constexpr std::int64_t leap_max = 1'000'000'000;
constexpr std::int64_t number_max = (std::int64_t{1} << 53) - 1;

}  // namespace

std::int64_t next_free_number(const Directory& directory) {
    std::int64_t number = directory.next_number;
    if (number < 1 || number > number_max) number = number_first;
    while (directory.accounts.numbered(number)) number = number < number_max ? number + 1 : 1;
    return number;
}

std::int64_t next_number_after(const Directory& directory, std::int64_t number) {
    const std::int64_t next = next_free_number(directory);
    if (number < next || number - next > leap_max || number == number_max) return next;
    return number + 1;
}

Result<std::vector<Event>> reserve_account(const Directory& directory, AccountReserved& wanted,
                                           const std::set<AccountId>& abandoned) {
    if (wanted.number < 0 || wanted.number > number_max)
        return refuse(Fault::field_is_invalid, "an account number lies between 1 and 2^53 - 1",
                      "/number");
    std::vector<Event> events;
    for (AccountId holder : holders(directory, wanted)) {
        const DirectoryEntry entry = *directory.accounts.find(holder);
        if (!entry.confirmed && abandoned.contains(holder)) {
            events.push_back(AccountLapsed{holder});
        } else if (entry.name == wanted.name) {
            return refuse(Fault::name_is_taken, "the name '" + wanted.name + "' is taken", "/name");
        } else if (entry.number == wanted.number) {
            return refuse(Fault::name_is_taken,
                          "the account number " + std::to_string(wanted.number) + " is taken",
                          "/number");
        } else {
            return refuse(Fault::email_is_taken, "another account has this e-mail address",
                          "/email");
        }
    }
    if (wanted.number == 0) wanted.number = next_free_number(directory);
    events.push_back(wanted);
    return events;
}

}  // namespace rb::engine
