// Stores, catalogs, accounts, and what is wrong. Checks and uses stand in use.cpp.
#include "embed/ratebook.h"

#include "base/limits.h"
#include "catalog_file/catalog_file.h"
#include "embed/handles.h"

namespace rb::embed {

namespace {

thread_local std::string last_error;

rb_account* handle_of(rb_store& store, AccountId id) {
    std::lock_guard lock(store.mutex);
    auto known = store.accounts.find(id);
    if (known != store.accounts.end()) return known->second.get();
    auto standings = store.engine->standings(id);
    if (!standings) return nullptr;
    auto made = std::make_unique<rb_account>(&store, id, std::move(standings));
    return store.accounts.emplace(id, std::move(made)).first->second.get();
}

constexpr std::string_view in_memory = ":memory:";

}  // namespace

int failed(std::string_view why) {
    try {
        last_error = why;
    } catch (const std::exception&) {
        last_error.clear();
    }
    return RB_FAILED;
}

int refused(Fault fault, std::string_view why) {
    failed(why);
    return number_of(fault);
}

int refused(const Refusal& refusal) { return refused(refusal.fault, refusal.detail); }

}  // namespace rb::embed

using namespace rb;
using namespace rb::embed;

const char* rb_fault_name(int result) {
    if (result == RB_OK) return "ok";
    constexpr auto names = enum_names(Fault{});
    if (result < 0 || static_cast<std::size_t>(result) > names.size()) return "failed";
    return names[static_cast<std::size_t>(result - 1)].data();  // of literals: they end with a zero
}

const char* rb_error(void) { return last_error.c_str(); }

int rb_open(const char* directory, rb_store** store) {
    *store = nullptr;
    return guarded([&] {
        auto opened = directory == in_memory ? Opened::memory(engine::Threads::own)
                                             : Opened::directory(directory, {engine::Threads::own});
        if (!opened) return failed(opened.error());
        auto made = std::make_unique<rb_store>();
        made->opened = std::move(*opened);
        made->engine = &made->opened->engine();
        *store = made.release();
        return int{RB_OK};
    });
}

void rb_close(rb_store* store) { delete store; }

int rb_apply_catalog(rb_store* store, const char* text, int64_t* version) {
    return guarded([&] {
        auto read = catalog_file::read(text);
        if (!read.ok())
            return refused(Fault::catalog_is_invalid,
                           catalog_file::findings_text("catalog", read.findings));
        return run(*store, catalog::ApplyCatalog{std::move(read.draft), {}}, Nothing{},
                   [&](const engine::Reply& reply) {
                       auto applied = std::get<engine::CatalogVersion>(reply);
                       if (version != nullptr) *version = applied.version;
                   });
    });
}

static Result<AccountId> named(const rb_store& store, std::string_view name) {
    return store.engine->resolve(accounts::Caller::platform(), name);
}

int rb_open_account(rb_store* store, const char* name, const char* currency,
                    const rb_account* parent, rb_account** account) {
    *account = nullptr;
    return guarded([&] {
        accounts::OpenAccount command;
        command.name = name;
        if (command.name.empty())
            return refused(Fault::field_is_missing, "an account is opened under a name");
        if (named(*store, name).has_value())
            return refused(Fault::name_is_taken, "another account of this store has the name");
        if (currency != nullptr) {
            auto parsed = Currency::parse(currency);
            if (!parsed) return refused(Fault::field_is_invalid, parsed.error());
            command.profile.currency = *parsed;
        }
        if (parent != nullptr)
            command.parent = parent->id;
        else if (command.profile.currency.empty())
            return refused(Fault::field_is_missing, "an account has a currency, such as USD");
        command.wrapped_data_key = store->engine->vault().make_data_key();
        auto prepare = [](const engine::Reader& reader, engine::Command& c) -> Result<void> {
            auto& open = std::get<accounts::OpenAccount>(c);
            const auto* above = reader.account(open.parent);
            if (above == nullptr) return {};
            Currency& wanted = open.profile.currency;
            if (wanted.empty()) wanted = above->account.profile.currency;
            if (wanted == above->account.profile.currency) return {};
            return refuse(Fault::currency_is_fixed, "an account has the currency of its tree");
        };
        AccountId id;
        int result = run(*store, std::move(command), prepare,
                         [&](const engine::Reply& reply) { id = std::get<AccountId>(reply); });
        if (result == RB_OK) *account = handle_of(*store, id);
        return result;
    });
}

rb_account* rb_find_account(rb_store* store, const char* name) {
    rb_account* found = nullptr;
    guarded([&] {
        auto id = named(*store, name);
        if (id) found = handle_of(*store, *id);
        return found ? int{RB_OK} : refused(Fault::account_is_unknown, "there is no such account");
    });
    return found;
}

rb_feature* rb_find_feature(rb_store* store, const char* key) {
    rb_feature* found = nullptr;
    guarded([&] {
        auto catalog = store->engine->catalog();
        if (!catalog->settings.features.contains(key))
            return refused(Fault::feature_is_unknown, "the catalog has no such feature");
        std::lock_guard lock(store->mutex);
        auto& slot = store->features[key];
        if (!slot) slot.reset(new rb_feature{{key, store->features.size() - 1}});
        found = slot.get();
        return int{RB_OK};
    });
    return found;
}

int rb_subscribe(rb_account* account, const char* plan) {
    return guarded([&] {
        auto catalog = account->store->engine->catalog();
        const catalog::Plan* found = catalog->plans.find_key(plan);
        if (found == nullptr) return refused(Fault::plan_is_unknown, "there is no such plan");
        changes::Ask ask;
        ask.plan.plan = found->head.id;
        return run(*account->store, changes::Change{account->id, ask});
    });
}

int rb_pay(rb_account* account, int64_t micros, const char* reference) {
    return guarded([&] {
        if (micros <= 0 || micros > limits::amount_micros_max)
            return refused(Fault::field_is_invalid, "expected 1 to 10^18 millionths");
        auto prepare = [micros](const engine::Reader& reader, engine::Command& c) -> Result<void> {
            auto& payment = std::get<ledger::RecordPayment>(c);
            Currency currency = reader.account(payment.account)->account.profile.currency;
            payment.amount = Amount::of_micros(micros, currency);
            return {};
        };
        return run(*account->store, ledger::RecordPayment{account->id, {}, reference}, prepare);
    });
}
