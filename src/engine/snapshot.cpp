#include "engine/snapshot.h"

#include <algorithm>
#include <cstdio>

#include "base/codec.h"
#include "engine/id_keeper.h"

namespace rb::engine {

namespace {

constexpr std::uint32_t format = 1;
// Of a snapshot that relies on runs of ids, which an earlier version would not look for.
constexpr std::uint32_t format_with_runs = 2;

struct HeadRecord {
    std::uint32_t version = 0;
    std::uint64_t seq = 0;
    std::uint64_t event_count = 0;
    Instant wall;
    Sha256 chain;
    std::uint64_t records = 0;
    std::uint64_t id_chunks = 0;  // 0: not told
    std::vector<IdRunName> id_runs;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "version", s.version);
        v(2, "seq", s.seq);
        v(3, "event_count", s.event_count);
        v(4, "wall", s.wall);
        v(5, "chain", s.chain);
        v(6, "records", s.records);
        v(7, "id_chunks", s.id_chunks);
        v(8, "id_runs", s.id_runs);
    }
};

struct AccountPart {
    accounts::Account account;
    ledger::Wallet wallet;
    subscriptions::Subscriptions subscriptions;
    metering::Gauges gauges;
    changes::Quotes quotes;
    std::vector<catalog::Plan> owned_plans;
    std::vector<AccountId> children;
    std::uint64_t position = 0;
    metering::Usage usage;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "account", s.account);
        v(2, "wallet", s.wallet);
        v(3, "subscriptions", s.subscriptions);
        v(4, "gauges", s.gauges);
        v(5, "quotes", s.quotes);
        v(6, "owned_plans", s.owned_plans);
        v(7, "children", s.children);
        v(8, "position", s.position);
        v(9, "usage", s.usage);
    }
};

struct TreePart {
    AccountId top;
    ClockId clock;
    Instant now;
    std::map<std::string, AccountId> keys;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "top", s.top);
        v(2, "clock", s.clock);
        v(3, "now", s.now);
        v(4, "keys", s.keys);
    }
};

struct ClockPart {
    ClockId id;
    std::string name;
    Instant now;
    Instant target;
    std::vector<AccountId> tops;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "id", s.id);
        v(2, "name", s.name);
        v(3, "now", s.now);
        v(4, "target", s.target);
        v(5, "tops", s.tops);
    }
};

struct HousePart {
    AccountId owner;
    ledger::Bucket bucket = ledger::Bucket::revenue;
    Currency currency;
    int128 micros = 0;
    std::uint64_t position = 0;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "owner", s.owner);
        v(2, "bucket", s.bucket);
        v(3, "currency", s.currency);
        v(4, "micros", s.micros);
        v(5, "position", s.position);
    }
};

struct DirectoryPart {
    std::vector<AccountReserved> accounts;
    std::vector<AccountId> confirmed;
    std::vector<KeyRegistered> keys;
    std::vector<ServiceKeyRegistered> service_keys;
    std::vector<RootKeyAdded> root_keys;
    std::int64_t next_number = 0;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "accounts", s.accounts);
        v(2, "confirmed", s.confirmed);
        v(3, "keys", s.keys);
        v(4, "service_keys", s.service_keys);
        v(5, "root_keys", s.root_keys);
        v(6, "next_number", s.next_number);
    }
};

struct EndedPart {
    ReservationId id;
    AccountId account;
    Instant at;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "id", s.id);
        v(2, "account", s.account);
        v(3, "at", s.at);
    }
};

// What is one for the partition: clocks, sellers' balances, catalog, directory, kept replies.
struct CommonPart {
    std::vector<ClockPart> clocks;
    std::vector<HousePart> house;
    std::int64_t catalog_version = 0;
    catalog::Settings settings;
    std::vector<catalog::Plan> plans;
    DirectoryPart directory;
    std::vector<EndedPart> ended_reservations;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "clocks", s.clocks);
        v(2, "house", s.house);
        v(3, "catalog_version", s.catalog_version);
        v(4, "settings", s.settings);
        v(5, "plans", s.plans);
        v(6, "directory", s.directory);
        v(7, "ended_reservations", s.ended_reservations);
    }
};

