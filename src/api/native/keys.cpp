// API keys and service keys. A key's text, or a private key, leaves once: in the first answer. The
// same idempotency key is answered without it.
#include "api/common/rsa_key.h"
#include "api/native/from_wire.h"
#include "api/native/routes.h"
#include "api/native/to_wire.h"

namespace rb::api::native {

namespace {

using accounts::Role;

template <class Keys, class Id, class Member>
const auto* find_by(const Keys& keys, Id id, Member member) {
    for (const auto& key : keys)
        if (key.*member == id) return &key;
    return static_cast<const typename Keys::value_type*>(nullptr);
}

// The platform dialect's credentials file.
std::string credentials_text(engine::Engine& engine, const engine::Reader& reader,
                             const accounts::Account& account, const accounts::ServiceKey& key,
                             std::string_view private_pem) {
    return object_text(reader.catalog(), [&](Wire& w) {
        w.text_or_null("account_email", open_field(engine, account.wrapped_data_key,
                                                   account.profile.sealed, "email"));
        w.integer("account_id", account.number);
        w.text("key_id", key.kid.to_text());
        w.text_or_null("private_key", private_pem);
    });
}

// What a public key looks like, where it is asked whether one would be taken.
constexpr std::string_view public_key_example =
    "-----BEGIN PUBLIC KEY-----\n-----END PUBLIC KEY-----\n";

void keep_service_key(Call&& call, AccountId account, accounts::ServiceKey&& key,
                      std::string private_pem) {
    engine::Engine& engine = call.engine();
    auto render = [&engine, account, private_pem = std::move(private_pem)](
                      const engine::Reader& reader, const engine::Reply& reply) {
        const accounts::Account& of = reader.account(account)->account;
        const auto* made =
            find_by(of.service_keys, std::get<Uuid>(reply), &accounts::ServiceKey::kid);
        auto out = rendered(credentials_text(engine, reader, of, *made, private_pem), 201);
        out.replay_body = credentials_text(engine, reader, of, *made, "");
        return out;
    };
    execute(std::move(call), {accounts::AddServiceKey{account, std::move(key)}, {}, {}},
            std::move(render));
}

// Asks first whether the account may have another key, because making one is dear, and makes it
// where no request waits for it. What is refused goes to the engine all the same: it may be a
// request that was answered before.
void make_service_key(Call&& call, AccountId account, accounts::ServiceKey&& key) {
    struct Asked {
        Call call;
        accounts::ServiceKey key;
        AccountId tree;
    };
    engine::Engine& engine = call.engine();
    const accounts::Caller caller = call.caller;
    auto asked = std::make_shared<Asked>(std::move(call), std::move(key), AccountId{});
    auto look = [asked, account](const engine::Reader& reader) -> Result<engine::Rendered> {
        if (const engine::AccountRecord* record = reader.account(account))
            asked->tree = record->account.top;
        accounts::AddServiceKey wanted{account, asked->key};
        wanted.key.public_key_pem = public_key_example;
        if (auto ok = reader.would_be_accepted(wanted); !ok) return std::unexpected(ok.error());
        return engine::Rendered{};
    };
    engine.read(account, caller, std::move(look), [asked, account](auto&& answer) {
        if (!answer)
            return execute(std::move(asked->call),
                           {accounts::AddServiceKey{account, std::move(asked->key)},
                            [why = answer.error()](const engine::Reader&, engine::Command&) {
                                return Result<void>(std::unexpected(why));
                            },
                            {}},
                           engine::Render{});
        auto keep = [asked, account](RsaKey&& pair) {
            asked->key.public_key_pem = std::move(pair.public_pem);
            keep_service_key(std::move(asked->call), account, std::move(asked->key),
                             std::move(pair.private_pem));
        };
        RsaMaker* maker = asked->call.context.rsa;
        if (!maker) return keep(make_rsa_key());
        if (auto ok = maker->make(asked->tree, keep); !ok) asked->call.refuse(ok.error());
    });
}

}  // namespace

void list_api_keys(Call&& call) {
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    const engine::Engine& engine = call.engine();
    read_account(std::move(call), *account, accounts::Right::read_keys,
                 [&engine](const engine::Reader& reader, const engine::AccountRecord& record) {
                     return rendered(list_text(reader.catalog(), "", [&](Wire& w) {
                         for (const accounts::ApiKey& key : record.account.api_keys)
                             write_api_key(w, key, engine, std::nullopt);
                     }));
                 });
}

void add_api_key(Call&& call) {
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    Body body(call.request);
    Fields& f = body.root();
    accounts::ApiKey key;
    key.surface = f.enumeration<accounts::Surface>("surface").value_or(accounts::Surface::native);
    key.role = f.enumeration<Role>("role", Need::required).value_or(Role::user);
    key.name = f.text("name").value_or("");
    key.member = f.id<MemberId>("member").value_or(MemberId{});
    key.expires_at = f.instant("expires_at");
    key.rights = f.texts("rights").value_or(std::vector<std::string>{});
    key.narrowing = read_narrowing(f);
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    constexpr std::size_t hint_chars = 4;
    std::string text = make_key_text(key.surface);
    key.id = ApiKeyId{call.engine().fresh_id()};
    key.hash = Sha256::of(text);
    key.hint = text.substr(text.size() - hint_chars);
    const engine::Engine& engine = call.engine();
    auto render = [&engine, account = *account, text](const engine::Reader& reader,
                                                      const engine::Reply& reply) {
        const auto* made = find_by(reader.account(account)->account.api_keys,
                                   std::get<ApiKeyId>(reply), &accounts::ApiKey::id);
        engine::Rendered out = rendered("", 201);
        Wire shown(out.body, reader.catalog());
        write_api_key(shown, *made, engine, text);
        Wire kept(out.replay_body.emplace(), reader.catalog());
        write_api_key(kept, *made, engine, std::nullopt);
        return out;
    };
    execute(std::move(call), {accounts::AddApiKey{*account, std::move(key)}, {}, {}},
            std::move(render));
}

void revoke_api_key(Call&& call) {
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    auto key = path_id<ApiKeyId>(call, "key", Fault::key_is_unknown);
    if (!key) return call.refuse(key.error());
    Body body(call.request);
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    const engine::Engine& engine = call.engine();
    execute(std::move(call), {accounts::RevokeApiKey{*account, *key}, {}, {}},
            [&engine, account = *account, key = *key](const engine::Reader& reader,
                                                      const engine::Reply&) {
                engine::Rendered out;
                Wire w(out.body, reader.catalog());
                write_api_key(
                    w,
                    *find_by(reader.account(account)->account.api_keys, key, &accounts::ApiKey::id),
                    engine, std::nullopt);
                return out;
            });
}

void list_service_keys(Call&& call) {
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    const engine::Engine& engine = call.engine();
    read_account(std::move(call), *account, accounts::Right::read_keys,
                 [&engine](const engine::Reader& reader, const engine::AccountRecord& record) {
                     return rendered(list_text(reader.catalog(), "", [&](Wire& w) {
                         for (const accounts::ServiceKey& key : record.account.service_keys)
                             write_service_key(w, key, engine);
                     }));
                 });
}

void add_service_key(Call&& call) {
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    const auto may = call.engine().may(call.caller, *account, accounts::Right::make_service_key);
    if (!may) return call.refuse(may.error());
    Body body(call.request);
    Fields& f = body.root();
    accounts::ServiceKey key;
    key.name = f.text("name").value_or("");
    key.roles = f.texts("roles").value_or(std::vector<std::string>{});
    auto public_key = f.text("public_key");
    if (public_key && !is_rsa_public_key(*public_key))
        f.invalid("public_key",
                  "expected an RSA public key of 2048 to 4096 bits in PEM, with an odd exponent "
                  "from 3 to 2^32 - 1");
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    key.kid = call.engine().fresh_id();
    if (!public_key) return make_service_key(std::move(call), *account, std::move(key));
    key.public_key_pem = std::move(*public_key);
    keep_service_key(std::move(call), *account, std::move(key), {});
}

void revoke_service_key(Call&& call) {
    auto account = path_account(call);
    if (!account) return call.refuse(account.error());
    auto kid = Uuid::parse(call.request.path_parameter("key"));
    if (!kid) return call.refuse({Fault::key_is_unknown, "/key", "there is no such key", {}, {}});
    Body body(call.request);
    if (const Errors* errors = body.refusal()) return call.refuse(*errors);
    const engine::Engine& engine = call.engine();
    execute(std::move(call), {accounts::RevokeServiceKey{*account, *kid}, {}, {}},
            [&engine, account = *account, kid = *kid](const engine::Reader& reader,
                                                      const engine::Reply&) {
                engine::Rendered out;
                Wire w(out.body, reader.catalog());
                write_service_key(w,
                                  *find_by(reader.account(account)->account.service_keys, kid,
                                           &accounts::ServiceKey::kid),
                                  engine);
                return out;
            });
}

}  // namespace rb::api::native
