#include "testing/audit/counter_check.h"

#include <algorithm>

#include "base/limits.h"

namespace rb::testing::audit {

namespace {

using catalog::Aggregation;
using catalog::WindowKind;
using metering::Scope;

constexpr std::int64_t steps_of_a_window = 60;

std::int64_t step_at(Duration window, Instant at) {
    return at.us / (window.us / steps_of_a_window);
}

// A sum that nobody asks about stays at the end of the range that limits.h says.
int128 in_range(int128 sum) {
    constexpr int128 most = limits::quantity_sum_max;
    return std::clamp(sum, -most, most);
}

// Of what was used in steps: what is in the window that ends with the step of the instant, or with
// a later one in which something was used.
int128 in_window(const std::map<std::int64_t, int128>& steps, Duration window, Instant now) {
    int128 sum = 0;
    std::int64_t last = step_at(window, now);
    if (!steps.empty()) last = std::max(last, steps.rbegin()->first);
    for (const auto& [step, quantity] : steps)
        if (step > last - steps_of_a_window) sum += quantity;
    return in_range(sum);
}

bool adds_up(Aggregation aggregation) {
    return aggregation != Aggregation::max && aggregation != Aggregation::latest;
}

// Who used, and where it is counted: at that account (own), or at one above it.
struct By {
    Scope scope = Scope::own;
    const Counted* account = nullptr;

