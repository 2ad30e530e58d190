#include "store/files/folder.h"

#include <fcntl.h>
#include <unistd.h>

namespace rb::store::files {

bool sync_folder(const std::string& folder) {
    int fd = ::open(folder.empty() ? "." : folder.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
    if (fd < 0) return false;
    bool synced = ::fsync(fd) == 0;
    ::close(fd);
    return synced;
}

}  // namespace rb::store::files
