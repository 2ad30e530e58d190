#include "engine/book.h"

#include <algorithm>
#include <utility>

#include "base/codec.h"
#include "domain/accounts/decide.h"
#include "domain/ledger/decide.h"
#include "domain/metering/decide.h"
#include "domain/metering/entities.h"
#include "engine/block_count.h"
#include "engine/own_keys.h"

namespace rb::engine {

const KeptReply* KeptReplies::find(const Sha256& key) const {
    auto it = by_key_.find(key);
    return it == by_key_.end() ? nullptr : it->second.get();
}

// What it takes in memory, about.
static std::uint64_t bytes_of(const KeptReply& reply) {
    constexpr std::uint64_t bytes_beside = 256;
    return bytes_beside + reply.content_type.size() + reply.body.size();
}

void KeptReplies::put(KeptReply reply) {
    order_.emplace_back(reply.until, reply.key);
    std::unique_ptr<KeptReply>& place = by_key_[reply.key];
    if (place) leave(*place);
    place = std::make_unique<KeptReply>(std::move(reply));
    for (Sum* sum : {&all_, &of_tree_[place->tree]}) {
        ++sum->replies;
        sum->bytes += bytes_of(*place);
    }
}

void KeptReplies::leave(const KeptReply& reply) {
    auto of_tree = of_tree_.find(reply.tree);
    for (Sum* sum : {&all_, &of_tree->second}) {
        --sum->replies;
        sum->bytes -= bytes_of(reply);
    }
    if (of_tree->second.replies == 0) of_tree_.erase(of_tree);
}

KeptReplies::Sum KeptReplies::sum_of(AccountId tree) const {
    auto it = of_tree_.find(tree);
    return it == of_tree_.end() ? Sum{} : it->second;
}

void KeptReplies::drop_until(Instant now) {
    while (!order_.empty() && order_.front().first <= now) {
        auto it = by_key_.find(order_.front().second);
        // A key that was used again after it lapsed has a later entry of its own.
        if (it != by_key_.end() && it->second->until <= now) {
            leave(*it->second);
            by_key_.erase(it);
        }
        order_.pop_front();
    }
}

std::vector<KeptReply> KeptReplies::all() const {
    std::vector<KeptReply> out;
    for (const auto& [until, key] : order_)
        if (auto it = by_key_.find(key); it != by_key_.end() && it->second->until == until)
            out.push_back(*it->second);
    return out;
}

void Directory::pass_taken_numbers() {
    while (next_number <= account_number_max && accounts.numbered(next_number)) ++next_number;
}

void Directory::set_alias(AccountId account, const std::string& alias) {
    if (auto had = alias_of.find(account); had != alias_of.end()) {
        aliases.erase(had->second);
        alias_of.erase(had);
    }
    if (alias.empty()) return;
    aliases[alias] = account;
    alias_of[account] = alias;
}

Tree* Book::tree_of(AccountRecord& record) {
    if (record.tree == nullptr) record.tree = accounts.tree(record.account.top);
    return record.tree;
}

Tree* Book::tree_of(AccountId id) {
    AccountRecord* record = find(id);
    return record ? tree_of(*record) : nullptr;
}

const Tree* Book::tree_of(AccountId id) const { return const_cast<Book*>(this)->tree_of(id); }

bool Book::is_within(AccountId account, AccountId ancestor) const {
    for (const AccountRecord* r = find(account); r; r = find(r->account.parent)) {
        if (r->account.id == ancestor) return true;
        if (r->account.parent.is_nil()) return false;
    }
    return false;
}

AccountId Book::seller_of(const AccountRecord& record) const {
    for (AccountId id = record.account.parent; !id.is_nil();) {
        const AccountRecord* above = find(id);
        if (!above) break;
        if (above->account.kind == accounts::Kind::agency) return id;
        id = above->account.parent;
    }
    return {};
}

namespace {

// Applies one event to the parts of a book; `number` gates each part.
class Applier {
public:
    Applier(Book& book, std::uint64_t number, Instant received, Counting how)
        : book_(book), number_(number), received_(received), how_(how) {}

