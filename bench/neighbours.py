"""A neighbour of a tree that does what is in everybody's way, one flood after the other.

Each flood (tests/e2e/floods.py) is one tree's, or nobody's, for as long as it lasts: batches of event ids,
commands whose replies are kept, keys that the server is to make, tokens of absurd keys, reads that wait, lists
of many plans, the description of the surface, openings that are refused. The neighbour is another tree: one
use after the other on one connection, alone, beside the flood, and alone again. The p99 beside it is told in
those of alone, the mean of before and after; the goal is at most two. Server, flood and neighbour share what
the machine has: the server core 0, the others core 1, where the flood has the lower priority.
"""
import os
import sys

import rig

# Behind the others: both folders have an overload.py.
sys.path.append(str(rig.ROOT / "tests" / "e2e"))
import floods  # noqa: E402

MOST = {"events": 10_000, "waiting": 1_000, "plans": 3_000}
DEFAULTS = {"runs": 3}


def arguments(parser):
    parser.add_argument("--flood", action="append", choices=list(floods.FLOODS), help="only this one; may be repeated")


def measure(args, directory):
    os.sched_setaffinity(0, {1})
    found = {}
    for name in args.flood or floods.FLOODS:
        # A server of its own, so that what one flood leaves behind is not the next one's.
        with rig.Server(args, os.path.join(directory, name.replace(" ", "-"))) as server:
            platform = floods.Platform(server.port, rig.KEY)
            platform.call("PUT", "/v1/catalog", floods.CATALOG, "application/yaml")
            light, tree = platform.tree("light"), floods.flooding_tree(platform, name)
            most = floods.limits_of(server.port, tree, **MOST)

            def ask(seconds=args.seconds):
                return floods.neighbour(server.port, light, seconds)

            ask(min(1.0, args.seconds))
            before = ask()
            with floods.Flooding(server.port, name, tree, most) as flood:
                os.setpriority(os.PRIO_PROCESS, flood.process.pid, 10)
                ask(min(1.0, args.seconds))
                begun = flood.answered.value
                beside = ask()
                answered = (flood.answered.value - begun) / args.seconds
            server.settle()
            found[name] = {"before": before, "beside": beside, "after": ask(), "answered": answered}
    return found


def run(args):
    runs = []
    for _ in range(args.runs):
        with rig.scratch(args) as directory:
            runs.append(measure(args, directory))
    return report(args, runs)


def report(args, runs):
    rows, told = [], []
    for name in args.flood or floods.FLOODS:
        def us(when, percent, name=name):
            return [floods.percentile(found[name][when][0], percent) * 1e6 for found in runs]

        alone = [(a + b) / 2 for a, b in zip(us("before", 99), us("after", 99))]
        beside = us("beside", 99)
        rows += [
            (name, []),
            ("  answers of the flood, a second", [found[name]["answered"] for found in runs]),
            ("  neighbour alone, p50, us", us("before", 50)),
            ("  neighbour alone, p99, us", alone),
            ("  beside the flood, p50, us", us("beside", 50)),
            ("  beside the flood, p99, us", beside),
            ("  its p99 in those of alone (at most 2)", rig.ratios(beside, alone)),
            ("  let in, of all", [found[name]["beside"][1] / len(found[name]["beside"][0]) for found in runs]),
        ]
        told.append(rig.row("neighbour beside " + name, beside, "alone", alone, "us"))
    rig.table(rows)
    return told
