"""kill -9 under events and uses: everything acknowledged is counted once, nothing twice, nothing lost.

Client threads tell batches of events, consume and reserve; what got no reply is sent again as it was, with
the same ids. After each kill the stopped store is verified and started again, and then:

- every acknowledged batch and use, sent again, is all duplicates;
- check, the usage by hour and by dimension, and the balance that paid for packs agree with each client's
  own sums, of its own accounts and of one that all share;
- a hard limit was never passed, and nothing was refused that had room.

--partitions divides the accounts over so many writers with journals of their own, all in one commit.
With --ids-in-memory N the ids of events move to the disk whenever there are more in memory.
"""
import sys
import time

from crash_loop import CrashRun
from harness import Checks, Server, arguments, put_catalog, scratch, usd
from usage_model import USAGE_CATALOG, UsageAccount, UsageWorker


def play(options, folder, checks, tally):
    crashes = CrashRun(options, folder / "data", checks, tally, extra=("--partitions", str(options.partitions)))
    client = crashes.server.client()
    put_catalog(client, USAGE_CATALOG)
    opened = client.post("/v1/accounts", {"name": "shared", "currency": "USD"}, "shared").json
    shared = UsageAccount("shared", opened)
    workers = [UsageWorker(n, checks, options.seed * 1000 + n) for n in range(options.threads)]
    reference = "for the shared"
    client.post(f"/v1/accounts/{shared.id}/payments", {"amount": usd("10000"), "reference": reference})
    shared.payments[reference] = 1_000_000
    shared.subscription = client.post(f"/v1/accounts/{shared.id}/subscriptions",
                                      {"plan": "packs"}).json["subscription"]["id"]
    for worker in workers:
        worker.shared = UsageAccount("shared", opened)
    crashes.rounds(workers, shared, load_s_max=0.35)

    client = crashes.server.client()
    for worker in workers:
        tally["acknowledged"] += len(worker.acknowledged)
        tally["events"] += len(worker.told)
        for account in worker.accounts:
            account.check(checks, client)
    if options.ids_in_memory >= 0:
        # The stop below names what is there; what is there was written while all of this went on.
        tally["runs"] = len(list((crashes.data / "ids").glob("*.run")))
        checks.that(tally["runs"] > 0, "ids of events have moved to the disk")
        complaints = [line for line in crashes.server.stderr().splitlines() if " info " not in line]
        checks.equal(complaints, [], "the server complained of nothing")
    crashes.finish()


def main():
    options = arguments(__doc__, rounds=30, threads=4, partitions=1, seed=int(time.time()) % 1_000_000,
                        ids_in_memory=-1)
    if options.ids_in_memory >= 0:
        Server.always = (*Server.always, "--event-ids-in-memory", str(options.ids_in_memory))
    checks = Checks("crash_usage")
    tally = {"kills": 0, "acknowledged": 0, "events": 0, "carried out": 0, "not carried out": 0}
    with scratch(options.keep) as folder:
        play(options, folder, checks, tally)
    checks.finish(f"{options.partitions} partition{'s' if options.partitions > 1 else ''}, {tally['kills']} kills, {tally['acknowledged']} acknowledged requests with {tally['events']} "
                  f"events, none lost, none twice; of those without a reply {tally['carried out']} had been "
                  f"carried out and {tally['not carried out']} had not; seed {options.seed}")


if __name__ == "__main__":
    sys.exit(main())
