#include "engine/id_run.h"

#include <algorithm>
#include <bit>
#include <cstring>

#include "base/check.h"
#include "base/text.h"

namespace rb::engine {

namespace {

constexpr std::string_view magic = "RBIDRUN1";
constexpr std::size_t id_bytes = 16;
constexpr std::size_t entry_bytes = 12;  // of the index: the first id's order, the page's checksum
constexpr std::size_t trailer_bytes = 56;

static_assert(std::endian::native == std::endian::little, "numbers are written as they stand");

template <class T>
void put_number(std::string& out, T value) {
    out.append(reinterpret_cast<const char*>(&value), sizeof value);
}

template <class T>
T number_at(const char* from) {
    T value;
    std::memcpy(&value, from, sizeof value);
    return value;
}

// The first 64 bits of the order. Ids may share them, though hardly ever.
std::uint64_t prefix_of(const Uuid& id) { return (id.low << 52) | (id.high >> 12); }

Uuid id_at(const char* page, std::size_t i) {
    return {number_at<std::uint64_t>(page + i * id_bytes),
            number_at<std::uint64_t>(page + i * id_bytes + 8)};
}

std::uint64_t pages_for(std::uint64_t count) {
    return (count + IdRun::page_ids - 1) / IdRun::page_ids;
}

struct Trailer {
    PartitionId partition = 0;
    IdRunName name;
    std::uint64_t filter_bytes = 0;

