#include "app/doctor.h"

#include <algorithm>
#include <cstdio>
#include <optional>

#include "app/home.h"
#include "app/look.h"
#include "app/start_checks.h"
#include "app/verbs.h"
#include "base/json.h"
#include "client/client.h"

namespace rb::app {

void add_clashing_keys(const engine::Engine& engine, std::vector<Finding>& findings) {
    for (const engine::ClashingKey& clash : engine.clashing_keys()) {
        const std::string quoted = "'" + clash.key + "'";
        std::string why = "its key " + quoted + " has the form of an id or begins with 'key:'";
        if (!clash.named.is_nil()) {
            const AccountId first = std::min(clash.named, clash.account);
            why = "its key " + quoted + " is the name of " + clash.named.to_text() + "; " + quoted +
                  " means " + first.to_text();
        }
        findings.push_back({clash.account.to_text(),
                            why + ", 'key:" + clash.key + "' means it: give it another key"});
    }
}

void add_quarantines(const engine::Engine& engine, std::vector<Finding>& findings) {
    for (const engine::Quarantine& q : engine.quarantines())
        findings.push_back({q.root.to_text(), "is held back since " + q.at.to_text() + ": " +
                                                  q.command + " of " + q.about.to_text() +
                                                  " would have broken \"" + q.rule + "\" (" +
                                                  q.place + "); doctor --release " +
                                                  q.root.to_text() + " serves it again"});
}

namespace {

// Empty: it is served again from the next start on; else why not.
std::string release(engine::Engine& engine, const std::string& root) {
    auto account = AccountId::parse(root);
    if (!account) return "expected the id of an account: '" + root + "' is none";
    std::string problem;
    engine.release_quarantine(accounts::Caller::platform(), {{}, engine::Door::program, {}},
                              *account, [&](Result<void> done) {
                                  if (!done) problem = done.error().detail;
                              });
    return problem;
}

int release(const std::string& data, const std::string& root) {
    if (auto there = store::sqlite::expect_store(data); !there) return fail(there.error());
    auto home = Home::open(data, {engine::Threads::none});
    if (!home) return fail(home.error());
    if (auto why = release((*home)->engine(), root); !why.empty()) return fail(why);
    std::printf("%s is served again\n", root.c_str());
    return 0;
}

// What is good is printed at once, what is not goes to the findings.
void list(const std::vector<StartCheck>& checks, std::vector<Finding>& findings) {
    for (const StartCheck& check : checks) {
        const bool is_good = check.level == StartCheck::Level::good;
        if (is_good) std::printf("ok: %s: %s\n", check.subject.c_str(), check.text.c_str());
        if (!is_good) findings.push_back({check.subject + ":", check.text});
    }
}

std::string text_at(const Json& json, std::string_view name) {
    const Json* found = json.find(name);
    return found && found->is_string() ? found->as_string() : std::string();
}

int look_at_server(const DoctorArguments& arguments) {
    auto key = arguments.key.empty() ? secret_from_environment("RATEBOOK_KEY") : arguments.key;
    if (!key) return fail(key.error());
    auto client = client::Client::make(arguments.url, *key);
    if (!client) return fail("--url: " + client.error());
    if (!arguments.released.empty()) {
        auto ended = client->call("DELETE", "/v1/quarantines/" + arguments.released);
        if (!ended) return fail(ended.error());
        std::printf("%s is served again\n", arguments.released.c_str());
    }
    auto held = client->call("GET", "/v1/quarantines");
    if (!held) return fail(held.error());
    const Json* items = held->find("items");
    std::size_t count = 0;
    if (items && items->is_array())
        for (const Json& q : items->as_array()) {
            ++count;
            std::printf("%s is held back since %s: %s of %s would have broken \"%s\" (%s)\n",
                        text_at(q, "account").c_str(), text_at(q, "since").c_str(),
                        text_at(q, "command").c_str(), text_at(q, "about").c_str(),
                        text_at(q, "rule").c_str(), text_at(q, "place").c_str());
        }
    auto ready = client->call("GET", "/readyz");
    if (!ready) std::printf("%s is not ready: %s\n", arguments.url.c_str(), ready.error().c_str());
    if (count == 0 && ready) std::printf("%s: nothing to look at\n", arguments.url.c_str());
    return count == 0 && ready ? 0 : 1;
}

}  // namespace

int run_doctor(const DoctorArguments& arguments) {
    if (!arguments.url.empty()) return look_at_server(arguments);
    const std::string& data = arguments.data;
    StartPlace place{data, {}, arguments.tls};
    if (!arguments.listen.empty()) {
        auto where = Listen::parse(arguments.listen);
        if (!where) return misuse("--listen: " + where.error());
        place.listen = *where;
    }
    if (!arguments.released.empty())
        if (int code = release(data, arguments.released); code != 0) return code;
    if (auto there = store::sqlite::expect_store(data); !there) return fail(there.error());
    std::vector<Finding> findings;
    list(check_start(place), findings);
    // An engine that finds no time zones would not get through the journal.
    if (embed::check_machine()) {
        auto look = Look::at(data);
        if (!look) return fail(look.error());
        list(check_store((*look)->store(), (*look)->engine(), data), findings);
        add_quarantines((*look)->engine(), findings);
        add_clashing_keys((*look)->engine(), findings);
    }
    for (const Finding& finding : findings)
        std::printf("%s %s\n", finding.subject.c_str(), finding.text.c_str());
    if (findings.empty()) std::printf("%s: nothing to look at\n", data.c_str());
    return findings.empty() ? 0 : 1;
}

}  // namespace rb::app
