#include "testing/story/runner.h"

#include <algorithm>

#include "catalog_file/catalog_file.h"
#include "engine/engine.h"
#include "store/memory/memory_store.h"
#include "testing/audit/audit.h"
#include "testing/sim.h"
#include "testing/story/composer.h"
#include "testing/story/uses.h"

namespace rb::testing::story {

namespace {

using engine::Rendered;

constexpr std::size_t problems_max = 20;

class Borrowed final : public engine::Store {
public:
    explicit Borrowed(std::shared_ptr<engine::Store> store) : store_(std::move(store)) {}
    engine::Journal& journal() override { return store_->journal(); }
    engine::Views& views() override { return store_->views(); }
    engine::IdRuns& id_runs() override { return store_->id_runs(); }

private:
    std::shared_ptr<engine::Store> store_;
};

class Runner {
public:
    Runner(const Story& story, const Stage& stage) : story_(story), stage_(stage) {}

    Outcome run() {
        for (const Statement& statement : story_.statements) {
            line_ = statement.line;
            step(statement);
            if (is_broken_ || outcome_.problems.size() >= problems_max) break;
        }
        if (!is_broken_ && engine_) finish();
        return std::move(outcome_);
    }

private:
    void problem(std::int32_t line, const std::string& what) {
        outcome_.problems.push_back(story_.name + ":" + std::to_string(line) + ": " + what);
    }
    // What makes everything after it meaningless.
    void broken(const std::string& what) {
        problem(line_, what);
        is_broken_ = true;
    }

    void step(const Statement& s) {
        if (s.kind == StatementKind::at) return move_clock(s);
        if (!engine_) return broken("a story begins with 'at' and a moment");
        if (s.kind == StatementKind::query) return query(s);
        std::vector<std::string> before = engine_->state_hashes();
        Result<Rendered> answer = s.kind == StatementKind::catalog ? apply_catalog(s) : command(s);
        if (is_broken_) return;
        ++outcome_.commands;
        if (is_idle(answer) && engine_->state_hashes() != before)
            problem(s.line, "the command was refused, and has changed something");
        judge(s, std::move(answer));
        if (stage_.restart == Restart::after_each_command) restart(From::snapshots);
        if (stage_.restart == Restart::journal_after_each_command) restart(From::journal);
    }

    // Refused, not allowed, or counted before: nothing may have changed.
    static bool is_idle(const Result<Rendered>& answer) {
        return !answer || answer->body.contains("\nallowed no\n") ||
               answer->body.contains("\nduplicate yes\n");
    }

    void move_clock(const Statement& s) {
        Words words(s.words);
        std::string text = words.take("a moment");
        Zone zone;
        if (!words.is_empty()) {
            std::string id = words.take("a zone");
            zone = words.value(Zone::find(id), id);
        }
        Instant to = words.value(parse_moment(text, zone), text);
        words.finish();
        if (!words.error().empty()) return broken(words.error());
        if (!clock_) clock_ = std::make_unique<SimClock>(to);
        if (to < clock_->now()) return broken("the clock moves forward only");
        clock_->set(to);
        if (engine_)
            engine_->run_timers();
        else
            start();
    }

    enum class From { snapshots, journal };

    void start(From from = From::snapshots) {
        auto store = stage_.open();
        if (!store) return broken(store.error());
        store_ = std::move(*store);
        if (from == From::journal)
            if (auto cleared = store_->views().clear(); !cleared) return broken(cleared.error());
        engine::Options options{engine::Threads::none, stage_.tree_partitions, stage_.ids};
        if (stage_.awake == Awake::none) options.accounts_awake_max = 0;
        auto opened = engine::Engine::open(*store_, vault_, *clock_, entropy_, options);
        if (!opened) return broken(opened.error());
        engine_ = std::move(*opened);
    }

    void restart(From from) {
        std::vector<std::string> before = engine_->state_hashes();
        engine_.reset();
        store_.reset();
        start(from);
        if (!engine_ || engine_->state_hashes() == before) return;
        problem(line_, from == From::journal ? "the journal replays to another state"
                                             : "snapshots and journal give another state");
    }

