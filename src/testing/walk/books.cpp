#include "testing/walk/books.h"

#include "testing/audit/audit.h"

namespace rb::testing::walk {

namespace {

// What the engine has of the accounts of one partition, in the auditor's terms.
class Books {
public:
    explicit Books(const audit::PartitionReport& part) : part_(part) {}

    Found compare(engine::Engine& engine) {
        if (part_.accounts.empty()) return std::nullopt;
        engine.read(
            part_.accounts.front(), accounts::Caller::platform(),
            [&](const engine::Reader& reader) -> Result<engine::Rendered> {
                read(reader);
                return engine::Rendered{};
            },
            [](Result<engine::Rendered>&&) {});
        if (live_ != part_.balances) say("the auditor's balances are not those of the engine");
        if (spent_ != part_.spent) say("what was spent is not what the auditor has");
        if (entities_ != part_.entities) say("the auditor's entities are not those of the engine");
        return found_;
    }

private:
    void say(const std::string& what) {
        if (!found_) found_ = Failure{"books: " + what.substr(0, what.find(':')), what};
    }

    void read(const engine::Reader& reader) {
        for (const auto& [key, balance] : reader.house())
            if (balance.micros != 0) live_[key] = balance.micros;
        for (AccountId id : part_.accounts)
            if (const auto* record = reader.account(id))
                read_account(id, *record, reader.now());
            else
                say("the engine lacks an account: " + id.to_text());
    }

    void read_account(AccountId id, const engine::AccountRecord& record, Instant now) {
        const ledger::Wallet& wallet = record.wallet;
        for (std::size_t i = 0; i < ledger::wallet_bucket_count; ++i)
            if (wallet.micros[i] != 0)
                live_[{id, static_cast<ledger::Bucket>(i), wallet.currency}] = wallet.micros[i];
        for (const metering::Spent& s : record.usage.spent)
            spent_[{id, s.against, s.span}] = s.amount.micros();
        auto counted = part_.counted.find(id);
        if (counted == part_.counted.end())
            say("the auditor has no counters of an account: " + id.to_text());
        else if (auto what = audit::difference(counted->second, record.usage, now))
            say("counters: " + id.to_text() + ": " + *what);
        if (auto what = audit::difference(part_.held, id, record.usage))
            say("reserved: " + id.to_text() + ": " + *what);
        for (const auto& counter : record.usage.entity_counters) {
            if (!audit::is_recounted(counter)) continue;
            auto& sums = entities_[{id, counter.meter, counter.window, counter.span}];
            for (const metering::EntityTally& tally : counter.tallies)
                sums[tally.entity] += tally.value;
        }
    }

    const audit::PartitionReport& part_;
    audit::Balances live_;
    audit::EntitySums entities_;
    audit::SpentSums spent_;
    Found found_;
};

// Ids and numbers differ from walk to walk; the words do not.
std::string words_of(std::string_view text) {
    std::string out;
    while (!text.empty()) {
        const std::size_t end = text.find(' ');
        const std::string_view word = text.substr(0, end);
        if (word.find_first_of("0123456789") == std::string_view::npos)
            out += (out.empty() ? "" : " ") + std::string(word);
        text.remove_prefix(end == std::string_view::npos ? text.size() : end + 1);
    }
    return out;
}

}  // namespace

Found check_books(World& world) {
    const audit::Report report = audit::run(world.store());
    if (!report.ok()) return Failure{"verify: " + words_of(report.problem), report.problem};
    for (const audit::PartitionReport& part : report.partitions)
        if (Found wrong = Books(part).compare(world.engine())) return wrong;
    if (auto totals = world.store().views().totals()) {
        for (const auto& [currency, sum] : *totals)
            if (sum != "0")
                return Failure{"the views do not sum to zero",
                               sum + " " + std::string(currency.code())};
    }
    return std::nullopt;
}

}  // namespace rb::testing::walk
