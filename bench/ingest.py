"""Batches of 1000 usage events, beside PostgreSQL and Redis (P2).

Ours are CloudEvents of 209 bytes over HTTP, one for each of many accounts: parsed, deduplicated, drawn
from packages, counted and synced. The rivals get what is left of an event when it is parsed.
"""
import os

import rig
from rivals.postgres import Postgres
from rivals.redis import Redis

CLIENTS = (1, 2, 8)


def arguments(parser):
    parser.add_argument("--accounts", type=int, default=10_000)
    parser.add_argument("--batch", type=int, default=1000)
    parser.add_argument("--connections", type=int, default=8)


def measure_ours(args, directory, accounts):
    with rig.Server(args, os.path.join(directory, "data")) as server:
        rig.make_accounts(args, server, args.accounts, accounts)
        return rig.warmed(args, lambda seconds: rig.load(
            args, server.port, "ingest", targets=accounts, connections=args.connections,
            batch=args.batch, seconds=seconds))


def run(args):
    ours, redis = [], []
    postgres = {n: [] for n in CLIENTS}
    for _ in range(args.runs):
        with rig.scratch(args) as directory:
            accounts = os.path.join(directory, "accounts")
            ours.append(measure_ours(args, directory, accounts))
            with Redis(args, directory, accounts) as rival:
                redis.append(rival.measure(args.connections, args.batch))
            with Postgres(args, directory, accounts) as rival:
                for n in CLIENTS:
                    postgres[n].append(rival.measure("ingest", n, args.batch))

    def rate(results):
        return [result["per_second"] for result in results]

    best = max(CLIENTS, key=lambda n: rig.median(rate(postgres[n])))
    rows = [(f"events a second, batches of {args.batch:,}", []),
            (f"  Ratebook, {args.connections} connections (P2: 1,200,000)", rate(ours)),
            (f"  Redis 7, AOF always, Lua, {args.connections} connections, one pipeline a batch",
             rate(redis))]
    rows += [(f"  PostgreSQL 15, unnest, {n} client{'s, in one order' if n > 1 else ''}",
              rate(postgres[n])) for n in CLIENTS]
    rows += [("ratio, Ratebook to", []),
             ("  Redis", rig.ratios(rate(ours), rate(redis))),
             (f"  PostgreSQL, clients: {best}, its best (P2: at least 15)",
              rig.ratios(rate(ours), rate(postgres[best]))),
             ("time of a batch, us", [])]
    rows += [(f"  Ratebook, {name}", [r[key] for r in ours])
             for name, key in (("p50", "p50_us"), ("p99", "p99_us"), ("p99.9", "p999_us"))]
    rig.table(rows)
    return [rig.row("ingest_1000_vs_postgres", rate(ours), Postgres.name, rate(postgres[best])),
            rig.row("ingest_1000_vs_redis", rate(ours), Redis.name, rate(redis))]
