#include "app/demo_data.h"

#include <filesystem>

#include "api/common/context.h"
#include "api/common/rsa_key.h"
#include "catalog_file/catalog_file.h"

namespace rb::app {

extern const std::string_view demo_catalog;

namespace {

// Stops at the first step that fails and keeps why.
class Seeder {
public:
    explicit Seeder(Home& home) : home_(home) {}

    Parsed<Json> seed() {
        catalog_file::ReadResult file = catalog_file::read(demo_catalog);
        if (!file.ok())
            return Unparsed("the demo catalog is refused: " +
                            catalog_file::findings_text("demo", file.findings));
        run(catalog::ApplyCatalog{file.draft, std::nullopt});
        std::string root = api::make_key_text(accounts::Surface::native);
        if (auto ok = home_.add_root_key(root); !ok) return Unparsed(ok.error());
        Json::Object keys{{"root_key", root}};
        platform(keys);
        tenant(keys);
        agency(keys);
        if (!failure_.empty()) return Unparsed("the demo cannot be seeded: " + failure_);
        return Json(std::move(keys));
    }

private:
    void platform(Json::Object& keys) {
        accounts::Profile profile = profile_of("RUR", "Europe/Moscow", "RU");
        profile.display_name = "Shop";
        AccountId id = open("shop", accounts::Kind::customer, profile, 789456, "shop@example.com");
        pay(id, "200000", "RUR");
        start(id, "im_free");
        start(id, "mau_free");
        api::RsaKey rsa = api::make_rsa_key();
        Uuid kid = home_.engine().fresh_id();
        run(accounts::AddServiceKey{id, {kid, rsa.public_pem, {"Owner"}, "demo", {}, {}}});
        Json::Object credentials{{"account_email", "shop@example.com"},
                                 {"account_id", std::int64_t{789456}},
                                 {"key_id", kid.to_text()},
                                 {"private_key", rsa.private_pem}};
        keys.emplace_back("platform",
                          Json::Object{{"account", id.to_text()},
                                       {"account_id", std::int64_t{789456}},
                                       {"api_key", add_key(id, accounts::Surface::platform,
                                                           accounts::Role::admin, {})},
                                       {"credentials", std::move(credentials)}});
    }

    void tenant(Json::Object& keys) {
        accounts::Profile profile = profile_of("USD", "Europe/Berlin", "DE");
        profile.display_name = "Acme";
        AccountId id = open("acme", accounts::Kind::customer, profile, 0, "acme@example.com");
        Json::Object entry{{"account", id.to_text()}, {"tenant", "acme"}};
        for (accounts::Role role :
             {accounts::Role::owner, accounts::Role::admin, accounts::Role::user}) {
            accounts::Member member;
            member.role = role;
            MemberId made;
            run(accounts::AddMember{id, member}, &made);
            std::string name(enum_text(role));
            entry.emplace_back(name + "_key", add_key(id, accounts::Surface::native, role, made));
        }
        start(id, "helpdesk_small");
        for (const auto& [feature, count] :
             {std::pair{"mailboxes", 1}, {"forms", 1}, {"groups", 1}, {"tickets", 40}})
            run(metering::SetGauge{id, feature, count, std::nullopt});
        keys.emplace_back("tenant", std::move(entry));
    }

    void agency(Json::Object& keys) {
        accounts::Profile profile = profile_of("USD", "America/New_York", "US");
        profile.display_name = "Bright Agency";
        AccountId id = open("bright", accounts::Kind::agency, profile, 0, "bright@example.com");
        start(id, "agency_reseller");
        catalog::PlanDraft draft;
        draft.head.key = "starter";
        draft.head.family = "AGENCY";
        draft.version.name = "Starter";
        draft.version.description = "One assistant and a thousand queries a month";
        draft.version.fee = {{usd(), Amount::zero(usd())}};
        auto limit = [&](const char* feature, std::int64_t count) {
            draft.version.entitlements.push_back({feature, true, {}, count, false});
        };
        limit("bots_count", 1);
        draft.version.entitlements.push_back({"premium_support", false, {}, std::nullopt, false});
        limit("queries_count", 1000);
        limit("voice_seconds", 600);
        limit("words_count", 50000);
        PlanRef plan;
        run(catalog::PublishOwnedPlan{id, draft, {}}, &plan);
        accounts::Profile client = profile_of("USD", "America/New_York", "US");
        client.display_name = "Client of Bright";
        AccountId sub = open("bright-client", accounts::Kind::customer, client, 0, "", id);
        run(changes::Change{sub, start_ask(plan)});
        keys.emplace_back("agency", Json::Object{{"account", id.to_text()},
                                                 {"agency_id", id.uuid.to_text()},
                                                 {"sub_account", sub.to_text()},
                                                 {"api_key", add_key(id, accounts::Surface::agency,
                                                                     accounts::Role::admin, {})}});
    }

