#include "engine/accounts_table.h"

#include <algorithm>
#include <cstring>
#include <limits>

#include "base/codec.h"
#include "domain/ledger/decide.h"
#include "domain/metering/decide.h"
#include "engine/own_keys.h"

namespace rb::engine {

namespace {

// Of one `tidy`, beside as many as woke since the one before.
constexpr std::size_t asleep_per_slice = 256;
constexpr std::size_t looks_per_sleeper = 4;
// Of one `settle_slice`.
constexpr std::size_t settled_per_slice = 200;
constexpr std::ptrdiff_t places_per_slice = 50'000;
// Packing what is larger now and then would cost more than its memory.
constexpr std::size_t form_bytes_max = 16 * 1024;
constexpr std::size_t children_packed_max = 256;

// Stands in front of the record's own fields.
struct FormHead {
    bool brings_tree = false;
    Duration present;  // of the tree that sleeps too, since the account was made
    std::vector<catalog::Plan> owned_plans;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "brings_tree", s.brings_tree);
        v(2, "present", s.present);
        v(3, "owned_plans", s.owned_plans);
    }
};

bool read_head(codec::Reader& reader, FormHead& head) {
    std::string_view bytes = reader.bytes();
    return reader.ok() && decode(bytes, head);
}

// What its slot says of the account already stands not in the form.
void restore_ids(AccountId id, accounts::Account& account) {
    account.id = id;
    if (account.top.is_nil()) account.top = id;
}

struct TopGlance {
    AccountId top;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(3, "top", s.top);
    }
};
struct TopOf {
    TopGlance account;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
    }
};
struct Glance {
    ledger::Wallet wallet;
    subscriptions::Subscriptions subscriptions;
    changes::Quotes quotes;
    metering::Usage usage;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(2, "wallet", s.wallet);
        v(3, "subscriptions", s.subscriptions);
        v(5, "quotes", s.quotes);
        v(9, "usage", s.usage);
    }
};
struct ShapeGlance {
    AccountsTable::Shape& shape;
    template <class V, class S>
    static void fields(V& v, S& s) {
        v(3, "subscriptions", s.shape.subscriptions);
        v(7, "children", s.shape.children);
    }
};

void read_shape(std::string_view form, AccountsTable::Shape& shape) {
    codec::Reader reader(form);
    reader.bytes();
    shape = {};
    ShapeGlance glance{shape};
    reader.get_fields(glance);
    RB_CHECK(reader.ok(), "a sleeping account reads back");
}

std::unique_ptr<Tree> lone_tree(const AccountRecord& record, Duration present) {
    const accounts::Account& a = record.account;
    auto tree = std::make_unique<Tree>();
    tree->top = a.id;
    tree->now = a.created_at + present;
    tree->timers.insert(record.scheduled.begin(), record.scheduled.end());
    put_key(*tree, a);
    tree->things = record.things;
    return tree;
}

std::unique_ptr<AccountRecord> read_form(AccountId id, std::string_view form, FormHead& head) {
    auto record = std::make_unique<AccountRecord>();
    codec::Reader reader(form);
    bool is_whole = read_head(reader, head);
    if (is_whole) reader.get_fields(*record);
    RB_CHECK(is_whole && reader.ok(), "a sleeping account reads back");
    restore_ids(id, record->account);
    if (!head.owned_plans.empty()) {
        record->owned_plans = std::make_unique<catalog::PlanTable>();
        for (const catalog::Plan& plan : head.owned_plans) {
            for (const catalog::PlanVersion& version : plan.versions)
                record->owned_plans->apply(catalog::PlanPublished{plan.head, version});
            record->owned_plans->apply(catalog::PlanHeadChanged{plan.head});
        }
    }
    record->scheduled = timers_of(*record);
    record->things = things_of(*record);
    return record;
}

}  // namespace

std::int64_t things_of(const AccountRecord& record) {
    const accounts::Account& a = record.account;
    std::size_t things = 1 + a.members.size() + a.api_keys.size() + a.service_keys.size() +
                         record.wallet.holds.size() + record.wallet.grants.size() +
                         record.wallet.reversed.size() + record.quotes.size() +
                         record.usage.reservations.size() + record.subscriptions.accrued.size();
    for (const subscriptions::Subscription& s : record.subscriptions.items)
        things += 1 + s.account.accruals.size();
    if (record.owned_plans) things += record.owned_plans->size();
    return static_cast<std::int64_t>(things);
}

