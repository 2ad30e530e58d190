"""Calls in the caller's own process: checks, uses, batches of uses (P4).

One thread over a store in memory, through the C functions, on core 1. The rival of a check is the goal.
"""
import json
import subprocess

import rig

CHECKS = {"check_steady": "check, nothing moved (P4: 50)",
          "check_many_accounts": "check, 1,000 accounts in turn",
          "check_after_use": "check right after a use",
          "consume/real_time": "consume with an id, in memory"}


def arguments(_):
    pass


def measure(args):
    done = subprocess.run(
        [*rig.LOAD_CORE, str(args.build / "embed_bench"), "--benchmark_format=json",
         f"--benchmark_min_time={args.seconds / 3}"], stdout=subprocess.PIPE, text=True, check=True)
    found = {}
    for row in json.loads(done.stdout)["benchmarks"]:
        found[row["name"].split("/iterations")[0]] = row
    return found


def run(args):
    runs = [measure(args) for _ in range(args.runs)]

    def took(name):
        return [r[name]["real_time" if "real_time" in name else "cpu_time"] for r in runs]

    rows = [("ns a call", [])]
    rows += [(f"  {text}", took(name)) for name, text in CHECKS.items()]
    rows += [("allocations a check, nothing moved (P4: 0)",
              [r["check_steady"]["allocations"] for r in runs]),
             ("uses a second, batches of 1,000, in memory",
              [r["consume_many/real_time"]["items_per_second"] for r in runs])]
    rig.table(rows)
    goal = [50] * len(runs)
    return [rig.row("embed_check", took("check_steady"), "goal", goal, "ns"),
            rig.row("embed_check_many_accounts", took("check_many_accounts"), "goal", goal, "ns")]
