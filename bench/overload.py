"""Three times what the server can do, and a neighbour of an account that floods it.

Capacity is the best goodput of closed loops. Then requests are offered at three times that rate, whatever
the answers are, over many connections: by clients that are silent for a second after a 503, as its
Retry-After says, and by clients that ask again at once. What finds no connection free is held back and
counted. A neighbour is one connection with an account and a key of its own, alone and beside a flood in
another account's name.
"""
import os

import rig

CAPACITY = (64, 256, 512)


def arguments(parser):
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--connections", type=int, default=2_000, help="of the overload")
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
        found["best"] = max(result["per_second"] for result in closed.values())
        before = server.rss_bytes()
        offered = {"connections": args.connections, "offered": args.times * found["best"], "may_be_shed": ""}
        found["heeding"] = load(heeds="", **offered)
        found["overload"] = load(**offered)
        found["rss_grown"] = server.rss_bytes() - before
        found["after"] = load(seconds=1, connections=64)
        found |= neighbours(args, server, directory)
    return found


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

    best, normal = of("best"), of("normal", "p99_us")
    rows = [("capacity: the best of closed loops, uses a second", best),
            ("64 connections, p99, us", normal),
            ("64 connections right after the overload, uses a second", of("after", "per_second"))]
    for name, who in (("heeding", "clients that heed Retry-After"), ("overload", "clients that do not")):
        seconds = of(name, "seconds")
        rows += [
            (f"{args.times:g} times that offered, {args.connections:,} connections, {who}", []),
            ("  goodput in capacities (at least 0.9)", rig.ratios(of(name, "per_second"), best)),
            ("  shed with 503, a second", rig.ratios(of(name, "shed"), seconds)),
            ("  held back, a second", rig.ratios(of(name, "held_back"), seconds)),
            ("  admitted, p50, us", of(name, "p50_us")),
            ("  admitted, p99, us", of(name, "p99_us")),
            ("  admitted, p99 in those of 64 connections (at most 5)",
             rig.ratios(of(name, "p99_us"), normal)),
            ("  shed, p50, us", of(name, "shed_p50_us")),
            ("  shed, p99, us" + (" (at most 10,000)" if name == "heeding" else ""),
             of(name, "shed_p99_us")),
        ]
    rows += [
        ("memory", []),
        ("  grown under overload, MiB", [grown / 2**20 for grown in of("rss_grown")]),
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
    return [rig.row("overload_goodput", of("overload", "per_second"), "capacity", best),
            rig.row("overload_p99", of("overload", "p99_us"), "64 connections", normal, "us"),
            rig.row("neighbour_p99", of("beside_1000", "p99_us"), "alone", of("alone", "p99_us"), "us")]
