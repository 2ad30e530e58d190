#include "engine/snapshot.h"

#include <algorithm>
#include <cstring>

#include "base/codec.h"
#include "base/notice.h"
#include "engine/id_keeper.h"

namespace rb::engine {

namespace {

constexpr std::uint32_t format = 4;

struct HeadRecord {
    std::uint32_t version = 0;
    std::uint64_t seq = 0;
    std::uint64_t event_count = 0;
    Instant wall;
    Sha256 chain;
    std::uint64_t records = 0;
    std::uint64_t id_chunks = 0;  // 0: not told
    std::vector<IdRunName> id_runs;
    std::uint64_t accounts = 0;  // so many places are made at once
    std::uint64_t names = 0;

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
        v(9, "accounts", s.accounts);
        v(10, "names", s.names);
    }
};

struct KeyPart {
    std::string key;
    AccountId account;
    AccountId giver;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "key", s.key);
        v(2, "account", s.account);
        v(3, "giver", s.giver);
    }
};

struct TreePart {
    AccountId top;
    ClockId clock;
    Instant now;
    std::map<std::string, AccountId> keys;  // without their givers: of snapshots before there were
    std::vector<KeyPart> held_keys;
    std::int64_t things = 0;  // 0: not told

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "top", s.top);
        v(2, "clock", s.clock);
        v(3, "now", s.now);
        v(4, "keys", s.keys);
        v(5, "held_keys", s.held_keys);
        v(6, "things", s.things);
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

// Accounts of the directory, so many a record.
struct NamedAccount {
    AccountReserved reserved;
    bool confirmed = false;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "reserved", s.reserved);
        v(2, "confirmed", s.confirmed);
    }
};
struct NamesPart {
    std::vector<NamedAccount> accounts;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "accounts", s.accounts);
    }
};
constexpr std::size_t names_per_record = 1'000;

struct DirectoryPart {
    std::vector<KeyRegistered> keys;
    std::vector<ServiceKeyRegistered> service_keys;
    std::vector<RootKeyAdded> root_keys;  // read only: before keys had names
    std::int64_t next_number = 0;
    std::vector<AliasGranted> aliases;
    std::vector<accounts::Operator> operators;
    std::vector<accounts::PlatformKey> platform_keys;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "keys", s.keys);
        v(2, "service_keys", s.service_keys);
        v(3, "root_keys", s.root_keys);
        v(4, "next_number", s.next_number);
        v(5, "aliases", s.aliases);
        v(6, "operators", s.operators);
        v(7, "platform_keys", s.platform_keys);
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

// What is one for the partition: clocks, sellers' balances, catalog, directory, rates.
struct CommonPart {
    std::vector<ClockPart> clocks;
    std::vector<HousePart> house;
    std::int64_t catalog_version = 0;
    catalog::Settings settings;
    std::vector<catalog::Plan> plans;
    DirectoryPart directory;
    std::vector<EndedPart> ended_reservations;
    std::map<AccountId, std::int64_t> request_rates;
    std::vector<Quarantine> quarantines;
    std::vector<IdShares::IdsHeld> id_shares;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "clocks", s.clocks);
        v(2, "house", s.house);
        v(3, "catalog_version", s.catalog_version);
        v(4, "settings", s.settings);
        v(5, "plans", s.plans);
        v(6, "directory", s.directory);
        v(7, "ended_reservations", s.ended_reservations);
        v(8, "request_rates", s.request_rates);
        v(9, "quarantines", s.quarantines);
        v(10, "id_shares", s.id_shares);
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

// Quotes that were executed, so many a record.
struct ExecutedPart {
    std::vector<ExecutedQuote> quotes;

    template <class V, class S>
    static void fields(V& v, S& s) {
        v(1, "quotes", s.quotes);
    }
};
constexpr std::size_t executed_per_record = 200;

const std::string head_key = "!head";  // sorts first, so that it is read first
const std::string common_key = "common";
constexpr std::string_view executed_key = "executed/";
constexpr std::string_view chunk_key = "events/";  // of ids of events in memory

