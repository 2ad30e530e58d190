"""The cost of a use with many accounts against few, the memory of an idle account (P10), and how long
a start with all of them takes.

Both servers stand at once, one idle while the other is measured, in turn for each run. Before that
each account was used once, so that its windows are open in both as they are in the middle of a month;
what the first use of an account costs is told apart.
"""
import os
import re

import rig


def arguments(parser):
    parser.add_argument("--few", type=int, default=10_000)
    parser.add_argument("--accounts", type=int, default=1_000_000, help="how many the other has")


def bytes_limit():
    text = (rig.ROOT / "src" / "base" / "limits.h").read_text(encoding="utf-8")
    return int(re.search(r"idle_account_bytes_max = (\d+)", text)[1])


def run(args):
    with rig.scratch(args) as directory:
        few, many = os.path.join(directory, "few"), os.path.join(directory, "many")
        # The idle account as it stands after a start: what making it needed is gone.
        with rig.Server(args, many) as server:
            empty = server.rss_bytes()
            rig.make_accounts(args, server, args.accounts, many + ".accounts")
            made = (server.rss_bytes() - empty) / args.accounts
        with rig.Server(args, many) as server, rig.Server(args, few) as small:
            ready = server.ready_seconds
            server.settle()
            idle = (server.rss_bytes() - empty) / args.accounts
            rig.make_accounts(args, small, args.few, few + ".accounts")

            def rate(one, targets):
                return rig.warmed(args, lambda seconds: rig.load(
                    args, one.port, "consume", targets=targets, connections=64,
                    seconds=seconds))["per_second"]

            first = rate(server, many + ".accounts")
            for one, targets, count in ((small, few, args.few), (server, many, args.accounts)):
                rig.load(args, one.port, "ingest", targets=targets + ".accounts", connections=8,
                         seconds=0, count=count, in_order="")
            server.settle()
            rates = {server: [], small: []}
            for _ in range(args.runs):
                for one, targets in ((small, few), (server, many)):
                    rates[one].append(rate(one, targets + ".accounts"))
            loaded = (server.rss_bytes() - empty) / args.accounts
    cost_few, cost_many = ([1e6 / rate for rate in rates[one]] for one in (small, server))
    limit = bytes_limit()
    rig.table([
        ("consumes a second, 64 connections", []),
        (f"  {args.few:,} accounts", rates[small]),
        (f"  {args.accounts:,} accounts", rates[server]),
        ("  cost with many to cost with few (P10: at most 1.5)", rig.ratios(cost_many, cost_few)),
        (f"  {args.accounts:,} accounts, the first uses of most of them", [first]),
        (f"start with {args.accounts:,} accounts, from a snapshot, s", [ready]),
        ("resident bytes an account", []),
        (f"  idle, after a start (limit: {limit})", [idle]),
        ("  after they were made, before the start", [made]),
        ("  after the uses of this benchmark", [loaded]),
    ])
    return [rig.row("scale_consume_cost", cost_many, f"{args.few} accounts", cost_few, "us"),
            rig.row("scale_idle_account", [idle], "limits::idle_account_bytes_max", [limit], "bytes"),
            rig.row("scale_start", [ready], "goal of P9 (with a tail to replay)", [3], "seconds")]
