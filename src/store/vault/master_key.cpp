#include <fcntl.h>
#include <sodium.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <cstring>
#include <filesystem>

#include "base/check.h"
#include "base/text.h"
#include "store/files/folder.h"
#include "store/vault/vault.h"

namespace rb::store::vault {

namespace {

constexpr std::size_t file_bytes_max = 4096;

Unparsed failure(const std::string& what) { return Unparsed(what + ": " + std::strerror(errno)); }

std::string_view trim(std::string_view text) {
    constexpr std::string_view blanks = " \t\r\n";
    auto begin = text.find_first_not_of(blanks);
    if (begin == std::string_view::npos) return {};
    return text.substr(begin, text.find_last_not_of(blanks) - begin + 1);
}

bool write_and_sync(int fd, std::string_view text) {
    return ::write(fd, text.data(), text.size()) == static_cast<ssize_t>(text.size()) &&
           ::fsync(fd) == 0;
}

// Written whole under another name and then linked, so that the file is there with its key or not
// at all, and the first of two processes wins.
Parsed<void> make_key_file(const std::string& path) {
    RB_CHECK(sodium_init() >= 0, "libsodium could not be started");
    std::string key(master_key_bytes, '\0');
    randombytes_buf(key.data(), key.size());
    std::string text = to_hex(key) + "\n";
    std::string draft = path + ".XXXXXX";
    int fd = ::mkostemp(draft.data(), O_CLOEXEC);  // mode 0600
    if (fd < 0) return failure("the key file '" + path + "' cannot be made");
    bool written = write_and_sync(fd, text);
    bool linked = written && (::link(draft.c_str(), path.c_str()) == 0 || errno == EEXIST);
    auto failed = failure("the key file '" + path + "' cannot be made");
    ::close(fd);
    ::unlink(draft.c_str());
    sodium_memzero(key.data(), key.size());
    sodium_memzero(text.data(), text.size());
    if (!linked) return failed;
    if (!files::sync_folder(std::filesystem::path(path).parent_path().string()))
        return failure("the directory of '" + path + "' cannot be synced");
    return {};
}

}  // namespace

Parsed<std::string> parse_master_key(std::string_view text) {
    auto key_text = trim(text);
    auto key =
        key_text.size() == 2 * master_key_bytes ? parse_hex(key_text) : parse_base64(key_text);
    if (!key || key->size() != master_key_bytes)
        return Unparsed("a master key is 64 hex digits, or base64 of 32 bytes");
    return key;
}

Parsed<std::string> load_master_key(const std::string& path) {
    int fd = ::open(path.c_str(), O_RDONLY | O_CLOEXEC);
    if (fd < 0) return failure("the key file '" + path + "' cannot be read");
    struct stat facts{};
    std::string text(file_bytes_max, '\0');
    ssize_t got = ::fstat(fd, &facts) == 0 ? ::read(fd, text.data(), text.size()) : -1;
    auto failed = failure("the key file '" + path + "' cannot be read");
    ::close(fd);
    if (got < 0) return failed;
    if ((facts.st_mode & 077) != 0)
        return Unparsed("the key file '" + path +
                        "' may be read by others than its owner: chmod 600 '" + path + "'");
    auto key = parse_master_key(std::string_view(text.data(), static_cast<std::size_t>(got)));
    sodium_memzero(text.data(), text.size());
    if (!key) return Unparsed("the key file '" + path + "' holds no key: " + key.error());
    return key;
}

Parsed<std::string> load_or_make_master_key(const std::string& path) {
    if (::access(path.c_str(), F_OK) != 0 && errno == ENOENT)
        if (auto made = make_key_file(path); !made) return Unparsed(made.error());
    return load_master_key(path);
}

}  // namespace rb::store::vault