    void operator()(const AccountReserved& e) {
        Directory& d = book_.directory;
        d.accounts.put({e.account, e.top, e.partition, e.name, e.number, e.email_fingerprint,
                        e.until, false, e.reach});
        d.pass_taken_numbers();
    }
    void operator()(const AccountConfirmed& e) { book_.directory.accounts.confirm(e.account); }
    void operator()(const AccountLapsed& e) {
        book_.directory.accounts.drop(e.account);
        book_.directory.set_alias(e.account, {});
    }
    void operator()(const AliasGranted& e) { book_.directory.set_alias(e.account, e.alias); }
    void operator()(const KeyRegistered& e) {
        if (book_.directory.keys.insert_or_assign(e.hash, KeyOwner{e.account, e.key}).second)
            count_key(e.account, 1);
    }
    void operator()(const ServiceKeyRegistered& e) {
        if (book_.directory.service_keys.insert_or_assign(e.kid, e.account).second)
            count_key(e.account, 1);
    }
    void operator()(const KeyForgotten& e) {
        if (book_.directory.keys.erase(e.hash) > 0) count_key(e.account, -1);
    }
    void operator()(const ServiceKeyForgotten& e) {
        if (book_.directory.service_keys.erase(e.kid) > 0) count_key(e.account, -1);
    }
    void operator()(const RootKeyAdded& e) {
        accounts::PlatformKey key;
        key.id = e.key;
        key.hash = e.hash;
        key.hint = e.hint;
        key.created_at = e.at;
        accounts::apply(book_.directory.platform, accounts::PlatformKeySet{std::move(key)});
    }
    void operator()(const accounts::OperatorSet& e) {
        accounts::apply(book_.directory.platform, e);
    }
    void operator()(const accounts::PlatformKeySet& e) {
        accounts::apply(book_.directory.platform, e);
    }

    void operator()(const TreeQuarantined& e) {
        book_.quarantines[e.root] = {e.root, e.at, e.rule, e.place, e.command, e.about};
        park_timers(book_, e.root);
    }
    void operator()(const QuarantineReleased& e) {
        if (book_.quarantines.erase(e.root) > 0) unpark_timers(book_, e.root);
    }

    void operator()(const ClockMade& e) {
        book_.clocks[e.clock] = {e.clock, e.name, e.now, e.now, {}};
    }
    void operator()(const ClockAdvancing& e) { book_.clocks[e.clock].target = e.target; }
    void operator()(const ClockReached& e) {
        TestClock& clock = book_.clocks[e.clock];
        clock.now = e.now;
        if (clock.target < e.now) clock.target = e.now;
    }

    void operator()(const catalog::SettingsReplaced& e) { catalog::apply(book_.catalog, e); }
    void operator()(const catalog::CatalogMoved& e) { catalog::apply(book_.catalog, e); }
    void operator()(const catalog::PlanPublished& e) { plan(e); }
    void operator()(const catalog::PlanHeadChanged& e) { plan(e); }

    void operator()(const accounts::AccountOpened& e) {
        if (book_.accounts.contains(e.account.id)) return;  // a snapshot has it already
        AccountRecord& record = book_.accounts.insert(e.account.id);
        accounts::apply(record.account, e);
        record.position = number_;
        link(record);
    }
    void operator()(const accounts::StatusSet& e) { account(e); }
    void operator()(const accounts::SpendCapSet& e) {
        AccountRecord* r = open(e.account);
        if (!r) return;
        const auto& before = r->account.spend_cap;
        bool counts_on = before && e.cap && before->window == e.cap->window;
        if (!counts_on) metering::forget_spent(r->usage);
        accounts::apply(r->account, e);
    }
    void operator()(const accounts::RequestRateSet& e) {
        if (e.requests_per_second)
            book_.request_rates[e.account] = *e.requests_per_second;
        else
            book_.request_rates.erase(e.account);
    }
    void operator()(const accounts::MemberAdded& e) { account(e); }
    void operator()(const accounts::MemberUpdated& e) { account(e); }
    void operator()(const accounts::MemberRemoved& e) { account(e); }
    void operator()(const accounts::ApiKeyAdded& e) { account(e); }
    void operator()(const accounts::ApiKeyRevoked& e) { account(e); }
    void operator()(const accounts::ServiceKeyAdded& e) { account(e); }
    void operator()(const accounts::ServiceKeyRevoked& e) { account(e); }
    void operator()(const accounts::ProfileUpdated& e) {
        if (AccountRecord* r = open(e.account)) {
            Tree* tree = book_.tree_of(e.account);
            if (tree) drop_key(*tree, r->account);
            accounts::apply(r->account, e);
            if (tree) put_key(*tree, r->account);
        }
    }