    Result<Rendered> apply_catalog(const Statement& s) {
        std::string text = s.block;
        if (text.empty() == s.words.empty()) broken("expected a file's name or an indented block");
        if (!is_broken_ && text.empty()) {
            auto file = read_file(stage_.catalogs + "/" + s.words[0] + ".yaml");
            if (!file) broken(file.error());
            text = file.value_or("");
        }
        catalog_file::ReadResult read = catalog_file::read(text);
        if (!read.ok())
            broken("the catalog is refused\n" +
                   catalog_file::findings_text("catalog", read.findings));
        if (is_broken_) return Rendered{};
        Composed composed;
        composed.envelope.caller = accounts::Caller::platform();
        composed.envelope.command = catalog::ApplyCatalog{std::move(read.draft), {}};
        return execute(std::move(composed));
    }

    Result<Rendered> command(const Statement& s) {
        if (Uses::knows(s.words)) return use(s);
        auto composed = Composer(*engine_, names_).compose(s.words);
        if (!composed) {
            broken(composed.error());
            return Rendered{};
        }
        std::string name = composed->name;
        Named named{composed->thing, {}, composed->account};
        auto answer = execute(std::move(*composed));
        if (!answer || name.empty()) return answer;
        named.id = read_body(answer->body).id;
        if (named.id.is_nil()) return answer;  // not allowed: there is nothing to name
        if (named.account.is_nil()) named.account = AccountId{named.id};
        if (!names_.bind(name, named)) broken("the name '" + name + "' stands for something else");
        return answer;
    }

    Result<Rendered> use(const Statement& s) {
        auto said = Uses(*engine_, names_).command(s.words);
        if (!said) {
            broken(said.error());
            return Rendered{};
        }
        zone_ = Composer(*engine_, names_).profile_of(said->account).zone;
        return std::move(said->answer);
    }

    Result<Rendered> execute(Composed composed) {
        Result<Rendered> answer = refuse(Fault::store_is_stopped, "no answer came");
        engine_->execute(
            std::move(composed.envelope),
            [this, account = composed.account](const engine::Reader& reader,
                                               const engine::Reply& reply) {
                // As the platform: the caller may not see the account that it has just made.
                engine::Rendered out;
                out.body = reply_body(reader, reader.account(account), reply, names_.by_id());
                return out;
            },
            [&answer](Result<Rendered>&& outcome) { answer = std::move(outcome); });
        zone_ = composed.account.is_nil()
                    ? Zone{}
                    : Composer(*engine_, names_).profile_of(composed.account).zone;
        return answer;
    }

    // --- queries ---

    void query(const Statement& s) {
        Words words(s.words);
        Composer composer(*engine_, names_);
        accounts::Caller caller = composer.caller(words);
        std::string what = words.take("what to ask for");
        if (what == "house") return house(s, words);
        if (what == "clock") return clock(s, words, composer);
        if (what == "who") return who(s, words, caller);
        AccountId account;
        SubscriptionId subject;
        if (what == "subscription") {
            if (const Named* named = composer.named(words, Thing::subscription)) {
                account = named->account;
                subject = SubscriptionId{named->id};
            }
        } else {
            account = composer.account(words);
        }
        zone_ = composer.profile_of(account).zone;
        if (what == "entries") return entries(s, words, account, caller);
        if (what == "check" || what == "warnings") {
            Uses uses(*engine_, names_);
            Result<Rendered> answer =
                what == "check" ? uses.check(words, account, caller) : uses.warnings(account);
            words.finish();
            return words.error().empty() ? judge(s, std::move(answer)) : broken(words.error());
        }
        if (what == "balance") {
            if (auto at = words.option("at")) return balance_at(s, words, account, *at);
        }
        std::string family = what == "plans" && !words.is_empty() ? words.take("a family") : "";
        words.finish();
        static const std::vector<std::string_view> known{
            "balance", "subscription", "holds",   "grants",   "entitlements",
            "plans",   "accrued",      "account", "packages", "spending"};
        if (std::ranges::find(known, what) == known.end())
            words.fail("unknown query '" + what + "'");
        if (!words.error().empty()) return broken(words.error());
        judge(s,
              look(account, caller, [&](const View& view) { tell(view, what, subject, family); }));
    }

