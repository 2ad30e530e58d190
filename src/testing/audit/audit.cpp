#include "testing/audit/audit.h"

#include <algorithm>
#include <set>

#include "engine/batch.h"
#include "engine/partition.h"
#include "testing/audit/ledger_check.h"
#include "testing/audit/reservation_check.h"
#include "testing/audit/spend_check.h"
#include "testing/audit/usage_check.h"

namespace rb::testing::audit {

namespace {

using subscriptions::Subscription;

class PartitionAudit {
public:
    // Nothing that the trees `left_out` say is looked at.
    PartitionAudit(engine::PartitionId id, std::uint64_t catalog_batches, EntryIds& entries,
                   const std::set<AccountId>& left_out)
        : catalog_batches_(catalog_batches), left_out_(left_out), ledger_(entries) {
        report_.partition = id;
    }

    PartitionReport run(engine::Journal& journal) {
        auto read =
            journal.read(report_.partition, 1, [&](std::uint64_t seq, std::string_view body) {
                place_ = "batch " + std::to_string(seq);
                return batch(seq, body);
            });
        if (!read) fail(read.error());
        place_ = "the end";
        if (report_.problem.empty())
            if (ProblemOf found = at_the_end()) {
                fail(found->second);
                culprit_ = top_of(found->first);
            }
        report_.entries = ledger_.entries();
        report_.balances = ledger_.balances();
        report_.uses = usage_.rows();
        report_.usage = usage_.sums();
        report_.entities = usage_.entities();
        report_.counted = usage_.counted();
        report_.spent = spend_.sums();
        report_.held = reservations_.sums();
        return std::move(report_);
    }

    // The tree that the problem is of; nil: it is of none.
    AccountId culprit() const { return culprit_; }

private:
    AccountId top_of(AccountId account) const {
        auto found = tops_.find(account);
        return found == tops_.end() ? AccountId{} : found->second;
    }
    AccountId top_of(const engine::Event& event) const {
        if (const auto* e = std::get_if<accounts::AccountOpened>(&event)) return e->account.top;
        return top_of(engine::subject_account(event));
    }
    void fail(const std::string& what) {
        if (report_.problem.empty())
            report_.problem =
                "partition " + std::to_string(report_.partition) + ", " + place_ + ": " + what;
    }
    bool note(const Problem& problem) {
        if (problem) fail(*problem);
        return !problem;
    }

    bool batch(std::uint64_t seq, std::string_view body) {
        auto opened = engine::open_batch(body);
        if (!opened) {
            fail(opened.error());
            return false;
        }
        const engine::BatchHeader& header = opened->header;
        bool follows = header.partition == report_.partition && header.seq == seq &&
                       seq == report_.batches + 1 && header.previous == chain_ &&
                       header.first_event == report_.events + 1;
        if (!follows) fail("it does not follow the one before it");
        if (header.catalog_seq > catalog_batches_) fail("it names a catalog that does not exist");
        chain_ = engine::hash_batch(body);
        ++report_.batches;
        for (const engine::Record& record : opened->records)
            if (!take(record)) return false;
        return report_.problem.empty();
    }

    bool take(const engine::Record& record) {
        ++report_.records;
        AccountId top;
        for (const engine::RawEvent& raw : record.events) {
            std::uint64_t width = engine::width(raw.kind, raw.bytes);
            report_.events += width;
            place_ = "event " + std::to_string(report_.events) + " (" + record.command + ")";
            auto event = engine::decode_event(static_cast<std::uint16_t>(raw.kind), raw.bytes);
            if (!event) fail("it is of no kind that this version knows, or malformed");
            if (!event) return false;
            if (const auto* e = std::get_if<accounts::AccountOpened>(&*event))
                tops_.emplace(e->account.id, e->account.top);
            top = top_of(*event);
            if (left_out_.contains(top)) {
                if (const auto* e = std::get_if<accounts::AccountOpened>(&*event))
                    usage_.leave_out(e->account.id);
                continue;
            }
            if (!note(take(*event, record.at)) || !note(spend_.take(record.command, *event))) {
                culprit_ = top;
                return false;
            }
        }
        bool is_settled =
            note(spend_.end_record()) && note(ledger_.settled()) && note(reservations_.settled());
        if (!is_settled) culprit_ = top;
        return is_settled;
    }

