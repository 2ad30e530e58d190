"""Plan changes, beside one sync of this disk (P3, P6, P11).

A change is authenticated, priced by the second, credited and charged with tax, and durable. A pair
is a quote, which is durable too, and its execution.
"""
import os
import pathlib

import rig

CATALOG = """
catalog: 1
rounding: half_up
currencies: {USD: {exponent: 2}}
tax_rates: {standard: [{country: DE, rate: "19%", mode: exclusive, from: 2019-01-01}]}
families:
  BENCH: {name: Bench, anchor: anniversary, settlement: prepaid, tax: standard}
plans:
  bench_small: {family: BENCH, rank: 0, default: true, name: Small, fee: {USD: "10"}}
  bench_large: {family: BENCH, rank: 1, name: Large, fee: {USD: "25"}}
changes:
  - {family: BENCH, direction: any, allowed: true, effective: now, proration: second, unused: balance}
"""


def arguments(_parser):
    pass


def subscriptions(server, count, path):
    server.call("PUT", "/v1/catalog", CATALOG, "application/yaml")
    made = []
    for i in range(count):
        account = server.call("POST", "/v1/accounts", {
            "name": f"bench-{i}", "currency": "USD", "time_zone": "UTC", "tax": {"country": "DE"}})["id"]
        server.call("POST", f"/v1/accounts/{account}/payments", {
            "amount": {"amount": "1000000", "currency": "USD"}, "reference": "bench"})
        started = server.call("POST", f"/v1/accounts/{account}/subscriptions", {"plan": "bench_small"})
        made.append((started.get("subscription") or started)["id"])
    pathlib.Path(path).write_text("\n".join(made) + "\n", encoding="ascii")


def run(args):
    sync, one, many, quote, up, rss = [], [], [], [], [], []
    for _ in range(args.runs):
        with rig.scratch(args) as directory:
            sync.append(rig.sync_us(directory))
            targets = os.path.join(directory, "subscriptions")
            with rig.Server(args, os.path.join(directory, "data")) as server:
                up.append(server.up_seconds * 1000)
                rss.append(server.rss_bytes() / 1e6)
                subscriptions(server, 64, targets)

                def measure(mode, connections):
                    return rig.load(args, server.port, mode, targets=targets, connections=connections,
                                    seconds=args.seconds, plan_a="bench_small", plan_b="bench_large")

                one.append(measure("change", 1)["p50_us"])
                many.append(measure("change", 64)["per_second"])
                quote.append(measure("quote", 64)["per_second"])
    rig.table([
        ("one sync: 4 KiB append and fdatasync, us", sync),
        ("change, 1 connection, p50 us", one),
        ("  as a multiple of one sync (P3: at most 1.3)", rig.ratios(one, sync)),
        ("changes a second, 64 connections (P6: 30,000)", many),
        ("quote, then its execution, pairs a second, 64 connections", quote),
        ("serving after start, ms (P11: 200)", up),
        ("resident when idle, MB (P11: 50)", rss),
    ])
    return [rig.row("change_latency_p50", one, "fdatasync", sync, "us"),
            rig.row("change_64", many, "one sync a change", [1e6 / s for s in sync])]
