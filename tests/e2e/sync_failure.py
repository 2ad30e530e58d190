"""Failing syncs and writes of the journal, one at a time, in the built program.

A preloaded library makes the N-th call fail. For every N in turn:

- a failed sync: the waiting commands get 503 store_is_stopped, and so do all later commands and reads;
  /readyz says why; no sync of the journal is tried again; after a restart everything acknowledged is there.
- a failed write (no space, then an error of the device): what is refused is not there, what is
  acknowledged stays, serving goes on or stops with store_is_stopped, and a restart finds the same.

And without any failure: each acknowledged command of a lone client has had a sync of its own.
"""
import errno
import os
import re
import sys
import tempfile

from harness import Checks, Lost, Server, parser_of, put_catalog, run, scratch, take_journal
from model import Worker

# For each form of the journal: its file, the call that makes a commit durable, and how the log of calls shows it.
# Writes to segments sync by themselves.
FORMS = {"segments": (".log", "pwrite", re.compile(r"synced-pwrite \d+\.log (ok|failed)")),
         "sqlite": ("journal.db-wal", "sync", re.compile(r"sync journal\.db-wal (ok|failed)"))}


class Faulty:
    """A server under the library; the failing call is counted from `arm` on."""

    def __init__(self, options, folder, call, at, error=errno.EIO):
        self.folder = folder
        file, self.sync_call, self.synced = FORMS[options.journal]
        self.arm_file, self.log_file = folder / "armed", folder / "calls"
        # The leak checker of a sanitized build must not be asked about the order of libraries.
        self.server = Server(options.program, folder / "data", LD_PRELOAD=os.path.abspath(options.faults),
                             RATEBOOK_FAULT_CALL=call or self.sync_call, RATEBOOK_FAULT_FILE=file,
                             RATEBOOK_FAULT_AT=at, RATEBOOK_FAULT_ERRNO=error,
                             RATEBOOK_FAULT_ARM=self.arm_file, RATEBOOK_FAULT_LOG=self.log_file,
                             ASAN_OPTIONS="verify_asan_link_order=0")

    def arm(self):
        self.arm_file.touch()

    def syncs(self):
        """How each sync of the journal ended."""
        return [found[1] for found in map(self.synced.fullmatch, self.calls()) if found]

    def calls(self):
        return self.log_file.read_text().splitlines() if self.log_file.exists() else []


def begin(faulty, make_worker, checks, seed):
    client = faulty.server.client()
    put_catalog(client, make_worker.catalog)
    worker = make_worker(0, checks, seed)
    worker.work(client, 25)
    faulty.arm()
    return client, worker


def check_restarted(options, folder, worker, checks, where):
    """Everything acknowledged is there; the command without effect can be carried out."""
    verified = run(options.program, "verify", folder / "data")
    checks.equal(verified.returncode, 0, f"{where}: verify: {verified.stdout} {verified.stderr}")
    server = Server(options.program, folder / "data")
    client = server.client()
    worker.resolve(client)
    worker.check(client)
    worker.touched.update(worker.accounts)
    for account in worker.accounts:
        account.check(checks, client)
    checks.equal(server.stop(), 0, f"{where}: the last stop")


def check_stopped(checks, server, client, worker, where):
    """A store that is not served any more refuses everything but the questions about its health."""
    account = worker.accounts[-1]
    for method, path, body in [("POST", f"/v1/accounts/{account.id}/payments",
                                {"amount": {"amount": "1", "currency": "USD"}}),
                               ("POST", "/v1/accounts", {"name": "after", "currency": "USD"}),
                               ("GET", f"/v1/accounts/{account.id}", None),
                               ("GET", f"/v1/accounts/{account.id}/balance", None),
                               ("GET", f"/v1/accounts/{account.id}/ledger_entries", None),
                               ("GET", "/v1/accounts", None), *worker.reads_and_more(account)]:
        reply = client.send(method, path, body)
        checks.equal((reply.status, reply.code), (503, "store_is_stopped"), f"{where}: {method} {path}")
        checks.that("retry-after" in reply.headers, f"{where}: Retry-After")
    ready = client.get("/readyz")
    checks.equal((ready.status, ready.json.get("serving")), (503, False), f"{where}: /readyz")
    checks.that(ready.json.get("failure"), f"{where}: /readyz tells why")
    checks.equal(client.get("/healthz").status, 200, f"{where}: /healthz")
    checks.that(server.is_running(), f"{where}: the process goes on")


