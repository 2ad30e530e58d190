#pragma once
// For tests: the dialect over an engine in memory with the demo catalog, accounts with money, and
// service accounts whose tokens are signed here, by OpenSSL and not by the library under test.
//
// The instant is 2026-04-10 12:00:00 UTC. Accounts: 789456 "voice-ru" (RUR, Moscow, taxed in
// Russia, 20000), its child 789457 "voice-ru-child" (0), 789458 "voice-us" (USD, untaxed, 1000).
#include <openssl/evp.h>
#include <openssl/pem.h>

#include <fstream>
#include <iterator>
#include <memory>
#include <stdexcept>
#include <string>

#include "api/platform/platform.h"
#include "base/json.h"
#include "base/text.h"
#include "catalog_file/catalog_file.h"
#include "engine/engine.h"
#include "store/memory/memory_store.h"
#include "testing/sim.h"

namespace rb::api::platform {

inline std::string base64url(std::string_view bytes) {
    std::string text = to_base64(bytes);
    while (text.ends_with('=')) text.pop_back();
    for (char& c : text) c = c == '+' ? '-' : c == '/' ? '_' : c;
    return text;
}

// An RSA key pair; made once, because making one takes long.
class RsaKey {
public:
    static const RsaKey& first() {
        static const RsaKey key;
        return key;
    }
    static const RsaKey& second() {
        static const RsaKey key;
        return key;
    }
    std::string public_pem() const {
        std::unique_ptr<BIO, decltype(&BIO_free)> out(BIO_new(BIO_s_mem()), &BIO_free);
        PEM_write_bio_PUBKEY(out.get(), key_.get());
        char* data = nullptr;
        long size = BIO_get_mem_data(out.get(), &data);
        return {data, static_cast<std::size_t>(size)};
    }
    std::string sign(const std::string& text, const EVP_MD* digest = EVP_sha256()) const {
        std::unique_ptr<EVP_MD_CTX, decltype(&EVP_MD_CTX_free)> context(EVP_MD_CTX_new(),
                                                                        &EVP_MD_CTX_free);
        EVP_DigestSignInit(context.get(), nullptr, digest, nullptr, key_.get());
        auto data = reinterpret_cast<const unsigned char*>(text.data());
        std::size_t size = 0;
        EVP_DigestSign(context.get(), nullptr, &size, data, text.size());
        std::string signature(size, '\0');
        EVP_DigestSign(context.get(), reinterpret_cast<unsigned char*>(signature.data()), &size,
                       data, text.size());
        signature.resize(size);
        return signature;
    }

private:
    RsaKey() : key_(EVP_RSA_gen(2048), &EVP_PKEY_free) {}
    std::unique_ptr<EVP_PKEY, decltype(&EVP_PKEY_free)> key_;
};

// header and payload are JSON texts.
inline std::string rs256(const RsaKey& key, std::string_view header, std::string_view payload) {
    std::string text = base64url(header) + "." + base64url(payload);
    return text + "." + base64url(key.sign(text));
}

class World {
public:
    static constexpr std::string_view kid = "ab81c90c-543e-4b8c-9b88-1c4c5f1f1b4f";
    static constexpr std::string_view us_kid = "0d8f5a3e-7e6e-4a0a-9d53-5a0f5d1a7c11";
    static constexpr std::string_view api_key = "eec36d6c-a0eb-46b5-a006-1c2b65343bac";

    explicit World(Instant now = *Instant::parse("2026-04-10T12:00:00Z"))
        : clock(now), store(store::memory::make()) {
        auto opened =
            engine::Engine::open(*store, vault, clock, entropy, {engine::Threads::none, 1});
        if (!opened) throw std::runtime_error(opened.error());
        engine = std::move(*opened);
        context = std::make_unique<Context>(Context{*engine, "1.0", "api.example.com"});
        add_routes(router, *context);
        apply_demo_catalog();
        russian = open(789456, "voice-ru", {}, "RUR", "Europe/Moscow", "RU");
        child = open(789457, "voice-ru-child", russian, "RUR", "Europe/Moscow", "RU");
        american = open(789458, "voice-us", {}, "USD", "America/Los_Angeles", "");
        pay(russian, "20000", "RUR");
        pay(american, "1000", "USD");
        add_service_key(russian, kid, RsaKey::first().public_pem());
        add_service_key(american, us_kid, RsaKey::second().public_pem());
        add_api_key(russian, api_key);
    }