    void tell(const View& view, const std::string& what, SubscriptionId subject,
              const std::string& family) {
        if (what == "balance")
            balance_facts(facts_, view);
        else if (what == "holds")
            hold_facts(facts_, view);
        else if (what == "grants")
            grant_facts(facts_, view);
        else if (what == "entitlements")
            entitlement_facts(facts_, view);
        else if (what == "plans")
            offer_facts(facts_, view, family);
        else if (what == "accrued")
            accrued_facts(facts_, view);
        else if (what == "packages")
            package_facts(facts_, view);
        else if (what == "spending")
            spending_facts(facts_, view);
        else if (what == "account")
            account_facts(facts_, view);
        else
            subscription_facts(facts_, view, *view.record.subscriptions.find(subject));
    }

    template <class F>
    Result<Rendered> look(AccountId account, const accounts::Caller& caller, F&& tell) {
        Result<Rendered> answer = refuse(Fault::store_is_stopped, "no answer came");
        engine_->read(
            account, caller,
            [&](const engine::Reader& reader) -> Result<Rendered> {
                const engine::AccountRecord* record = reader.account(account);
                if (record == nullptr)
                    return refuse(Fault::account_is_unknown, "there is no such account",
                                  "/account");
                facts_ = {};
                tell(View{reader, *record, names_.by_id()});
                return Rendered{200, "text/plain", facts_.body(), {}, false};
            },
            [&answer](Result<Rendered>&& outcome) { answer = std::move(outcome); });
        return answer;
    }

    void entries(const Statement& s, Words& words, AccountId account,
                 const accounts::Caller& caller) {
        engine::EntryQuery query{account, {}, 1000};
        if (auto last = words.option("last"))
            query.limit = static_cast<std::size_t>(words.number(*last));
        words.finish();
        if (!words.error().empty()) return broken(words.error());
        Result<std::vector<engine::EntryRow>> rows;
        engine_->entries(caller, query, [&](auto&& found) { rows = std::move(found); });
        if (!rows) return judge(s, std::unexpected(rows.error()));
        judge(s, look(account, caller, [&](const View& view) {
                  for (auto row = rows->rbegin(); row != rows->rend(); ++row)
                      facts_.add("entry", entry_text(view, row->entry));
                  facts_.none_unless(!rows->empty(), "entry");
              }));
    }

    void balance_at(const Statement& s, Words& words, AccountId account, const std::string& at) {
        Instant moment = words.value(parse_moment(at, zone_), at);
        words.finish();
        if (!words.error().empty()) return broken(words.error());
        engine::BucketSums sums;
        engine_->balance_at(accounts::Caller::platform(), account, moment, [&](auto&& found) {
            if (found) sums = std::move(*found);
        });
        judge(s, look(account, accounts::Caller::platform(), [&](const View& view) {
                  for (std::size_t i = 0; i < ledger::wallet_bucket_count; ++i) {
                      auto bucket = static_cast<ledger::Bucket>(i);
                      Amount sum = Amount::zero(view.record.account.profile.currency);
                      if (auto found = sums.find(bucket); found != sums.end()) sum = found->second;
                      facts_.add(enum_text(bucket), view.amount(sum));
                  }
              }));
    }