def fail_sync(options, folder, make_worker, at, checks):
    where = f"sync {at}"
    faulty = Faulty(options, folder, None, at)
    client, worker = begin(faulty, make_worker, checks, at)
    for _ in range(at + 50):
        command = worker.next_command()
        reply = command.send(client)
        if not reply.ok:
            worker.pending = command
            checks.equal((reply.status, reply.code), (503, "store_is_stopped"), f"{where}: {command.path}")
            break
        worker.acknowledge(command, reply)
    if not checks.that(worker.pending, f"{where}: no command was refused"):
        faulty.server.kill()
        return
    check_stopped(checks, faulty.server, client, worker, where)
    checks.equal(faulty.server.stop(), 1, f"{where}: a stop by SIGTERM: {faulty.server.stderr()}")
    syncs = faulty.syncs()
    checks.that("failed" in syncs, f"{where}: the library failed no call: {faulty.calls()}")
    checks.equal(syncs[-1:], ["failed"], f"{where}: no sync after the failed one")
    check_restarted(options, folder, worker, checks, where)


def fail_write(options, folder, make_worker, at_and_error, checks, tally):
    at, error = at_and_error
    where = f"write {at} with {errno.errorcode[error]}"
    faulty = Faulty(options, folder, "pwrite", at, error)
    client, worker = begin(faulty, make_worker, checks, at)
    refused = 0
    stopped_before = tally["stopped"]
    try:
        for _ in range(at + 20):
            command = worker.pending or worker.next_command()
            worker.pending = None
            reply = command.send(client)
            if reply.ok:
                worker.acknowledge(command, reply)
                continue
            refused += 1
            worker.pending = command
            known = (503, "store_is_full"), (503, "store_is_stopped")
            checks.that((reply.status, reply.code) in known, f"{where}: {command.path}: {reply!r}")
            if reply.code == "store_is_stopped":
                tally["stopped"] += 1
                break
            for account in worker.accounts:
                account.check(checks, client)
    except Lost as lost:
        checks.that(False, f"{where}: {lost}; {faulty.server.stderr()}")
    checks.that(any(call.endswith("failed") for call in faulty.calls()), f"{where}: the library failed no call")
    tally["refused"] += refused
    expected = 1 if tally["stopped"] > stopped_before else 0
    checks.equal(faulty.server.stop(), expected, f"{where}: a stop by SIGTERM: {faulty.server.stderr()}")
    check_restarted(options, folder, worker, checks, where)


def sync_before_reply(options, folder, make_worker, checks):
    """One client, one command at a time: as many syncs of the log as replies, and each before its reply."""
    faulty = Faulty(options, folder, None, 0)
    client, worker = begin(faulty, make_worker, checks, 1)
    for _ in range(50):
        command = worker.next_command()
        before = faulty.syncs().count("ok")
        reply = command.send(client)
        after = faulty.syncs().count("ok")
        worker.acknowledge(command, reply)
        checks.that(after > before or not command.writes,
                    f"{command.path} was acknowledged without a sync of the journal")
    faulty.server.stop()


def main(name="sync_failure", make_worker=Worker):
    parser = parser_of(__doc__)
    parser.add_argument("faults", help="the library to preload")
    parser.add_argument("--most", type=int, default=8, help="fail each of the first so many calls")
    options = parser.parse_args()
    options.program = os.path.abspath(options.program)
    take_journal(options)
    options.journal = options.journal or "segments"
    checks = Checks(name)
    tally = {"refused": 0, "stopped": 0}
    with scratch(options.keep) as folder:
        def fresh():
            return type(folder)(tempfile.mkdtemp(dir=folder))
        sync_before_reply(options, fresh(), make_worker, checks)
        for at in range(1, options.most + 1):
            fail_sync(options, fresh(), make_worker, at, checks)
            fail_write(options, fresh(), make_worker, (at, errno.ENOSPC), checks, tally)
            fail_write(options, fresh(), make_worker, (at, errno.EIO), checks, tally)
    checks.finish(f"{options.most} failed syncs stopped the store, {2 * options.most} failed writes refused "
                  f"{tally['refused']} commands and stopped it {tally['stopped']} times; nothing acknowledged lost")


if __name__ == "__main__":
    sys.exit(main())
