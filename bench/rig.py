"""What the benchmarks share: the server on core 0, the load on core 1, the disk, tables and ratios."""
import contextlib
import json
import os
import pathlib
import shutil
import socket
import statistics
import subprocess
import tempfile
import time
import urllib.error
import urllib.request

ROOT = pathlib.Path(__file__).resolve().parent.parent
SERVER_CORE = ["taskset", "-c", "0"]
ANY_CORE = []
LOAD_CORE = ["taskset", "-c", "1"]
KEY = "rb_bench_key_of_the_platform_0123456789"

METERED_CATALOG = (ROOT / "bench" / "metered.yaml").read_text(encoding="utf-8")


@contextlib.contextmanager
def scratch(args):
    """A new directory on the disk that is measured; other users may pass through it to their own."""
    directory = tempfile.mkdtemp(prefix="ratebook-bench-", dir=args.dir)
    os.chmod(directory, 0o711)
    try:
        yield directory
    finally:
        shutil.rmtree(directory, ignore_errors=True)


def free_port():
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        return probe.getsockname()[1]


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
    """Ratebook on a data directory, new or with what an earlier one left."""

    def __init__(self, args, directory, core=SERVER_CORE):
        env = dict(os.environ, RATEBOOK_ROOT_KEY=KEY)
        started = time.perf_counter()
        program = str(args.build / "ratebook")
        self.process = subprocess.Popen(
            [*core, program, "serve", "--data", directory, "--listen", "127.0.0.1:0", "--log-level", "warn"],
            stdout=subprocess.PIPE, env=env, text=True)
        try:
            line = self.process.stdout.readline()
            self.up_seconds = time.perf_counter() - started
            self.address = next((word for word in line.split() if word.startswith("http://")), None)
            if self.address is None:
                raise SystemExit(f"the server did not start: {line.strip()}")
            self.port = int(self.address.rsplit(":", 1)[1])
            while not self.is_ready():
                time.sleep(0.001)
            self.ready_seconds = time.perf_counter() - started
        except BaseException:
            self.kill()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def is_ready(self):
        if self.process.poll() is not None:
            raise SystemExit(f"the server ended with {self.process.returncode}")
        try:
            with urllib.request.urlopen(self.address + "/readyz") as reply:
                return reply.status == 200
        except urllib.error.URLError:
            return False

    def call(self, method, path, body, content_type="application/json"):
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        request = urllib.request.Request(self.address + path, data=data, method=method, headers={
            "Authorization": "Bearer " + KEY, "Content-Type": content_type})
        try:
            with urllib.request.urlopen(request) as reply:
                return json.loads(reply.read() or b"{}")
        except urllib.error.HTTPError as error:
            raise SystemExit(f"{method} {path}: {error.code} {error.read().decode()}") from None

    def rss_bytes(self):
        for line in open(f"/proc/{self.process.pid}/status", encoding="ascii"):
            if line.startswith("VmRSS"):
                return int(line.split()[1]) * 1024
        return 0

    def settle(self, patience=120):
        """Waits until what runs below replies (views, snapshots) is done: half a second of rest."""
        ticks, last = None, time.monotonic() + patience
        while time.monotonic() < last:
            stat = pathlib.Path(f"/proc/{self.process.pid}/stat").read_text(encoding="ascii")
            user, system = stat.rsplit(") ", 1)[1].split()[11:13]
            now = int(user) + int(system)
            if ticks is not None and now - ticks <= 1:
                return
            ticks = now
            time.sleep(0.5)

    def kill(self):
        self.process.kill()
        self.process.wait()

    def stop(self):
        if self.process.poll() is None:
            self.process.terminate()
            try:
                self.process.wait(120)
            except subprocess.TimeoutExpired:
                self.kill()


def generator(program, words):
    """Runs a generator on its core; what it printed. Refusals end the benchmark."""
    out = subprocess.run([*LOAD_CORE, str(program), *map(str, words)], stdout=subprocess.PIPE,
                         text=True, check=False)
    if out.returncode != 0:
        raise SystemExit(f"the load ended with {out.returncode}: {out.stdout.strip()}")
    return json.loads(out.stdout)


def load(args, port, mode, **options):
    words = [mode, "--port", port, "--key", options.pop("own_key", KEY)]
    for name, value in options.items():
        words += ["--" + name.replace("_", "-"), *([value] if value != "" else [])]
    return generator(args.build / "ratebook_load", words)


def warmed(args, measure):
    """What `measure(seconds)` returns after a shorter call of it that is thrown away."""
    measure(max(0.2, min(1.0, args.seconds / 3)))
    return measure(args.seconds)


def make_accounts(args, server, count, path):
    """The metered catalog, and `count` accounts whose ids are written to the path."""
    server.call("PUT", "/v1/catalog", METERED_CATALOG, "application/yaml")
    load(args, server.port, "accounts", connections=256, seconds=0, count=count, out=path)
    server.settle()


def median(values):
    return statistics.median(values)


def table(rows, unit="median"):
    """Rows of (name, values): medians with minimum and maximum. A name alone is a heading."""
    print(f"{'':64} {unit:>12} {'min':>12} {'max':>12}")
    for name, values in rows:
        if not values:
            print(name)
            continue
        cells = (median(values), min(values), max(values))
        digits = 2 if abs(cells[0]) < 100 else 0
        print(f"{name:64} " + " ".join(f"{cell:12,.{digits}f}" for cell in cells))
    print()


def ratios(ours, rival):
    """Run by run: what stands in the same run belongs together."""
    return [a / b for a, b in zip(ours, rival)]


def row(name, ours, rival, rival_values, unit="per_second"):
    """One line of --json: medians, and the median of the ratios of the runs."""
    return {"name": name, "ours": median(ours), "rival": rival, "rival_value": median(rival_values),
            "ratio": median(ratios(ours, rival_values)), "unit": unit}


def facts():
    model = next((line.split(":", 1)[1].strip() for line in open("/proc/cpuinfo", encoding="utf-8")
                  if line.startswith("model name")), "unknown")
    print(f"{os.cpu_count()} cores, {model}; kernel {os.uname().release}; "
          f"servers on core 0, load on core 1; load average {os.getloadavg()[0]:.1f}\n", flush=True)
