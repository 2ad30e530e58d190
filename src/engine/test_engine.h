#pragma once
// An engine on a simulated clock over a store in memory that can fail, or over SQLite in a
// directory of its own, for this room's tests.
#include <gtest/gtest.h>
#include <stdlib.h>

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "base/limits.h"
#include "catalog_file/catalog_file.h"
#include "engine/engine.h"
#include "store/memory/memory_store.h"
#include "store/sqlite/sqlite_store.h"
#include "testing/audit/audit.h"
#include "testing/sim.h"

namespace rb::engine::test {

inline Instant at(std::string_view text) {
    auto parsed = Instant::parse(text);
    EXPECT_TRUE(parsed) << text;
    return parsed.value_or(Instant{});
}
inline Amount usd(std::int64_t major) { return Amount::of_micros(major * 1'000'000, "USD"); }

inline constexpr std::string_view catalog_text = R"(catalog: 1
currencies: {USD: {}}
features: {mailboxes: {kind: limit}}
families: {F: {name: F}}
plans:
  basic: {family: F, rank: 1, fee: {USD: "30"}}
  pro: {family: F, rank: 2, fee: {USD: "90"}}
changes: [{family: F, direction: any, effective: now, proration: second}]
)";

enum class Where : std::uint8_t { memory, sqlite };

// A new directory, gone with all that is in it at the end.
class Folder {
public:
    Folder() {
        path_ = ::testing::TempDir() + "ratebook-XXXXXX";
        EXPECT_NE(::mkdtemp(path_.data()), nullptr);
    }
    ~Folder() {
        std::error_code ignored;
        std::filesystem::remove_all(path_, ignored);
    }
    Folder(const Folder&) = delete;
    Folder& operator=(const Folder&) = delete;
    const std::string& path() const { return path_; }

private:
    std::string path_;
};

class TestEngine {
public:
    explicit TestEngine(std::uint32_t tree_partitions = 1, Threads threads = Threads::none,
                        Where where = Where::memory)
        : options_{threads, tree_partitions, {}} {
        if (where == Where::sqlite) folder_ = std::make_unique<Folder>();
        open();
    }
    // Over another store than the one in memory, with so many ids of events.
    TestEngine(const IdBudget& ids, std::unique_ptr<Store> store)
        : options_{Threads::none, 1, ids} {
        if (store) store_ = std::move(store);
        open();
    }

    // A stop and a start; the files too are closed and opened again.
    void open() {
        engine_.reset();
        if (folder_) {
            store_.reset();
            auto files = store::sqlite::open(folder_->path(), store::sqlite::Access::read_write);
            ASSERT_TRUE(files) << files.error();
            store_ = std::move(*files);
        }
        auto opened = Engine::open(*store_, vault, clock, entropy_, options_);
        ASSERT_TRUE(opened) << opened.error();
        engine_ = std::move(*opened);
    }
    // Another engine over another store, as one that was killed left it.
    void open_after_kill(std::unique_ptr<Store> store) {
        engine_.reset();
        store_ = std::move(store);
        open();
    }
    // Another engine, in which so many accounts stay unpacked.
    void open_with_awake_max(std::size_t accounts) {
        options_.accounts_awake_max = accounts;
        open();
    }
    // Another engine, in which trees may have so much.
    void open_with_bounds(const Bounds& bounds) {
        options_.bounds = bounds;
        open();
    }
    // Another engine over the journal alone: nothing derived is left.
    void reopen_from_journal() {
        engine_.reset();
        ASSERT_TRUE(store_->views().clear());
        open();
    }

    // As after a kill: the files as they stand now, without what a stop would add. On files only.
    void reopen_as_killed() {
        auto left_behind = std::make_unique<Folder>();
        std::filesystem::copy(folder_->path(), left_behind->path(),
                              std::filesystem::copy_options::recursive);
        engine_.reset();
        store_.reset();
        folder_ = std::move(left_behind);
        open();
    }