// Sleeping forms, so many bytes a record: its checksum, then of each account its id and its form.
// They are not read before their accounts wake, so the checksum says that they will be.
const std::string accounts_prefix = "accounts/";
constexpr std::size_t accounts_bytes_per_record = 64 * 1024;

// Of a fixed width, so that records are read back in their order.
std::string numbered(std::string_view prefix, std::size_t number) {
    std::string digits = std::to_string(number);
    return std::string(prefix) + std::string(10 - digits.size(), '0') + digits;
}
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

DirectoryPart part_of(const Directory& d) {
    DirectoryPart part;
    for (const auto& [hash, owner] : d.keys) part.keys.push_back({hash, owner.account, owner.key});
    for (const auto& [kid, account] : d.service_keys) part.service_keys.push_back({kid, account});
    part.operators = d.platform.operators;
    part.platform_keys = d.platform.keys;
    part.next_number = d.next_number;
    for (const auto& [account, alias] : d.alias_of) part.aliases.push_back({account, alias});
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
    part.request_rates = book.request_rates;
    for (const auto& [root, quarantine] : book.quarantines) part.quarantines.push_back(quarantine);
    part.id_shares = book.id_shares.all();
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
    for (const KeyRegistered& e : part.directory.keys) apply(book, e, 0, {});
    for (const ServiceKeyRegistered& e : part.directory.service_keys) apply(book, e, 0, {});
    for (const RootKeyAdded& e : part.directory.root_keys) apply(book, e, 0, {});
    for (accounts::Operator& person : part.directory.operators)
        book.directory.platform.operators.push_back(std::move(person));
    for (accounts::PlatformKey& key : part.directory.platform_keys)
        book.directory.platform.keys.push_back(std::move(key));
    for (const AliasGranted& e : part.directory.aliases) apply(book, e, 0, {});
    book.directory.next_number = part.directory.next_number;
    for (const EndedPart& ended : part.ended_reservations) {
        book.reservation_accounts[ended.id] = ended.account;
        book.ended_reservations.push_back({ended.id, ended.at});
    }
    book.request_rates = std::move(part.request_rates);
    for (Quarantine& q : part.quarantines) book.quarantines[q.root] = std::move(q);
    book.id_shares.restore(part.id_shares);
}

void restore(Book& book, NamesPart&& part) {
    for (const NamedAccount& a : part.accounts) {
        const AccountReserved& r = a.reserved;
        book.directory.accounts.put({r.account, r.top, r.partition, r.name, r.number,
                                     r.email_fingerprint, r.until, a.confirmed, r.reach});
    }
}

void restore(Book& book, RepliesPart&& part) {
    for (KeptReply& reply : part.replies) book.replies.put(std::move(reply));
}

void restore(Book& book, ExecutedPart&& part) {
    for (ExecutedQuote& quote : part.quotes) book.executed_quotes.put(std::move(quote));
}

// Timers of trees that are awake, until those trees are there.
using TimersOfTrees = std::vector<std::pair<AccountId, Timer>>;

bool restore_accounts(Book& book, std::string_view body, TimersOfTrees& timers) {
    Sha256 sum;
    if (body.size() < sum.bytes.size()) return false;
    std::memcpy(sum.bytes.data(), body.data(), sum.bytes.size());
    body.remove_prefix(sum.bytes.size());
    if (Sha256::of(body) != sum) return false;
    AccountsTable::Holdings holdings;
    codec::Reader reader(body);
    while (reader.ok() && !reader.at_end()) {
        AccountId id{reader.sixteen()};
        std::string_view form = reader.bytes();
        if (!reader.ok() || !book.accounts.insert_form(id, form, holdings)) return false;
        for (const subscriptions::Subscription& s : holdings.subscriptions.items) {
            book.subscription_accounts[s.id] = id;
            mark_owing(book, id, s, Owing::marked);
        }
        for (const changes::Quote& quote : holdings.quotes) book.quote_accounts[quote.id] = id;
        for (const metering::ReservedUse& reservation : holdings.reservations)
            book.reservation_accounts[ReservationId{reservation.id}] = id;
        for (const Timer& timer : holdings.timers)
            if (!holdings.brings_tree) timers.emplace_back(holdings.top, timer);
        if (holdings.brings_tree) book.tops.push_back(id);
        if (holdings.brings_tree && !holdings.timers.empty())
            book.due.insert({std::ranges::min(holdings.timers).due, id});
    }
    return reader.ok();
}

