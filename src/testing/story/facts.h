#pragma once
// Inside the room: what an engine answers, as facts of the language. A body is text: the id that
// the answer is about in its first line (empty: none), then one fact a line.
#include <map>
#include <string>
#include <string_view>
#include <vector>

#include "domain/faults/types.h"
#include "domain/ledger/decide.h"
#include "engine/command.h"
#include "engine/reader.h"
#include "testing/story/story.h"

namespace rb::testing::story {

// Names that the story has given to ids.
using IdNames = std::map<Uuid, std::string>;

class Facts {
public:
    Facts& add(std::string_view word, std::string_view value) {
        text_ += std::string(word) + " " + std::string(value) + "\n";
        return *this;
    }
    Facts& add(std::string_view word, std::int64_t value) {
        return add(word, std::to_string(value));
    }
    // For words that stand once an item: without items one says so.
    Facts& none_unless(bool any, std::string_view word) { return any ? *this : add(word, "none"); }
    std::string body(Uuid id = {}) const {
        return (id.is_nil() ? std::string() : id.to_text()) + "\n" + text_;
    }

private:
    std::string text_;
};

struct Answer {
    Uuid id;
    std::vector<Fact> facts;
};
Answer read_body(std::string_view body);

// What reading needs besides the reader: whose view it is.
struct View {
    const engine::Reader& reader;
    const engine::AccountRecord& record;
    const IdNames& names;
    std::string amount(Amount a) const;
    std::string moment(Instant t) const;
    std::string name(Uuid id) const;
    std::string plan(const PlanRef& ref) const;
    std::string plan_key(PlanId id) const;
};

// The reply of a command. `record`: of the account that it is about; nullptr: of none.
std::string reply_body(const engine::Reader& reader, const engine::AccountRecord* record,
                       const engine::Reply& reply, const IdNames& names);
std::vector<Fact> refusal_facts(const Refusal& refusal, Zone zone);

void subscription_facts(Facts& out, const View& view, const subscriptions::Subscription& s);
void balance_facts(Facts& out, const View& view);
void hold_facts(Facts& out, const View& view);
void grant_facts(Facts& out, const View& view);
void entitlement_facts(Facts& out, const View& view);
void offer_facts(Facts& out, const View& view, std::string_view family);
void accrued_facts(Facts& out, const View& view);
void account_facts(Facts& out, const View& view);
void spending_facts(Facts& out, const View& view);
void package_facts(Facts& out, const View& view);
void answer_facts(Facts& out, const View& view, const entitlements::Answer& answer);
// "charge available -30.00 deferred_revenue +30.00".
std::string entry_text(const View& view, const ledger::Entry& entry);

}  // namespace rb::testing::story
