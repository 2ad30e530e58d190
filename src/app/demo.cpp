// `ratebook demo`: seeded data, then the same serving as `serve`, and lines to try it.
#include <cstdio>

#include "app/demo_data.h"
#include "app/serving.h"
#include "app/signals.h"
#include "app/start_checks.h"
#include "app/verbs.h"

namespace rb::app {

namespace {

std::string text_at(const Json& keys, std::string_view path) {
    const Json* found = keys.at_path(path);
    return found && found->is_string() ? found->as_string() : std::string();
}

void print_json(const Json& keys, const std::string& address) {
    Json::Object line{{"address", address}};
    for (const Json::Member& member : keys.as_object()) line.push_back(member);
    std::printf("%s\n", Json(std::move(line)).to_text().c_str());
}

void print_text(const Json& keys, const std::string& address, const DemoPlace& place) {
    const std::string root = text_at(keys, "root_key");
    std::printf("Ratebook %s with demo data: %s\n\n", program_version().c_str(), address.c_str());
    std::printf("  root key (/v1)        %s\n", root.c_str());
    std::printf("  platform account      789456, api_key %s\n",
                text_at(keys, "platform/api_key").c_str());
    std::printf("  tenant acme, owner    %s\n", text_at(keys, "tenant/owner_key").c_str());
    std::printf("  agency %s  %s\n", text_at(keys, "agency/agency_id").c_str(),
                text_at(keys, "agency/api_key").c_str());
    if (place.next_plan.empty()) {
        std::printf(
            "\nEvery demo account is on its largest plan; a new --data directory begins again.\n");
        return;
    }
    const std::string auth = " -H 'Authorization: Bearer " + root + "'";
    const std::string json = " -H 'Content-Type: application/json'";
    std::printf("\nThe plans that the account may change to, a quote, and the change:\n\n");
    std::printf("curl -s%s '%s/v1/accounts/%s/available_plans?family=%s'\n", auth.c_str(),
                address.c_str(), place.account.c_str(), place.family.c_str());
    std::printf("curl -s%s%s -d '{\"plan\": \"%s\"}' %s/v1/subscriptions/%s/quotes\n", auth.c_str(),
                json.c_str(), place.next_plan.c_str(), address.c_str(), place.subscription.c_str());
    std::printf("curl -s%s%s -d '{\"plan\": \"%s\"}' %s/v1/subscriptions/%s/changes\n",
                auth.c_str(), json.c_str(), place.next_plan.c_str(), address.c_str(),
                place.subscription.c_str());
    std::printf("\nStop with Ctrl-C.\n");
}

}  // namespace

int run_demo(const std::string& data, const std::string& listen, Output output,
             const LogArguments& log_arguments) {
    auto where = Listen::parse(listen);
    if (!where) return misuse("--listen: " + where.error());
    block_signals();
    ServerLog log(log_arguments);
    if (!may_start(check_start({data, *where}))) return 1;
    auto home = Home::open(data, {engine::Threads::own});
    if (!home) return fail(home.error());
    auto keys = seed_demo(**home);
    if (!keys) return fail(keys.error());
    DemoPlace place = demo_place(**home);
    auto served = serve(**home, *where, {}, log, [&](const std::string& address) {
        if (output == Output::json)
            print_json(*keys, address);
        else
            print_text(*keys, address, place);
        std::fflush(stdout);
    });
    if (!served) return fail(served.error());
    return 0;
}

}  // namespace rb::app
