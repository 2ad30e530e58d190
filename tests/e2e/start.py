"""What a start needs: each thing that is missing is told with what to do, by `serve` and by `doctor` alike.

As root, or where user namespaces are allowed, mounts of its own take away the time zones, the space and the
right to write; elsewhere these checks are left out and the last line says so.
"""
import pathlib
import select
import socket
import subprocess
import time

from harness import ROOT_KEY, Checks, Server, arguments, environment, run, scratch

NO_ADDRESS = ("--listen", "127.0.0.1:0")
AHEAD = r"""
#define _GNU_SOURCE
#include <dlfcn.h>
#include <time.h>
int clock_gettime(clockid_t id, struct timespec *t) {
    static int (*real)(clockid_t, struct timespec *);
    if (!real) real = (int (*)(clockid_t, struct timespec *))dlsym(RTLD_NEXT, "clock_gettime");
    int outcome = real(id, t);
    if (id == CLOCK_REALTIME || id == CLOCK_REALTIME_COARSE) t->tv_sec += 3 * 86400;
    return outcome;
}
"""


def mounting():
    """How a command runs with mounts of its own; None: not here."""
    for words in (["unshare", "-m"], ["unshare", "-Urm"]):
        if subprocess.run([*words, "mount", "-t", "tmpfs", "none", "/mnt"], capture_output=True, check=False).returncode == 0:
            return words
    return None


def run_with(mounts, commands, program, *words, timeout=30, **env):
    """The program after shell commands that mount; a server that comes up is stopped when the time is over."""
    script = " && ".join([*commands, f'exec timeout -s TERM {timeout} "$0" "$@"'])
    return subprocess.run([*mounts, "sh", "-c", script, program, *map(str, words)], capture_output=True, text=True,
                          env=environment(RATEBOOK_ROOT_KEY=ROOT_KEY, **env), check=False)


def check_time_zones(checks, program, folder, mounts):
    store = folder / "zones"
    Server(program, store).stop()
    empty = ["mount -t tmpfs none /usr/share/zoneinfo"]
    damaged = ["mount -t tmpfs none /mnt", "cp -r /usr/share/zoneinfo /mnt/z", "truncate -s 60 /mnt/z/Europe/Berlin",
               "mount --bind /mnt/z /usr/share/zoneinfo"]
    lacking = ["mount -t tmpfs none /mnt", "cp -r /usr/share/zoneinfo /mnt/z", "rm /mnt/z/Asia/Tokyo",
               "mount --bind /mnt/z /usr/share/zoneinfo"]
    for what, commands in (("none", empty), ("a damaged file", damaged), ("a missing file", lacking)):
        new = folder / "never-made"
        for verb in ("serve", "demo"):
            done = run_with(mounts, commands, program, verb, "--data", new, *NO_ADDRESS)
            checks.that(done.returncode == 1 and "install the package tzdata" in done.stderr, f"{what}: {verb}: {done}")
            checks.equal(done.stdout, "", f"{what}: {verb} never says that it is ready")
            checks.that(not new.exists(), f"{what}: {verb} makes no store")
        done = run_with(mounts, commands, program, "doctor", store)
        checks.that(done.returncode == 1 and "time zones: " in done.stdout and "tzdata" in done.stdout, f"{what}: {done}")
        checks.that("ok: disk:" in done.stdout, f"{what}: doctor lists the others: {done}")


def check_places(checks, program, folder, mounts):
    """A disk that is nearly full starts with a warning; one that cannot be written is refused."""
    disk = folder / "disk"
    disk.mkdir()
    small = [f"mount -t tmpfs -o size=20m,mode=0700 none '{disk}'"]
    done = run_with(mounts, small, program, "serve", "--data", disk / "data", *NO_ADDRESS, timeout=3)
    checks.that("serves" in done.stdout and "MiB are left" in done.stderr and "free some" in done.stderr, f"little space: {done}")
    still = [f"mount -t tmpfs -o ro,mode=0700 none '{disk}'"]
    done = run_with(mounts, still, program, "serve", "--data", disk / "data", *NO_ADDRESS)
    checks.that(done.returncode == 1 and "mounted read-only" in done.stderr and str(disk) in done.stderr, f"read-only: {done}")


def limited(soft, hard, program, *words, **more):
    return subprocess.Popen(["prlimit", f"--nofile={soft}:{hard}", program, *map(str, words)], stdout=subprocess.PIPE,
                            stderr=subprocess.PIPE, text=True, env=environment(RATEBOOK_ROOT_KEY=ROOT_KEY), **more)


