#include "engine/fact_feed.h"

#include <algorithm>
#include <utility>

#include "base/limits.h"
#include "base/text.h"
#include "engine/batch.h"
#include "engine/share.h"

namespace rb::engine {

namespace {

// Where a reader stands in one partition: in this batch, behind this event.
struct Place {
    std::uint64_t seq = 1;
    std::uint64_t number = 0;
};
using Places = std::map<PartitionId, Place>;

std::string cursor_of(const Places& places) {
    std::string text;
    for (const auto& [partition, place] : places)
        text += std::to_string(partition) + ":" + std::to_string(place.seq) + ":" +
                std::to_string(place.number) + ";";
    return to_base64(text);
}

Parsed<Places> parse_cursor(std::string_view cursor) {
    Places places;
    if (cursor.empty()) return places;
    auto text = parse_base64(cursor);
    const auto bad = [] { return Unparsed("this cursor was not made here"); };
    if (!text) return bad();
    std::string_view rest = *text;
    while (!rest.empty()) {
        std::size_t end = rest.find(';');
        std::size_t first = rest.find(':');
        std::size_t second = first == rest.npos ? rest.npos : rest.find(':', first + 1);
        if (end == rest.npos || second == rest.npos || second > end) return bad();
        auto partition = parse_int(rest.substr(0, first));
        auto seq = parse_int(rest.substr(first + 1, second - first - 1));
        auto number = parse_int(rest.substr(second + 1, end - second - 1));
        if (!partition || !seq || !number || *partition < 0 || *seq < 1 || *number < 0)
            return bad();
        places[static_cast<PartitionId>(*partition)] = {static_cast<std::uint64_t>(*seq),
                                                        static_cast<std::uint64_t>(*number)};
        rest.remove_prefix(end + 1);
    }
    return places;
}

}  // namespace

Result<FactPage> FactFeed::read(const Request& request) {
    constexpr std::size_t batches_per_page_max = 2'000;
    auto places = parse_cursor(request.after);
    if (!places) return refuse(Fault::field_is_invalid, places.error(), "/after");
    FactPage page;
    for (PartitionId partition = 0; partition < request.partitions; ++partition) {
        Place& place = (*places)[partition];
        std::size_t batches = 0;
        std::string broken;
        auto read = store_.journal().read(
            partition, place.seq, [&](std::uint64_t seq, std::string_view body) {
                auto batch = open_batch(body);
                if (!batch) {
                    broken = batch.error();
                    return false;
                }
                place.seq = seq;
                std::uint64_t number = batch->header.first_event;
                for (const Record& record : batch->records)
                    for (const RawEvent& raw : record.events) {
                        std::uint64_t mine = number;
                        number += width(raw.kind, raw.bytes);
                        if (mine <= place.number) continue;
                        if (page.facts.size() >= request.limit) return false;
                        place.number = mine;
                        auto event = decode_event(static_cast<std::uint16_t>(raw.kind), raw.bytes);
                        if (!event || !request.visible(*event)) continue;
                        page.facts.push_back({partition, mine, record.at, record.command,
                                              std::string(kind_name(*event)),
                                              subject_account(*event),
                                              event_json(for_feed(std::move(*event)))});
                    }
                return ++batches < batches_per_page_max;
            });
        if (!read) return refuse(Fault::position_is_not_reached, read.error());
        if (!broken.empty()) return refuse(Fault::position_is_not_reached, broken);
    }
    page.cursor = cursor_of(*places);
    return page;
}

void FactFeed::ask(Request request, Done done, Run run) {
    look(std::make_shared<Asked>(Asked{std::move(request), std::move(done), std::move(run)}));
}

void FactFeed::look(AskedPtr asked) {
    asked->run([this, asked] {
        for (;;) {
            std::uint64_t before = 0;
            {
                std::lock_guard lock(mutex_);
                before = moves_;
            }
            auto page = read(asked->request);
            if (!page || !page->facts.empty() || asked->request.deadline_us == 0)
                return asked->done(std::move(page));
            asked->request.after = page->cursor;
            auto next = wait(asked, before);
            if (!next) return asked->done(std::unexpected(next.error()));
            if (*next == Next::waits) return;
        }
    });
}

// What was committed during the look may be a fact of his: with ticks the next one brings him back,
// without he looks again at once.
Result<FactFeed::Next> FactFeed::wait(const AskedPtr& asked, std::uint64_t moves_seen) {
    std::lock_guard lock(mutex_);
    const bool has_moved = moves_seen != moves_;
    if (has_moved && ticks_ == Ticks::none) return Next::looks_again;
    const AccountId tree = asked->request.tree;
    std::vector<AskedPtr>& own = waiting_[tree];
    if (!tree.is_nil() && own.size() >= limits::tree_waiting_reads_max)
        return tree_is_full("reads of changes that wait", own.size(),
                            limits::tree_waiting_reads_max, "/wait");
    if (waiting_count_ >= limits::waiting_reads_max)
        return refuse(Fault::engine_is_overloaded, "too many reads wait; try again later");
    asked->is_due = has_moved;
    own.push_back(asked);
    ++waiting_count_;
    return Next::waits;
}

template <class Leaves>
void FactFeed::take(std::vector<AskedPtr>& from, std::vector<AskedPtr>& to, const Leaves& leaves) {
    std::erase_if(from, [&](const AskedPtr& asked) {
        if (!leaves(*asked)) return false;
        to.push_back(asked);
        return true;
    });
}

void FactFeed::moved(std::vector<AccountId> trees) {
    std::vector<AskedPtr> again;
    {
        std::lock_guard lock(mutex_);
        ++moves_;
        if (waiting_count_ == 0) return;
        std::ranges::sort(trees);
        trees.erase(std::ranges::unique(trees).begin(), trees.end());
        trees.push_back({});  // the platform sees all
        for (AccountId tree : trees)
            if (auto own = waiting_.find(tree); own != waiting_.end())
                take(own->second, again, [&](Asked& asked) {
                    const bool may_look = ticks_ == Ticks::none || asked.tick != tick_;
                    asked.is_due = !may_look;
                    asked.tick = tick_;
                    return may_look;
                });
        waiting_count_ -= again.size();
    }
    for (AskedPtr& asked : again) look(std::move(asked));
}

void FactFeed::expire(std::int64_t monotonic_us) {
    std::vector<AskedPtr> over, again;
    {
        std::lock_guard lock(mutex_);
        ++tick_;
        for (auto& [tree, own] : waiting_) {
            take(own, over, [&](Asked& a) { return a.request.deadline_us <= monotonic_us; });
            take(own, again, [&](Asked& asked) {
                if (asked.is_due) asked.tick = tick_;
                return std::exchange(asked.is_due, false);
            });
        }
        waiting_count_ -= over.size() + again.size();
        std::erase_if(waiting_, [](const auto& entry) { return entry.second.empty(); });
    }
    for (AskedPtr& asked : over) asked->done(FactPage{{}, asked->request.after});
    for (AskedPtr& asked : again) look(std::move(asked));
}

}  // namespace rb::engine
