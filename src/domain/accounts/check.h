#pragma once
// Inside the room: bounds of what an account may carry. Each names the field as a JSON pointer and
// says what would be right.
#include <map>
#include <string>
#include <string_view>

#include "domain/accounts/types.h"
#include "domain/faults/types.h"

namespace rb::accounts {

// Ciphertexts of personal fields ("email", "phone", ...) that one profile or member may carry.
inline constexpr std::size_t sealed_fields_max = 32;
inline constexpr std::size_t service_roles_max = 100;

Result<void> check_name(std::string_view name, std::string_view field = "/name");
Result<void> check_text(std::string_view text, std::size_t bytes_max, std::string_view field);
Result<void> check_sealed(const std::map<std::string, std::string>& sealed);
// A currency is present; texts, amounts and codes are within bounds.
Result<void> check_profile(const Profile& profile);
// The text of a public key in PEM; a private one is refused.
Result<void> check_public_key(std::string_view pem);

}  // namespace rb::accounts
