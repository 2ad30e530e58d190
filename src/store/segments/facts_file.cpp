#include "store/segments/facts_file.h"

#include <fcntl.h>
#include <unistd.h>

#include <cerrno>
#include <cstdint>
#include <cstring>
#include <fstream>
#include <iterator>

#include "base/text.h"
#include "store/files/file.h"
#include "store/files/folder.h"
#include "store/segments/segment_file.h"

namespace rb::store::segments {

namespace {

constexpr std::string_view magic = "RBFACTS1";

void put_text(std::string& out, std::string_view text) {
    auto size = static_cast<std::uint32_t>(text.size());
    out.append(reinterpret_cast<const char*>(&size), sizeof size);
    out += text;
}

bool take_number(std::string_view& bytes, std::uint32_t& value) {
    if (bytes.size() < sizeof value) return false;
    std::memcpy(&value, bytes.data(), sizeof value);
    bytes.remove_prefix(sizeof value);
    return true;
}

bool take_text(std::string_view& bytes, std::string& text) {
    std::uint32_t size = 0;
    if (!take_number(bytes, size) || bytes.size() < size) return false;
    text = bytes.substr(0, size);
    bytes.remove_prefix(size);
    return true;
}

std::string reason() { return std::strerror(errno); }

bool write_all(int fd, std::string_view bytes) {
    while (!bytes.empty()) {
        ssize_t put = ::write(fd, bytes.data(), bytes.size());
        if (put < 0 && errno == EINTR) continue;
        if (put <= 0) return false;
        bytes.remove_prefix(static_cast<std::size_t>(put));
    }
    return true;
}

}  // namespace

Parsed<Facts> read_facts(const std::string& path) {
    std::ifstream in(path, std::ios::binary);
    if (!in) return Unparsed("'" + path + "' cannot be opened: " + reason());
    std::string text{std::istreambuf_iterator<char>(in), {}};
    std::string_view bytes = text;
    Unparsed harmed("'" + path + "' is damaged; restore a backup");
    if (!bytes.starts_with(magic)) return harmed;
    bytes.remove_prefix(magic.size());
    std::uint32_t crc = 0;
    if (!take_number(bytes, crc) || crc32c(bytes) != crc) return harmed;
    Facts facts;
    std::string key, value;
    while (!bytes.empty()) {
        if (!take_text(bytes, key) || !take_text(bytes, value)) return harmed;
        facts[key] = value;
    }
    return facts;
}

std::expected<void, FactsFailure> write_facts(const std::string& path, const Facts& facts) {
    std::string body;
    for (const auto& [key, value] : facts) {
        put_text(body, key);
        put_text(body, value);
    }
    std::string bytes(magic);
    std::uint32_t crc = crc32c(body);
    bytes.append(reinterpret_cast<const char*>(&crc), sizeof crc);
    bytes += body;

    const std::string part = path + ".part";
    auto failed = [&](const char* what, bool is_sync_failure) {
        FactsFailure failure{"'" + part + "' cannot be " + what + ": " + reason(), is_sync_failure};
        ::unlink(part.c_str());
        return std::unexpected(failure);
    };
    int fd = files::make_own(part);
    if (fd < 0) return failed("made", false);
    bool written = write_all(fd, bytes);
    if (!written) {
        auto failure = failed("written", false);
        ::close(fd);
        return failure;
    }
    bool synced = ::fsync(fd) == 0;
    ::close(fd);
    if (!synced) return failed("synced", true);
    if (::rename(part.c_str(), path.c_str()) != 0) return failed("renamed", false);
    std::string folder = path.substr(0, path.rfind('/'));
    if (!files::sync_folder(folder))
        return std::unexpected(
            FactsFailure{"'" + folder + "' cannot be synced: " + reason(), true});
    return {};
}

}  // namespace rb::store::segments
