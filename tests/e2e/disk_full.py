"""A disk that is full: commands are refused, reads go on, and work resumes when there is space.

The data directory lies on a tmpfs of a few MiB in a mount namespace of its own (root), otherwise under a
limit of the size of files. Each round fills it and lets several clients run into the end: each gets 503
store_is_full with Retry-After; nothing acknowledged is lost, nothing refused is there; after space is
freed, the same requests are carried out, once, without a restart.
"""
import ctypes
import os
import random
import resource
import subprocess
import sys
import threading
import time

from harness import Checks, Lost, Server, arguments, put_catalog, run, scratch
from model import Worker

DISK_MIB = 24
WARM_UP = 30  # commands of each client while there is space
TRIES = 3000  # commands of one client until it must have met the end


class Tmpfs:
    """A small file system that goes with this process."""

    def __init__(self, folder):
        self.path = folder / "disk"
        self.path.mkdir()
        self.ballast = self.path / "ballast"
        libc = ctypes.CDLL(None, use_errno=True)
        clone_newns, ms_rec, ms_private = 0x00020000, 0x4000, 0x40000
        if libc.unshare(clone_newns) != 0 or libc.mount(b"none", b"/", None, ms_rec | ms_private, None) != 0:
            raise OSError(ctypes.get_errno(), "no mount namespace")
        subprocess.run(["mount", "-t", "tmpfs", "-o", f"size={DISK_MIB}m", "tmpfs", self.path], check=True,
                       capture_output=True)

    name = f"a tmpfs of {DISK_MIB} MiB"

    def fill(self, _server, slack):
        """Leaves about `slack` bytes; the server may be writing meanwhile."""
        with open(self.ballast, "wb") as out:
            size, step = 0, 1 << 20
            while step >= 4096:
                facts = os.statvfs(self.path)
                if facts.f_bavail * facts.f_frsize - step < slack:
                    step //= 2
                    continue
                try:
                    os.posix_fallocate(out.fileno(), size, step)
                    size += step
                except OSError:
                    step //= 2

    def free(self, _server):
        self.ballast.unlink()

    def close(self):
        subprocess.run(["umount", "-l", self.path], check=False, capture_output=True)


class FileLimit:
    """Where nothing may be mounted: a limit of the size of the server's files, as EFBIG."""

    name = "RLIMIT_FSIZE"

    def __init__(self, folder):
        self.path = folder

    def fill(self, server, slack):
        largest = max(f.stat().st_size for pattern in ("journal.db*", "*.log")
                      for f in self.path.rglob(pattern))
        self.set(server, largest + slack)

    def free(self, server):
        self.set(server, resource.RLIM_INFINITY)

    @staticmethod
    def set(server, size):
        resource.prlimit(server.process.pid, resource.RLIMIT_FSIZE, (size, resource.RLIM_INFINITY))

    def close(self):
        pass


def make_disk(folder):
    if os.geteuid() == 0:
        try:
            return Tmpfs(folder)
        except (OSError, subprocess.CalledProcessError) as error:
            print(f"disk_full: no tmpfs ({error}), a file size limit instead", file=sys.stderr)
    return FileLimit(folder)


def check_refusal(checks, reply, what):
    checks.that(reply.status in (503, 507), f"{what}: 503 or 507, got {reply!r}")
    checks.equal(reply.code, "store_is_full", f"{what}: its code")
    checks.equal(reply.headers.get("content-type"), "application/problem+json", f"{what}: its type")
    checks.that(reply.headers.get("retry-after", "").isdigit(), f"{what}: Retry-After")


def run_into_the_end(worker, server, checks, tally):
    """Works until a command is refused, then repeats that one for a while."""
    client = server.client()
    try:
        for _ in range(TRIES):
            command = worker.next_command()
            reply = command.send(client)
            if reply.ok:
                worker.acknowledge(command, reply)
                continue
            worker.pending = command
            check_refusal(checks, reply, command.path)
            tally["refused"] += 1
            break
        checks.that(worker.pending is not None, f"a full disk refuses: {TRIES} commands were taken")
        for _ in range(5):
            if worker.pending is None:
                break
            again = worker.pending.send(client)
            if again.ok:  # what is smaller may still have fitted
                worker.acknowledge(worker.pending, again)
                worker.pending = None
            else:
                check_refusal(checks, again, f"{worker.pending.path} again")
                tally["refused"] += 1
    except Lost as lost:
        checks.that(False, f"a connection broke on a full disk: {lost}; {server.end()}")


