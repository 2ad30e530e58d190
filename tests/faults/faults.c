/*
 * Loaded before the C library (LD_PRELOAD): makes the N-th call of one kind on the files of a
 * journal fail, and writes down every call that it saw. For tests of the built program; never
 * shipped.
 *
 *   RATEBOOK_FAULT_CALL   sync (fdatasync and fsync) or pwrite
 *   RATEBOOK_FAULT_FILE   end of the file's path, such as journal.db-wal or .log
 *   RATEBOOK_FAULT_AT     which of these calls fails, from 1; 0: none
 *   RATEBOOK_FAULT_ERRNO  the number of the error, EIO when not given
 *   RATEBOOK_FAULT_ARM    calls count only once this file exists; not given: from the start
 *   RATEBOOK_FAULT_LOG    a file that gets a line a call: "sync journal.db-wal ok", "... failed";
 *                         "synced-pwrite" is one to a file that was opened with O_DSYNC
 *
 * A failing sync is not carried out, and neither is a failing write. Only one call ever fails.
 */
#define _GNU_SOURCE
#include <dlfcn.h>
#include <errno.h>
#include <fcntl.h>
#include <limits.h>
#include <stdatomic.h>
#include <stdio.h>
#include <stdlib.h>
#include <string.h>
#include <sys/types.h>
#include <unistd.h>

static atomic_int calls_seen;

static int ends_with(const char* text, const char* end) {
    size_t length = strlen(text), end_length = strlen(end);
    return length >= end_length && strcmp(text + length - end_length, end) == 0;
}

/* The path behind a descriptor, when it is a file of a journal. */
static int journal_path(int fd, char* path, size_t size) {
    char link[64];
    snprintf(link, sizeof link, "/proc/self/fd/%d", fd);
    ssize_t got = readlink(link, path, size - 1);
    if (got <= 0) return 0;
    path[got] = '\0';
    return strstr(path, "/journal.db") != NULL || strstr(path, "/journal/") != NULL;
}

static void write_down(const char* call, const char* path, const char* outcome) {
    const char* log = getenv("RATEBOOK_FAULT_LOG");
    if (log == NULL) return;
    int fd = open(log, O_WRONLY | O_CREAT | O_APPEND | O_CLOEXEC, 0600);
    if (fd < 0) return;
    char line[PATH_MAX + 64];
    const char* name = strrchr(path, '/');
    int length = snprintf(line, sizeof line, "%s %s %s\n", call, name ? name + 1 : path, outcome);
    if (length > 0 && write(fd, line, (size_t)length) != length) abort();
    close(fd);
}

/* Whether this call is the one that fails; errno is set then. */
static int fails(const char* call, int fd) {
    char path[PATH_MAX];
    int error = errno;
    if (!journal_path(fd, path, sizeof path)) {
        errno = error;
        return 0;
    }
    const char* arm = getenv("RATEBOOK_FAULT_ARM");
    if (arm != NULL && access(arm, F_OK) != 0) {
        errno = error;
        return 0;
    }
    const char* wanted = getenv("RATEBOOK_FAULT_CALL");
    const char* file = getenv("RATEBOOK_FAULT_FILE");
    const char* at = getenv("RATEBOOK_FAULT_AT");
    int fits = wanted != NULL && strcmp(wanted, call) == 0 && file != NULL && ends_with(path, file);
    int failing = fits && at != NULL && atomic_fetch_add(&calls_seen, 1) + 1 == atoi(at);
    int is_synced = strcmp(call, "pwrite") == 0 && (fcntl(fd, F_GETFL) & O_DSYNC) != 0;
    write_down(is_synced ? "synced-pwrite" : call, path, failing ? "failed" : "ok");
    errno = error;
    if (failing) {
        const char* number = getenv("RATEBOOK_FAULT_ERRNO");
        errno = number != NULL ? atoi(number) : EIO;
    }
    return failing;
}

static void* next(const char* name) {
    void* found = dlsym(RTLD_NEXT, name);
    if (found == NULL) abort();
    return found;
}

int fdatasync(int fd) {
    static int (*real)(int);
    if (real == NULL) *(void**)&real = next("fdatasync");
    return fails("sync", fd) ? -1 : real(fd);
}

int fsync(int fd) {
    static int (*real)(int);
    if (real == NULL) *(void**)&real = next("fsync");
    return fails("sync", fd) ? -1 : real(fd);
}

ssize_t pwrite(int fd, const void* data, size_t size, off_t offset) {
    static ssize_t (*real)(int, const void*, size_t, off_t);
    if (real == NULL) *(void**)&real = next("pwrite");
    return fails("pwrite", fd) ? -1 : real(fd, data, size, offset);
}

ssize_t pwrite64(int fd, const void* data, size_t size, off64_t offset) {
    static ssize_t (*real)(int, const void*, size_t, off64_t);
    if (real == NULL) *(void**)&real = next("pwrite64");
    return fails("pwrite", fd) ? -1 : real(fd, data, size, offset);
}
