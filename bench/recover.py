"""A start after kill -9 with a long tail of usage to replay (P9).

The accounts are made first and the server is stopped and started, as it would stand in a week of
service; then the events come in batches, and it is killed while it serves. Nobody else is at work
while it starts, so it has all cores of the machine.
"""
import os

import rig

DEFAULTS = {"runs": 3}


def arguments(parser):
    parser.add_argument("--events", type=int, default=10_000_000)
    parser.add_argument("--accounts", type=int, default=1_000_000)


def run(args):
    ready, rate, rss, plain = [], [], [], []
    for _ in range(args.runs):
        with rig.scratch(args) as directory:
            accounts, data = os.path.join(directory, "accounts"), os.path.join(directory, "data")
            with rig.Server(args, data) as server:
                rig.make_accounts(args, server, args.accounts, accounts)
            with rig.Server(args, data, rig.ANY_CORE) as server:
                plain.append(server.ready_seconds)
                rig.load(args, server.port, "ingest", targets=accounts, connections=8, seconds=0,
                         count=args.events)
                server.kill()
            with rig.Server(args, data, rig.ANY_CORE) as server:
                ready.append(server.ready_seconds)
                rate.append(args.events / server.ready_seconds)
                rss.append(server.rss_bytes() / 1e6)
    events = args.events
    rig.table([
        (f"{args.accounts:,} accounts, {events:,} events in the tail", []),
        ("  ready after start, s (P9: 3)", ready),
        ("  events a second of start (P9: 4,000,000)", rate),
        ("  resident when ready, MB", rss),
        ("  ready after start before the events, s", plain),
    ])
    return [rig.row("recover_ready", ready, "goal", [3] * len(ready), "seconds"),
            rig.row("recover_events", rate, "goal", [4e6] * len(rate))]
