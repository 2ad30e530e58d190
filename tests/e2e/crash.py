"""kill -9 at random moments under load: nothing acknowledged is lost, nothing happens twice.

Client threads open accounts, pay, subscribe, quote, change, hold, and count, every command with an
Idempotency-Key. After each kill the stopped store is verified, the server is started again (now and then
killed once more while it starts), commands without a reply are sent again, and then:

- every acknowledged command, sent again, is answered by the same bytes with Idempotent-Replayed: true;
- balances, holds, subscriptions, quotes and gauges are those of the model of acknowledged commands;
- every payment stands in the ledger exactly once, every account under its name exactly once;
- no read before the kill showed what is not there after it.
"""
import sys
import time

from crash_loop import CrashRun
from harness import Checks, Lost, arguments, cents, put_catalog, scratch
from model import Account, Worker


class Watcher:
    """Reads the shared account, whose money only grows, until the connection breaks."""

    def __init__(self, checks, account):
        self.checks, self.account, self.most, self.reads = checks, account, 0, 0

    def watch(self, server):
        client = server.client()
        while True:
            try:
                seen = self.read(client)
            except Lost:
                return
            self.checks.that(seen >= self.most, "the shared account's money went down")
            self.most = max(self.most, seen)
            self.reads += 1

    def read(self, client):
        balance = client.get(f"/v1/accounts/{self.account.id}/balance").json
        return cents(balance["available"]) + cents(balance["held"])


class Shared(Account):
    """All workers pay into it; the payments are put together after each round."""

    def merge(self, workers):
        self.payments = {}
        for worker in workers:
            self.payments.update(worker.shared.payments)


def play(options, folder, checks, tally):
    crashes = CrashRun(options, folder / "data", checks, tally)
    client = crashes.server.client()
    put_catalog(client)
    opened = client.post("/v1/accounts", {"name": "shared", "currency": "USD"}, "shared").json
    shared = Shared("shared", opened)
    watcher = Watcher(checks, shared)
    workers = [Worker(n, checks, options.seed * 1000 + n) for n in range(options.threads)]
    for worker in workers:
        worker.shared = Account("shared", opened)
    crashes.rounds(workers, shared, load_s_max=0.5, loads=[watcher.watch], restarted=lambda client: checks.that(
        watcher.read(client) >= watcher.most, "a read showed what was lost"))

    client = crashes.server.client()
    names = [a["name"] for a in client.items("/v1/accounts")]
    checks.equal(sorted(names), sorted(["shared"] + [a.name for w in workers for a in w.accounts]),
                 "each account is there once")
    for worker in workers:
        tally["acknowledged"] += len(worker.acknowledged)
        for account in worker.accounts:
            account.check(checks, client)
    crashes.finish()
    tally["reads"] = watcher.reads


def main():
    options = arguments(__doc__, rounds=30, threads=4, seed=int(time.time()) % 1_000_000)
    checks = Checks("crash")
    tally = {"kills": 0, "acknowledged": 0, "carried out": 0, "not carried out": 0, "reads": 0}
    with scratch(options.keep) as folder:
        play(options, folder, checks, tally)
    checks.finish(f"{tally['kills']} kills, {tally['acknowledged']} acknowledged commands, none lost, none twice; "
                  f"of those without a reply {tally['carried out']} had been carried out and "
                  f"{tally['not carried out']} had not; {tally['reads']} reads; seed {options.seed}")


if __name__ == "__main__":
    sys.exit(main())
