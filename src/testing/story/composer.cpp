#include "testing/story/composer.h"

namespace rb::testing::story {

using engine::Command;

const std::map<std::string_view, Composer::Make>& Composer::verbs() {
    static const std::map<std::string_view, Make> verbs{
        {"open", &Composer::open},
        {"update", &Composer::update},
        {"status", &Composer::status},
        {"spend_cap", &Composer::spend_cap},
        {"rate", &Composer::rate},
        {"alias", &Composer::alias},
        {"member", &Composer::member},
        {"remove", &Composer::remove_member},
        {"pay", &Composer::pay},
        {"pay_out", &Composer::pay_out},
        {"hold", &Composer::hold},
        {"capture", &Composer::capture},
        {"release", &Composer::release},
        {"grant", &Composer::grant},
        {"reverse", &Composer::reverse},
        {"gauge", &Composer::gauge},
        {"reserve", &Composer::reserve},
        {"commit", &Composer::commit},
        {"give_back", &Composer::give_back},
        {"subscribe", &Composer::subscribe},
        {"change", &Composer::change},
        {"cancel", &Composer::cancel},
        {"quote", &Composer::quote},
        {"execute", &Composer::execute},
        {"withdraw", &Composer::withdraw},
        {"publish", &Composer::publish},
        {"archive", &Composer::archive},
        {"clock", &Composer::make_clock},
        {"advance", &Composer::advance},
    };
    return verbs;
}

Parsed<Composed> Composer::compose(const std::vector<std::string>& text) {
    made_ = {};
    Words words(text);
    std::optional<std::string> key = words.option("idempotency");
    made_.envelope.caller = caller(words);
    std::string verb = words.take("a command");
    auto found = verbs().find(verb);
    if (found == verbs().end()) return Unparsed("unknown command '" + verb + "'");
    made_.envelope.command = (this->*found->second)(words);
    words.finish();
    if (!words.error().empty()) return Unparsed(words.error());
    if (key) {
        std::string request;
        for (const std::string& word : text) request += word + " ";
        made_.envelope.idempotency = engine::IdempotencyKey{*key, verb, Sha256::of(request)};
    }
    return std::move(made_);
}

accounts::Caller Composer::caller(Words& words) const {
    auto by = words.option("by");
    if (!by) return accounts::Caller::platform();
    std::size_t slash = by->find('/');
    accounts::Caller caller;
    const Named* named = names_.find(Thing::account, by->substr(0, slash));
    if (named == nullptr) {
        words.fail("unknown account '" + *by + "'");
        return caller;
    }
    caller.account = named->account;
    caller.principal = named->account.uuid;
    std::string_view role =
        slash == std::string::npos ? std::string_view() : std::string_view(*by).substr(slash + 1);
    // "by acme/developer+meter": the key of a developer to whom the seller has given meter:write.
    constexpr std::string_view telling = "+meter";
    caller.tells_usage = role.ends_with(telling);
    if (caller.tells_usage) role.remove_suffix(telling.size());
    if (!role.empty()) caller.role = words.choice<accounts::Role>(role);
    return caller;
}

const Named* Composer::named(Words& words, Thing thing) const {
    std::string what(enum_text(thing));
    std::string name = words.take("a name of one " + what);
    const Named* found = names_.find(thing, name);
    if (found == nullptr) words.fail("unknown " + what + " '" + name + "'");
    return found;
}

AccountId Composer::account(Words& words) const {
    const Named* found = named(words, Thing::account);
    return found == nullptr ? AccountId{} : found->account;
}

accounts::Profile Composer::profile_of(AccountId account) const {
    accounts::Profile profile;
    engine_.read(
        account, accounts::Caller::platform(),
        [&](const engine::Reader& reader) -> Result<engine::Rendered> {
            if (const auto* record = reader.account(account)) profile = record->account.profile;
            return engine::Rendered{};
        },
        [](Result<engine::Rendered>&&) {});
    return profile;
}

void Composer::bind_as(Words& words, Thing thing) {
    made_.thing = thing;
    if (auto name = words.option("as")) made_.name = *name;
}

std::optional<Instant> Composer::expiry(Words& words) const {
    auto text = words.option("expires");
    if (!text) return std::nullopt;
    return words.value(parse_moment(*text, profile_of(made_.account).zone), *text);
}

// --- accounts ---

void Composer::profile_options(Words& words, accounts::Profile& p) {
    if (auto v = words.option("zone")) p.zone = words.value(Zone::find(*v), *v);
    if (auto v = words.option("country")) p.tax.country = *v == "none" ? "" : *v;
    if (auto v = words.option("region")) p.tax.region = *v;
    if (words.flag("exempt")) p.tax.exempt = true;
    if (auto v = words.option("credit_limit"))
        p.credit_limit_micros = words.amount(*v, p.currency).micros();
    if (words.flag("app_store")) p.cap.app_store = true;
    if (auto v = words.option("cap")) p.cap.amount = words.amount(*v, p.currency);
    if (auto v = words.option("key")) p.key = *v == "none" ? "" : *v;
}

Command Composer::open(Words& words) {
    accounts::OpenAccount c;
    made_.thing = Thing::account;
    made_.name = c.name = words.take("a name for the account");
    if (auto called = words.option("called")) c.name = *called;
    if (auto number = words.option("number")) c.number = words.number(*number);
    std::string currency = words.option("currency").value_or("USD");
    c.profile.currency = words.value(Currency::parse(currency), currency);
    if (words.flag("agency")) c.kind = accounts::Kind::agency;
    if (auto parent = words.option("under")) {
        const Named* found = names_.find(Thing::account, *parent);
        if (found == nullptr)
            words.fail("unknown account '" + *parent + "'");
        else
            c.parent = found->account;
    }
    if (auto clock = words.option("clock")) {
        const Named* found = names_.find(Thing::clock, *clock);
        if (found == nullptr)
            words.fail("unknown clock '" + *clock + "'");
        else
            c.clock = ClockId{found->id};
    }
    profile_options(words, c.profile);
    c.wrapped_data_key = "unused";
    return c;
}

Command Composer::update(Words& words) {
    AccountId id = made_.account = account(words);
    accounts::Profile profile = profile_of(id);
    if (auto v = words.option("currency")) profile.currency = words.value(Currency::parse(*v), *v);
    profile_options(words, profile);
    return accounts::UpdateProfile{id, profile};
}

Command Composer::status(Words& words) {
    AccountId id = made_.account = account(words);
    accounts::SetStatus c{id, {}, {}};
    accounts::Closing& end = c.closing;
    if (auto v = words.option("balance")) end.balance = words.choice<accounts::BalanceAtEnd>(*v);
    if (auto v = words.option("unused")) end.unused = words.choice<accounts::UnusedAtEnd>(*v);
    if (auto v = words.option("debt")) end.debt = words.choice<accounts::DebtAtEnd>(*v);
    end.reference = words.option("reference").value_or("");
    if (auto v = words.option("to")) {
        Words to({*v});
        end.transfer_to = account(to);
    }
    c.status = words.choice<accounts::Status>(words.take("a status"));
    return c;
}

// "spend_cap acme 20 calendar_month", or "spend_cap acme none".
Command Composer::spend_cap(Words& words) {
    AccountId id = made_.account = account(words);
    std::string amount = words.take("an amount, or none");
    if (amount == "none") return accounts::SetSpendCap{id, std::nullopt};
    accounts::SpendCap cap;
    cap.amount = words.amount(amount, profile_of(id).currency);
    cap.window = words.choice<accounts::SpendWindow>(words.take("a window"));
    return accounts::SetSpendCap{id, cap};
}

// "rate acme 100", or "rate acme none".
Command Composer::rate(Words& words) {
    AccountId id = made_.account = account(words);
    std::string rate = words.take("requests a second, or none");
    if (rate == "none") return accounts::SetRequestRate{id, std::nullopt};
    return accounts::SetRequestRate{id, words.number(rate)};
}

// "alias acme acme-north", or "alias acme none".
Command Composer::alias(Words& words) {
    AccountId id = made_.account = account(words);
    std::string alias = words.take("an alias, or none");
    return accounts::GrantAlias{id, alias == "none" ? std::string() : alias};
}

Command Composer::member(Words& words) {
    accounts::AddMember c;
    c.account = made_.account = account(words);
    bind_as(words, Thing::member);
    if (words.flag("invited")) c.member.status = accounts::MemberStatus::invited;
    c.member.role = words.choice<accounts::Role>(words.take("a role"));
    return c;
}

Command Composer::remove_member(Words& words) {
    const Named* found = named(words, Thing::member);
    if (found == nullptr) return {};
    made_.account = found->account;
    return accounts::RemoveMember{found->account, MemberId{found->id}};
}

// --- money ---

Command Composer::pay(Words& words) {
    AccountId id = made_.account = account(words);
    bind_as(words, Thing::entry);
    const std::string reference = words.option("reference").value_or("");
    const std::string provider = words.option("provider").value_or("");
    return ledger::RecordPayment{id, words.amount(words.take("an amount"), profile_of(id).currency),
                                 reference, provider};
}

Command Composer::pay_out(Words& words) {
    AccountId id = made_.account = account(words);
    bind_as(words, Thing::entry);
    const std::string reference = words.option("reference").value_or("");
    const std::string provider = words.option("provider").value_or("");
    return ledger::PayOut{id, words.amount(words.take("an amount"), profile_of(id).currency),
                          reference, provider, "story"};
}

Command Composer::hold(Words& words) {
    AccountId id = made_.account = account(words);
    bind_as(words, Thing::hold);
    auto expires = expiry(words);
    return ledger::PlaceHold{id, words.amount(words.take("an amount"), profile_of(id).currency),
                             "story", expires};
}

Command Composer::capture(Words& words) {
    const Named* found = named(words, Thing::hold);
    if (found == nullptr) return {};
    made_.account = found->account;
    bind_as(words, Thing::entry);
    ledger::CaptureHold c{found->account, HoldId{found->id}, {}};
    if (!words.is_empty())
        c.amount = words.amount(words.take("an amount"), profile_of(found->account).currency);
    return c;
}

Command Composer::release(Words& words) {
    const Named* found = named(words, Thing::hold);
    if (found == nullptr) return {};
    made_.account = found->account;
    return ledger::ReleaseHold{found->account, HoldId{found->id}};
}

Command Composer::grant(Words& words) {
    ledger::GrantCredit c;
    c.account = made_.account = account(words);
    bind_as(words, Thing::grant);
    c.expires_at = expiry(words);
    if (auto v = words.option("priority")) c.priority = static_cast<std::int32_t>(words.number(*v));
    c.kind = words.choice<ledger::GrantKind>(words.take("paid or promotional"));
    c.amount = words.amount(words.take("an amount"), profile_of(c.account).currency);
    c.reason = "story";
    return c;
}

// "reverse p1", or "reverse acme last": the newest entry of the account, whoever made it.
Command Composer::reverse(Words& words) {
    ledger::ReverseEntry c;
    c.reason = "story";
    bind_as(words, Thing::entry);
    if (words.flag("last")) {
        c.account = account(words);
        engine_.entries(accounts::Caller::platform(), {c.account, {}, 1}, [&](auto&& rows) {
            if (rows && !rows->empty()) c.original.id = rows->front().entry.id;
        });
        if (c.original.id.is_nil()) words.fail("the account has no entries");
    } else if (const Named* found = named(words, Thing::entry)) {
        c.account = found->account;
        c.original.id = EntryId{found->id};
    }
    made_.account = c.account;
    return c;
}

Command Composer::gauge(Words& words) {
    metering::SetGauge c;
    c.account = made_.account = account(words);
    c.feature = words.take("a feature");
    std::string count = words.take("a count, or a difference with its sign");
    bool is_move = count.starts_with('+') || count.starts_with('-');
    (is_move ? c.difference : c.value) = words.number(count);
    return c;
}

// --- usage ---

Command Composer::reserve(Words& words) {
    entitlements::Reserve c;
    c.account = made_.account = account(words);
    bind_as(words, Thing::reservation);
    if (auto until = words.option("until"))
        c.expires_at = words.value(parse_moment(*until, profile_of(c.account).zone), *until);
    else
        words.fail("expected until and a moment");
    c.entity = words.option("entity").value_or("");
    c.feature = words.take("a feature");
    c.quantity = words.number(words.take("a quantity"));
    return c;
}

Command Composer::commit(Words& words) {
    const Named* found = named(words, Thing::reservation);
    if (found == nullptr) return {};
    made_.account = found->account;
    entitlements::CommitReservation c{found->account, ReservationId{found->id}, {}};
    if (!words.is_empty()) c.quantity = words.number(words.take("a quantity"));
    return c;
}

Command Composer::give_back(Words& words) {
    const Named* found = named(words, Thing::reservation);
    if (found == nullptr) return {};
    made_.account = found->account;
    return entitlements::ReleaseReservation{found->account, ReservationId{found->id}};
}

// --- subscriptions ---

// A plan's key, or "pro@1" for a version of it. One that does not exist is for the engine to
// refuse.
PlanRef Composer::plan(Words& words) {
    std::string key = words.take("a plan");
    PlanRef ref;
    std::size_t at = key.find('@');
    if (at != std::string::npos)
        ref.version =
            static_cast<std::uint32_t>(words.number(std::string_view(key).substr(at + 1)));
    key = key.substr(0, at);
    if (const Named* owned = names_.find(Thing::plan, key))
        ref.plan = PlanId{owned->id};
    else if (const catalog::Plan* found = engine_.catalog()->plans.find_key(key))
        ref.plan = found->head.id;
    else
        ref.plan = PlanId{{1, 1}};
    return ref;
}

changes::Ask Composer::ask(Words& words, changes::QuoteKind kind) {
    changes::Ask ask;
    ask.kind = kind;
    if (kind == changes::QuoteKind::start) {
        made_.account = account(words);
    } else if (const Named* found = named(words, Thing::subscription)) {
        made_.account = found->account;
        ask.subscription = SubscriptionId{found->id};
    }
    if (auto v = words.option("quantity")) ask.quantity = words.number(*v);
    if (auto v = words.option("cap"))
        ask.cap = words.amount(*v, profile_of(made_.account).currency);
    if (auto v = words.option("key")) ask.key = *v;
    if (words.flag("skip_trial")) ask.skip_trial = true;
    if (words.flag("at_period_end")) ask.effective = catalog::Effective::period_end;
    if (words.flag("now")) ask.effective = catalog::Effective::now;
    if (kind != changes::QuoteKind::cancel) ask.plan = plan(words);
    return ask;
}

Command Composer::subscribe(Words& words) {
    bind_as(words, Thing::subscription);
    changes::Ask start = ask(words, changes::QuoteKind::start);
    return changes::Change{made_.account, start};
}

Command Composer::change(Words& words) {
    changes::Ask to = ask(words, changes::QuoteKind::change);
    return changes::Change{made_.account, to};
}

Command Composer::cancel(Words& words) {
    changes::Ask end = ask(words, changes::QuoteKind::cancel);
    return changes::Change{made_.account, end};
}

Command Composer::quote(Words& words) {
    bind_as(words, Thing::quote);
    std::string what = words.take("subscribe, change or cancel");
    changes::QuoteKind kind = changes::QuoteKind::start;
    if (what == "change")
        kind = changes::QuoteKind::change;
    else if (what == "cancel")
        kind = changes::QuoteKind::cancel;
    else if (what != "subscribe")
        words.fail("expected subscribe, change or cancel");
    changes::Ask asked = ask(words, kind);
    return changes::MakeQuote{made_.account, asked};
}

Command Composer::execute(Words& words) {
    const Named* found = named(words, Thing::quote);
    bind_as(words, Thing::subscription);
    if (found == nullptr) return {};
    made_.account = found->account;
    return changes::ExecuteQuote{found->account, QuoteId{found->id}};
}

Command Composer::withdraw(Words& words) {
    const Named* found = named(words, Thing::subscription);
    if (found == nullptr) return {};
    made_.account = found->account;
    return changes::WithdrawPending{found->account, SubscriptionId{found->id}};
}

// --- agencies and clocks ---

Command Composer::publish(Words& words) {
    catalog::PublishOwnedPlan c;
    c.owner = made_.account = account(words);
    made_.thing = Thing::plan;
    made_.name = c.draft.head.key = words.take("a key for the plan");
    if (const Named* known = names_.find(Thing::plan, made_.name)) c.plan = PlanId{known->id};
    c.draft.head.family = words.option("family").value_or("");
    if (auto v = words.option("rank"))
        c.draft.head.rank = static_cast<std::int32_t>(words.number(*v));
    c.draft.head.is_default = words.flag("default");
    Currency currency = profile_of(c.owner).currency;
    if (auto v = words.option("fee")) c.draft.version.fee[currency] = words.amount(*v, currency);
    if (auto v = words.option("trial_days"))
        c.draft.version.trial_days = static_cast<std::int32_t>(words.number(*v));
    if (auto v = words.option("package")) package_options(words, *v, c.draft.version);
    c.draft.version.name = made_.name;
    return c;
}

// "package 7/100 overrun 0.50/10": of the price group 7, 100 units; a pack of 10 more for 0.50.
void Composer::package_options(Words& words, const std::string& text,
                               catalog::PlanVersion& version) {
    auto halves = [&words](const std::string& of) {
        std::size_t slash = of.find('/');
        if (slash == std::string::npos) words.fail("expected two values and a slash: '" + of + "'");
        return std::pair(of.substr(0, slash),
                         slash == std::string::npos ? "" : of.substr(slash + 1));
    };
    catalog::Package package;
    package.name = made_.name;
    auto [group, size] = halves(text);
    package.price_groups.push_back(words.number(group));
    package.size = words.number(size);
    if (auto overrun = words.option("overrun")) {
        auto [price, units] = halves(*overrun);
        Currency currency = profile_of(made_.account).currency;
        package.may_overrun = true;
        package.overrun_price[currency] = words.amount(price, currency);
        package.overrun_resources = words.number(units);
    }
    version.packages.push_back(std::move(package));
}

Command Composer::archive(Words& words) {
    const Named* found = named(words, Thing::plan);
    if (found == nullptr) return {};
    made_.account = found->account;
    return catalog::ArchiveOwnedPlan{found->account, PlanId{found->id}};
}

Command Composer::make_clock(Words& words) {
    engine::MakeClock c;
    made_.thing = Thing::clock;
    made_.name = c.name = words.take("a name for the clock");
    std::string at = words.take("a moment");
    c.now = words.value(parse_moment(at, {}), at);
    c.clock = ClockId{engine_.fresh_id()};
    return c;
}

Command Composer::advance(Words& words) {
    const Named* found = named(words, Thing::clock);
    std::string to = words.take("a moment");
    Instant target = words.value(parse_moment(to, {}), to);
    return engine::AdvanceClock{ClockId{found == nullptr ? Uuid{} : found->id}, target};
}

}  // namespace rb::testing::story
