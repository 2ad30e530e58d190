#pragma once
// What an answer of any surface says of the right of the one who asked.
#include <string>

#include "api/http/message.h"
#include "testing/matrix/rules.h"

namespace rb::testing::matrix {

struct Judged {
    Verdict verdict = Verdict::other;
    std::string code;  // of the refusal, as the surface names it
};
// Never `unknown`: that is seen by comparing with the answer about what there is not.
Judged judge(const Row& row, const http::Response& response);

// Nothing but the request's id may tell two answers apart.
bool is_same(const http::Response& a, const http::Response& b);
// Is it a refusal, in whatever shape?
bool is_refusal(const Row& row, const http::Response& response);

}  // namespace rb::testing::matrix