    void operator()(const ledger::EntryPosted& e) { money(e.entry.account, e); }
    void operator()(const ledger::HoldPlaced& e) { money(e.account, e); }
    void operator()(const ledger::HoldCaptured& e) { money(e.account, e); }
    void operator()(const ledger::HoldReleased& e) { money(e.account, e); }
    void operator()(const ledger::GrantMade& e) { money(e.account, e); }
    void operator()(const ledger::GrantExpired& e) { money(e.account, e); }

    void operator()(const metering::GaugeSet& e) {
        if (AccountRecord* r = open(e.account)) metering::apply(r->gauges, e);
    }

    void operator()(const metering::CounterOpened& e) { usage(e); }
    void operator()(const metering::EntityCounterOpened& e) { usage(e); }
    void operator()(const metering::DrawOpened& e) { usage(e); }
    void operator()(const metering::PacksBought& e) { usage(e); }
    void operator()(const metering::ThresholdPassed&) {}
    void operator()(const metering::MoneySpent& e) { usage(e); }
    void operator()(const metering::SpendThresholdPassed&) {}
    void operator()(const metering::ReservationMade& e) {
        book_.reservation_accounts[ReservationId{e.reservation.id}] = e.account;
        levels(e.account,
               [&](AccountRecord& level) { metering::apply(level.usage, e, level.account.id); });
    }
    void operator()(const metering::ReservationEnded& e) {
        forget_ended();
        book_.ended_reservations.push_back({ReservationId{e.reservation}, book_.wall});
        const AccountRecord* r = book_.find(e.account);
        RB_CHECK(r != nullptr, "an event names an account that was never opened");
        const metering::ReservedUse* found = metering::find_reservation(r->usage, e.reservation);
        if (found == nullptr) return;  // a snapshot knows its end already
        metering::ReservedUse ended = *found;
        levels(e.account, [&](AccountRecord& level) {
            metering::apply(level.usage, e, ended, level.account.id);
        });
    }
    void operator()(const metering::UsageCounted& e) {
        auto rows = UsageBlockReader::open(e.block);
        RB_CHECK(rows.has_value(), "the journal holds a block of usage that cannot be read");
        number_ = count_block(book_, *rows, number_, received_, how_);
    }

    void operator()(const subscriptions::SubscriptionStarted& e) {
        book_.subscription_accounts[e.subscription.id] = e.account;
        subscription(e);
    }
    void operator()(const subscriptions::PlanChanged& e) { subscription(e); }
    void operator()(const subscriptions::ChangeScheduled& e) { subscription(e); }
    void operator()(const subscriptions::SubscriptionRenewed& e) { subscription(e); }
    void operator()(const subscriptions::RenewalUnpaid& e) { subscription(e); }
    void operator()(const subscriptions::ReservationShort&) {}
    void operator()(const subscriptions::TrialEnded& e) { subscription(e); }
    void operator()(const subscriptions::SubscriptionEnded& e) { subscription(e); }
    void operator()(const subscriptions::LinesAccrued& e) { subscription(e); }
    void operator()(const subscriptions::FreeThingTaken& e) { subscription(e); }