def check_descriptors(checks, program, folder):
    data = folder / "files"
    few = limited(100, 200, program, "serve", "--data", data, *NO_ADDRESS)
    out, err = few.communicate(timeout=30)
    checks.that(few.returncode == 1 and "LimitNOFILE" in err and not data.exists(), f"200 open files: {out} {err}")
    some = limited(500, 600, program, "serve", "--data", data, *NO_ADDRESS)
    line = some.stdout.readline()
    port = int(line.split("http://127.0.0.1:")[1].split()[0])
    opened = [socket.create_connection(("127.0.0.1", port)) for _ in range(400)]
    told = set()
    deadline = time.monotonic() + 10
    while len(told) < 400 - 344 and time.monotonic() < deadline:
        for connection in select.select(opened, [], [], 1)[0]:
            if connection not in told and connection.recv(100).startswith(b"HTTP/1.1 503"):
                told.add(connection)
    for connection in opened:
        connection.close()
    some.terminate()
    _, err = some.communicate(timeout=30)
    checks.that("enough for 344 connections" in err and "LimitNOFILE" in err, f"600 open files: {err}")
    checks.equal(len(told), 400 - 344, "connections beyond the limit are told so, not left hanging")
    most = subprocess.run(["prlimit", "--noheadings", "--output=HARD", "--nofile"], capture_output=True, text=True, check=False)
    if most.stdout.strip() == "unlimited" or int(most.stdout) >= 21_000:
        server = limited(1000, 21_000, program, "serve", "--data", data, *NO_ADDRESS)
        server.stdout.readline()
        limits = pathlib.Path(f"/proc/{server.pid}/limits").read_text()
        soft = int(next(text for text in limits.splitlines() if "open files" in text).split()[3])
        checks.that(soft >= 20_000, f"the soft limit is raised: {soft}")
        server.terminate()
        _, err = server.communicate(timeout=30)
        checks.equal(err, "", "nothing to warn of")


def check_address(checks, program, folder):
    data = folder / "address"
    with socket.create_server(("127.0.0.1", 0)) as taken:
        address = f"127.0.0.1:{taken.getsockname()[1]}"
        done = run(program, "serve", "--data", data, "--listen", address)
        checks.that(done.returncode == 1 and "another program listens there" in done.stderr, f"in use: {done}")
        checks.that(not data.exists(), "an address in use makes no store")
        Server(program, data).stop()
        done = run(program, "doctor", data, "--listen", address)
        checks.that(done.returncode == 1 and "another program listens there" in done.stdout, f"doctor: {done}")
    done = run(program, "doctor", data, "--listen", address)
    checks.that(done.returncode == 0 and f"ok: address: port {address[10:]} of 127.0.0.1 is free" in done.stdout, f"doctor: {done}")
    for verb in (("serve", "--data", data), ("demo", "--data", data), ("doctor", data)):
        done = run(program, *verb, "--listen", "nowhere")
        checks.that(done.returncode == 2 and "HOST:PORT" in done.stderr, f"no address at all: {done}")


def check_keys(checks, program, folder):
    data = folder / "keys"
    Server(program, data).stop()
    key = data / "master.key"
    done = run(program, "doctor", data)
    checks.that(done.returncode == 0 and "nothing to look at" in done.stdout, f"a good store: {done}")
    for subject in ("libsodium", "time zones", "open files", "directory", "disk", "master key", "clock"):
        checks.that(f"ok: {subject}: " in done.stdout, f"doctor lists {subject}: {done.stdout}")

    def refused(what, text, **env):
        done = run(program, "serve", "--data", data, *NO_ADDRESS, **env)
        checks.that(done.returncode == 1 and text in done.stderr, f"serve, {what}: {done}")
        done = run(program, "doctor", data, **env)
        checks.that(done.returncode == 1 and text in done.stdout and "master key" in done.stdout, f"doctor, {what}: {done}")

    key.chmod(0o640)
    refused("a master key that others may read", f"chmod 600 '{key}'")
    key.chmod(0o600)
    content = key.read_text()
    key.write_text("no key\n")
    refused("a file without a key", "64 hex digits")
    key.write_text("11" * 32 + "\n")
    refused("another master key", "not the one that this store was made with")
    key.unlink()
    refused("no master key", "the master key is missing")
    checks.that(not key.exists(), "and none is made")
    apart = folder / "apart.key"
    refused("a file that is not there", "RATEBOOK_MASTER_KEY_FILE: cannot read", RATEBOOK_MASTER_KEY_FILE=apart)
    apart.write_text(content)
    apart.chmod(0o644)
    server = Server(program, data, RATEBOOK_MASTER_KEY_FILE=apart)
    server.stop()
    checks.that(f"chmod 600 '{apart}'" in server.stderr(), f"a key file that others may read: {server.stderr()}")
    apart.chmod(0o600)
    server = Server(program, data, RATEBOOK_MASTER_KEY_FILE=apart)
    server.stop()
    checks.that("warning" not in server.stderr(), f"a key file of the owner's alone: {server.stderr()}")


