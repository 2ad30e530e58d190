#include "testing/audit/usage_check.h"

namespace rb::testing::audit {

// For so long every id is told apart, whatever the meters of the catalog say; later it may come
// again.
constexpr Duration told_apart = Duration::of_days(35);

bool is_recounted(const metering::EntityCounter& counter) {
    bool adds = counter.aggregation == catalog::Aggregation::count ||
                counter.aggregation == catalog::Aggregation::sum;
    return adds && counter.window != catalog::WindowKind::rolling;
}

Problem UsageCheck::take(const engine::Event& event, Instant received) {
    std::visit(
        [this](const auto& e) {
            if constexpr (requires { e.subscription.revision; })
                counters_.take(e.account, e.subscription);
        },
        event);
    if (const auto* e = std::get_if<metering::UsageCounted>(&event)) return rows_of(*e, received);
    if (const auto* e = std::get_if<metering::CounterOpened>(&event)) counters_.take(*e);
    if (const auto* e = std::get_if<metering::DrawOpened>(&event)) {
        counters_.take(*e);
        return draw(*e);
    }
    if (const auto* e = std::get_if<metering::EntityCounterOpened>(&event)) {
        counters_.take(*e);
        return window(*e);
    }
    if (const auto* e = std::get_if<metering::PacksBought>(&event)) {
        counters_.take(*e);
        return packs(*e);
    }
    return std::nullopt;
}

Problem UsageCheck::rows_of(const metering::UsageCounted& counted, Instant received) {
    auto rows = engine::UsageBlockReader::open(counted.block);
    if (!rows) return rows.error();
    engine::UsageRow row;
    std::size_t read = 0;
    while (rows->next(row)) {
        ++read;
        if (left_out_.contains(row.account)) continue;
        ++rows_;
        if (!accounts_.contains(row.account)) return "a use is of an account that was never opened";
        if (row.occurred_at > row.at) return "a use lies ahead of the instant that counted it";
        if (!row.event.is_nil()) {
            bool is_next =
                row.event == last_ && meters_of_last_.insert(std::string(row.meter)).second;
            if (!is_next) {
                auto [known, is_new] = seen_.try_emplace(row.event, received);
                if (!is_new && received.us - known->second.us < told_apart.us)
                    return "an event is counted twice";
                known->second = received;
                meters_of_last_ = {std::string(row.meter)};
            }
        }
        last_ = row.event;
        UsageSum& sum = sums_[{row.account, std::string(row.meter)}];
        sum.quantity += row.quantity;
        ++sum.rows;
        if (!row.entity.is_nil()) count_entity(row);
        counters_.take(row);
    }
    if (read != rows->rows()) return "a block of usage is malformed";
    return std::nullopt;
}

Problem UsageCheck::draw(const metering::DrawOpened& e) {
    const metering::Draw& d = e.draw;
    if (d.size < d.included || d.used < 0) return "a package begins with less than it gives";
    draws_[{e.account, d.subscription, d.family, d.package, d.scope}] = d;
    return std::nullopt;
}

Problem UsageCheck::window(const metering::EntityCounterOpened& e) {
    const metering::EntityCounter& c = e.counter;
    if (!c.tallies.empty()) return "a window of entities begins with some of them";
    if (!is_recounted(c)) return std::nullopt;
    EntityWindow opened{e.account, c.meter, c.window, c.span};
    std::erase_if(entities_, [&](const auto& known) {
        const EntityWindow& w = known.first;
        return w.account == opened.account && w.meter == opened.meter &&
               w.window == opened.window && w.span.end <= opened.span.start;
    });
    entities_[opened].clear();
    return std::nullopt;
}

void UsageCheck::count_entity(const engine::UsageRow& row) {
    for (auto& [window, sums] : entities_)
        if (window.account == row.account && window.meter == row.meter &&
            window.span.contains(row.occurred_at))
            sums[row.entity] += row.quantity;
}

Problem UsageCheck::packs(const metering::PacksBought& e) {
    auto found = draws_.find({e.account, e.subscription, e.family, e.package, e.scope});
    if (found == draws_.end()) return "packs are bought for a package that was not opened";
    if (e.packs <= 0 || e.units < e.packs) return "packs are bought without units";
    found->second.size += e.units;
    found->second.packs += e.packs;
    return std::nullopt;
}

}  // namespace rb::testing::audit