    static accounts::Profile profile_of(std::string_view currency, std::string_view zone,
                                        std::string country) {
        accounts::Profile profile;
        profile.currency = *Currency::parse(currency);
        profile.zone = *Zone::find(zone);
        profile.tax.country = std::move(country);
        return profile;
    }
    AccountId open(std::string name, accounts::Kind kind, accounts::Profile profile,
                   std::int64_t number, const std::string& email, AccountId parent = {}) {
        engine::Engine& engine = home_.engine();
        accounts::OpenAccount command;
        command.parent = parent;
        command.kind = kind;
        command.name = std::move(name);
        command.number = number;
        command.wrapped_data_key = engine.vault().make_data_key();
        if (!email.empty())
            profile.sealed = api::seal(engine, command.wrapped_data_key, {{"email", email}});
        command.profile = std::move(profile);
        AccountId id;
        run(std::move(command), &id, email.empty() ? "" : engine.vault().fingerprint(email));
        return id;
    }
    std::string add_key(AccountId account, accounts::Surface surface, accounts::Role role,
                        MemberId member) {
        std::string text = api::make_key_text(surface);
        accounts::ApiKey key;
        key.id = ApiKeyId{home_.engine().fresh_id()};
        key.surface = surface;
        key.hash = Sha256::of(text);
        key.hint = text.substr(text.size() - 4);
        key.name = "demo";
        key.role = role;
        key.member = member;
        run(accounts::AddApiKey{account, key});
        return text;
    }
    void pay(AccountId account, std::string_view amount, std::string_view currency) {
        Currency c = *Currency::parse(currency);
        run(ledger::RecordPayment{account, *Amount::parse(amount, c), "demo"});
    }
    static changes::Ask start_ask(PlanRef plan) {
        changes::Ask ask;
        ask.kind = changes::QuoteKind::start;
        ask.plan = plan;
        return ask;
    }
    void start(AccountId account, std::string_view plan_key) {
        const catalog::Plan* plan = home_.engine().catalog()->plans.find_key(plan_key);
        if (!plan)
            failure_ = "no plan " + std::string(plan_key);
        else
            run(changes::Change{account, start_ask(plan->latest_ref())});
    }
    template <class R = std::monostate>
    void run(engine::Command command, R* reply = nullptr, std::string email_fingerprint = {}) {
        if (!failure_.empty()) return;
        std::string name(engine::command_name(command));
        auto outcome = home_.run({accounts::Caller::platform(), std::move(command), std::nullopt,
                                  std::move(email_fingerprint)},
                                 [reply](const engine::Reader&, const engine::Reply& r) {
                                     if (reply) *reply = std::get<R>(r);
                                     return engine::Rendered{};
                                 });
        if (!outcome) failure_ = name + ": " + outcome.error().detail;
    }

    Home& home_;
    std::string failure_;
};

}  // namespace

Parsed<Json> seed_demo(Home& home) {
    std::string path = home.directory() + "/demo.json";
    if (std::filesystem::exists(path)) {
        auto text = read_file(path);
        if (!text) return Unparsed(text.error());
        return Json::parse(*text);
    }
    if (home.engine().catalog()->version != 0)
        return Unparsed(home.directory() +
                        " holds another store; give the demo a directory of its own with --data");
    auto keys = Seeder(home).seed();
    if (!keys) return keys;
    if (auto ok = write_private_file(path, keys->to_pretty_text() + "\n"); !ok)
        return Unparsed(ok.error());
    return keys;
}

DemoPlace demo_place(Home& home) {
    DemoPlace place;
    for (auto [name, family] : {std::pair{"shop", "IM"}, {"shop", "MAU"}, {"acme", "HELPDESK"}}) {
        auto id = home.engine().account_named(name);
        if (!id) continue;
        (void)home.read(*id, [&](const engine::Reader& reader) -> Result<engine::Rendered> {
            const engine::AccountRecord* record = reader.account(*id);
            const subscriptions::Subscription* held =
                record ? record->subscriptions.base_of(family) : nullptr;
            if (!held) return engine::Rendered{};
            for (const changes::Offer& offer : reader.offers(*record, family))
                if (offer.allowed && !offer.current && offer.blockers.empty() &&
                    place.next_plan.empty())
                    place = {id->to_text(), held->id.to_text(), family, offer.plan->head.key};
            return engine::Rendered{};
        });
        if (!place.next_plan.empty()) return place;
    }
    return place;
}

}  // namespace rb::app
