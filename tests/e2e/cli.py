"""The command line: what each verb prints, changes, and refuses."""
import json
import os
import pathlib
import re
import shutil
import signal
import stat
import subprocess
import sys

from harness import CATALOG, ROOT_KEY, Checks, Server, arguments, environment, put_catalog, run, scratch, usd
from journal_rows import CLOSED, frames_of, put_rows, rows_of


def check_version(checks, program):
    done = run(program, "version")
    checks.that(done.returncode == 0 and re.fullmatch(r"ratebook \d+\.\d+\.\d+\S*\n", done.stdout), f"version: {done}")
    for words in ((), ("no-such-verb",), ("serve", "--no-such-option"), ("catalog",), ("verify",)):
        done = run(program, *words)
        checks.equal(done.returncode, 2, f"misuse {words}: {done}")
        checks.that(done.stderr or done.stdout, f"misuse {words} is told")
    for words in (("--help",), ("serve", "--help"), ("help",), ("help", "serve"), ("help", "catalog", "diff")):
        done = run(program, *words)
        checks.that(done.returncode == 0 and "--help" in done.stdout, f"{words}: {done}")
    checks.equal(run(program, "--version").stdout, run(program, "version").stdout, "--version")
    for words, meant in ((("bogus",), None), (("srve",), "serve"), (("verfy", "x"), "verify"), (("catalog", "dif", "x"), "catalog diff"),
                         (("keys", "creat"), "keys create"), (("journal", "cta", "x"), "journal cat"), (("help", "docter"), "doctor"),
                         (("--core-dumps", "demoo"), "demo")):
        done = run(program, *words)
        checks.that(done.returncode == 2 and "unknown command '" in done.stderr, f"{words}: {done}")
        checks.that(meant is None or f"did you mean '{meant}'?" in done.stderr, f"{words}: the nearest: {done.stderr}")
    done = run(program, "serve", "--data", "/proc/nothing/here", "--listen", "127.0.0.1:0")
    checks.that(done.returncode == 1 and "ratebook:" in done.stderr, f"a directory that cannot be made: {done}")
    done = run(program, "serve", "--data", "/tmp/ratebook-never-made", "--listen", "nowhere")
    checks.that(done.returncode == 2 and "HOST:PORT" in done.stderr, f"a bad address: {done}")
    checks.that(not os.path.exists("/tmp/ratebook-never-made"), "a bad address makes no store")


def check_catalog(checks, program, folder):
    """lint, diff with subscribers, apply; a file with errors changes nothing."""
    data = folder / "catalog-data"
    good, better, bad = folder / "good.yaml", folder / "better.yaml", folder / "bad.yaml"
    good.write_text(CATALOG)
    better.write_text(CATALOG.replace('fee: {USD: "3"}', 'fee: {USD: "4"}').replace(
        "  large: {", "  huge: {family: BASE, rank: 2, name: Huge, fee: {USD: \"20\"}}\n  large: {"))
    bad.write_text(CATALOG.replace("rank: 0", "rnak: 0").replace("rank: 1", "rank: high"))

    done = run(program, "catalog", "lint", good)
    checks.that(done.returncode == 0 and "2 plans" in done.stdout, f"lint of a good file: {done}")
    done = run(program, "catalog", "lint", bad)
    line = CATALOG[:CATALOG.index("small:")].count("\n") + 1
    checks.equal(done.returncode, 1, f"lint of a bad file: {done}")
    checks.that(f"{bad}:{line}" in done.stderr and f"{bad}:{line + 1}" in done.stderr,
                f"both mistakes with their lines: {done.stderr}")
    checks.that("nothing was changed" in done.stderr, f"the refusal says so: {done.stderr}")
    done = run(program, "catalog", "lint", folder / "missing.yaml")
    checks.that(done.returncode == 1 and "missing.yaml" in done.stderr, f"a missing file: {done}")

    Server(program, data).stop()
    done = run(program, "catalog", "apply", good, "--data", data)
    checks.that(done.returncode == 0 and "catalog version 1" in done.stdout, f"the first apply: {done}")
    server = Server(program, data)
    client = server.client()
    for name in ("first", "second"):
        account = client.post("/v1/accounts", {"name": name, "currency": "USD"}).json["id"]
        client.post(f"/v1/accounts/{account}/payments", {"amount": usd("50")})
        started = client.post(f"/v1/accounts/{account}/subscriptions", {"plan": "small"})
        checks.equal(started.status, 201, f"a subscription: {started!r}")
    checks.equal(server.stop(), 0, "a stop by SIGTERM")

    done = run(program, "catalog", "diff", good, "--data", data)
    checks.that(done.returncode == 0 and "nothing would change" in done.stdout, f"no difference: {done}")
    done = run(program, "catalog", "diff", better, "--data", data)
    checks.that(done.returncode == 0 and "huge" in done.stdout, f"diff names the new plan: {done}")
    small = next((text for text in done.stdout.splitlines() if "small" in text), "")
    checks.that("2 subscriptions" in small, f"diff counts subscribers: {done.stdout}")
    done = run(program, "catalog", "diff", good, data, "--exit-code")
    checks.equal(done.returncode, 0, f"--exit-code without a difference: {done}")
    done = run(program, "catalog", "diff", better, data, "--exit-code")
    checks.that(done.returncode == 1 and "huge" in done.stdout, f"--exit-code with one: {done}")
    again = run(program, "catalog", "diff", better, "--data", data)
    checks.equal(again.stdout, done.stdout, "diff changes nothing")
    done = run(program, "catalog", "apply", bad, "--data", data)
    checks.equal(done.returncode, 1, f"a bad file is not applied: {done}")
    checks.equal(run(program, "catalog", "diff", better, "--data", data).stdout, again.stdout,
                 "a refused file changes nothing")
    done = run(program, "catalog", "apply", better, "--data", data)
    checks.that(done.returncode == 0 and "catalog version 2" in done.stdout, f"the second apply: {done}")
    done = run(program, "catalog", "diff", better, "--data", data)
    checks.that("nothing would change" in done.stdout, f"applied is applied: {done}")