    Problem take(const engine::Event& event, Instant at) {
        if (const auto* e = std::get_if<accounts::AccountOpened>(&event)) {
            report_.accounts.push_back(e->account.id);
            settle_down(e->account);
            usage_.opened(e->account.id, e->account.parent);
            reservations_.opened(e->account.id, e->account.parent);
            return ledger_.opened(e->account.id);
        }
        if (const auto* e = std::get_if<catalog::PlanPublished>(&event))
            owners_[e->head.id] = e->head.owner;
        if (Problem found = ledger_.take(event)) return found;
        defer(event);
        if (Problem found = usage_.take(event, at)) return found;
        if (Problem found = reservations_.take(event)) return found;
        return std::visit(
            [this](const auto& e) -> Problem {
                if constexpr (requires { e.subscription.revision; })
                    return subscription(e.account, e.subscription);
                else
                    return std::nullopt;
            },
            event);
    }

    Problem subscription(AccountId account, const Subscription& now) {
        auto [known, is_new] = subscriptions_.try_emplace(now.id, std::pair{account, now});
        if (is_new) return std::nullopt;
        if (known->second.first != account)
            return now.id.to_text() + " has moved to another account";
        if (now.revision <= known->second.second.revision)
            return now.id.to_text() + " does not move its revision";
        known->second.second = now;
        return std::nullopt;
    }

    void settle_down(const accounts::Account& account) {
        auto parent = places_.find(account.parent);
        Place place{account.kind == accounts::Kind::agency, {}};
        if (parent != places_.end())
            place.seller = parent->second.is_agency ? account.parent : parent->second.seller;
        places_[account.id] = place;
    }
    AccountId seller_of(AccountId account) const {
        auto found = places_.find(account);
        return found == places_.end() ? AccountId{} : found->second.seller;
    }
    // Where no seller in the middle pays anything, the plan's owner sells.
    AccountId seller_of(AccountId account, const Subscription& s) const {
        if (!s.wholesale.empty()) return seller_of(account);
        auto owner = owners_.find(s.plan.plan);
        return owner == owners_.end() ? AccountId{} : owner->second;
    }

    // By the tree in whose records it stands, and who sells.
    struct Delivery {
        AccountId top;
        AccountId seller;
        Currency currency;
        auto operator<=>(const Delivery&) const = default;
    };

    ProblemOf reserved_by(AccountId payer, SubscriptionId id,
                          const std::optional<subscriptions::Reservation>& reservation,
                          std::set<HoldKey>& reserved) const {
        if (!reservation) return std::nullopt;
        auto hold = ledger_.holds().find({payer, reservation->hold});
        if (hold == ledger_.holds().end() || hold->second.subject != id.uuid)
            return std::pair(payer, id.to_text() + " names a reservation that is not held");
        reserved.insert(hold->first);
        return std::nullopt;
    }

    ProblemOf at_the_end() const {
        std::set<HoldKey> reserved;
        for (const auto& [id, owned] : subscriptions_) {
            const auto& [account, s] = owned;
            if (ProblemOf found = reserved_by(account, id, s.reservation, reserved)) return found;
            for (const subscriptions::Wholesale& kept : s.wholesale)
                if (ProblemOf found = reserved_by(kept.payer, id, kept.reservation, reserved))
                    return found;
        }
        for (const auto& [key, hold] : ledger_.holds())
            if (!hold.subject.is_nil() && !reserved.contains(key) &&
                !reservations_.is_open(hold.subject))
                return std::pair(
                    key.first,
                    key.second.to_text() + " reserves for a subscription that does not name it");
        if (ProblemOf found = reservations_.at_the_end()) return found;
        return deferred();
    }
    ProblemOf deferred() const {
        std::map<Delivery, int128> rest;
        auto add = [&](AccountId payer, AccountId seller, Amount amount) {
            if (!amount.currency().empty())
                rest[{top_of(payer), seller, amount.currency()}] += amount.micros();
        };
        for (const auto& [id, owned] : subscriptions_) {
            const auto& [account, s] = owned;
            add(account, seller_of(account, s), s.account.deferred);
            for (const subscriptions::Wholesale& kept : s.wholesale)
                add(kept.payer, seller_of(kept.payer), kept.account.deferred);
        }
        for (const auto& [key, micros] : deferred_) rest[key] -= micros;
        for (const auto& [key, micros] : rest)
            if (micros != 0)
                return std::pair(
                    key.top,
                    "what is deferred " +
                        (key.seller.is_nil() ? std::string() : "at " + key.seller.to_text() + " ") +
                        "differs by " + to_text(micros) + " micros of " +
                        std::string(key.currency.code()) +
                        " from what subscriptions have to deliver");
        return std::nullopt;
    }
    void defer(const engine::Event& event) {
        const ledger::Entry* entry = engine::entry_of(event);
        if (entry == nullptr) return;
        for (const ledger::Posting& p : entry->postings) {
            if (p.bucket != ledger::Bucket::deferred_revenue) continue;
            const Delivery key{top_of(entry->account), p.owner, p.amount.currency()};
            int128& sum = deferred_[key];
            sum += p.amount.micros();
            if (sum == 0) deferred_.erase(key);
        }
    }