    void operator()(const changes::QuoteMade& e) { quotes(e); }
    void operator()(const changes::QuoteExecuted& e) {
        quotes(e);
        book_.executed_quotes.drop_until(book_.wall);
        const Tree* tree = e.done ? book_.tree_of(e.account) : nullptr;
        if (tree)
            book_.executed_quotes.put({e.account, tree->top,
                                       book_.wall + Duration{limits::executed_quote_lifetime_us},
                                       *e.done});
    }
    void operator()(const changes::CapSet& e) {
        if (AccountRecord* r = open(e.account)) r->account.profile.cap.amount = e.cap;
    }

private:
    // The record, unless it already knows this event.
    AccountRecord* open(AccountId id) {
        AccountRecord* r = book_.find(id);
        RB_CHECK(r != nullptr, "an event names an account that was never opened");
        if (r->position >= number_) return nullptr;
        r->position = number_;
        return r;
    }
    void count_key(AccountId account, int by) {
        Directory& d = book_.directory;
        auto entry = d.accounts.find(account);
        if (!entry) return;
        auto it = d.keys_of_tree.try_emplace(entry->top, 0).first;
        it->second = by > 0 ? it->second + 1 : it->second - std::min<std::uint64_t>(it->second, 1);
        if (it->second == 0) d.keys_of_tree.erase(it);
    }
    void forget_ended() {
        Instant until = book_.wall - Duration{limits::idempotency_lifetime_us};
        while (!book_.ended_reservations.empty() && book_.ended_reservations.front().at <= until) {
            book_.reservation_accounts.erase(book_.ended_reservations.front().id);
            book_.ended_reservations.pop_front();
        }
    }
    template <class E>
    void usage(const E& e) {
        if (AccountRecord* r = open(e.account)) metering::apply(r->usage, e);
    }
    // The account itself, then those above it.
    template <class F>
    void levels(AccountId id, F&& f) {
        while (!id.is_nil()) {
            AccountId parent = book_.find(id)->account.parent;
            if (AccountRecord* r = open(id)) f(*r);
            id = parent;
        }
    }
    template <class E>
    void account(const E& e) {
        if (AccountRecord* r = open(e.account)) accounts::apply(r->account, accounts::Event(e));
    }
    template <class E>
    void subscription(const E& e) {
        AccountRecord* r = open(e.account);
        if (!r) return;
        constexpr bool has_subscription = requires { e.subscription.wholesale; };
        if constexpr (has_subscription)
            if (const auto* before = std::as_const(r->subscriptions).find(e.subscription.id))
                mark_owing(book_, e.account, *before, Owing::unmarked);
        subscriptions::apply(r->subscriptions, subscriptions::Event(e));
        if constexpr (has_subscription) mark_owing(book_, e.account, e.subscription, Owing::marked);
    }
    template <class E>
    void quotes(const E& e) {
        AccountRecord* r = open(e.account);
        if (!r) return;
        for (const changes::Quote& quote : r->quotes) book_.quote_accounts.erase(quote.id);
        changes::apply(r->quotes, e);
        for (const changes::Quote& quote : r->quotes) book_.quote_accounts[quote.id] = e.account;
    }
    // Each wallet and each seller's balance that the entry touches, once.
    template <class E>
    void money(AccountId owner, const E& e) {
        const ledger::Event event(e);
        ledger::check_zero_sum(e.entry);
        wallet(owner, event);
        for (const ledger::Posting& p : e.entry.postings) {
            if (ledger::is_wallet_bucket(p.bucket)) {
                if (p.owner != owner) wallet(p.owner, event);
                continue;
            }
            HouseBalance& house = book_.house[{p.owner, p.bucket, p.amount.currency()}];
            // An entry may post twice to one seller's account: both belong to this event.
            if (house.position > number_ || (house.position == number_ && !touched(p))) continue;
            house.micros = checked_add(house.micros, p.amount.micros());
            house.position = number_;
            touched_.push_back({p.owner, p.bucket, p.amount.currency()});
        }
    }
    bool touched(const ledger::Posting& p) const {
        HouseKey key{p.owner, p.bucket, p.amount.currency()};
        return std::find(touched_.begin(), touched_.end(), key) != touched_.end();
    }
    void wallet(AccountId owner, const ledger::Event& event) {
        if (AccountRecord* r = open(owner)) ledger::apply(r->wallet, owner, event);
    }
    template <class E>
    void plan(const E& e) {
        if (e.head.owner.is_nil()) return catalog::apply(book_.catalog, e);
        if (AccountRecord* r = open(e.head.owner)) {
            if (!r->owned_plans) r->owned_plans = std::make_unique<catalog::PlanTable>();
            r->owned_plans->apply(e);
        }
    }
    void link(AccountRecord& r) {
        const accounts::Account& a = r.account;
        Tree* tree = book_.accounts.tree(a.top);
        if (!tree) {
            tree = &book_.accounts.insert_tree(a.top);
            insert_in_order(book_.tops, a.top);
            tree->clock = a.clock;
            tree->now = a.created_at;
            if (!a.clock.is_nil()) book_.clocks[a.clock].tops.push_back(a.top);
        }
        put_key(*tree, a);
        if (AccountRecord* parent = a.parent.is_nil() ? nullptr : book_.find(a.parent))
            insert_in_order(parent->children, a.id);
    }

