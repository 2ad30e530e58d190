#pragma once
// The directory of a store: made with mode 0700, files with mode 0600, owned by one process at a
// time through a lock on the file `lock` (which the kernel releases however the process ends).
// Those who only read share the lock among themselves and write nothing, not even the file. A
// directory that others may write is refused, and no file in it is made through a link.
#include <string>

#include "base/result.h"
#include "store/sqlite/sqlite_store.h"

namespace rb::store::sqlite {

class Directory {
public:
    // read_write makes what is missing; read_only wants a store there. Errors are sentences; one
    // says which process owns the store.
    static Parsed<Directory> open(const std::string& path, Access access);

    Directory(Directory&& other) noexcept;
    Directory& operator=(Directory&& other) = delete;
    ~Directory();

    std::string file(const std::string& name) const { return path_ + "/" + name; }
    bool has(const std::string& name) const;
    // An empty file of mode 0600 where there is none; its name is durable on return. SQLite's side
    // files take over its mode. Refused where a link stands.
    Parsed<void> make_file(const std::string& name) const;
    void remove_file(const std::string& name) const;
    // A database with its side files.
    void remove_database(const std::string& name) const;

private:
    Directory(std::string path, int lock) : path_(std::move(path)), lock_(lock) {}
    std::string path_;
    int lock_ = -1;
};

}  // namespace rb::store::sqlite