    PartitionReport report_;
    std::uint64_t catalog_batches_;
    const std::set<AccountId>& left_out_;
    std::map<AccountId, AccountId> tops_;
    std::map<Delivery, int128> deferred_;  // no zeros
    AccountId culprit_;
    std::string place_;
    Sha256 chain_;
    LedgerCheck ledger_;
    UsageCheck usage_;
    ReservationCheck reservations_{ledger_};
    SpendCheck spend_;
    std::map<SubscriptionId, std::pair<AccountId, Subscription>> subscriptions_;
    struct Place {
        bool is_agency = false;
        AccountId seller;  // the nearest agency above; nil: the platform
    };
    std::map<AccountId, Place> places_;
    std::map<PlanId, AccountId> owners_;  // of plans that are not the platform's
};

// Each bad tree costs another reading: beyond so many the store is bad as a whole.
constexpr std::size_t bad_trees_max = 16;

PartitionReport run_partition(engine::Journal& journal, engine::PartitionId id,
                              std::uint64_t catalog_batches, EntryIds& seen) {
    std::set<AccountId> left_out;
    std::vector<BadTree> bad_trees;
    for (;;) {
        EntryIds entries;
        PartitionAudit audit(id, catalog_batches, entries, left_out);
        PartitionReport report = audit.run(journal);
        const AccountId culprit = audit.culprit();
        if (report.problem.empty() || culprit.is_nil() || bad_trees.size() == bad_trees_max) {
            for (const EntryId& entry : entries)
                if (!seen.insert(entry).second && report.problem.empty())
                    report.problem = "partition " + std::to_string(id) + ": " + entry.to_text() +
                                     " is posted in another partition too";
            if (report.problem.empty() && !bad_trees.empty())
                report.problem = bad_trees.front().problem;
            report.bad_trees = std::move(bad_trees);
            return report;
        }
        left_out.insert(culprit);
        bad_trees.push_back({culprit, report.problem});
    }
}

}  // namespace

Report run(engine::Store& store) {
    Report report;
    auto fail = [&](std::string what) {
        if (report.problem.empty()) report.problem = std::move(what);
    };
    auto stored = store.journal().meta("partitions");
    if (!stored) fail(stored.error());
    std::uint64_t trees = 0;
    if (stored && *stored) trees = static_cast<std::uint64_t>(parse_int(**stored).value_or(0));
    if (stored && trees == 0) fail("the store does not say how many partitions it has");
    auto catalog_batches = store.journal().head(engine::catalog_partition);
    if (!catalog_batches) fail(catalog_batches.error());
    if (!report.ok()) return report;

    EntryIds entries;
    for (engine::PartitionId id = 0; id < engine::first_tree_partition + trees; ++id) {
        PartitionReport part = run_partition(store.journal(), id, *catalog_batches, entries);
        report.batches += part.batches;
        report.records += part.records;
        report.events += part.events;
        report.entries += part.entries;
        report.uses += part.uses;
        for (const auto& [key, micros] : part.balances) report.sums[key.currency] += micros;
        if (!part.problem.empty()) fail(part.problem);
        report.bad_trees.insert(report.bad_trees.end(), part.bad_trees.begin(),
                                part.bad_trees.end());
        report.partitions.push_back(std::move(part));
    }
    for (const auto& [currency, sum] : report.sums)
        if (sum != 0)
            fail("the ledger sums to " + to_text(sum) + " micros of " +
                 std::string(currency.code()));
    return report;
}

}  // namespace rb::testing::audit