def check_state(workers, server, checks, views="there"):
    client = server.client()
    for worker in workers:
        for account in sorted(worker.touched, key=lambda a: a.id):
            account.check(checks, client, views)
    names = sorted(account["name"] for account in client.items("/v1/accounts"))
    checks.equal(names, sorted(a.name for w in workers for a in w.accounts), "the accounts")


def check_readiness(workers, client, checks):
    """What was refused last decides: something smaller may have fitted in since. An opening or a key that is
    refused is followed by such a thing, which gives back what the directory had reserved for it."""
    for worker in workers:
        if worker.pending is None:
            continue
        reply = worker.pending.send(client)
        ready = client.get("/readyz")
        if reply.ok:
            worker.acknowledge(worker.pending, reply)
            worker.pending = None
        elif not worker.pending.path.endswith(("/accounts", "_keys")):
            checks.equal((ready.status, ready.json.get("store_full")), (503, True), "/readyz of a full store")


def retry(workers, server, checks):
    """The same requests, now that there is space."""
    client = server.client()
    for worker in workers:
        command, worker.pending = worker.pending, None
        if command is None:
            continue
        reply = command.send(client)
        if not reply.ok and reply.code == "store_is_full":
            time.sleep(0.2)
            reply = command.send(client)
        worker.acknowledge(command, reply)


def play(options, disk, make_worker, checks, tally):
    data = disk.path / "data"
    rng = random.Random(options.seed)
    server = Server(options.program, data, ignore_file_limit=True)
    put_catalog(server.client(), make_worker.catalog)
    workers = [make_worker(n, checks, options.seed * 1000 + n) for n in range(options.threads)]
    for _ in range(options.rounds):
        for worker in workers:
            worker.work(server.client(), WARM_UP)
        disk.fill(server, rng.choice([0, 20_000, 200_000, 1_000_000]))
        threads = [threading.Thread(target=run_into_the_end, args=(w, server, checks, tally), daemon=True)
                   for w in workers]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        client = server.client()
        checks.equal(client.get("/healthz").status, 200, "/healthz of a full store")
        check_readiness(workers, client, checks)
        check_state(workers, server, checks, views="refusable")
        disk.free(server)
        retry(workers, server, checks)
        check_state(workers, server, checks)
        for worker in workers:
            worker.check(server.client())
        checks.equal(server.client().get("/readyz").status, 200, "/readyz when there is space again")
        if checks.failed:
            break
    disk.fill(server, 0)
    checks.equal(server.stop(), 0, f"a stop on a full disk: {server.stderr()}")
    verified = run(options.program, "verify", data)
    checks.equal(verified.returncode, 0, f"verify: {verified.stdout} {verified.stderr}")
    if disk.name.startswith("a tmpfs"):
        disk.free(None)
    server = Server(options.program, data)
    for worker in workers:
        tally["acknowledged"] += len(worker.acknowledged)
        worker.touched.update(worker.accounts)
    check_state(workers, server, checks)
    checks.equal(server.stop(), 0, "the last stop")


def main(name="disk_full", make_worker=Worker):
    options = arguments(__doc__, rounds=4, threads=3, seed=int(time.time()) % 1_000_000)
    checks = Checks(name)
    tally = {"refused": 0, "acknowledged": 0}
    with scratch(options.keep) as folder:
        disk = make_disk(folder)
        try:
            play(options, disk, make_worker, checks, tally)
        except Lost as lost:
            checks.that(False, f"the server does not answer any more: {lost}")
        finally:
            disk.close()
    checks.finish(f"on {disk.name}, {options.rounds} times full: {tally['refused']} refusals, "
                  f"{tally['acknowledged']} acknowledged commands, none lost; seed {options.seed}")


if __name__ == "__main__":
    main()