bool restore_timers(Book& book, const TimersOfTrees& timers) {
    for (const auto& [top, timer] : timers) {
        Tree* tree = book.accounts.tree(top);
        if (!tree) return false;
        tree->timers.insert(timer);
    }
    book.accounts.for_each_tree_awake([&](const Tree& tree) {
        if (tree.clock.is_nil() && !tree.timers.empty())
            book.due.insert({tree.timers.begin()->due, tree.top});
    });
    return true;
}

// Of a snapshot that does not tell how many things its trees have.
void count_things(Book& book) {
    bool all_are_told = true;
    book.accounts.for_each_tree_awake(
        [&](const Tree& tree) { all_are_told = all_are_told && tree.things > 0; });
    if (all_are_told) return;
    std::map<AccountId, std::int64_t> things;
    book.accounts.for_each([&](const AccountRecord& r) { things[r.account.top] += things_of(r); });
    for (const auto& [top, count] : things)
        if (Tree* tree = book.accounts.sleeps_alone(top) ? nullptr : book.accounts.tree(top))
            tree->things = count;
}

// Each tree's keys: the directory's parts come in no order that could tell sooner.
void count_keys(Directory& d) {
    d.keys_of_tree.clear();
    auto add = [&d](AccountId account) {
        if (auto entry = d.accounts.find(account)) ++d.keys_of_tree[entry->top];
    };
    for (const auto& [hash, owner] : d.keys) add(owner.account);
    for (const auto& [kid, account] : d.service_keys) add(account);
}

void restore(Book& book, TreePart&& part) {
    Tree& tree = book.accounts.insert_tree(part.top);
    tree.clock = part.clock;
    tree.now = part.now;
    for (auto& [key, id] : part.keys) tree.keys.emplace(key, KeyHolder{id, {}});
    for (auto& held : part.held_keys)
        tree.keys.emplace(std::move(held.key), KeyHolder{held.account, held.giver});
    tree.things = part.things;
    book.tops.push_back(part.top);
}

template <class Part>
bool restore_part(Book& book, std::string_view body) {
    Part part;
    if (!decode(body, part)) return false;
    restore(book, std::move(part));
    return true;
}

}  // namespace

static Parsed<void> write_accounts(const Book& book, const auto& add) {
    Parsed<void> ok;
    std::size_t number = 0;
    std::string forms;
    auto flush = [&] {
        Sha256 sum = Sha256::of(forms);
        std::string body(reinterpret_cast<const char*>(sum.bytes.data()), sum.bytes.size());
        ok = add(numbered(accounts_prefix, number++), body + forms);
        forms.clear();
        return ok.has_value();
    };
    book.accounts.for_each_form([&](AccountId id, std::string_view form) {
        codec::put_uuid(forms, id.uuid);
        codec::put_varint(forms, form.size());
        forms += form;
        return forms.size() < accounts_bytes_per_record || flush();
    });
    if (ok && !forms.empty()) flush();
    return ok;
}

static Parsed<void> write_names(const Directory& directory, const auto& add) {
    NamesPart part;
    Parsed<void> ok;
    std::size_t number = 0;
    auto flush = [&] {
        if (ok && !part.accounts.empty()) ok = add(numbered("names/", number++), encode(part));
        part.accounts.clear();
    };
    directory.accounts.for_each([&](const DirectoryEntry& e) {
        part.accounts.push_back({{e.account, e.top, e.partition, std::string(e.name), e.number,
                                  std::string(e.email_fingerprint), e.until, e.reach},
                                 e.confirmed});
        if (part.accounts.size() == names_per_record) flush();
    });
    flush();
    return ok;
}