// Kept replies, so many a record.
struct RepliesPart {
    std::vector<KeptReply> replies;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "replies", s.replies);
    }
};
constexpr std::size_t replies_per_record = 200;

const std::string head_key = "!head";  // sorts first, so that it is read first
const std::string common_key = "common";
constexpr std::string_view chunk_key = "events/";  // of ids of events in memory

std::string account_key(AccountId id) { return "account/" + id.to_text(); }
std::string tree_key(AccountId id) { return "tree/" + id.to_text(); }

std::vector<catalog::Plan> plans_of(const catalog::PlanTable& table) {
    std::vector<catalog::Plan> plans;
    for (const auto& [key, plan] : table.by_key()) plans.push_back(*plan);
    return plans;
}

void put_plans(catalog::PlanTable& table, const std::vector<catalog::Plan>& plans) {
    for (const catalog::Plan& plan : plans) {
        for (const catalog::PlanVersion& version : plan.versions)
            table.apply(catalog::PlanPublished{plan.head, version});
        table.apply(catalog::PlanHeadChanged{plan.head});
    }
}

AccountPart part_of(const AccountRecord& r) {
    return {
        r.account,       r.wallet,
        r.subscriptions, r.gauges,
        r.quotes,        r.owned_plans ? plans_of(*r.owned_plans) : std::vector<catalog::Plan>{},
        r.children,      r.position,
        r.usage};
}

DirectoryPart part_of(const Directory& d) {
    DirectoryPart part;
    for (const auto& [id, e] : d.accounts) {
        part.accounts.push_back(
            {e.account, e.top, e.partition, e.name, e.number, e.email_fingerprint, e.until});
        if (e.confirmed) part.confirmed.push_back(id);
    }
    for (const auto& [hash, owner] : d.keys) part.keys.push_back({hash, owner.account, owner.key});
    for (const auto& [kid, account] : d.service_keys) part.service_keys.push_back({kid, account});
    for (const RootKey& key : d.root_keys)
        part.root_keys.push_back({key.key, key.hash, key.hint, key.at});
    part.next_number = d.next_number;
    return part;
}

CommonPart common_of(const Book& book) {
    CommonPart part;
    for (const auto& [id, c] : book.clocks)
        part.clocks.push_back({c.id, c.name, c.now, c.target, c.tops});
    for (const auto& [key, balance] : book.house)
        part.house.push_back(
            {key.owner, key.bucket, key.currency, balance.micros, balance.position});
    part.catalog_version = book.catalog.version;
    part.settings = book.catalog.settings;
    part.plans = plans_of(book.catalog.plans);
    part.directory = part_of(book.directory);
    for (const EndedReservation& ended : book.ended_reservations)
        part.ended_reservations.push_back(
            {ended.id, book.reservation_accounts.at(ended.id), ended.at});
    return part;
}

void restore(Book& book, CommonPart&& part) {
    for (ClockPart& c : part.clocks)
        book.clocks[c.id] = {c.id, c.name, c.now, c.target, std::move(c.tops)};
    for (const HousePart& h : part.house)
        book.house[{h.owner, h.bucket, h.currency}] = {h.micros, h.position};
    book.catalog.version = part.catalog_version;
    book.catalog.settings = std::move(part.settings);
    put_plans(book.catalog.plans, part.plans);
    // The directory's own events put everything in its place.
    for (const AccountReserved& e : part.directory.accounts) apply(book, e, 0, {});
    for (AccountId id : part.directory.confirmed) apply(book, AccountConfirmed{id}, 0, {});
    for (const KeyRegistered& e : part.directory.keys) apply(book, e, 0, {});
    for (const ServiceKeyRegistered& e : part.directory.service_keys) apply(book, e, 0, {});
    for (const RootKeyAdded& e : part.directory.root_keys) apply(book, e, 0, {});
    book.directory.next_number = part.directory.next_number;
    for (const EndedPart& ended : part.ended_reservations) {
        book.reservation_accounts[ended.id] = ended.account;
        book.ended_reservations.push_back({ended.id, ended.at});
    }
}