    // The reply as text: an id where there is one; or the fault's name.
    std::string give(Command command, const accounts::Caller& caller = accounts::Caller::platform(),
                     std::optional<IdempotencyKey> key = {}, std::string fingerprint = {}) {
        return text(answer({caller, std::move(command), std::move(key), std::move(fingerprint)}));
    }
    Result<Rendered> answer(Envelope envelope) {
        Result<Rendered> out = refuse(Fault::store_is_stopped, "no answer came");
        engine_->execute(std::move(envelope), print,
                         [&](Result<Rendered>&& r) { out = std::move(r); });
        return out;
    }
    static std::string text(const Result<Rendered>& r) {
        return r ? r->body : std::string(enum_text(r.error().fault));
    }
    static Rendered print(const Reader&, const Reply& reply) {
        Rendered out;
        out.body = std::visit(
            [](const auto& v) -> std::string {
                if constexpr (requires { v.to_text(); })
                    return v.to_text();
                else if constexpr (requires { v.subscription.to_text(); })
                    return v.subscription.to_text();
                else if constexpr (requires { v.reservation.id.to_text(); })
                    return v.reservation.id.to_text();
                else if constexpr (requires { v.id.to_text(); })
                    return v.id.to_text();
                else if constexpr (requires { v.version; })
                    return std::to_string(v.version);
                else
                    return "done";
            },
            reply);
        return out;
    }

    void apply_catalog() {
        auto read = catalog_file::read(catalog_text);
        ASSERT_TRUE(read.ok());
        ASSERT_EQ(give(catalog::ApplyCatalog{std::move(read.draft), {}}), "1");
    }
    AccountId open_account(const std::string& name, AccountId parent = {},
                           ClockId test_clock = {}) {
        auto id = AccountId::parse(give(opening(name, parent, test_clock)));
        EXPECT_TRUE(id) << name;
        return id.value_or(AccountId{});
    }
    static accounts::OpenAccount opening(const std::string& name, AccountId parent = {},
                                         ClockId test_clock = {}) {
        accounts::OpenAccount open;
        open.name = name;
        open.parent = parent;
        open.clock = test_clock;
        open.wrapped_data_key = "key";
        open.profile.currency = "USD";
        return open;
    }
    std::string pay(AccountId account, std::int64_t major) {
        return give(ledger::RecordPayment{account, usd(major), ""});
    }
    std::string subscribe(AccountId account, std::string_view plan) {
        changes::Ask ask;
        ask.plan.plan = engine_->catalog()->plans.find_key(plan)->head.id;
        return give(changes::Change{account, ask});
    }
    // Available, in whole units.
    std::int64_t available(AccountId account) {
        std::int64_t micros = -1;
        engine_->read(
            account, accounts::Caller::platform(),
            [&](const Reader& reader) -> Result<Rendered> {
                micros = reader.account(account)->wallet.available().micros();
                return Rendered{};
            },
            [](Result<Rendered>&&) {});
        EXPECT_EQ(micros % 1'000'000, 0);
        return micros / 1'000'000;
    }
    static accounts::Caller owner_of(AccountId account) {
        return {account, accounts::Role::owner, account.uuid, false};
    }
    void expect_whole_journal() {
        auto report = testing::audit::run(*store_);
        EXPECT_EQ(report.problem, "");
        for (const auto& part : report.partitions)
            for (const auto& [id, counted] : part.counted) expect_counted(id, counted, part.held);
    }
    // What the engine has counted and holds for an account is what its rows and reservations come
    // to.
    void expect_counted(AccountId id, const testing::audit::Counted& counted,
                        const testing::audit::HeldSums& held) {
        engine_->read(
            id, accounts::Caller::platform(),
            [&](const Reader& reader) -> Result<Rendered> {
                EXPECT_EQ(
                    testing::audit::difference(counted, reader.account(id)->usage, reader.now())
                        .value_or(""),
                    "");
                EXPECT_EQ(
                    testing::audit::difference(held, id, reader.account(id)->usage).value_or(""),
                    "");
                return Rendered{};
            },
            [](Result<Rendered>&&) {});
    }

    Engine& engine() { return *engine_; }
    Store& store() { return *store_; }

    testing::SimClock clock{at("2026-04-01T00:00:00Z")};
    testing::ClearVault vault;
    std::shared_ptr<store::memory::Faults> faults = std::make_shared<store::memory::Faults>();

private:
    std::unique_ptr<Folder> folder_;  // none: in memory
    std::unique_ptr<Store> store_ = store::memory::make(faults);
    testing::SimEntropy entropy_;
    Options options_;
    std::unique_ptr<Engine> engine_;
};

}  // namespace rb::engine::test
