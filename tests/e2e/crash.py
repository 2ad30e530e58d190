"""kill -9 at random moments under load: nothing acknowledged is lost, nothing happens twice.

Client threads open accounts, pay, subscribe, quote, change, hold, and count, every command with an
Idempotency-Key. After each kill the stopped store is verified, the server is started again (now and then
killed once more while it starts), commands without a reply are sent again, and then:

- every acknowledged command, sent again, is answered by the same bytes with Idempotent-Replayed: true;
- balances, holds, subscriptions, quotes and gauges are those of the model of acknowledged commands;
- every payment stands in the ledger exactly once, every account under its name exactly once;
- no read before the kill showed what is not there after it.
"""
import random
import sys
import threading
import time

from harness import Checks, Lost, Server, arguments, cents, put_catalog, run, scratch
from model import Account, Worker

STOP_EVERY = 5  # this round ends by SIGTERM: what follows starts from a snapshot


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


def restart(options, data, rng, checks, tally):
    """The server on the killed one's directory; every third time it is killed while it starts."""
    verified = run(options.program, "verify", data)
    checks.equal(verified.returncode, 0, f"verify of the killed store: {verified.stdout} {verified.stderr}")
    if rng.random() < 0.33:
        server = Server(options.program, data, wait=False)
        time.sleep(rng.uniform(0, 0.04))
        server.kill()
        tally["kills"] += 1
    return Server(options.program, data)


def play(options, folder, checks, tally):
    data = folder / "data"
    rng = random.Random(options.seed)
    server = Server(options.program, data)
    client = server.client()
    put_catalog(client)
    opened = client.post("/v1/accounts", {"name": "shared", "currency": "USD"}, "shared").json
    shared = Shared("shared", opened)
    watcher = Watcher(checks, shared)
    workers = [Worker(n, checks, options.seed * 1000 + n) for n in range(options.threads)]
    for worker in workers:
        worker.shared = Account("shared", opened)

    for number in range(options.rounds):
        threads = [threading.Thread(target=w.load, args=(server,), daemon=True) for w in workers]
        threads.append(threading.Thread(target=watcher.watch, args=(server,), daemon=True))
        for thread in threads:
            thread.start()
        time.sleep(rng.uniform(0.005, 0.5))
        if number % STOP_EVERY == STOP_EVERY - 1:
            checks.equal(server.stop(), 0, f"a stop by SIGTERM under load: {server.stderr()}")
        else:
            checks.equal(server.kill(), -9, f"the server ran until it was killed: {server.stderr()}")
            tally["kills"] += 1
        for thread in threads:
            thread.join()
        server = restart(options, data, rng, checks, tally)
        client = server.client()
        checks.that(watcher.read(client) >= watcher.most, "a read showed what was lost")
        for worker in workers:
            outcome = worker.resolve(client)
            if outcome is not None:
                tally["carried out" if outcome else "not carried out"] += 1
        shared.merge(workers)
        shared.check(checks, client)
        for worker in workers:
            worker.check(client)
        if checks.failed:
            break

    names = [a["name"] for a in client.items("/v1/accounts")]
    checks.equal(sorted(names), sorted(["shared"] + [a.name for w in workers for a in w.accounts]),
                 "each account is there once")
    for worker in workers:
        tally["acknowledged"] += len(worker.acknowledged)
        for account in worker.accounts:
            account.check(checks, client)
    checks.equal(server.stop(), 0, "a stop by SIGTERM")
    verified = run(options.program, "verify", data)
    checks.equal(verified.returncode, 0, f"verify at the end: {verified.stdout} {verified.stderr}")
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