std::vector<Timer> timers_of(AccountId account, const ledger::Wallet& wallet,
                             const subscriptions::Subscriptions& subscriptions,
                             const metering::Usage& usage) {
    std::vector<Timer> timers;
    for (const subscriptions::Subscription& s : subscriptions.items)
        if (auto due = changes::next_due(s))
            timers.push_back({*due, s.id.uuid, account, Timer::Kind::subscription});
    auto money = ledger::next_expiry(wallet);
    auto reserved = metering::next_expiry(usage);
    if (money || reserved) {
        Instant due = !money || (reserved && *reserved < *money) ? *reserved : *money;
        timers.push_back({due, account.uuid, account, Timer::Kind::expiry});
    }
    return timers;
}

// The block begins with the length of the form.
AccountsTable::Slot::Slot(std::string_view form, bool brings_tree) {
    auto size = static_cast<std::uint32_t>(form.size());
    char* block = static_cast<char*>(::operator new(sizeof size + form.size()));
    std::memcpy(block, &size, sizeof size);
    std::memcpy(block + sizeof size, form.data(), form.size());
    word_ = reinterpret_cast<std::uintptr_t>(block) | asleep | (brings_tree ? with_tree : 0);
}

std::string_view AccountsTable::Slot::bytes() const {
    std::uint32_t size = 0;
    std::memcpy(&size, block(), sizeof size);
    return {block() + sizeof size, size};
}

void AccountsTable::Slot::drop() {
    if (is_asleep())
        ::operator delete(block());
    else
        delete record();
    word_ = 0;
}

AccountsTable::~AccountsTable() {
    for (auto& [id, slot] : slots_) slot.drop();
}

void AccountsTable::swap(AccountsTable& other) noexcept {
    std::swap(slots_, other.slots_);
    std::swap(trees_, other.trees_);
    std::swap(awake_, other.awake_);
    std::swap(hand_, other.hand_);
    std::swap(awake_max_, other.awake_max_);
    std::swap(awake_before_, other.awake_before_);
    std::swap(late_, other.late_);
    std::swap(unsettled_, other.unsettled_);
}

AccountRecord& AccountsTable::insert(AccountId id) {
    auto [slot, is_new] = slots_.try_emplace(id);
    RB_CHECK(is_new, "an account is opened once");
    auto record = std::make_unique<AccountRecord>();
    awake_.push_back(record.get());
    *slot = Slot(record.get());
    return *record.release();
}

Tree* AccountsTable::tree(AccountId top) {
    auto it = trees_.find(top);
    if (it != trees_.end()) return it->second.get();
    Slot* slot = slots_.find(top);
    if (slot == nullptr || !slot->brings_tree()) return nullptr;
    return wake(top, *slot)->tree;
}

Tree& AccountsTable::insert_tree(AccountId top) {
    auto& slot = trees_[top];
    RB_CHECK(slot == nullptr, "a tree begins once");
    slot = std::make_unique<Tree>();
    slot->top = top;
    return *slot;
}

AccountRecord* AccountsTable::wake(AccountId id, Slot& slot) const {
    FormHead head;
    auto record = read_form(id, slot.bytes(), head);
    if (head.brings_tree) {
        auto tree = lone_tree(*record, head.present);
        late_.apply(slot.late(), *record, tree->now);
        late_.drop(slot.late());
        record->tree = tree.get();
        trees_.emplace(id, std::move(tree));
    }
    awake_.push_back(record.get());
    slot.drop();
    slot = Slot(record.get());
    return record.release();
}

std::unique_ptr<AccountRecord> AccountsTable::copy(AccountId id, const Slot& slot) const {
    FormHead head;
    auto record = read_form(id, slot.bytes(), head);
    Instant present;
    late_.apply(slot.late(), *record, present);
    return record;
}

// The form as it will be when what was put off is applied.
void AccountsTable::put_settled(std::string& out, AccountId id, const Slot& slot) const {
    FormHead head;
    auto record = read_form(id, slot.bytes(), head);
    Instant present = record->account.created_at + head.present;
    late_.apply(slot.late(), *record, present);
    put_form(out, *record, true, present - record->account.created_at);
}

bool AccountsTable::read_subscriptions(std::string_view form, subscriptions::Subscriptions& out) {
    Shape shape;
    read_shape(form, shape);
    out = std::move(shape.subscriptions);
    return !out.items.empty();
}

bool AccountsTable::look(AccountId id, Shape& shape) const {
    const Slot* slot = slots_.find(id);
    if (slot == nullptr) return false;
    if (slot->is_asleep())
        read_shape(slot->bytes(), shape);
    else
        shape = {slot->record()->subscriptions, slot->record()->children};
    return true;
}

