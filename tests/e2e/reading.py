"""Verbs that only read change nothing on the disk: no directory, no lock, no key, no byte of the journal."""
import hashlib
import shutil

from harness import CATALOG, Checks, Server, arguments, put_catalog, run, scratch, usd


def listing(folder):
    """Everything below the folder and itself: kind, rights, size, when it was changed, what it holds."""
    found = {}
    for path in [folder, *sorted(folder.rglob("*"))]:
        facts = path.lstat()
        content = hashlib.sha256(path.read_bytes()).hexdigest() if path.is_file() else ""
        found[str(path)] = (facts.st_mode, facts.st_ino, facts.st_size, facts.st_mtime_ns, content)
    return found


def differences(before, after):
    return sorted(name for name in before.keys() | after.keys() if before.get(name) != after.get(name))


def reading_verbs(data, catalog):
    return (("catalog", "lint", catalog), ("catalog", "diff", catalog, "--data", data), ("verify", data),
            ("doctor", data), ("journal", "cat", data))


def check_nothing_changes(checks, program, data, catalog, what):
    before = listing(data.parent)
    for words in reading_verbs(data, catalog):
        done = run(program, *words)
        checks.equal(done.returncode, 0, f"{what}: {words[:2]}: {done}")
        after = listing(data.parent)
        checks.equal(differences(before, after), [], f"{what}: {words[:2]} changed something")
        before = after


def fill(server):
    client = server.client()
    put_catalog(client)
    for number in range(3):
        account = client.post("/v1/accounts", {"name": f"shop{number}", "currency": "USD"}).json["id"]
        client.post(f"/v1/accounts/{account}/payments", {"amount": usd("20")})
        started = client.post(f"/v1/accounts/{account}/subscriptions", {"plan": "small"})
        if not started.ok:
            raise RuntimeError(f"a subscription: {started!r}")


def check_stores(checks, program, folder, form):
    folder = folder / form
    folder.mkdir()
    catalog = folder / "catalog.yaml"
    catalog.write_text(CATALOG)

    fresh = folder / "fresh place" / "data#1?"
    fresh.parent.mkdir()
    Server(program, fresh, extra=["--journal", form]).stop()
    check_nothing_changes(checks, program, fresh, catalog, f"{form}: a store that holds a key only")

    old = folder / "old" / "data"
    old.parent.mkdir()
    server = Server(program, old, extra=["--journal", form])
    fill(server)
    server.stop()
    check_nothing_changes(checks, program, old, catalog, f"{form}: a store that was stopped")

    server = Server(program, old, extra=["--journal", form])
    server.client().post("/v1/accounts", {"name": "late", "currency": "USD"})
    server.kill()
    check_nothing_changes(checks, program, old, catalog, f"{form}: a store whose server was killed")
    done = run(program, "catalog", "diff", catalog, "--data", old)
    checks.that("nothing would change" in done.stdout, f"{form}: the diff is right: {done}")

    # As from a backup that left out what can be made anew, and the key.
    bare = folder / "bare" / "data"
    shutil.copytree(old, bare)
    for name in ("lock", "views.db", "views.db-wal", "views.db-shm", "master.key"):
        (bare / name).unlink(missing_ok=True)
    shutil.rmtree(bare / "ids", ignore_errors=True)
    before = listing(bare.parent)
    for words in reading_verbs(bare, catalog):
        done = run(program, *words)
        lacks_key = words[0] == "doctor"
        checks.equal(done.returncode, 1 if lacks_key else 0, f"{form}: a bare journal: {words[:2]}: {done}")
        checks.that(not lacks_key or "the master key is missing" in done.stdout, f"{form}: doctor: {done}")
        checks.equal(differences(before, listing(bare.parent)), [], f"{form}: a bare journal: {words[:2]}")

    server = Server(program, old, extra=["--journal", form])
    checks.equal(len(server.client().items("/v1/accounts")), 4, f"{form}: it is served after all that")
    server.stop()
    return fresh, old


def check_no_store(checks, program, folder):
    """A directory that is not there, is empty, or holds something else."""
    catalog = folder / "catalog.yaml"
    catalog.write_text(CATALOG)
    empty, other, file = folder / "empty", folder / "other", folder / "file"
    empty.mkdir(mode=0o700)
    (other / "journal").mkdir(parents=True, mode=0o700)
    (other / "journal" / "diary.txt").write_text("dear diary")
    file.write_text("no directory")
    for data in (folder / "missing", folder / "missing" / "deeper", empty, other, file):
        before = listing(folder)
        for words in (*reading_verbs(data, catalog)[1:], ("keys", "create", "--data", data),
                      ("catalog", "apply", catalog, "--data", data), ("doctor", data, "--release", "acc_0")):
            done = run(program, *words)
            what = f"{words[:2]} of {data.name}"
            checks.equal(done.returncode, 1, f"{what}: {done}")
            checks.that(f"no store in '{data}'" in done.stderr and "expected the data directory of a server" in done.stderr,
                        f"{what} names the directory and what is expected: {done.stderr!r}")
            checks.equal(differences(before, listing(folder)), [], f"{what} made something")


def main():
    options = arguments(__doc__)
    checks = Checks("reading")
    with scratch(options.keep) as folder:
        check_no_store(checks, options.program, folder)
        for form in ("segments", "sqlite"):
            check_stores(checks, options.program, folder, form)
    checks.finish("verbs that read, on stores of both forms and on none")


main()
