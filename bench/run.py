#!/usr/bin/env python3
"""./dev bench change [--json FILE] [--runs N] [--seconds S]: plan changes, beside one sync of this disk.

Starts the release binary on an empty directory, pinned to one core, the load generator on the other.
Every change is durable before its reply. Prints medians with minimum and maximum; asserts nothing.
"""
import argparse
import json
import os
import pathlib
import shutil
import statistics
import subprocess
import sys
import tempfile
import time
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
BUILD = ROOT / "build" / "release"
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


def sync_us(directory, count=2000):
    """Median of fdatasync after a 4 KiB append to a growing file."""
    path = os.path.join(directory, "sync.probe")
    took = []
    fd = os.open(path, os.O_WRONLY | os.O_CREAT | os.O_APPEND)
    block = b"x" * 4096
    for _ in range(count):
        start = time.perf_counter_ns()
        os.write(fd, block)
        os.fdatasync(fd)
        took.append((time.perf_counter_ns() - start) / 1000)
    os.close(fd)
    os.unlink(path)
    return statistics.median(took)


class Server:
    def __init__(self, directory):
        self.key = "rb_bench_key_of_the_platform_0123456789"
        env = dict(os.environ, RATEBOOK_ROOT_KEY=self.key)
        self.started = time.perf_counter()
        self.process = subprocess.Popen(
            ["taskset", "-c", "0", str(BUILD / "ratebook"), "serve", "--data", directory, "--listen", "127.0.0.1:0"],
            stdout=subprocess.PIPE, env=env, text=True)
        line = self.process.stdout.readline()
        self.up_ms = (time.perf_counter() - self.started) * 1000
        self.address = next(word for word in line.split() if word.startswith("http://"))
        self.port = int(self.address.rsplit(":", 1)[1])

    def call(self, method, path, body, content_type="application/json"):
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data=data, method=method, headers={
            "Authorization": "Bearer " + self.key, "Content-Type": content_type})
        with urllib.request.urlopen(request) as reply:
            return json.loads(reply.read() or b"{}")

    def rss_mb(self):
        for line in open(f"/proc/{self.process.pid}/status", encoding="ascii"):
            if line.startswith("VmRSS"):
                return int(line.split()[1]) / 1024
        return 0

    def stop(self):
        self.process.terminate()
        self.process.wait()


def prepare(server, count):
    server.call("PUT", "/v1/catalog", CATALOG, "application/yaml")
    subscriptions = []
    for i in range(count):
        account = server.call("POST", "/v1/accounts", {"name": f"bench-{i}", "currency": "USD", "time_zone": "UTC",
                                                       "tax": {"country": "DE"}})["id"]
        server.call("POST", f"/v1/accounts/{account}/payments",
                    {"amount": {"amount": "1000000", "currency": "USD"}, "reference": "bench"})
        started = server.call("POST", f"/v1/accounts/{account}/subscriptions", {"plan": "bench_small"})
        subscriptions.append((started.get("subscription") or started)["id"])
    return subscriptions


def load(server, seconds, mode, subscriptions):
    out = subprocess.run(
        ["taskset", "-c", "1", str(BUILD / "ratebook_load"), "127.0.0.1", str(server.port), str(seconds), mode,
         server.key, "bench_small", "bench_large", *subscriptions], stdout=subprocess.PIPE, text=True, check=True)
    return json.loads(out.stdout)


def spread(values):
    return {"median": statistics.median(values), "min": min(values), "max": max(values)}


def bench_change(args):
    rows = []
    figures = {name: [] for name in ("sync", "one", "quote", "change", "up", "rss")}
    for _ in range(args.runs):
        directory = tempfile.mkdtemp(prefix="ratebook-bench-", dir=args.dir)
        try:
            figures["sync"].append(sync_us(directory))
            server = Server(directory)
            try:
                figures["up"].append(server.up_ms)
                figures["rss"].append(server.rss_mb())
                subscriptions = prepare(server, 64)
                figures["one"].append(load(server, args.seconds, "change", subscriptions[:1])["p50_us"])
                figures["change"].append(load(server, args.seconds, "change", subscriptions)["per_second"])
                figures["quote"].append(load(server, args.seconds, "quote", subscriptions)["per_second"])
            finally:
                server.stop()
        finally:
            shutil.rmtree(directory, ignore_errors=True)
    latency = [one / sync for one, sync in zip(figures["one"], figures["sync"])]
    table = [
        ("one sync: 4 KiB append and fdatasync, us", spread(figures["sync"])),
        ("change, 1 connection, p50 us", spread(figures["one"])),
        ("  as a multiple of one sync (P3: at most 1.3)", spread(latency)),
        ("changes a second, 64 connections (P6: 30,000)", spread(figures["change"])),
        ("quote, then its execution, pairs a second, 64 connections", spread(figures["quote"])),
        ("serving after start, ms (P11: 200)", spread(figures["up"])),
        ("resident when idle, MB (P11: 50)", spread(figures["rss"])),
    ]
    print(f"{'':60} {'median':>10} {'min':>10} {'max':>10}")
    for name, s in table:
        print(f"{name:60} {s['median']:10.1f} {s['min']:10.1f} {s['max']:10.1f}")
    sync = statistics.median(figures["sync"])
    one = statistics.median(figures["one"])
    rows.append({"name": "change_latency_p50", "ours": one, "rival": "fdatasync", "rival_value": sync,
                 "ratio": one / sync, "unit": "us"})
    change = statistics.median(figures["change"])
    rows.append({"name": "change_64", "ours": change, "rival": "one sync a change", "rival_value": 1e6 / sync,
                 "ratio": change * sync / 1e6, "unit": "per_second"})
    return rows


def facts():
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8")
                  if line.startswith("model name")), "unknown")
    print(f"{os.cpu_count()} cores, {model}; kernel {os.uname().release}; server on core 0, load on core 1\n")


def main():
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("what", choices=["change"])
    parser.add_argument("--runs", type=int, default=5)
    parser.add_argument("--seconds", type=float, default=3)
    parser.add_argument("--dir", default=None, help="where the data directories are made; default: temporary")
    parser.add_argument("--json", help="write the ratios to this file")
    args = parser.parse_args()
    facts()
    rows = bench_change(args)
    if args.json:
        pathlib.Path(args.json).write_text(json.dumps(rows, indent=2) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    sys.exit(main())