    void execute(engine::Command command) {
        engine::Envelope envelope;
        envelope.caller = accounts::Caller::platform();
        envelope.command = std::move(command);
        std::string refusal = "no answer";
        auto done = [&](Result<engine::Rendered>&& outcome) {
            refusal = outcome ? "" : outcome.error().detail;
        };
        engine->execute(std::move(envelope), {}, done);
        if (!refusal.empty()) throw std::runtime_error(refusal);
    }

    AccountId open(std::int64_t number, std::string name, AccountId parent, Currency currency,
                   std::string_view zone, std::string country) {
        accounts::OpenAccount open;
        open.id = AccountId{engine->fresh_id()};
        open.parent = parent;
        open.name = name;
        open.number = number;
        open.wrapped_data_key = vault.make_data_key();
        open.profile.currency = currency;
        open.profile.zone = *Zone::find(zone);
        open.profile.tax.country = std::move(country);
        open.profile.sealed = seal(*engine, open.wrapped_data_key,
                                   {{"email", name + "@example.com"}, {"first_name", "Ada"}});
        AccountId id = open.id;
        execute(std::move(open));
        return id;
    }
    void pay(AccountId account, std::string_view amount, Currency currency) {
        execute(ledger::RecordPayment{account, *Amount::parse(amount, currency), ""});
    }
    void add_service_key(AccountId account, std::string_view key_id, std::string pem) {
        accounts::ServiceKey key;
        key.kid = *Uuid::parse(key_id);
        key.public_key_pem = std::move(pem);
        execute(accounts::AddServiceKey{account, std::move(key)});
    }
    void add_api_key(AccountId account, std::string_view text,
                     accounts::Role role = accounts::Role::owner) {
        accounts::ApiKey key;
        key.id = ApiKeyId{engine->fresh_id()};
        key.surface = accounts::Surface::platform;
        key.hash = Sha256::of(text);
        key.role = role;
        execute(accounts::AddApiKey{account, std::move(key)});
    }

    std::string header(std::string_view key_id = kid) const {
        return R"({"alg":"RS256","typ":"JWT","kid":")" + std::string(key_id) + R"("})";
    }
    // Claims of an account for so long from now on.
    std::string claims(std::string_view issuer, std::int64_t seconds = 60,
                       std::int64_t issued_before = 0) {
        std::int64_t issued = clock.now().us / 1'000'000 - issued_before;
        return R"({"iss":)" + std::string(issuer) + R"(,"iat":)" + std::to_string(issued) +
               R"(,"exp":)" + std::to_string(issued + seconds) + "}";
    }
    std::string token(std::string_view issuer = "789456") {
        return rs256(RsaKey::first(), header(), claims(issuer));
    }
    std::string us_token() { return rs256(RsaKey::second(), header(us_kid), claims("789458")); }

    http::Response send(http::Request request) {
        http::Response out;
        out.status = 0;
        router.handle(std::move(request), [&](http::Response&& r) { out = std::move(r); });
        return out;
    }
    // POST with the parameters in the query, as the russian account.
    std::string call(std::string_view method, std::string query = "") {
        return call_with(token(), method, std::move(query));
    }
    std::string call_with(const std::string& bearer, std::string_view method, std::string query,
                          std::vector<http::Header> headers = {}) {
        http::Request request;
        request.method = http::Method::post;
        request.path = "/platform_api/" + std::string(method);
        request.query = std::move(query);
        request.headers = std::move(headers);
        if (!bearer.empty()) request.headers.emplace_back("Authorization", "Bearer " + bearer);
        return send(std::move(request)).body;
    }

    testing::SimClock clock;
    testing::SimEntropy entropy;
    testing::ClearVault vault;
    std::unique_ptr<engine::Store> store;
    std::unique_ptr<engine::Engine> engine;
    std::unique_ptr<Context> context;
    http::Router router;
    AccountId russian, child, american;

private:
    void apply_demo_catalog() {
        std::ifstream in(std::string(RATEBOOK_SOURCE_DIR) + "/packaging/demo/catalog.yaml");
        std::string text{std::istreambuf_iterator<char>(in), {}};
        auto file = catalog_file::read(text);
        if (!file.ok())
            throw std::runtime_error(catalog_file::findings_text("catalog.yaml", file.findings));
        execute(catalog::ApplyCatalog{std::move(file.draft), {}});
    }
};

// The error's code in a body; 0: it is no error.
inline int code_in(const std::string& body) {
    auto json = Json::parse(body);
    if (!json) return -1;
    const Json* code = json->at_path("error/code");
    return code ? std::stoi(code->number_text()) : 0;
}

}  // namespace rb::api::platform