static Parsed<void> write_executed(const ExecutedQuotes& executed, const auto& add) {
    ExecutedPart part;
    Parsed<void> ok;
    std::size_t number = 0;
    auto flush = [&] {
        if (ok && !part.quotes.empty()) ok = add(numbered(executed_key, number++), encode(part));
        part.quotes.clear();
    };
    for (const ExecutedQuote& quote : executed.all()) {
        part.quotes.push_back(quote);
        if (part.quotes.size() == executed_per_record) flush();
    }
    flush();
    return ok;
}

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
    if (auto ok = write_accounts(book, add); !ok) return ok;
    std::vector<std::pair<std::string, std::string>> trees;
    book.accounts.for_each_tree_awake([&](const Tree& tree) {
        if (book.accounts.is_in_form(tree)) return;
        TreePart part{tree.top, tree.clock, tree.now, {}, {}, tree.things};
        for (const auto& [key, held] : tree.keys)
            part.held_keys.push_back({key, held.account, held.giver});
        trees.emplace_back(tree_key(tree.top), encode(part));
    });
    for (auto& [key, body] : trees)
        if (auto ok = add(std::move(key), std::move(body)); !ok) return ok;
    if (auto ok = add(common_key, encode(common_of(book))); !ok) return ok;
    if (auto ok = write_names(book.directory, add); !ok) return ok;
    if (auto ok = write_executed(book.executed_quotes, add); !ok) return ok;
    std::vector<KeptReply> replies = book.replies.all();
    for (std::size_t i = 0; i < replies.size(); i += replies_per_record) {
        RepliesPart part;
        for (std::size_t k = i; k < std::min(i + replies_per_record, replies.size()); ++k)
            part.replies.push_back(std::move(replies[k]));
        std::string key = numbered("replies/", i / replies_per_record);
        if (auto ok = add(std::move(key), encode(part)); !ok) return ok;
    }
    for (std::size_t i = 0; i < book.events.chunks(); ++i)
        if (auto ok = add(std::string(chunk_key) + std::to_string(i), book.events.save_chunk(i));
            !ok)
            return ok;
    if (auto ok = flush(); !ok) return ok;
    HeadRecord head{format, book.seq, book.event_count, book.wall, book.chain, written, 0, {},
                    0,      0};
    head.accounts = book.accounts.size();
    head.names = book.directory.accounts.size();
    head.id_chunks = book.events.chunks();
    for (const IdRunPtr& run : *book.events.runs()) head.id_runs.push_back(run->name());
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
        notice(Severity::warning, "run " + std::to_string(name.number) +
                                      " of event ids of partition " +
                                      std::to_string(book.partition) + ": " + why +
                                      "; the journal is replayed instead");
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
    TimersOfTrees timers;
    std::uint64_t records = 0;
    bool readable = true;
    auto read = store.views().read_snapshot(partition, [&](const SnapshotRecord& record) {
        if (record.key == head_key) {
            readable = decode(record.body, head) && head.version == format;
            if (readable) {
                book.accounts.reserve(head.accounts);
                book.directory.accounts.reserve(head.names);
            }
            return readable;
        }
        // What an older snapshot left behind counts for nothing.
        if (record.position != head.event_count || is_stale_chunk(record, head)) return true;
        ++records;
        if (record.key.starts_with("replies/"))
            readable = restore_part<RepliesPart>(book, record.body);
        else if (record.key.starts_with("names/"))
            readable = restore_part<NamesPart>(book, record.body);
        else if (record.key.starts_with(chunk_key))
            readable = book.events.load_chunk(record.body).has_value();
        else if (record.key.starts_with(executed_key))
            readable = restore_part<ExecutedPart>(book, record.body);
        else if (record.key == common_key)
            readable = restore_part<CommonPart>(book, record.body);
        else if (record.key.starts_with(accounts_prefix))
            readable = restore_accounts(book, record.body, timers);
        else if (record.key.starts_with("tree/"))
            readable = restore_part<TreePart>(book, record.body);
        else
            readable = false;
        return readable;
    });
    if (!read || !readable || head.version != format || head.records != records) return none();
    // One that was chosen once moved the next number to where nothing is left.
    if (book.directory.next_number > account_number_max)
        book.directory.next_number = Directory{}.next_number;
    book.directory.pass_taken_numbers();
    if (!restore_timers(book, timers)) return none();
    for (const auto& [root, quarantine] : book.quarantines) park_timers(book, root);
    std::ranges::sort(book.tops);
    count_things(book);
    count_keys(book.directory);

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
    return book;
}

}  // namespace rb::engine
