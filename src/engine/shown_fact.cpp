#include "engine/shown_fact.h"

namespace rb::engine {

void leave_out(Event& event, const std::function<bool(AccountId owner)>& is_shown) {
    std::visit(
        [&](auto& e) {
            using T = std::decay_t<decltype(e)>;
            if constexpr (requires { e.entry.postings; })
                std::erase_if(e.entry.postings, [&](const ledger::Posting& posting) {
                    return !is_shown(posting.owner);
                });
            else if constexpr (std::is_same_v<T, metering::ReservationMade>)
                std::erase_if(e.reservation.costs, [&](const metering::ReservedCost& cost) {
                    return !is_shown(cost.payer);
                });
        },
        event);
}

}  // namespace rb::engine
