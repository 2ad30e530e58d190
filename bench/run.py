#!/usr/bin/env python3
"""./dev bench NAME: Ratebook beside what it is compared with, in one run on one machine.

Every server runs on core 0 with an empty directory on the same disk, every load on core 1. Every
write is durable before its reply. Prints medians with minimum and maximum; asserts nothing.
"""
import argparse
import json
import pathlib
import sys

import change
import consume
import embed
import ingest
import neighbours
import overload
import recover
import rig
import scale

# A benchmark is a module: a docstring, arguments(parser), DEFAULTS, run(args) -> rows of --json.
BENCHMARKS = {"change": change, "consume": consume, "embed": embed, "ingest": ingest,
              "neighbours": neighbours, "overload": overload, "recover": recover, "scale": scale}


def main():
    parser = argparse.ArgumentParser(description=__doc__,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    verbs = parser.add_subparsers(dest="name", required=True, metavar="NAME")
    for name, module in BENCHMARKS.items():
        verb = verbs.add_parser(name, help=module.__doc__.splitlines()[0], description=module.__doc__,
                                formatter_class=argparse.RawDescriptionHelpFormatter)
        verb.add_argument("--runs", type=int, default=5)
        verb.add_argument("--seconds", type=float, default=3, help="of each measurement")
        verb.add_argument("--dir", help="where the data directories are made; default: temporary")
        verb.add_argument("--build", type=pathlib.Path, default=rig.ROOT / "build" / "release",
                          help="where the programs were built")
        verb.add_argument("--json", help="write the ratios to this file")
        module.arguments(verb)
        verb.set_defaults(**getattr(module, "DEFAULTS", {}))
    args = parser.parse_args()
    rig.facts()
    rows = BENCHMARKS[args.name].run(args)
    if args.json:
        pathlib.Path(args.json).write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