    // Of all partitions, from the journal alone.
    void house(const Statement& s, Words& words) {
        std::string code = words.take("a currency");
        Currency currency = words.value(Currency::parse(code), code);
        AccountId seller;
        if (auto of = words.option("of")) {
            const Named* named = names_.find(Thing::account, *of);
            if (named == nullptr)
                words.fail("unknown account '" + *of + "'");
            else
                seller = named->account;
        }
        words.finish();
        if (!words.error().empty()) return broken(words.error());
        audit::Report report = audit::run(*store_);
        Facts facts;
        for (std::size_t i = ledger::wallet_bucket_count; i < ledger::bucket_count; ++i) {
            auto bucket = static_cast<ledger::Bucket>(i);
            int128 sum = 0;
            for (const audit::PartitionReport& part : report.partitions)
                if (auto at = part.balances.find({seller, bucket, currency});
                    at != part.balances.end())
                    sum += at->second;
            Amount amount = Amount::of_micros(static_cast<std::int64_t>(sum), currency);
            facts.add(enum_text(bucket), amount.to_text(engine_->catalog()->exponent(currency)));
        }
        judge(s, Rendered{200, "text/plain", facts.body(), {}, false});
    }

    void who(const Statement& s, Words& words, const accounts::Caller& caller) {
        std::string reference = words.take("a reference");
        words.finish();
        if (!words.error().empty()) return broken(words.error());
        auto found = engine_->resolve(caller, reference);
        if (!found) return judge(s, std::unexpected(found.error()));
        Facts facts;
        auto named = names_.by_id().find(found->uuid);
        facts.add("account", named == names_.by_id().end() ? found->to_text() : named->second);
        judge(s, Rendered{200, "text/plain", facts.body(), {}, false});
    }

    void clock(const Statement& s, Words& words, Composer& composer) {
        const Named* named = composer.named(words, Thing::clock);
        words.finish();
        if (!words.error().empty()) return broken(words.error());
        Result<Rendered> answer;
        engine_->read_clock(
            ClockId{named->id}, accounts::Caller::platform(),
            [&](const engine::Reader& reader) -> Result<Rendered> {
                Facts facts;
                const engine::TestClock* found = reader.clock(ClockId{named->id});
                facts.add("now", found == nullptr ? "unknown" : moment_text(found->now, {}));
                return Rendered{200, "text/plain", facts.body(), {}, false};
            },
            [&](Result<Rendered>&& outcome) { answer = std::move(outcome); });
        judge(s, std::move(answer));
    }

    // --- expectations ---

    void judge(const Statement& s, Result<Rendered>&& answer) {
        std::vector<Fact> found;
        if (answer) {
            if (!s.fault.empty())
                return problem(s.line, "expected " + s.fault + ", it was accepted");
            found = read_body(answer->body).facts;
            if (answer->replayed) found.push_back({"replayed", "yes", 0});
        } else {
            const Refusal& refusal = answer.error();
            std::string fault(enum_text(refusal.fault));
            if (fault != s.fault)
                return problem(s.line,
                               (s.fault.empty() ? "refused: " : "expected " + s.fault + ", got ") +
                                   fault + " (" + refusal.detail + ")");
            found = refusal_facts(refusal, zone_);
        }
        compare(s, found);
    }

    // Of every word that is named all facts are listed, in their order; other words are not
    // compared.
    void compare(const Statement& s, const std::vector<Fact>& found) {
        std::vector<std::string> done;
        for (const Fact& wanted : s.expected) {
            if (std::ranges::find(done, wanted.word) != done.end()) continue;
            done.push_back(wanted.word);
            std::vector<const Fact*> left = of_word(s.expected, wanted.word);
            std::vector<const Fact*> right = of_word(found, wanted.word);
            for (std::size_t i = 0; i < std::max(left.size(), right.size()); ++i) {
                if (i < left.size() && i < right.size() && left[i]->value == right[i]->value)
                    continue;
                std::int32_t line = i < left.size() ? left[i]->line : left.back()->line;
                problem(line, wanted.word + ": expected " +
                                  (i < left.size() ? "'" + left[i]->value + "'" : "no more") +
                                  ", got " +
                                  (i < right.size() ? "'" + right[i]->value + "'" : "none"));
            }
        }
    }