    // It has the plan by default, or has subscribed to it.
    bool is_on(Name family, PlanId plan) const {
        for (const auto& [id, s] : account->subscriptions) {
            if (!s.is_live() || s.family != family.text()) continue;
            bool is_add_on = s.kind == catalog::PlanKind::add_on;
            if (is_add_on && scope != Scope::own) return false;
            bool is_over = s.status == subscriptions::Status::expired;
            if (!is_add_on && !is_over && s.plan.plan != plan) return false;
        }
        return true;
    }
};

bool concerns(const metering::Counter& c, const By& by) {
    if (c.scope == Scope::shared) return by.is_on(c.family, c.plan);
    return by.scope == Scope::own || c.scope == Scope::pooled;
}

bool holds(const Window& window, const engine::UsageRow& row, const By& by) {
    return concerns(window.opened, by) && window.opened.meter == row.meter &&
           window.opened.span.contains(row.occurred_at);
}

bool is_of(const metering::Draw& d, const engine::UsageRow& row) {
    return d.meters.contains(row.meter) && d.span.contains(row.occurred_at);
}

void add(Window& window, const engine::UsageRow& row) {
    if (window.opened.window == WindowKind::rolling) {
        int128& step = window.steps[step_at(window.opened.rolling, row.occurred_at)];
        step = in_range(step + row.quantity);
        return;
    }
    switch (row.aggregation) {
        case Aggregation::count:
        case Aggregation::sum:
            window.value = in_range(window.value + row.quantity);
            break;
        case Aggregation::max:
            window.value = std::max<int128>(window.value, row.quantity);
            break;
        case Aggregation::latest:
            if (row.occurred_at < window.newest) break;
            window.newest = row.occurred_at;
            window.value = row.quantity;
            break;
        case Aggregation::unique:
            window.members.insert(row.member);
            window.value = static_cast<int128>(window.members.size());
            break;
    }
}

// Which windows and packages a use is taken from together: what is shared stands by itself, but
// for the account's own use, which is taken from all packages in their order.
enum class Of : std::uint8_t { others, shared, all };

// A member that none of the subscription's windows has yet is one more; before it is added.
std::int64_t drawn_by(const Counted& counted, const engine::UsageRow& row, const By& by, Of of) {
    if (row.aggregation != Aggregation::unique) return row.quantity;
    for (const Window& window : counted.windows)
        if (window.opened.window == WindowKind::subscription && holds(window, row, by) &&
            (window.opened.scope == Scope::shared) == (of == Of::shared) &&
            !window.members.contains(row.member))
            return 1;
    return 0;
}

// Whether one of the packages is shared by who used.
bool shares(const Counted& counted, const engine::UsageRow& row, const By& by) {
    return std::ranges::any_of(counted.draws, [&](const metering::Draw& d) {
        return d.scope == Scope::shared && is_of(d, row) && by.is_on(d.family, d.plan.plan);
    });
}

bool concerns(const metering::Draw& d, const By& by, Of of) {
    if (d.scope == Scope::shared) return of != Of::others && by.is_on(d.family, d.plan.plan);
    return of != Of::shared && (by.scope == Scope::own || d.scope == Scope::pooled);
}

// From the packages in their order; what none has left is used of the last.
void draw(Counted& counted, const engine::UsageRow& row, const By& by, Of of, std::int64_t wanted) {
    metering::Draw* last = nullptr;
    for (metering::Draw& d : counted.draws) {
        if (!concerns(d, by, of) || !is_of(d, row)) continue;
        last = &d;
        std::int64_t given = std::max<std::int64_t>(0, std::min(wanted, d.size - d.used));
        d.used += given;
        wanted -= given;
        if (wanted == 0) return;
    }
    if (last == nullptr) return;
    int128 used = in_range(int128{last->used} + wanted);
    last->used = static_cast<std::int64_t>(std::max<int128>(0, used));
}

template <class OfKind>
auto find_draw(OfKind& draws, const metering::Draw& like) {
    return std::ranges::find_if(draws, [&](const metering::Draw& d) {
        return d.subscription == like.subscription && d.family == like.family &&
               d.package == like.package && d.scope == like.scope;
    });
}

bool is_same(const metering::Counter& a, const metering::Counter& b) {
    return a.meter == b.meter && a.window == b.window && a.rolling == b.rolling &&
           a.scope == b.scope && a.span == b.span && a.plan == b.plan;
}

std::string differs(Name what, int128 ours, int128 theirs) {
    return what.text() + ": the rows come to " + to_text(ours) + ", the engine has " +
           to_text(theirs);
}

int128 value_of(const metering::Counter& counter, Instant now) {
    if (counter.window != WindowKind::rolling) return counter.value;
    if (counter.steps.empty()) return 0;
    std::map<std::int64_t, int128> steps;
    for (std::int64_t step = counter.step - steps_of_a_window + 1; step <= counter.step; ++step)
        steps[step] = counter.steps[static_cast<std::size_t>(step % steps_of_a_window)];
    return in_window(steps, counter.rolling, now);
}

std::optional<std::string> differ(const RollingEntities& ours,
                                  const metering::EntityCounter& theirs, Instant now) {
    std::map<Uuid, int128> sums;
    for (const auto& [entity, steps] : ours.steps)
        if (int128 sum = in_window(steps, ours.opened.rolling, now); sum != 0) sums[entity] = sum;
    for (const metering::EntityTally& tally : theirs.tallies) {
        metering::Counter one;
        one.window = WindowKind::rolling;
        one.rolling = theirs.rolling;
        one.step = tally.step;
        one.steps = tally.steps;
        int128 sum = sums.contains(tally.entity) ? sums[tally.entity] : 0;
        if (sum != value_of(one, now)) return differs(theirs.meter, sum, value_of(one, now));
        sums.erase(tally.entity);
    }
    if (sums.empty()) return std::nullopt;
    return theirs.meter.text() + ": the engine has forgotten an entity that used some";
}

}  // namespace

void CounterCheck::take(const metering::CounterOpened& event) {
    std::vector<Window>& windows = accounts_[event.account].windows;
    std::erase_if(windows, [&](const Window& w) { return is_same(w.opened, event.counter); });
    // One that is shared goes on from what its account had used by itself.
    const metering::Counter& c = event.counter;
    Window& window = windows.emplace_back();
    window.opened = c;
    window.value = c.value;
    window.newest = c.newest;
    window.members.insert(c.members.begin(), c.members.end());
    if (c.steps.empty()) return;
    for (std::int64_t step = c.step - steps_of_a_window + 1; step <= c.step; ++step)
        window.steps[step] = c.steps[static_cast<std::size_t>(step % steps_of_a_window)];
}

void CounterCheck::take(const metering::EntityCounterOpened& event) {
    if (event.counter.window != WindowKind::rolling) return;
    std::vector<RollingEntities>& windows = accounts_[event.account].entities;
    std::erase_if(windows, [&](const RollingEntities& w) {
        return w.opened.meter == event.counter.meter && w.opened.rolling == event.counter.rolling;
    });
    windows.push_back({event.counter, {}});
}

void CounterCheck::take(const metering::DrawOpened& event) {
    std::vector<metering::Draw>& draws = accounts_[event.account].draws;
    auto before = find_draw(draws, event.draw);
    if (before == draws.end())
        draws.push_back(event.draw);
    else
        *before = event.draw;
}

void CounterCheck::take(const metering::PacksBought& event) {
    std::vector<metering::Draw>& draws = accounts_[event.account].draws;
    metering::Draw like;
    like.subscription = event.subscription;
    like.family = event.family;
    like.package = event.package;
    like.scope = event.scope;
    auto found = find_draw(draws, like);
    if (found == draws.end()) return;
    found->size = static_cast<std::int64_t>(in_range(int128{found->size} + event.units));
    found->packs += event.packs;
}

void CounterCheck::take(const engine::UsageRow& row) {
    By by{Scope::own, &accounts_[row.account]};
    for (AccountId id = row.account; !id.is_nil(); by.scope = Scope::pooled) {
        Counted& counted = accounts_[id];
        bool is_shared = shares(counted, row, by);
        std::int64_t wanted = drawn_by(counted, row, by, Of::others);
        std::int64_t wanted_of_shared = drawn_by(counted, row, by, Of::shared);
        for (Window& window : counted.windows)
            if (holds(window, row, by)) add(window, row);
        if (by.scope == Scope::own && !row.entity.is_nil())
            for (RollingEntities& window : counted.entities)
                if (window.opened.meter == row.meter)
                    window.steps[row.entity][step_at(window.opened.rolling, row.occurred_at)] +=
                        row.quantity;
        if (adds_up(row.aggregation) && by.scope == Scope::own) {
            draw(counted, row, by, Of::all, is_shared ? wanted_of_shared : wanted);
        } else if (adds_up(row.aggregation)) {
            draw(counted, row, by, Of::others, wanted);
            if (is_shared) draw(counted, row, by, Of::shared, wanted_of_shared);
        }
        id = counted.parent;
    }
}

std::optional<std::string> difference(const Counted& counted, const metering::Usage& usage,
                                      Instant now) {
    for (const metering::Counter& theirs : usage.counters) {
        auto ours = std::ranges::find_if(
            counted.windows, [&](const Window& w) { return is_same(w.opened, theirs); });
        if (ours == counted.windows.end())
            return theirs.meter.text() + ": the engine counts in a window that was never opened";
        bool is_rolling = theirs.window == WindowKind::rolling;
        int128 value = is_rolling ? in_window(ours->steps, theirs.rolling, now) : ours->value;
        if (value != value_of(theirs, now))
            return differs(theirs.meter, value, value_of(theirs, now));
    }
    for (const metering::Draw& theirs : usage.draws) {
        auto ours = find_draw(counted.draws, theirs);
        if (ours == counted.draws.end())
            return theirs.family.text() + ": the engine draws on a package that was never opened";
        if (ours->used != theirs.used) return differs(theirs.family, ours->used, theirs.used);
        if (ours->size != theirs.size) return differs(theirs.family, ours->size, theirs.size);
    }
    for (const RollingEntities& ours : counted.entities) {
        auto theirs = std::ranges::find_if(usage.entity_counters, [&](const auto& c) {
            return c.meter == ours.opened.meter && c.window == WindowKind::rolling &&
                   c.rolling == ours.opened.rolling;
        });
        if (theirs == usage.entity_counters.end())
            return ours.opened.meter.text() + ": the engine has lost a window of entities";
        if (auto what = differ(ours, *theirs, now)) return what;
    }
    if (usage.counters.empty() != counted.windows.empty()) return "the engine has lost its windows";
    if (usage.draws.size() != counted.draws.size()) return "the engine has lost packages";
    return std::nullopt;
}

}  // namespace rb::testing::audit
