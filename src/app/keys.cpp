#include "app/keys.h"

#include <cstdio>

#include "api/common/context.h"
#include "app/home.h"
#include "app/verbs.h"
#include "base/json.h"
#include "client/client.h"

namespace rb::app {

namespace {

using accounts::PlatformKey;

// What a list shows of a key, whether it comes from a server or from a store.
struct Row {
    std::string id, name, of, hint, expires_at, revoked_at, last_used_at;
};

std::string text_at(const Json& json, std::string_view name) {
    const Json* found = json.at_path(name);
    return found && found->is_string() ? found->as_string() : std::string();
}

Row row_of(const Json& key) {
    return {text_at(key, "id"),          text_at(key, "name"),       text_at(key, "operator"),
            text_at(key, "hint"),        text_at(key, "expires_at"), text_at(key, "revoked_at"),
            text_at(key, "last_used_at")};
}

Row row_of(const PlatformKey& key, const engine::Engine& engine) {
    auto text = [](const std::optional<Instant>& at) { return at ? at->to_text() : std::string(); };
    return {key.id.to_text(),
            key.name,
            key.of.is_nil() ? std::string() : key.of.to_text(),
            key.hint,
            text(key.expires_at),
            text(key.revoked_at),
            text(engine.last_used(key.id.uuid))};
}

void print(const Row& row) {
    std::string state = row.revoked_at.empty() ? "" : "  revoked " + row.revoked_at;
    if (state.empty() && !row.expires_at.empty()) state = "  expires " + row.expires_at;
    std::printf("%s  ...%s  %s  %s  last used %s%s\n", row.id.c_str(), row.hint.c_str(),
                row.of.empty() ? "root" : row.of.c_str(), row.name.empty() ? "-" : row.name.c_str(),
                row.last_used_at.empty() ? "never" : row.last_used_at.c_str(), state.c_str());
}

// A member of a body; nothing where there is nothing to say.
void add(std::string& body, std::string_view name, std::string_view text) {
    if (text.empty()) return;
    body += body.empty() ? "" : ",";
    JsonWriter(body).string(name);
    body += ':';
    JsonWriter(body).string(text);
}

int run_at_server(const KeysArguments& a) {
    auto key = a.key.empty() ? secret_from_environment("RATEBOOK_KEY") : a.key;
    if (!key) return fail(key.error());
    auto client = client::Client::make(a.url, *key);
    if (!client) return fail("--url: " + client.error());
    const std::string keys = "/v1/platform_keys", one = keys + "/" + a.id;
    std::string members;
    Parsed<Json> answer = Json();
    if (a.verb == "list") {
        answer = client->call("GET", keys);
        if (!answer) return fail(answer.error());
        if (const Json* items = answer->find("items"); items && items->is_array())
            for (const Json& item : items->as_array()) print(row_of(item));
        return 0;
    }
    if (a.verb == "create") {
        add(members, "name", a.name);
        add(members, "operator", a.of);
        add(members, "expires_at", a.at == "never" ? "" : a.at);
        answer = client->call("POST", keys, "{" + members + "}");
    } else if (a.verb == "rotate") {
        answer = client->call("POST", one + "/rotation",
                              R"({"overlap_seconds":)" + std::to_string(a.overlap_seconds) + "}");
    } else if (a.verb == "expire") {
        add(members, "expires_at", a.at);
        answer = client->call("PATCH", one,
                              a.at == "never" ? R"({"expires_at":null})" : "{" + members + "}");
    } else {
        answer = client->call("DELETE", one);
    }
    if (!answer) return fail(answer.error());
    const std::string text = text_at(*answer, "text");
    if (text.empty())
        print(row_of(*answer));
    else
        std::printf("%s\n", text.c_str());
    return 0;
}

PlatformKey fresh_key(engine::Engine& engine, const std::string& text) {
    PlatformKey key;
    key.id = ApiKeyId{engine.fresh_id()};
    key.hash = Sha256::of(text);
    key.hint = text.substr(text.size() - 4);
    return key;
}

// The instant that is meant; nothing: never.
Parsed<std::optional<Instant>> instant_of(const std::string& at) {
    if (at.empty() || at == "never") return std::nullopt;
    auto parsed = Instant::parse(at);
    if (!parsed) return Unparsed("--at: " + parsed.error());
    return *parsed;
}

int run_at_store(const KeysArguments& a) {
    if (auto there = store::sqlite::expect_store(a.data); !there) return fail(there.error());
    auto home = Home::open(a.data, {engine::Threads::none});
    if (!home) return fail(home.error());
    engine::Engine& engine = (*home)->engine();
    if (a.verb == "list") {
        for (const PlatformKey& key : engine.platform().keys) print(row_of(key, engine));
        return 0;
    }
    auto at = instant_of(a.at);
    if (!at) return fail(at.error());
    const auto id = ApiKeyId::parse(a.id);
    const bool makes = a.verb == "create";
    if (!makes && !id) return fail("'" + a.id + "' is no key: " + id.error());
    const std::string text = api::make_key_text(accounts::Surface::native);
    PlatformKey fresh = fresh_key(engine, text);
    engine::Command command = accounts::RevokePlatformKey{makes ? fresh.id : *id};
    if (makes) {
        fresh.name = a.name;
        fresh.expires_at = *at;
        if (!a.of.empty()) {
            auto person = OperatorId::parse(a.of);
            if (!person) return fail("--operator: " + person.error());
            fresh.of = *person;
        }
        command = accounts::AddPlatformKey{std::move(fresh)};
    } else if (a.verb == "rotate") {
        command = accounts::RotatePlatformKey{*id, std::move(fresh),
                                              Duration::of_seconds(a.overlap_seconds)};
    } else if (a.verb == "expire") {
        command = accounts::ChangePlatformKey{*id, std::nullopt, *at};
    }
    engine::Envelope envelope{accounts::Caller::platform(), std::move(command), std::nullopt, {}};
    envelope.door = engine::Door::program;
    auto done = (*home)->run(std::move(envelope));
    if (!done) return fail(done.error().detail);
    if (makes || a.verb == "rotate")
        std::printf("%s\n", text.c_str());
    else
        print(row_of(*accounts::find_key(engine.platform(), *id), engine));
    return 0;
}

}  // namespace

CLI::App* add_keys(CLI::App& program, KeysArguments& keys,
                   const std::function<void(CLI::App*)>& with_data) {
    CLI::App* verb = program.add_subcommand("keys", "keys of the platform itself");
    verb->require_subcommand(1);
    struct Verb {
        const char* name;
        const char* what;
    };
    for (const Verb& v : {Verb{"list", "list root keys and operators' keys"},
                          Verb{"create", "make another root key, or an operator's, and print it"},
                          Verb{"rotate", "make a key in the place of another and print it"},
                          Verb{"expire", "let a key end at an instant, or never"},
                          Verb{"revoke", "end a key now"}}) {
        CLI::App* sub = verb->add_subcommand(v.name, v.what);
        const std::string name = v.name;
        sub->add_option("--url", keys.url, "of a server that is running, instead of --data")
            ->envname("RATEBOOK_URL");
        sub->add_option("--key", keys.key, "the key by which the server is asked")
            ->envname("RATEBOOK_KEY");
        const bool names_one = name != "list" && name != "create";
        if (names_one) sub->add_option("id", keys.id, "key_..., as the list has it")->required();
        with_data(sub);
        if (name == "create") {
            sub->add_option("--name", keys.name, "what it is for");
            sub->add_option("--operator", keys.of, "whose it is; without: a root key");
            sub->add_option("--at", keys.at, "when it expires, such as 2027-01-01T00:00:00Z");
        }
        if (name == "rotate")
            sub->add_option("--overlap", keys.overlap_seconds, "seconds that the old one goes on")
                ->capture_default_str();
        if (name == "expire")
            sub->add_option("--at", keys.at, "such as 2027-01-01T00:00:00Z, or never")->required();
        sub->callback([&keys, name] { keys.verb = name; });
    }
    return verb;
}

int run_keys(const KeysArguments& arguments) {
    return arguments.url.empty() ? run_at_store(arguments) : run_at_server(arguments);
}

}  // namespace rb::app
