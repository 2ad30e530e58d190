"""One durable check-and-consume a request, beside PostgreSQL and Redis (P1, P3).

Each use is one unit for one of --accounts accounts with an id of its own: known ids are not counted
again, a limit and a package stop it when they are used up, and it is synced before the reply.
"""
import os

import rig
from rivals.postgres import Postgres
from rivals.redis import Redis

CLIENTS = (8, 32, 64)
PIPELINES = (1, 16)
CONNECTIONS = (1, 64, 256)


def arguments(parser):
    parser.add_argument("--accounts", type=int, default=10_000)


def measure_ours(args, directory, accounts):
    with rig.Server(args, os.path.join(directory, "data")) as server:
        rig.make_accounts(args, server, args.accounts, accounts)
        return {n: rig.warmed(args, lambda seconds, n=n: rig.load(
            args, server.port, "consume", targets=accounts, connections=n, seconds=seconds))
            for n in CONNECTIONS}


def run(args):
    sync = []
    ours = {n: [] for n in CONNECTIONS}
    postgres = {n: [] for n in CLIENTS}
    redis = {n: [] for n in PIPELINES}
    for _ in range(args.runs):
        with rig.scratch(args) as directory:
            accounts = os.path.join(directory, "accounts")
            sync.append(rig.sync_us(directory))
            for n, result in measure_ours(args, directory, accounts).items():
                ours[n].append(result)
            with Redis(args, directory, accounts) as rival:
                for n in PIPELINES:
                    redis[n].append(rival.measure(64, n))
            with Postgres(args, directory, accounts) as rival:
                for n in CLIENTS:
                    postgres[n].append(rival.measure("consume", n))
    return report(sync, ours, postgres, redis)


def report(sync, ours, postgres, redis):
    def rate(results):
        return [result["per_second"] for result in results]

    best = max(CLIENTS, key=lambda n: rig.median(rate(postgres[n])))
    rows = [("a second", [])]
    rows += [(f"  Ratebook, connections: {n}", rate(ours[n])) for n in CONNECTIONS]
    rows += [(f"  Redis 7, AOF always, Lua, 64 connections, pipeline {n}", rate(redis[n]))
             for n in PIPELINES]
    rows += [(f"  PostgreSQL 15, procedure, {n} clients", rate(postgres[n])) for n in CLIENTS]
    rows += [("ratio, Ratebook with 64 connections to", [])]
    rows += [(f"  Redis, pipeline {n}" + (" (P1: at least 2.5)" if n == 1 else ""),
              rig.ratios(rate(ours[64]), rate(redis[n]))) for n in PIPELINES]
    rows += [(f"  PostgreSQL, {best} clients, its best (P1: at least 6)",
              rig.ratios(rate(ours[64]), rate(postgres[best])))]
    rows += [("time of a reply, us", [])]
    for n in CONNECTIONS:
        for name, key in (("p50", "p50_us"), ("p99", "p99_us"), ("p99.9", "p999_us")):
            rows += [(f"  Ratebook, connections: {n}, {name}", [r[key] for r in ours[n]])]
    rows += [("  Redis, pipeline 1, p99", [r["p99_us"] for r in redis[1]])]
    rows += [(f"  PostgreSQL, {best} clients, p99", [r["p99_us"] for r in postgres[best]])]
    one = [result["p50_us"] for result in ours[1]]
    rows += [("  one sync: 4 KiB append and fdatasync", sync),
             ("  Ratebook, 1 connection, p50 in syncs (P3: at most 1.3)", rig.ratios(one, sync))]
    rig.table(rows)
    result = [rig.row(f"consume_64_vs_redis_pipeline_{n}", rate(ours[64]), Redis.name, rate(redis[n]))
              for n in PIPELINES]
    result += [rig.row("consume_64_vs_postgres", rate(ours[64]), Postgres.name, rate(postgres[best])),
               rig.row("consume_256_vs_redis_pipeline_1", rate(ours[256]), Redis.name, rate(redis[1])),
               rig.row("consume_1_latency_p50", one, "fdatasync", sync, "us")]
    return result