    static std::vector<const Fact*> of_word(const std::vector<Fact>& facts,
                                            const std::string& word) {
        std::vector<const Fact*> some;
        for (const Fact& fact : facts)
            if (fact.word == word) some.push_back(&fact);
        return some;
    }

    // --- the end ---

    void finish() {
        for (From from : {From::snapshots, From::journal}) {
            restart(from);
            if (!engine_) return;
        }
        audit::Report report = audit::run(*store_);
        if (!report.ok()) problem(line_, "the auditor: " + report.problem);
        for (const audit::PartitionReport& part : report.partitions) compare_balances(part);
        if (auto totals = store_->views().totals()) {
            for (const auto& [currency, sum] : *totals)
                if (sum != "0")
                    problem(line_, "the views sum to " + sum + " " + std::string(currency.code()));
        } else {
            problem(line_, totals.error());
        }
        outcome_.state_hashes = engine_->state_hashes();
    }

    void compare_balances(const audit::PartitionReport& part) {
        if (part.accounts.empty()) return;
        audit::Balances live;
        audit::EntitySums entities;
        audit::SpentSums spent;
        engine_->read(
            part.accounts.front(), accounts::Caller::platform(),
            [&](const engine::Reader& reader) -> Result<Rendered> {
                for (const auto& [key, balance] : reader.house())
                    if (balance.micros != 0) live[key] = balance.micros;
                for (AccountId id : part.accounts) {
                    const ledger::Wallet& wallet = reader.account(id)->wallet;
                    for (std::size_t i = 0; i < ledger::wallet_bucket_count; ++i)
                        if (wallet.micros[i] != 0)
                            live[{id, static_cast<ledger::Bucket>(i), wallet.currency}] =
                                wallet.micros[i];
                    for (const metering::Spent& s : reader.account(id)->usage.spent)
                        spent[{id, s.against, s.span}] = s.amount.micros();
                    auto counted = part.counted.find(id);
                    if (counted == part.counted.end())
                        problem(line_, "the auditor has no counters of an account");
                    else if (auto what = audit::difference(counted->second,
                                                           reader.account(id)->usage, reader.now()))
                        problem(line_, "counted of " + id.to_text() + ": " + *what);
                    if (auto what = audit::difference(part.held, id, reader.account(id)->usage))
                        problem(line_, "held of " + id.to_text() + ": " + *what);
                    for (const auto& counter : reader.account(id)->usage.entity_counters) {
                        if (!audit::is_recounted(counter)) continue;
                        auto& sums = entities[{id, counter.meter, counter.window, counter.span}];
                        for (const metering::EntityTally& tally : counter.tallies)
                            sums[tally.entity] += tally.value;
                    }
                }
                return Rendered{};
            },
            [](Result<Rendered>&&) {});
        if (live != part.balances)
            problem(line_, "the auditor's balances are not those of the engine");
        if (spent != part.spent) problem(line_, "what was spent is not what the auditor has");
        if (entities != part.entities)
            problem(line_, "the auditor's entities are not those of the engine");
    }

    const Story& story_;
    const Stage& stage_;
    std::unique_ptr<SimClock> clock_;
    SimEntropy entropy_;
    ClearVault vault_;
    std::unique_ptr<engine::Store> store_;
    std::unique_ptr<engine::Engine> engine_;
    Names names_;
    Facts facts_;
    Zone zone_;  // of the account that was last spoken of
    Outcome outcome_;
    std::int32_t line_ = 0;
    bool is_broken_ = false;
};

}  // namespace

OpenStore in_memory() {
    auto shared = std::make_shared<std::shared_ptr<engine::Store>>();
    return [shared]() -> Parsed<std::unique_ptr<engine::Store>> {
        if (!*shared) *shared = store::memory::make();
        return std::make_unique<Borrowed>(*shared);
    };
}

Outcome run(const Story& story, const Stage& stage) { return Runner(story, stage).run(); }

}  // namespace rb::testing::story