void restore(Book& book, RepliesPart&& part) {
    for (KeptReply& reply : part.replies) book.replies.put(std::move(reply));
}

void restore(Book& book, AccountPart&& part) {
    auto record = std::make_unique<AccountRecord>();
    AccountId id = part.account.id;
    record->account = std::move(part.account);
    record->wallet = std::move(part.wallet);
    record->subscriptions = std::move(part.subscriptions);
    record->gauges = std::move(part.gauges);
    record->quotes = std::move(part.quotes);
    record->children = std::move(part.children);
    std::ranges::sort(record->children);  // older snapshots kept the order of the journal
    record->position = part.position;
    record->usage = std::move(part.usage);
    if (!part.owned_plans.empty()) {
        record->owned_plans = std::make_unique<catalog::PlanTable>();
        put_plans(*record->owned_plans, part.owned_plans);
    }
    for (const subscriptions::Subscription& s : record->subscriptions.items)
        book.subscription_accounts[s.id] = id;
    for (const changes::Quote& quote : record->quotes) book.quote_accounts[quote.id] = id;
    for (const metering::ReservedUse& reservation : record->usage.reservations)
        book.reservation_accounts[ReservationId{reservation.id}] = id;
    book.accounts[id] = std::move(record);
}

void restore(Book& book, TreePart&& part) {
    auto tree = std::make_unique<Tree>();
    tree->top = part.top;
    tree->clock = part.clock;
    tree->now = part.now;
    for (auto& [key, id] : part.keys) tree->keys[key] = id;
    insert_in_order(book.tops, part.top);
    book.trees[part.top] = std::move(tree);
}

template <class Part>
bool restore_part(Book& book, std::string_view body) {
    Part part;
    if (!decode(body, part)) return false;
    restore(book, std::move(part));
    return true;
}

}  // namespace

Parsed<void> write_snapshot(const Book& book, Views& views) {
    constexpr std::size_t records_per_write = 1'000;
    std::vector<SnapshotRecord> records;
    std::uint64_t written = 0;
    auto flush = [&]() -> Parsed<void> {
        auto ok = views.put_snapshot(book.partition, records);
        written += records.size();
        records.clear();
        return ok;
    };
    // Without a head the records below count for nothing.
    records.push_back({head_key, book.event_count, encode(HeadRecord{})});
    if (auto ok = flush(); !ok) return ok;
    written = 0;
    auto add = [&](std::string key, std::string body) -> Parsed<void> {
        records.push_back({std::move(key), book.event_count, std::move(body)});
        return records.size() < records_per_write ? Parsed<void>{} : flush();
    };
    for (const auto& [id, r] : book.accounts)
        if (auto ok = add(account_key(id), encode(part_of(*r))); !ok) return ok;
    for (const auto& [id, tree] : book.trees) {
        TreePart part{tree->top, tree->clock, tree->now, {tree->keys.begin(), tree->keys.end()}};
        if (auto ok = add(tree_key(id), encode(part)); !ok) return ok;
    }
    if (auto ok = add(common_key, encode(common_of(book))); !ok) return ok;
    std::vector<KeptReply> replies = book.replies.all();
    for (std::size_t i = 0; i < replies.size(); i += replies_per_record) {
        RepliesPart part;
        for (std::size_t k = i; k < std::min(i + replies_per_record, replies.size()); ++k)
            part.replies.push_back(std::move(replies[k]));
        // Fixed width, so that the records are read back in the order of the replies.
        std::string number = std::to_string(i / replies_per_record);
        std::string key = "replies/" + std::string(10 - number.size(), '0') + number;
        if (auto ok = add(std::move(key), encode(part)); !ok) return ok;
    }
    for (std::size_t i = 0; i < book.events.chunks(); ++i)
        if (auto ok = add(std::string(chunk_key) + std::to_string(i), book.events.save_chunk(i));
            !ok)
            return ok;
    if (auto ok = flush(); !ok) return ok;
    HeadRecord head{format, book.seq, book.event_count, book.wall, book.chain, written, {}, {}};
    head.id_chunks = book.events.chunks();
    for (const IdRunPtr& run : *book.events.runs()) head.id_runs.push_back(run->name());
    if (book.events.has_runs()) head.version = format_with_runs;
    records.push_back({head_key, book.event_count, encode(head)});
    return flush();
}