bool AccountsTable::insert_form(AccountId id, std::string_view form, Holdings& holdings) {
    if (form.size() > std::numeric_limits<std::uint32_t>::max()) return false;
    FormHead head;
    Glance glance;
    codec::Reader reader(form);
    if (!read_head(reader, head)) return false;
    codec::Reader again = reader;
    reader.get_fields(glance);
    if (!reader.ok()) return false;
    holdings.brings_tree = head.brings_tree;
    holdings.timers = timers_of(id, glance.wallet, glance.subscriptions, glance.usage);
    if (!holdings.timers.empty()) {
        TopOf top;
        again.get_fields(top);
        holdings.top = top.account.top.is_nil() ? id : top.account.top;
    }
    holdings.subscriptions = std::move(glance.subscriptions);
    holdings.quotes = std::move(glance.quotes);
    holdings.reservations = std::move(glance.usage.reservations);
    auto [slot, is_new] = slots_.try_emplace(id);
    if (!is_new) return false;
    *slot = Slot(form, head.brings_tree);
    return true;
}

// Whether nothing but the account makes its tree what it is.
bool AccountsTable::sleeps_with_tree(const AccountRecord& record) const {
    const accounts::Account& a = record.account;
    return a.parent.is_nil() && a.clock.is_nil() && record.children.empty();
}

bool AccountsTable::is_in_form(const Tree& tree) const {
    const Slot& top = slots_.at(tree.top);
    return top.is_asleep() ? top.brings_tree() : sleeps_with_tree(*top.record());
}

void AccountsTable::put_form(std::string& out, AccountRecord& record) const {
    const accounts::Account& a = record.account;
    const bool brings_tree = sleeps_with_tree(record);
    put_form(out, record, brings_tree,
             brings_tree ? trees_.at(a.id)->now - a.created_at : Duration{});
}

void AccountsTable::put_form(std::string& out, AccountRecord& record, bool brings_tree,
                             Duration present) {
    FormHead head;
    accounts::Account& a = record.account;
    head.brings_tree = brings_tree;
    head.present = present;
    if (record.owned_plans)
        for (const auto& [key, plan] : record.owned_plans->by_key())
            head.owned_plans.push_back(*plan);
    codec::put(out, head);
    const AccountId id = a.id;
    const AccountId top = a.top;
    a.id = {};
    if (top == id) a.top = {};
    codec::put_fields(out, record);
    a.id = id;
    a.top = top;
}

bool AccountsTable::fall_asleep(AccountRecord& record) const {
    // What is scheduled is worked out again when the account wakes.
    if (record.children.size() > children_packed_max || timers_of(record) != record.scheduled)
        return false;
    form_.clear();
    put_form(form_, record);
    if (form_.size() > form_bytes_max) return false;
    const AccountId id = record.account.id;
    const bool brings_tree = sleeps_with_tree(record);
    if (brings_tree) trees_.erase(id);
    Slot& slot = slots_.at(id);
    slot.drop();
    slot = Slot(form_, brings_tree);
    return true;
}

void AccountsTable::tidy_slice() const {
    // As many as have come since, or a caller that wakes more than a slice each time would fill the
    // memory.
    const std::size_t came = awake_.size() - std::min(awake_.size(), awake_before_);
    std::size_t wanted = std::min(awake_.size() - awake_max_, asleep_per_slice + came);
    // Never twice around: what was asked has until the next slice to be asked again.
    std::size_t looks = std::min(wanted * looks_per_sleeper, awake_.size());
    for (; wanted > 0 && looks > 0 && !awake_.empty(); --looks) {
        if (hand_ >= awake_.size()) hand_ = 0;
        AccountRecord& record = *awake_[hand_];
        const bool is_spared = record.was_asked && awake_max_ > 0;
        record.was_asked = false;
        if (record.stays_awake || is_spared) {
            ++hand_;
            continue;
        }
        if (!fall_asleep(record)) {
            record.stays_awake = true;
            continue;
        }
        awake_[hand_] = awake_.back();
        awake_.pop_back();
        --wanted;
    }
    awake_before_ = awake_.size();
}

bool AccountsTable::settle_slice() const {
    if (late_.items() == 0) return false;
    const auto end = slots_.end();
    if (unsettled_ == 0) unsettled_ = static_cast<std::size_t>(end.at - slots_.begin().at);
    auto it = end;
    it.at -= unsettled_;
    it.skip();
    std::size_t settled = 0;
    for (const auto from = it; it != end; ++it) {
        if (settled == settled_per_slice || it.at - from.at >= places_per_slice) break;
        auto& [id, slot] = *it;
        if (slot.late().empty()) continue;
        form_.clear();
        put_settled(form_, id, slot);
        late_.drop(slot.late());
        slot.drop();
        slot = Slot(form_, true);
        ++settled;
    }
    // Places move when accounts are added: what a round has missed is for the next one.
    unsettled_ = static_cast<std::size_t>(end.at - it.at);
    return late_.items() > 0;
}

}  // namespace rb::engine