    Book& book_;
    std::uint64_t number_;
    Instant received_;
    Counting how_;
    std::vector<HouseKey> touched_;
};

}  // namespace

void mark_owing(Book& book, AccountId buyer, const subscriptions::Subscription& subscription,
                Owing how) {
    if (subscription.status != subscriptions::Status::past_due) return;
    for (const subscriptions::Wholesale& kept : subscription.wholesale) {
        OwingSeller owing{kept.payer, buyer, subscription.id};
        if (how == Owing::marked)
            book.owing_sellers.insert(owing);
        else
            book.owing_sellers.erase(owing);
    }
}

void insert_in_order(std::vector<AccountId>& ids, AccountId id) {
    ids.insert(std::upper_bound(ids.begin(), ids.end(), id), id);
}

std::span<const AccountId> slice_after(std::span<const AccountId> ids, AccountId after,
                                       std::size_t limit) {
    if (!after.is_nil())
        ids = ids.subspan(
            static_cast<std::size_t>(std::ranges::upper_bound(ids, after) - ids.begin()));
    return ids.first(std::min(limit, ids.size()));
}

void apply(Book& book, const Event& event, std::uint64_t number, Instant received) {
    std::visit(Applier(book, number, received, Counting::live), event);
    book.event_count = std::max(book.event_count, number);
}

namespace {

bool has_add_on(const subscriptions::Subscriptions& all, std::string_view family) {
    return std::ranges::any_of(all.items, [family](const subscriptions::Subscription& s) {
        return s.kind == catalog::PlanKind::add_on && s.is_live() && s.family == family;
    });
}

// Without a plan of its own in the family, or on this very one.
bool is_on(const subscriptions::Subscriptions& all, std::string_view family, PlanId plan) {
    const subscriptions::Subscription* base = all.base_of(family);
    return base == nullptr || base->status == subscriptions::Status::expired ||
           base->plan.plan == plan;
}

bool shares_here(const void* of, Name family, PlanId plan) {
    return is_on(*static_cast<const subscriptions::Subscriptions*>(of), family.text(), plan);
}
bool shares_above(const void* of, Name family, PlanId plan) {
    const auto& all = *static_cast<const subscriptions::Subscriptions*>(of);
    return is_on(all, family.text(), plan) && !has_add_on(all, family.text());
}

}  // namespace

metering::Sharing sharing_at(const AccountRecord& record, metering::Scope scope) {
    return {&record.subscriptions, scope == metering::Scope::own ? shares_here : shares_above};
}

void count(Book& book, AccountRecord* account, const UsageRow& row, std::uint64_t number,
           Instant received) {
    if (!row.event.is_nil() && book.events.insert(row.event, received) && account != nullptr)
        book.id_shares.add(account->account.top, Dedup::utc_day(received));
    metering::Use use{row.meter,  row.aggregation, row.quantity,
                      row.member, row.occurred_at, row.entity};
    metering::Scope scope = metering::Scope::own;
    metering::Sharing sharing;
    if (account != nullptr) sharing = sharing_at(*account, metering::Scope::own);
    for (AccountRecord* r = account; r != nullptr; r = book.find(r->account.parent)) {
        if (r->position < number) {
            r->position = number;
            metering::count(r->usage, use, scope, sharing);
        }
        if (scope == metering::Scope::own) {
            Tree& tree = *book.tree_of(*r);
            tree.now = std::max(tree.now, row.at);
            if (tree.clock.is_nil()) book.wall = std::max(book.wall, row.at);
        }
        scope = metering::Scope::pooled;
        sharing = sharing_at(*account, scope);
        if (r->account.parent.is_nil()) break;
    }
}

static void reschedule(Book& book, AccountRecord& record) {
    Tree* tree = book.tree_of(record);
    if (!tree) return;
    std::vector<Timer> wanted = timers_of(record);
    if (wanted == record.scheduled) return;

    auto earliest = [&] { return tree->timers.empty() ? Instant{-1} : tree->timers.begin()->due; };
    Instant before = earliest();
    for (const Timer& t : record.scheduled) tree->timers.erase(t);
    if (quarantine_of(book, record.account.id) == nullptr)
        for (const Timer& t : wanted) tree->timers.insert(t);
    record.scheduled = std::move(wanted);
    Instant after = earliest();
    if (before == after || !tree->clock.is_nil()) return;
    if (before.us >= 0) book.due.erase({before, tree->top});
    if (after.us >= 0) book.due.insert({after, tree->top});
}

void touch(Book& book, const std::vector<AccountId>& accounts, Instant at) {
    for (AccountId id : accounts) {
        AccountRecord* r = book.find(id);
        if (!r) continue;
        reschedule(book, *r);
        Tree* tree = book.tree_of(*r);
        ++tree->rules;
        const std::int64_t things = things_of(*r);
        tree->things += things - r->things;
        r->things = things;
        tree->now = std::max(tree->now, at);
        if (tree->clock.is_nil()) book.wall = std::max(book.wall, at);
    }
}

std::uint64_t apply(Book& book, const Record& record, std::uint64_t first_event, Counting how) {
    std::vector<AccountId> accounts;
    std::uint64_t number = first_event;
    for (const RawEvent& raw : record.events) {
        auto event = decode_event(static_cast<std::uint16_t>(raw.kind), raw.bytes);
        RB_CHECK(event.has_value(), "the journal holds an event that this version does not know");
        std::visit(Applier(book, number, record.at, how), *event);
        book.event_count = std::max(book.event_count, number);
        number +=
            std::holds_alternative<metering::UsageCounted>(*event) ? width(raw.kind, raw.bytes) : 1;
        AccountId subject = subject_account(*event);
        if (!subject.is_nil() &&
            std::find(accounts.begin(), accounts.end(), subject) == accounts.end())
            accounts.push_back(subject);
    }
    touch(book, accounts, record.at);
    if (record.reply) book.replies.put(*record.reply);
    return number;
}

void count_live_subscriptions(const Book& book, std::map<PlanId, std::int64_t>& counts) {
    book.accounts.for_each_subscriptions([&](const subscriptions::Subscriptions& of) {
        for (const subscriptions::Subscription& s : of.items)
            if (s.is_live()) ++counts[s.plan.plan];
    });
}

static void put_account(std::string& out, const AccountRecord& r) {
    codec::put(out, r.account);
    codec::put(out, r.wallet);
    codec::put(out, r.subscriptions);
    codec::put(out, r.gauges);
    codec::put(out, r.usage);
    codec::put(out, r.quotes);
    if (r.owned_plans)
        for (const auto& [key, plan] : r.owned_plans->by_key()) codec::put(out, *plan);
}

std::string canonical_state(const Book& book) {
    std::string out;
    std::map<AccountId, std::string> sorted;
    std::map<AccountId, std::vector<Timer>> trees;
    book.accounts.for_each([&](const AccountRecord& r) {
        put_account(sorted[r.account.id], r);
        trees[r.account.top];
        if (r.account.id != r.account.top) return;
        std::vector<Timer>& timers = trees[r.account.top] = r.scheduled;
        std::sort(timers.begin(), timers.end());
    });
    // All are known so of a tree that sleeps with its account.
    book.accounts.for_each_tree_awake(
        [&](const Tree& tree) { trees[tree.top] = {tree.timers.begin(), tree.timers.end()}; });
    for (const auto& [id, bytes] : sorted) out += bytes;
    for (const auto& [key, balance] : book.house) {
        codec::put(out, key.owner);
        codec::put(out, key.bucket);
        codec::put(out, key.currency);
        codec::put(out, balance.micros);
    }
    for (const auto& [top, rate] : book.request_rates) {
        codec::put(out, top);
        codec::put(out, rate);
    }
    for (const auto& [root, quarantine] : book.quarantines) codec::put(out, quarantine);
    for (const auto& [id, clock] : book.clocks) {
        codec::put(out, id);
        codec::put(out, clock.now);
        codec::put(out, clock.target);
    }
    for (const auto& [id, timers] : trees)
        for (const Timer& t : timers) {
            codec::put(out, t.due);
            codec::put(out, t.subject);
        }
    std::map<SubscriptionId, AccountId> subscriptions(book.subscription_accounts.begin(),
                                                      book.subscription_accounts.end());
    codec::put(out, subscriptions);
    std::map<QuoteId, AccountId> quotes(book.quote_accounts.begin(), book.quote_accounts.end());
    codec::put(out, quotes);
    for (const ExecutedQuote& executed : book.executed_quotes.all()) codec::put(out, executed);
    for (const OwingSeller& owing : book.owing_sellers) {
        codec::put(out, owing.seller);
        codec::put(out, owing.subscription);
    }
    codec::put(out, book.catalog.settings);
    codec::put(out, book.catalog.version);
    for (const auto& [key, plan] : book.catalog.plans.by_key()) codec::put(out, *plan);
    std::map<std::pair<AccountId, std::string_view>, AccountId> names;
    book.directory.accounts.for_each(
        [&](const DirectoryEntry& entry) { names[{entry.scope(), entry.name}] = entry.account; });
    for (const auto& [name, id] : names) {
        codec::put(out, name.first);
        codec::put(out, std::string(name.second));
        codec::put(out, id);
    }
    codec::put(out, book.directory.alias_of);
    return out;
}

}  // namespace rb::engine
