#include "engine/backup.h"

#include <algorithm>

#include "base/text.h"
#include "engine/partition.h"

namespace rb::engine {

namespace {

constexpr std::size_t batches_per_append = 1'000;
constexpr std::size_t bytes_per_append = std::size_t{8} << 20;

// Facts about the store as a whole without which the journal says something else.
constexpr std::string_view copied_facts[] = {"partitions", "usage_key", "key_check", "key_rights",
                                             "tree_ids_until"};

Parsed<void> copy_facts(Journal& from, Journal& to) {
    for (std::string_view name : copied_facts) {
        auto theirs = from.meta(name);
        if (!theirs) return Unparsed(theirs.error());
        auto ours = to.meta(name);
        if (!ours) return Unparsed(ours.error());
        if (!*theirs || *ours == *theirs) continue;
        const bool may_move = name == "key_rights" || name == "tree_ids_until";
        if (*ours && !may_move) return Unparsed("it is a backup of another store");
        if (auto ok = to.set_meta(name, **theirs); !ok) return ok;
    }
    return {};
}

// The last batch of the copy is the very one that the journal has there.
Parsed<void> check_follows(Journal& from, Journal& to, PartitionId partition, std::uint64_t seq) {
    if (seq == 0) return {};
    auto body_of = [&](Journal& journal) -> Parsed<std::string> {
        std::string body;
        auto read = journal.read(partition, seq, [&](std::uint64_t at, std::string_view bytes) {
            if (at == seq) body = bytes;
            return false;
        });
        if (!read) return Unparsed(read.error());
        return body;
    };
    auto theirs = body_of(from), ours = body_of(to);
    if (!theirs) return Unparsed(theirs.error());
    if (!ours) return Unparsed(ours.error());
    if (*theirs == *ours) return {};
    return Unparsed("it is a backup of another store, or of one that was put back since");
}

Parsed<void> copy_partition(Journal& from, Journal& to, PartitionId partition, std::uint64_t until,
                            JournalCopy& copy) {
    auto head = to.head(partition);
    if (!head) return Unparsed(head.error());
    if (auto ok = check_follows(from, to, partition, *head); !ok) return ok;
    if (until < *head)
        return Unparsed("partition " + std::to_string(partition) + " is already at " +
                        std::to_string(*head) + ", beyond " + std::to_string(until));
    std::vector<StoredBatch> batches;
    std::size_t bytes = 0;
    std::uint64_t last = *head;
    Parsed<void> outcome;
    auto write = [&] {
        if (batches.empty()) return true;
        if (to.append(batches) != Append::ok) {
            outcome = Unparsed("the backup cannot be written: " + to.last_error());
            return false;
        }
        copy.batches += batches.size();
        copy.bytes += bytes;
        last = batches.back().seq;
        batches.clear();
        bytes = 0;
        return true;
    };
    auto read = from.read(partition, *head + 1, [&](std::uint64_t seq, std::string_view body) {
        if (seq > until) return false;
        batches.push_back({partition, seq, 0, std::string(body)});
        bytes += body.size();
        const bool is_little = batches.size() < batches_per_append && bytes < bytes_per_append;
        return is_little || write();
    });
    if (!read) return read;
    if (outcome) write();
    copy.heads[partition] = last;
    return outcome;
}

}  // namespace

Parsed<JournalCopy> copy_journal(Journal& from, Journal& to, std::span<const std::uint64_t> until) {
    auto stored = from.meta("partitions");
    if (!stored) return Unparsed(stored.error());
    const auto trees = *stored ? parse_int(**stored) : Unparsed("it does not say how many");
    if (!trees) return Unparsed("the journal's number of partitions is unreadable");
    if (auto ok = copy_facts(from, to); !ok) return Unparsed(ok.error());
    const auto partitions = first_tree_partition + static_cast<PartitionId>(*trees);
    if (!until.empty() && until.size() != partitions)
        return Unparsed("the position has " + std::to_string(until.size()) +
                        " numbers, and there are " + std::to_string(partitions) + " partitions");
    JournalCopy copy;
    copy.heads.resize(partitions);
    for (PartitionId back = partitions; back-- > 0;) {
        const std::uint64_t end = until.empty() ? UINT64_MAX : until[back];
        if (auto ok = copy_partition(from, to, back, end, copy); !ok) return Unparsed(ok.error());
        if (!until.empty() && copy.heads[back] != end)
            return Unparsed("partition " + std::to_string(back) + " ends at " +
                            std::to_string(copy.heads[back]) + ", before " + std::to_string(end));
    }
    return copy;
}

}  // namespace rb::engine
