#include "app/home.h"

#include <unistd.h>

#include <future>

#include "api/common/context.h"
#include "base/notice.h"
#include "store/files/file.h"

namespace rb::app {

namespace {

// By whichever verb opens the store first: it is told once.
void tell_of_narrowed_keys(const engine::Engine& engine) {
    if (auto narrowed = engine.keys_narrowed(); narrowed && *narrowed > 0)
        notice(Severity::warning,
               std::to_string(*narrowed) +
                   " keys of accounts can only add to what is used now; where one is to tell "
                   "gauges, latest values or reservations, make one with the right meter:write");
}

}  // namespace

Parsed<std::unique_ptr<Home>> Home::open(const std::string& directory, engine::Options options,
                                         store::sqlite::JournalForm form_of_new) {
    auto opened = embed::Opened::directory(directory, options, form_of_new);
    if (!opened) return Unparsed(opened.error());
    std::unique_ptr<Home> home(new Home);
    home->directory_ = directory;
    home->opened_ = std::move(*opened);
    tell_of_narrowed_keys(home->engine());
    return home;
}

Result<engine::Rendered> Home::run(engine::Envelope envelope, engine::Render render) {
    return opened_->run(std::move(envelope), std::move(render));
}

Result<engine::Rendered> Home::read(AccountId account, engine::Read read) {
    std::promise<Result<engine::Rendered>> promise;
    auto future = promise.get_future();
    engine().read(
        account, accounts::Caller::platform(), std::move(read),
        [&](Result<engine::Rendered>&& outcome) { promise.set_value(std::move(outcome)); });
    return future.get();
}

Parsed<void> Home::add_root_key(const std::string& text) {
    constexpr std::size_t key_chars_min = 20;
    if (text.size() < key_chars_min || text.substr(0, 3) != "rb_")
        return Unparsed("a root key begins with 'rb_' and has at least 20 characters");
    std::promise<Result<void>> promise;
    auto future = promise.get_future();
    engine().add_root_key(text,
                          [&](Result<void> outcome) { promise.set_value(std::move(outcome)); });
    auto outcome = future.get();
    if (!outcome) return Unparsed(outcome.error().detail);
    return {};
}

bool Home::is_root_key(const std::string& text) {
    auto who = engine().authenticate(accounts::Surface::native, text);
    return who && who->caller.is_platform();
}

Parsed<Home::RootKey> Home::ensure_root_key() {
    auto given = secret_from_environment("RATEBOOK_ROOT_KEY");
    if (!given) return Unparsed(given.error());
    using Given = RootKey::Given;
    if (engine().has_root_key()) {
        if (given->empty()) return RootKey{};
        return RootKey{{}, {}, is_root_key(*given) ? Given::kept : Given::ignored};
    }
    if (!given->empty()) {
        if (auto ok = add_root_key(*given); !ok)
            return Unparsed("RATEBOOK_ROOT_KEY: " + ok.error());
        return RootKey{{}, {}, Given::kept};
    }
    RootKey key{api::make_key_text(accounts::Surface::native), {}};
    if (::isatty(STDOUT_FILENO) == 0) {
        key.file = directory_ + "/root.key";
        if (auto ok = store::files::replace_own(key.file, key.made + "\n"); !ok)
            return Unparsed(ok.error());
    }
    if (auto ok = add_root_key(key.made); !ok) return Unparsed(ok.error());
    return key;
}

}  // namespace rb::app
