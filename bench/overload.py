"""Three times what the server can do, and a neighbour of an account that floods it.

Capacity is the best goodput of closed loops. Then requests are offered at three times that rate, whatever
the answers are, over many connections: by clients that are silent for a second after a 503, as its
Retry-After says, and by clients that ask again at once. What finds no connection free is held back and
counted. A use becomes a little dearer the more ids a server remembers, so the closed loops run before and
after each overload, and goodput is told in the mean of both. Recovery is the time from the end of the
overload until 64 connections have again the rate and the p99 that they have once all is quiet. A neighbour
is one connection with an account and a key of its own, alone and beside a flood in another account's name.
"""
import math
import os
import time

import rig

CAPACITY = (64, 256, 512)
SLICES, SLICE_S = 15, 0.2  # of a recovery
RECOVERED = 0.95  # of the settled rate, and of the settled p99 the other way round


def arguments(parser):
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--connections", type=int, default=2_000, help="of the overload")
    parser.add_argument("--overload-seconds", type=float, help="of each overload; default: --seconds")
    parser.add_argument("--times", type=float, default=3, help="what is offered, in capacities")


def account_of_its_own(server, name):
    """A new tree: its account, and a key of that account."""
    account = server.call("POST", "/v1/accounts", {"name": name, "currency": "USD"})["id"]
    key = server.call("POST", f"/v1/accounts/{account}/api_keys", {"role": "developer"})["text"]
    return account, key


def measure(args, directory):
    accounts = os.path.join(directory, "accounts")
    found = {}
    with rig.Server(args, os.path.join(directory, "data")) as server:
        rig.make_accounts(args, server, args.accounts, accounts)

        def load(seconds=args.seconds, **options):
            return rig.load(args, server.port, "consume", targets=accounts, seconds=seconds, **options)

        load(seconds=1, connections=64)
        closed = {n: load(connections=n) for n in CAPACITY}
        found["normal"] = closed[64]
        before = max(result["per_second"] for result in closed.values())
        for name, manner in (("heeding", {"heeds": ""}), ("overload", {})):
            found[name] = overloaded(args, server, load, before, manner)
            before = found[name]["after"]
        found |= neighbours(args, server, directory)
    return found


def overloaded(args, server, load, before, manner):
    rss = server.rss_bytes()
    begun = time.monotonic()
    found = load(seconds=args.overload_seconds or args.seconds, connections=args.connections,
                 offered=args.times * before, may_be_shed="", **manner)
    grown = server.rss_bytes() - rss
    slices = slices_of_recovery(load, begun + found["seconds"])
    settled = load(connections=64)
    after = max(load(connections=n)["per_second"] for n in CAPACITY[1:])
    return found | {"rss_grown": grown, "before": before, "after": after, "capacity": (before + after) / 2,
                    "recovery_s": recovery(slices, settled)}


def slices_of_recovery(load, ended):
    """What 64 connections have, slice after slice: (the slice's end in seconds after the overload's, what)."""
    slices = []
    for _ in range(SLICES):
        result = load(connections=64, seconds=SLICE_S, may_be_shed="")
        slices.append((time.monotonic() - ended, result))
    return slices


def recovery(slices, settled):
    """Seconds from the overload's end to that of the first slice that is as good as the settled rate and p99."""
    for end, result in slices:
        if (result["per_second"] >= RECOVERED * settled["per_second"]
                and RECOVERED * result["p99_us"] <= settled["p99_us"] and result["shed"] == 0):
            return end
    return math.inf


def neighbours(args, server, directory):
    flooding, light = (account_of_its_own(server, name) for name in ("flooding", "light"))
    target = os.path.join(directory, "flooding")
    with open(target, "w", encoding="utf-8") as file:
        file.write(flooding[0] + "\n")

    def load(connections, key, **options):
        return rig.load(args, server.port, "consume", own_key=key, targets=target, connections=connections,
                        seconds=args.seconds, neighbour_key=light[1], neighbour_target=light[0], **options)

    rig.load(args, server.port, "consume", targets=target, connections=1, seconds=0.5)
    return {"alone": load(1, light[1])["neighbour"],
            "beside_64": load(65, flooding[1], may_be_shed="")["neighbour"],
            "beside_1000": load(1001, flooding[1], may_be_shed="")["neighbour"]}


def run(args):
    runs = []
    for _ in range(args.runs):
        with rig.scratch(args) as directory:
            runs.append(measure(args, directory))
    return report(args, runs)


def report(args, runs):
    def of(*path):
        values = []
        for found in runs:
            for name in path:
                found = found[name]
            values.append(found)
        return values

    normal = of("normal", "p99_us")
    rows = [("64 connections, uses a second", of("normal", "per_second")), ("  p99, us", normal)]
    for name, who in (("heeding", "clients that heed Retry-After"), ("overload", "clients that do not")):
        seconds = of(name, "seconds")
        rows += [
            (f"{args.times:g} times the capacity offered, {args.connections:,} connections, {who}", []),
            ("  capacity before: the best of closed loops, uses a second", of(name, "before")),
            ("  capacity after", of(name, "after")),
            ("  goodput, uses a second", of(name, "per_second")),
            ("  goodput in capacities, the mean of both (at least 0.9)",
             rig.ratios(of(name, "per_second"), of(name, "capacity"))),
            ("  goodput in capacities, the one before", rig.ratios(of(name, "per_second"), of(name, "before"))),
            ("  shed with 503, a second", rig.ratios(of(name, "shed"), seconds)),
            ("  held back, a second", rig.ratios(of(name, "held_back"), seconds)),
            ("  admitted, p50, us", of(name, "p50_us")),
            ("  admitted, p99, us", of(name, "p99_us")),
            ("  admitted, p99 in those of 64 connections (at most 5)",
             rig.ratios(of(name, "p99_us"), normal)),
            ("  shed, p50, us", of(name, "shed_p50_us")),
            ("  shed, p99, us" + (" (at most 10,000)" if name == "heeding" else ""),
             of(name, "shed_p99_us")),
            ("  recovery, s (at most 2)", of(name, "recovery_s")),
            ("  memory grown, MiB", [grown / 2**20 for grown in of(name, "rss_grown")]),
        ]
    rows += [
        ("a neighbour on one connection, us", []),
        ("  alone, p50", of("alone", "p50_us")),
        ("  alone, p99", of("alone", "p99_us")),
    ]
    for name, connections in (("beside_64", 64), ("beside_1000", 1000)):
        rows += [
            (f"  beside an account that asks on {connections:,} connections, p50", of(name, "p50_us")),
            ("    p99", of(name, "p99_us")),
            ("    p99 in its own alone (below 2)", rig.ratios(of(name, "p99_us"), of("alone", "p99_us"))),
            ("    shed", of(name, "shed")),
        ]
    rig.table(rows)
    return [rig.row("overload_goodput", of("overload", "per_second"), "capacity",
                    of("overload", "capacity")),
            rig.row("overload_p99", of("overload", "p99_us"), "64 connections", normal, "us"),
            rig.row("neighbour_p99", of("beside_1000", "p99_us"), "alone", of("alone", "p99_us"), "us")]
