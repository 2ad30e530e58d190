#include "api/agency/authority.h"

#include <algorithm>

namespace rb::api::agency {

std::expected<engine::Principal, http::Response> authenticate(const Context& context,
                                                              const http::Request& request) {
    auto query = http::parse_query(request.query);
    const std::string* key = query ? http::find(*query, "api_key") : nullptr;
    if (key == nullptr || key->empty())
        return std::unexpected(not_authenticated("Not authenticated"));
    // Of two keys a proxy in front might have looked at the other one.
    if (std::ranges::count(*query, "api_key", &http::Parameters::value_type::first) > 1)
        return std::unexpected(not_authenticated("Send one api_key"));
    auto principal = context.engine.authenticate(accounts::Surface::agency, *key);
    if (!principal && principal.error().fault == Fault::credentials_expired)
        return std::unexpected(not_authenticated("This API key has expired"));
    if (!principal) return std::unexpected(not_authenticated("Invalid API key"));
    return *principal;
}

std::optional<Uuid> path_uuid(const http::Request& request, std::string_view name,
                              std::vector<FieldFault>& faults) {
    auto id = Uuid::parse(request.path_parameter(name));
    if (id) return *id;
    faults.push_back({{"path", std::string(name)}, "Input should be a valid UUID", "uuid_parsing"});
    return std::nullopt;
}

bool has_authority(const Context& context, const accounts::Caller& caller, AccountId agency) {
    return context.engine.exists(agency) && context.engine.reaches(caller, agency);
}

}  // namespace rb::api::agency
