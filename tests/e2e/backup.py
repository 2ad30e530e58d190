"""evidence: N-166. Backups while it serves: made at random points under load, put back, and equal to what was acknowledged then."""
import json
import random
import sys
import threading
import time

from harness import ROOT_KEY, Checks, Lost, Server, arguments, put_catalog, run, scratch

ACCOUNTS = 6


class Load(threading.Thread):
    """Payments one after the other; `asked` and `acknowledged` tell how far it is."""

    def __init__(self, server, number):
        super().__init__(daemon=True)
        self.client = server.client()
        self.account = f"acme-{number}"
        self.number = number
        self.asked = self.acknowledged = 0
        self.stopping = False

    def run(self):
        while not self.stopping:
            self.asked += 1
            body = {"amount": {"amount": "0.01", "currency": "USD"}, "reference": f"{self.number}-{self.asked}"}
            try:
                reply = self.client.post(f"/v1/accounts/{self.account}/payments", body)
            except Lost:
                return
            if reply.status == 201:
                self.acknowledged = self.asked


def payments_of(program, folder):
    """How many payments of each account the journal holds, by the references in it."""
    done = run(program, "journal", "cat", folder)
    counts, last = {}, {}
    for line in done.stdout.splitlines():
        for event in json.loads(line)["events"]:
            entry = event.get("data", {}).get("entry") or {}
            if event["type"] == "entry_posted" and entry.get("kind") == "payment":
                number, n = entry["reference"].split("-")
                counts[int(number)] = counts.get(int(number), 0) + 1
                last[int(number)] = max(last.get(int(number), 0), int(n))
    return counts, last


def check_points(checks, options, server, folder, rng):
    """Backups at random points; each one restored holds what was acknowledged before it was asked for."""
    loads = [Load(server, n) for n in range(ACCOUNTS)]
    for load in loads:
        load.start()
    root, points = server.client(), []
    for point in range(options.points):
        time.sleep(rng.uniform(0.02, 0.2))
        before = [load.acknowledged for load in loads]
        reply = root.post("/v1/backups", {"name": "nightly"})
        after = [load.asked for load in loads]
        checks.equal(reply.status, 201, f"point {point}: {reply.body}")
        points.append((before, reply.json, after))
    for load in loads:
        load.stopping = True
    for load in loads:
        load.join(30)
    listed = root.get("/v1/backups").json["items"]
    checks.equal([b["position"] for b in listed], [points[-1][1]["position"]], "the list has the last one")
    backup = folder / "backups" / "nightly"
    for number, (before, made, after) in enumerate(points):
        to = made["position"] if number % 2 else made["at"]
        data = folder / f"restored-{number}"
        done = run(options.program, "restore", backup, data, "--to", to)
        checks.that(done.returncode == 0 and "restored" in done.stdout, f"point {number}: {done}")
        done = run(options.program, "verify", data)
        checks.equal(done.returncode, 0, f"point {number} is whole: {done.stdout} {done.stderr}")
        counts, last = payments_of(options.program, data)
        for n in range(ACCOUNTS):
            has = counts.get(n, 0)
            checks.equal(has, last.get(n, 0), f"point {number}: account {n} has no gap")
            checks.that(before[n] <= has <= after[n], f"point {number}: account {n}: {before[n]} <= {has} <= {after[n]}")
    return backup


def check_serving(checks, options, backup, folder):
    """A restored store serves with its master key, and not without; accounts and balances are there."""
    data = folder / "restored-0"
    done = run(options.program, "serve", data, "--listen", "127.0.0.1:0")
    checks.that(done.returncode == 1 and "master" in done.stderr, f"without its master key: {done.stderr}")
    (data / "master.key").write_bytes((folder / "data" / "master.key").read_bytes())
    (data / "master.key").chmod(0o600)
    counts, _ = payments_of(options.program, data)
    server = Server(options.program, data)
    balance = server.client().get("/v1/accounts/acme-0/balance").json
    checks.equal(balance["available"]["amount"], f"{counts.get(0, 0) / 100:.2f}", "the balance of then")
    reply = server.client().post("/v1/accounts", {"name": "later", "currency": "USD"})
    checks.equal(reply.status, 201, f"it goes on: {reply.body}")
    checks.equal(server.stop(), 0, "stopped")


def check_refusals(checks, options, folder, backup):
    """What cannot be done is said, and changes nothing."""
    for words, told in ((("restore", folder / "nothing", folder / "x1"), "holds no backup"),
                        (("restore", backup, folder / "data"), "holds a store already"),
                        (("restore", backup, folder / "x2", "--to", "2001-01-01T00:00:00Z"), "nothing from before"),
                        (("restore", backup, folder / "x3", "--to", "some"), "expected numbers"),
                        (("backup", folder / "x4", "--data", folder / "nothing"), "")):
        done = run(options.program, *words)
        checks.that(done.returncode == 1 and told in done.stderr, f"{words}: {done}")
    other = folder / "other"
    Server(options.program, other).stop()
    done = run(options.program, "backup", backup, "--data", other)
    checks.that(done.returncode == 1 and "another store" in done.stderr, f"of another store: {done}")
    # Of a store that is stopped, and by the program at one that runs.
    done = run(options.program, "backup", folder / "cold", "--data", folder / "data")
    checks.that(done.returncode == 0 and "batches" in done.stdout, f"of a stopped store: {done}")
    again = run(options.program, "backup", folder / "cold", "--data", folder / "data")
    checks.that(" 0 batches" in again.stdout, f"with nothing new: {again}")
    server = Server(options.program, folder / "data", extra=("--backups", str(folder / "backups")))
    done = run(options.program, "backup", "nightly", "--url", f"http://127.0.0.1:{server.port}", "--key", ROOT_KEY)
    checks.that(done.returncode == 0 and "nightly: " in done.stdout, f"at a server: {done}")
    reply = server.client().post("/v1/backups", {"name": "../out"})
    checks.equal(reply.status, 400, f"a name is no path: {reply.body}")
    checks.equal(server.stop(), 0, "stopped")
    server = Server(options.program, folder / "data")
    reply = server.client().post("/v1/backups", {"name": "nightly"})
    checks.that(reply.status == 400 and b"--backups" in reply.body, f"without a place: {reply.body}")
    checks.equal(server.stop(), 0, "stopped")


def main():
    options = arguments(__doc__, points=20, seed=1)
    checks = Checks("backup")
    with scratch(options.keep) as folder:
        server = Server(options.program, folder / "data", extra=("--backups", str(folder / "backups")))
        put_catalog(server.client())
        for n in range(ACCOUNTS):
            server.client().post("/v1/accounts", {"name": f"acme-{n}", "currency": "USD"})
        backup = check_points(checks, options, server, folder, random.Random(options.seed))
        checks.equal(server.stop(), 0, "stopped")
        check_serving(checks, options, backup, folder)
        check_refusals(checks, options, folder, backup)
    checks.finish(f"{options.points} points, seed {options.seed}")


if __name__ == "__main__":
    sys.exit(main())