def check_places(checks, program, folder):
    """The data directory as an argument, as --data and from the environment, whatever the verb."""
    data, catalog = folder / "places", folder / "places.yaml"
    catalog.write_text(CATALOG)
    for how in ([data], ["--data", data], []):
        server = subprocess.Popen([program, "serve", *how, "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True,
                                  cwd=folder, env=environment(RATEBOOK_ROOT_KEY=ROOT_KEY, RATEBOOK_DATA=data))
        checks.that(str(data) in server.stdout.readline(), f"serve {how}")
        server.terminate()
        server.wait(30)
    for words in (("catalog", "diff", catalog), ("catalog", "apply", catalog), ("keys", "create"), ("verify",), ("doctor",),
                  ("journal", "cat")):
        for how, env in (([data], {}), (["--data", data], {}), ([], {"RATEBOOK_DATA": data})):
            done = run(program, *words, *how, **env)
            checks.equal(done.returncode, 0, f"{words} {how} {env}: {done}")
        done = run(program, *words, folder / "nowhere", RATEBOOK_DATA=data)
        checks.that(done.returncode == 1 and "nowhere" in done.stderr, f"{words}: an argument counts more: {done}")


def check_keys(checks, program, folder):
    """Root keys: given, kept, made, made once more; and where a made one is shown."""
    data = folder / "keys-data"
    server = Server(program, data)
    checks.equal(server.client().get("/v1/accounts").status, 200, "the given root key")
    checks.that(ROOT_KEY not in "\n".join(server.lines), "a given key is not shown")
    server.stop()
    server = Server(program, data, key=None)
    checks.equal(server.client(ROOT_KEY).get("/v1/accounts").status, 200, "the key is kept")
    checks.that(not any("rb_" in line for line in server.lines), "no other key is made")
    server.stop()
    done = run(program, "keys", "create", "--data", data)
    made = done.stdout.strip()
    checks.that(done.returncode == 0 and re.fullmatch(r"rb_[A-Za-z0-9_-]{20,}", made), f"keys create: {done}")
    server = Server(program, data, key=None)
    for name, key in (("the first key", ROOT_KEY), ("the made key", made)):
        checks.equal(server.client(key).get("/v1/accounts").status, 200, f"{name} works")
    checks.equal(server.client(made + "x").get("/v1/accounts").status, 401, "another key does not")
    server.stop()
    everything = b"".join(f.read_bytes() for f in data.rglob("*") if f.is_file())
    for key in (ROOT_KEY, made):
        checks.that(key.encode() not in everything, "keys are kept as hashes only")

    data = folder / "made-data"
    server = Server(program, data, key=None)
    server.wait_line("root key:")
    file = data / "root.key"
    if checks.that(file.exists(), f"a made key goes to a file when nobody looks: {server.lines}"):
        checks.equal(stat.S_IMODE(file.stat().st_mode), 0o600, "the rights of root.key")
        key = file.read_text().strip()
        checks.that(key not in "\n".join(server.lines), "and not to the output")
        checks.equal(server.client(key).get("/v1/accounts").status, 200, "the made root key works")
    checks.equal(stat.S_IMODE(data.stat().st_mode), 0o700, "the rights of the data directory")
    for name in ("journal/facts", "journal/00000001.log", "views.db", "master.key"):
        checks.equal(stat.S_IMODE((data / name).stat().st_mode), 0o600, f"the rights of {name}")
    server.stop()

    key_file = folder / "given.key"
    key_file.write_text("rb_from_a_file_0123456789abcdef\n")
    server = Server(program, folder / "file-data", key=None, RATEBOOK_ROOT_KEY_FILE=key_file)
    checks.equal(server.client("rb_from_a_file_0123456789abcdef").get("/v1/accounts").status, 200, "a key from a file")
    server.stop()
    done = run(program, "keys", "create", "--data", data, RATEBOOK_MASTER_KEY="00" * 32)
    checks.that(done.returncode == 1 and "master key" in done.stderr, f"another master key: {done}")


def fill(client):
    put_catalog(client)
    for number in range(5):
        account = client.post("/v1/accounts", {"name": f"shop{number}", "currency": "USD",
                                               "email": f"person{number}@example.com"}).json["id"]
        client.post(f"/v1/accounts/{account}/payments", {"amount": usd("20.50"), "reference": f"ref-{number}"})
        client.post(f"/v1/accounts/{account}/subscriptions", {"plan": "small"})


def check_store(checks, program, folder, form):
    """One owner; verify and journal cat; a flipped byte anywhere in a batch is found."""
    folder = folder / form
    folder.mkdir()
    data = folder / "store-data"
    server = Server(program, data, extra=["--journal", form])
    fill(server.client())
    for words in (("serve", "--data", data, "--listen", "127.0.0.1:0"), ("keys", "create", "--data", data),
                  ("verify", data), ("doctor", data), ("journal", "cat", data)):
        done = run(program, *words)
        checks.that(done.returncode == 1 and "in use" in done.stderr and str(server.process.pid) in done.stderr,
                    f"a second process is refused and told who owns the store: {words}: {done}")
    checks.equal(server.client().get("/v1/accounts").status, 200, "the first one goes on")
    port = server.port
    done = run(program, "serve", "--data", folder / "port-data", "--listen", f"127.0.0.1:{port}")
    checks.that(done.returncode == 1 and str(port) in done.stderr, f"an address in use: {done}")
    checks.equal(server.stop(), 0, "a stop by SIGTERM")

    done = run(program, "verify", data)
    checks.that(done.returncode == 0 and "chain is intact" in done.stdout, f"verify: {done}")
    done = run(program, "verify", folder / "nothing")
    checks.that(done.returncode == 1 and "no store" in done.stderr, f"verify of nothing: {done}")
    done = run(program, "doctor", data)
    checks.that(done.returncode == 0 and "nothing to look at" in done.stdout, f"doctor: {done}")
    done = run(program, "doctor", folder / "nothing")
    checks.that(done.returncode == 1 and "no store" in done.stderr, f"doctor of nothing: {done}")
    checks.that(not (folder / "nothing").exists(), "and makes nothing")

    done = run(program, "journal", "cat", data)
    checks.equal(done.returncode, 0, f"journal cat: {done.stderr}")
    records = [json.loads(line) for line in done.stdout.splitlines()]
    kinds = {event["type"] for record in records for event in record["events"]}
    checks.that({"platform_key_set", "plan_published", "account_opened", "entry_posted",
                 "subscription_started"} <= kinds, f"the facts are there: {kinds}")
    checks.that("unknown" not in kinds, f"every fact is known: {kinds}")
    references = [event["data"]["entry"]["reference"] for record in records for event in record["events"]
                  if event["type"] == "entry_posted" and event["data"]["entry"]["reference"]]
    checks.equal(sorted(references), [f"ref-{n}" for n in range(5)], "each payment is there once")
    for text in ("person0@example.com", ROOT_KEY):
        checks.that(text not in done.stdout, f"{text} does not stand in the journal")
    check_damage(checks, program, folder, data)


def check_damage(checks, program, folder, data):
    rows = rows_of(data)
    checks.that(len(rows) > 10, f"the journal has batches: {len(rows)}")

    def damaged(name, changed):
        copy = folder / name
        shutil.copytree(data, copy)
        put_rows(copy, changed)
        done = run(program, "verify", copy)
        checks.that(done.returncode == 1 and done.stderr.startswith("ratebook: "), f"verify finds {name}: {done}")
        started = subprocess.run([program, "keys", "create", "--data", str(copy)], capture_output=True, text=True,
                                 timeout=60, check=False)
        # A start reads the whole journal, or a snapshot that is older than the damage and the rest.
        checks.that(started.returncode in (0, 1), f"{name} crashes nothing: {started}")
        shutil.rmtree(copy)

    def flipped(number, at):
        key, body = rows[number]
        broken = bytearray(body)
        broken[at % len(body)] ^= 1 << (at % 8)
        return [*rows[:number], (key, bytes(broken)), *rows[number + 1:]]
    for number in range(0, len(rows), max(1, len(rows) // 8)):
        size = len(rows[number][1])
        for at in (0, 3, size // 2, size - 1):
            damaged(f"flipped-{number}-{at}", flipped(number, at))
    last = rows[-1][0]
    middle = next(i for i, (key, _) in enumerate(rows) if key >> 48 == last >> 48) + 3
    damaged("missing", rows[:middle] + rows[middle + 1:])
    one, other = rows[middle], rows[middle + 1]
    damaged("swapped", [*rows[:middle], (one[0], other[1]), (other[0], one[1]), *rows[middle + 2:]])
    checks.equal(run(program, "verify", data).returncode, 0, "the original is still good")
    copy = folder / "written-anew"
    shutil.copytree(data, copy)
    put_rows(copy, rows)
    checks.equal(run(program, "verify", copy).returncode, 0, "written anew without damage it is good, too")


def check_signals(checks, program, folder):
    for number in (signal.SIGTERM, signal.SIGINT):
        data = folder / f"signal-{number}"
        server = Server(program, data)
        put_catalog(server.client())
        server.process.send_signal(number)
        checks.equal(server.process.wait(30), 0, f"{signal.Signals(number).name} ends it in order")
        checks.equal(frames_of(data)[-1][0], CLOSED, "the journal says that it was closed")


def check_pasted_lines(checks, program, folder):
    """What docs/concepts/usage.md shows can be pasted against a new demo, and is answered well."""
    server = Server(program, folder / "pasted-demo", verb="demo", key=None, extra=["--print-json"])
    page = pathlib.Path(__file__).parents[2] / "docs" / "concepts" / "usage.md"
    blocks = re.findall(r"```sh\n(.*?)```", page.read_text(), re.DOTALL)
    checks.that(len(blocks) > 5, f"the page has lines to paste: {len(blocks)}")
    env = dict(os.environ, RATEBOOK=f"http://127.0.0.1:{server.port}", KEY=json.loads(server.lines[0])["root_key"])
    for block in blocks:
        if block.startswith("export "):
            continue
        done = subprocess.run(["sh", "-euc", block], capture_output=True, text=True, timeout=30, env=env, check=False)
        answered = done.returncode == 0 and done.stdout.startswith("{")
        # A problem document has a request_id; a refused event, or use, says so.
        well = not re.search(r'"request_id"|"refused":[1-9]|"allowed":false|errorCode', done.stdout)
        checks.that(answered and well, f"pasted: {block}: {done}")
    server.stop()


def check_demo(checks, program, folder):
    """Three lines to paste, that work; the second start is quick; --print-json."""
    data = folder / "demo-data"
    first = Server(program, data, verb="demo", key=None)
    first.wait_line("Ctrl-C")
    lines = [line for line in first.lines if line.startswith("curl ")]
    checks.equal(len(lines), 3, f"three lines to paste: {first.lines}")
    replies = []
    for line in lines:
        done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, timeout=30, check=False)
        try:
            replies.append(json.loads(done.stdout))
        except ValueError:
            replies.append({})
        checks.that(done.returncode == 0 and "code" not in replies[-1], f"{line}: {done}")
    if len(replies) == 3:
        offers, quote, change = replies
        checks.that(any(offer["allowed"] and not offer["current"] for offer in offers.get("items", [])),
                    f"the plans: {offers}")
        checks.that(quote.get("id", "").startswith("quo_"), f"the quote: {quote}")
        checks.equal(change.get("quote", {}).get("due_now"), quote.get("due_now"), "what was quoted is charged")
        checks.equal(change.get("subscription", {}).get("plan"), quote.get("plan"), "and the plan is changed")
    checks.equal(first.stop(), 0, "a stop of the demo")

    second = Server(program, data, verb="demo", key=None)
    second.wait_line("Ctrl-C")
    pasted = [line for line in second.lines if line.startswith("curl ")]
    checks.equal(len(pasted), 3, f"three lines again, of another plan: {second.lines}")
    for line in pasted:
        done = subprocess.run(["sh", "-c", line], capture_output=True, text=True, timeout=30, check=False)
        checks.that(done.returncode == 0 and '"code"' not in done.stdout, f"{line}: {done}")
    second.stop()

    third = Server(program, data, verb="demo", key=None, extra=["--print-json"])
    keys = json.loads(third.lines[0])
    checks.equal(keys.get("address"), f"http://127.0.0.1:{third.port}", "--print-json tells the address")
    checks.equal(third.client(keys["root_key"]).get("/v1/accounts").status, 200, "its root key works")
    checks.equal(third.client(keys["tenant"]["owner_key"]).get("/v1/accounts/acme").status, 200,
                 "the tenant's key works")
    checks.equal(third.client(keys["tenant"]["owner_key"]).get("/v1/accounts/shop").status, 404,
                 "and only for the tenant")
    third.stop()
    check_pasted_lines(checks, program, folder)
    checks.equal(stat.S_IMODE((data / "demo.json").stat().st_mode), 0o600, "the rights of demo.json")
    checks.equal(run(program, "verify", data).returncode, 0, "verify of the demo")
    other = pathlib.Path(folder / "other-demo")
    server = Server(program, other, verb="demo", key=None, extra=["--print-json"])
    checks.that(json.loads(server.lines[0])["root_key"] != keys["root_key"], "another directory has other keys")
    server.stop()
    return first.seconds_to_ready, second.seconds_to_ready


def check_bench(checks, program, folder):
    """A short run of each: its table, its file, and nothing left behind. No figure is judged."""
    disk, file = folder / "bench-disk", folder / "bench.json"
    disk.mkdir()
    # Without --connections each name is measured with one and with several.
    for words, names in ((("ingest", "--connections", 3), ["ingest_3"]),
                         ((), ["consume_1_latency_p50", "consume_64", "ingest_1_latency_p50", "ingest_8",
                               "check_1_latency_p50", "check_64"])):
        done = run(program, "bench", *words, "--seconds", 0.1, "--accounts", 20, "--data", disk, "--json", file)
        if not checks.equal(done.returncode, 0, f"bench {words}: {done}"):
            continue
        checks.that(f"one sync of {disk}" in done.stdout, f"the disk is named: {done.stdout}")
        rows = json.loads(file.read_text())
        checks.equal([row["name"] for row in rows], names, f"the rows of bench {words}")
        for row in rows:
            checks.equal(sorted(row), ["name", "ours", "ratio", "rival", "rival_value", "unit"], "a row's fields")
            checks.that(row["ours"] > 0 and row["rival_value"] > 0, f"something was measured: {row}")
            checks.equal(row["unit"], "us" if "latency" in row["name"] else "per_second", row["name"])
        checks.equal(list(disk.iterdir()), [], "the store of a benchmark is removed")
    for words in (("fly",), ("check", "--connections", 0), ("check", "--seconds", 0)):
        checks.equal(run(program, "bench", *words).returncode, 2, f"misuse: bench {words}")
    done = run(program, "bench", "check", "--data", folder / "nothing-here")
    checks.that(done.returncode == 1 and "nothing-here" in done.stderr, f"a disk that is not there: {done}")

    running = subprocess.Popen([program, "bench", "check", "--seconds", "60", "--accounts", "20", "--data", str(disk)],
                               stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)
    while "one sync" not in (line := running.stdout.readline()) and line:
        pass
    running.send_signal(signal.SIGINT)
    _, told = running.communicate(timeout=30)
    checks.that(running.returncode == 1 and "stopped" in told, f"bench is interrupted: {running.returncode} {told}")
    checks.equal(list(disk.iterdir()), [], "an interrupted benchmark leaves nothing")


def main():
    options = arguments(__doc__)
    checks = Checks("cli")
    with scratch(options.keep) as folder:
        check_version(checks, options.program)
        check_catalog(checks, options.program, folder)
        check_keys(checks, options.program, folder)
        check_places(checks, options.program, folder)
        for form in ("segments", "sqlite"):
            check_store(checks, options.program, folder, form)
        check_signals(checks, options.program, folder)
        check_bench(checks, options.program, folder)
        first, second = check_demo(checks, options.program, folder)
    checks.finish(f"the demo's first start took {first:.2f} s, its second {second:.2f} s")


if __name__ == "__main__":
    sys.exit(main())