def check_root_keys(checks, program, folder):
    """RATEBOOK_ROOT_KEY is the first key of a store that has none, and nothing after that."""
    data = folder / "roots"
    other = "rb_" + "another_key_0123456789"
    server = Server(program, data)
    server.stop()
    checks.that("RATEBOOK_ROOT_KEY" not in server.stderr(), f"the first key is taken: {server.stderr()}")
    server = Server(program, data)
    checks.equal(server.client().get("/v1/accounts").status, 200, "the same key again")
    server.stop()
    checks.that("RATEBOOK_ROOT_KEY" not in server.stderr(), f"without a word: {server.stderr()}")
    for given in (other, "no-key"):
        server = Server(program, data, key=given)
        checks.equal(server.client(given).get("/v1/accounts").status, 401, f"another key is not added: {given}")
        checks.equal(server.client(ROOT_KEY).get("/v1/accounts").status, 200, "the first one works on")
        server.stop()
        checks.that("RATEBOOK_ROOT_KEY was ignored" in server.stderr() and f"keys create --data {data}" in server.stderr(),
                    f"it is told with the way to another key: {server.stderr()}")
        checks.that(given not in server.stderr(), "the key itself is not told")
    # A store that was made without serving it has no key yet; it takes the one that is given.
    made = folder / "made"
    server = Server(program, made, key=None)
    server.wait_line("root key:")
    line = next(line for line in server.lines if "root key:" in line)
    checks.that(str(made / "root.key") in line and "delete the file" in line, f"what to do with the file: {line}")
    server.stop()
    done = run(program, "doctor", made)
    checks.that(done.returncode == 1 and f"{made}/root.key" in done.stdout and "delete" in done.stdout, f"doctor: {done}")
    server = Server(program, made, key=None)
    server.stop()
    checks.that(f"{made}/root.key" in server.stderr(), f"each start reminds of it: {server.stderr()}")
    (made / "root.key").unlink()
    checks.equal(run(program, "doctor", made).returncode, 0, "gone is good")


def check_clock(checks, program, folder):
    """A clock behind what has happened: it is told, and time stands still until then."""
    data, source, library = folder / "clock", folder / "ahead.c", folder / "ahead.so"
    source.write_text(AHEAD)
    subprocess.run(["c++", "-x", "c", "-shared", "-fPIC", "-o", library, source, "-ldl"], check=True)
    server = Server(program, data, LD_PRELOAD=library, ASAN_OPTIONS="verify_asan_link_order=0")
    made = server.client().post("/v1/accounts", {"name": "later", "currency": "USD"}).json
    server.stop()
    day = made["created_at"][:10]
    server = Server(program, data)
    checks.equal(server.client().get("/v1/accounts").status, 200, "it is served")
    server.stop()
    checks.that("the clock of this machine" in server.stderr() and day in server.stderr() and "timedatectl" in server.stderr(),
                f"a clock that is behind: {server.stderr()}")
    done = run(program, "doctor", data)
    checks.that(done.returncode == 1 and "clock: " in done.stdout and day in done.stdout, f"doctor: {done}")


def main():
    options = arguments(__doc__)
    checks = Checks("start")
    mounts = mounting()
    with scratch(options.keep) as folder:
        if mounts:
            check_time_zones(checks, options.program, folder, mounts)
            check_places(checks, options.program, folder, mounts)
        check_descriptors(checks, options.program, folder)
        check_address(checks, options.program, folder)
        check_keys(checks, options.program, folder)
        check_root_keys(checks, options.program, folder)
        check_clock(checks, options.program, folder)
    checks.finish("what a start needs" + ("" if mounts else " (nothing may be mounted here: time zones and disks left out)"))


main()