namespace {

// One of a snapshot with more chunks, taken at the same position, counts for nothing either.
bool is_stale_chunk(const SnapshotRecord& record, const HeadRecord& head) {
    if (!record.key.starts_with(chunk_key)) return false;
    auto number = parse_int(std::string_view(record.key).substr(chunk_key.size()));
    return head.id_chunks > 0 && number && static_cast<std::uint64_t>(*number) >= head.id_chunks;
}

// The runs that the snapshot relies on, but for those whose day is over. False: one is not there as
// it was, so that the journal must tell the ids.
bool open_runs(Book& book, const HeadRecord& head, Store& store) {
    for (const IdRunName& name : head.id_runs) {
        if (name.day < book.events.horizon_day()) continue;
        auto run = IdRun::open(store.id_runs(), book.partition, name.number);
        std::string why = run ? "it is another one than the snapshot names" : run.error();
        if (run && (*run)->name() == name) {
            book.events.adopt(std::move(*run), Dedup::Copies::in_run);
            continue;
        }
        std::fprintf(stderr,
                     "ratebook: run %llu of event ids of partition %u: %s; the journal is replayed "
                     "instead\n",
                     static_cast<unsigned long long>(name.number), book.partition, why.c_str());
        return false;
    }
    return true;
}

}  // namespace

Parsed<Book> read_snapshot(PartitionId partition, Store& store) {
    auto forgotten = ids_forgotten_until(store.journal(), partition);
    if (!forgotten) return Unparsed(forgotten.error());
    const auto none = [&] {
        Book empty;
        empty.partition = partition;
        if (forgotten->us > 0) empty.events.drop_before(*forgotten);
        return empty;
    };
    Book book = none();
    HeadRecord head;
    std::uint64_t records = 0;
    bool readable = true;
    auto read = store.views().read_snapshot(partition, [&](const SnapshotRecord& record) {
        if (record.key == head_key) {
            readable = decode(record.body, head);
            return readable;
        }
        // What an older snapshot left behind counts for nothing.
        if (record.position != head.event_count || is_stale_chunk(record, head)) return true;
        ++records;
        if (record.key.starts_with("replies/"))
            readable = restore_part<RepliesPart>(book, record.body);
        else if (record.key.starts_with(chunk_key))
            readable = book.events.load_chunk(record.body).has_value();
        else if (record.key == common_key)
            readable = restore_part<CommonPart>(book, record.body);
        else if (record.key.starts_with("account/"))
            readable = restore_part<AccountPart>(book, record.body);
        else if (record.key.starts_with("tree/"))
            readable = restore_part<TreePart>(book, record.body);
        else
            readable = false;
        return readable;
    });
    bool is_known = head.version == format || head.version == format_with_runs;
    if (!read || !readable || !is_known || head.records != records) return none();

    // The journal must hold the very batch that the snapshot was taken after.
    bool fits = head.seq == 0;
    auto check =
        store.journal().read(partition, head.seq, [&](std::uint64_t seq, std::string_view body) {
            fits = seq == head.seq && hash_batch(body) == head.chain;
            return false;
        });
    if (!check) return Unparsed(check.error());
    if (!fits || !open_runs(book, head, store)) return none();
    book.seq = head.seq;
    book.event_count = head.event_count;
    book.wall = head.wall;
    book.chain = head.chain;
    reschedule_all(book);
    return book;
}

}  // namespace rb::engine