    std::string to_bytes() const {
        std::string out(magic);
        put_number(out, partition);
        put_number(out, name.number);
        put_number(out, name.day);
        put_number(out, name.count);
        put_number(out, filter_bytes);
        put_number(out, std::uint32_t{0});
        put_number(out, name.checksum);
        put_number(out, crc32c(out));
        return out;
    }
    static Parsed<Trailer> of(std::string_view bytes) {
        if (bytes.size() != trailer_bytes || bytes.substr(0, magic.size()) != magic)
            return Unparsed("it does not end as a run of ids, or is of a later format");
        const char* from = bytes.data();
        if (number_at<std::uint32_t>(from + 52) != crc32c(bytes.substr(0, 52)))
            return Unparsed("the checksum of its end is wrong");
        Trailer t;
        t.partition = number_at<std::uint32_t>(from + 8);
        t.name.number = number_at<std::uint64_t>(from + 12);
        t.name.day = number_at<std::int64_t>(from + 20);
        t.name.count = number_at<std::uint64_t>(from + 28);
        t.filter_bytes = number_at<std::uint64_t>(from + 36);
        t.name.checksum = number_at<std::uint32_t>(from + 48);
        return t;
    }
};

}  // namespace

Parsed<IdRunPtr> IdRun::open(IdRuns& files, PartitionId partition, std::uint64_t number) {
    auto file = files.open(partition, number);
    if (!file) return Unparsed(file.error());
    std::uint64_t size = (*file)->size();
    if (size < trailer_bytes) return Unparsed("it is too short");
    std::string bytes(trailer_bytes, '\0');
    if (auto ok = (*file)->read(size - trailer_bytes, bytes); !ok) return Unparsed(ok.error());
    auto trailer = Trailer::of(bytes);
    if (!trailer) return Unparsed(trailer.error());
    if (trailer->partition != partition || trailer->name.number != number)
        return Unparsed("it is another run than its name says");
    std::uint64_t pages = pages_for(trailer->name.count);
    std::uint64_t rest = trailer->filter_bytes + trailer_bytes;
    if (pages > size / page_bytes || size != pages * (page_bytes + entry_bytes) + rest)
        return Unparsed("its size does not fit the number of its ids");

    bytes.resize(pages * entry_bytes + trailer->filter_bytes);
    if (auto ok = (*file)->read(pages * page_bytes, bytes); !ok) return Unparsed(ok.error());
    if (crc32c(bytes) != trailer->name.checksum)
        return Unparsed("the checksum of its index is wrong");
    auto filter = IdFilter::of(std::string_view(bytes).substr(pages * entry_bytes));
    if (!filter) return Unparsed(filter.error());
    std::shared_ptr<IdRun> run(new IdRun);
    run->name_ = trailer->name;
    run->filter_ = std::move(*filter);
    run->file_ = std::move(*file);
    run->pages_.resize(pages);
    for (std::size_t i = 0; i < pages; ++i) {
        const char* entry = bytes.data() + i * entry_bytes;
        run->pages_[i] = {number_at<std::uint64_t>(entry), number_at<std::uint32_t>(entry + 8)};
    }
    return run;
}

Parsed<void> IdRun::read_page(std::size_t page, PageBytes& into) const {
    if (auto ok = file_->read(page * page_bytes, into); !ok) return ok;
    if (crc32c({into.data(), into.size()}) != pages_[page].checksum)
        return Unparsed("the checksum of page " + std::to_string(page) + " is wrong");
    return {};
}

std::size_t IdRun::ids_of(std::size_t page) const {
    return std::min<std::size_t>(page_ids, name_.count - page * page_ids);
}

InRun IdRun::find(const Uuid& id) const {
    if (!filter_.may_have(id)) return InRun::no;
    std::uint64_t prefix = prefix_of(id);
    // From the last page that begins before it; a page that begins with its very prefix may not be
    // the first one that has it.
    auto after = std::ranges::lower_bound(pages_, prefix, {}, &Page::first);
    auto page = static_cast<std::size_t>(after - pages_.begin());
    if (page > 0) --page;
    PageBytes bytes;
    for (; page < pages_.size() && pages_[page].first <= prefix; ++page) {
        if (!read_page(page, bytes)) return InRun::unreadable;
        std::size_t low = 0;
        std::size_t high = ids_of(page);
        while (low < high) {
            std::size_t middle = (low + high) / 2;
            if (IdOrder{}(id_at(bytes.data(), middle), id))
                low = middle + 1;
            else
                high = middle;
        }
        if (low < ids_of(page)) return id_at(bytes.data(), low) == id ? InRun::yes : InRun::no;
    }
    return InRun::no;
}

Parsed<std::vector<Uuid>> IdRun::read(std::size_t page, std::size_t pages) const {
    std::vector<Uuid> ids;
    PageBytes bytes;
    for (std::size_t end = std::min(page + pages, pages_.size()); page < end; ++page) {
        if (auto ok = read_page(page, bytes); !ok) return Unparsed(ok.error());
        for (std::size_t i = 0; i < ids_of(page); ++i) ids.push_back(id_at(bytes.data(), i));
    }
    return ids;
}

Parsed<std::unique_ptr<IdRunBuilder>> IdRunBuilder::create(IdRuns& files, PartitionId partition,
                                                           const IdRunName& place,
                                                           std::size_t ids) {
    auto writer = files.create(partition, place.number);
    if (!writer) return Unparsed(writer.error());
    std::unique_ptr<IdRunBuilder> builder(new IdRunBuilder);
    builder->files_ = &files;
    builder->partition_ = partition;
    builder->writer_ = std::move(*writer);
    builder->run_.reset(new IdRun);
    builder->run_->name_ = {place.number, place.day, 0, 0};
    builder->run_->filter_ = IdFilter(ids);
    return builder;
}

Parsed<void> IdRunBuilder::add(std::span<const Uuid> ids) {
    for (const Uuid& id : ids) {
        if (page_.empty()) run_->pages_.push_back({prefix_of(id), 0});
        put_number(page_, id.high);
        put_number(page_, id.low);
        run_->filter_.add(id);
        ++run_->name_.count;
        if (page_.size() < IdRun::page_bytes) continue;
        if (auto ok = flush_page(); !ok) return ok;
    }
    return {};
}

Parsed<void> IdRunBuilder::flush_page() {
    page_.resize(IdRun::page_bytes, '\0');
    run_->pages_.back().checksum = crc32c(page_);
    auto ok = writer_->append(page_);
    page_.clear();
    return ok;
}

Parsed<IdRunPtr> IdRunBuilder::finish() {
    if (!page_.empty())
        if (auto ok = flush_page(); !ok) return Unparsed(ok.error());
    std::string end;
    for (const IdRun::Page& page : run_->pages_) {
        put_number(end, page.first);
        put_number(end, page.checksum);
    }
    end += run_->filter_.bytes();
    run_->name_.checksum = crc32c(end);
    end += Trailer{partition_, run_->name_, run_->filter_.bytes().size()}.to_bytes();
    if (auto ok = writer_->append(end); !ok) return Unparsed(ok.error());
    if (auto ok = writer_->finish(); !ok) return Unparsed(ok.error());
    auto file = files_->open(partition_, run_->name_.number);
    if (!file) return Unparsed(file.error());
    run_->file_ = std::move(*file);
    return std::move(run_);
}

InRun find_in(const IdRunSet& runs, const Uuid& id) {
    for (const IdRunPtr& run : runs)
        if (InRun in = run->find(id); in != InRun::no) return in;
    return InRun::no;
}

IdLookup::IdLookup(IdRunSetPtr runs, std::vector<Uuid> ids)
    : runs_(std::move(runs)), ids_(std::move(ids)), found_(ids_.size()) {
    // The blocks of some ids are fetched together; one by one each would be waited for.
    constexpr std::size_t together = 8;
    for (std::size_t begin = 0; begin < ids_.size(); begin += together) {
        std::size_t end = std::min(begin + together, ids_.size());
        for (std::size_t i = begin; i < end; ++i)
            for (const IdRunPtr& run : *runs_) run->prefetch(ids_[i]);
        for (std::size_t i = begin; i < end; ++i) {
            if (ids_[i].is_nil()) continue;
            for (const IdRunPtr& run : *runs_) {
                InRun in = run->find(ids_[i]);
                if (in == InRun::no) continue;
                found_[i] = {run.get(), in};
                break;
            }
        }
    }
}

InRun IdLookup::find(const IdRunSetPtr& now, const Uuid& id, std::size_t item) const {
    // Its account came to be after the others were looked up, or nobody thought of asking for it.
    if (item >= ids_.size() || ids_[item] != id) return find_in(*now, id);
    const Found& found = found_[item];
    if (now == runs_) return found.in;
    auto is_asked = [this](const IdRunPtr& run) {
        return std::ranges::find(*runs_, run) != runs_->end();
    };
    for (const IdRunPtr& run : *now) {
        if (run.get() == found.run) return found.in;
        if (is_asked(run)) continue;
        if (InRun in = run->find(id); in != InRun::no) return in;
    }
    return InRun::no;
}

}  // namespace rb::engine
