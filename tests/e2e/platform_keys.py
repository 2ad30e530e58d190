"""The platform's keys by the program: of a store that is not served, and of a server that runs."""
import re
import sys

from harness import ROOT_KEY, Checks, Server, arguments, put_catalog, run, scratch

KEY = re.compile(r"rb_[A-Za-z0-9_-]{20,}")
ID = re.compile(r"key_[0-9a-z]{26}")


def status(server, key, path="/v1/accounts"):
    return server.client(key).get(path).status


def check_store(checks, program, data):
    """Without a server: made, listed, rotated, ended; the last one stays."""
    listed = run(program, "keys", "list", data)
    checks.that(listed.returncode == 0 and len(ID.findall(listed.stdout)) == 1 and "root" in listed.stdout, f"one: {listed}")
    first = ID.findall(listed.stdout)[0]
    done = run(program, "keys", "revoke", "--data", data, first)
    checks.that(done.returncode == 1 and "last root key" in done.stderr, f"the last one stays: {done}")
    made = run(program, "keys", "create", "--data", data, "--name", "deploy")
    checks.that(made.returncode == 0 and KEY.fullmatch(made.stdout.strip()), f"made: {made}")
    listed = run(program, "keys", "list", data)
    checks.that("deploy" in listed.stdout and made.stdout.strip() not in listed.stdout, f"named, its text not told: {listed}")
    second = [line for line in listed.stdout.splitlines() if "deploy" in line][0].split()[0]
    done = run(program, "keys", "expire", "--data", data, second, "--at", "2001-01-01T00:00:00Z")
    checks.that(done.returncode == 1 and "expected an expiry after" in done.stderr, f"in the past: {done}")
    done = run(program, "keys", "revoke", "--data", data, "key_nonsense")
    checks.that(done.returncode == 1 and "key_nonsense" in done.stderr, f"no key: {done}")
    return made.stdout.strip(), second


def check_server(checks, program, server, deploy, second):
    """While it serves: listed, rotated with an overlap, revoked, each by another key than itself."""
    url = f"http://127.0.0.1:{server.port}"

    def keys(*words, key=ROOT_KEY):
        return run(program, "keys", *words, "--url", url, "--key", key)

    checks.equal(status(server, deploy), 200, "the key that was made opens")
    listed = keys("list")
    checks.that(second in listed.stdout and "last used" in listed.stdout, f"listed: {listed}")
    used = [line for line in listed.stdout.splitlines() if line.startswith(second)][0]
    checks.that("last used never" not in used, f"it was used: {used}")
    rotated = keys("rotate", second, "--overlap", "3600")
    checks.that(rotated.returncode == 0 and KEY.fullmatch(rotated.stdout.strip()), f"rotated: {rotated}")
    checks.equal(status(server, rotated.stdout.strip()), 200, "the new one opens")
    checks.equal(status(server, deploy), 200, "the old one still does")
    done = keys("revoke", second, key=rotated.stdout.strip())
    checks.that(done.returncode == 0 and "revoked" in done.stdout, f"revoked: {done}")
    checks.equal(status(server, deploy), 401, "the old one opens nothing any more")
    done = keys("list", key=deploy)
    checks.that(done.returncode == 1 and "caller_is_unknown" in done.stderr, f"a key that has ended: {done}")
    done = run(program, "doctor", "--url", url, "--key", ROOT_KEY)
    checks.that(done.returncode == 0 and "nothing to look at" in done.stdout, f"doctor at a server: {done}")
    done = run(program, "doctor", "--url", url, "--key", ROOT_KEY, "--release", "acc_00000000000000000000000001")
    checks.that(done.returncode == 1 and "no such account" in done.stderr, f"nothing to release: {done}")
    made = keys("create", "--name", "short", "--at", "2999-01-01T00:00:00Z")
    checks.that(made.returncode == 0 and "short" in keys("list").stdout, f"with an expiry: {made}")
    for words, told in ((("list", "--url", "ftp://x", "--key", "k"), "expected http://"),
                        (("list", "--url", url), "expected a key"),
                        (("list", "--url", "http://127.0.0.1:1", "--key", "k"), "cannot talk to 127.0.0.1:1")):
        done = run(program, "keys", *words)
        checks.that(done.returncode == 1 and told in done.stderr, f"{words}: {done}")
    return rotated.stdout.strip()


def check_operators(checks, server):
    """An operator acts under its name, and the audit tells it by the id of its request."""
    root = server.client()
    _, ada, _ = call(root, "POST", "/v1/operators", {"name": "Ada", "role": "support"})
    _, key, _ = call(root, "POST", "/v1/platform_keys", {"operator": ada["id"]})
    code, account, headers = call(server.client(key["text"]), "POST", "/v1/accounts", {"name": "acme", "currency": "USD"})
    checks.equal(code, 201, "support opens an account")
    code, _, _ = call(server.client(key["text"]), "POST", "/v1/accounts/acme/payments", {"amount": {"amount": "1", "currency": "USD"}})
    checks.equal(code, 403, "and books no money")
    _, audit, _ = call(root, "GET", "/v1/audit?account=acme")
    rows = [(row["command"], row["operator"], row["door"]) for row in audit["items"]]
    checks.equal(rows, [("open_account", ada["id"], "native")], "the audit")
    checks.equal(audit["items"][0]["request_id"], headers["x-request-id"], "the id of the request")
    return account["id"]


def call(client, method, path, body=None):
    reply = client.send(method, path, body)
    return reply.status, reply.json, reply.headers


def main():
    options = arguments(__doc__)
    checks = Checks("platform_keys")
    with scratch(options.keep) as folder:
        data = folder / "data"
        server = Server(options.program, data)
        put_catalog(server.client())
        server.stop()
        deploy, second = check_store(checks, options.program, data)
        server = Server(options.program, data)
        newest = check_server(checks, options.program, server, deploy, second)
        account = check_operators(checks, server)
        server.stop()
        # What was known of keys, and who did what, is known after a start.
        server = Server(options.program, data)
        used = run(options.program, "keys", "list", "--url", f"http://127.0.0.1:{server.port}", "--key", newest).stdout
        checks.that(any(line.startswith(second) and "never" not in line for line in used.splitlines()), f"last use: {used}")
        _, audit, _ = call(server.client(), "GET", f"/v1/audit?account={account}")
        checks.equal([row["command"] for row in audit["items"]], ["open_account"], "the audit after a start")
        checks.equal(server.stop(), 0, "stopped")
    checks.finish("a store, a server, operators")


if __name__ == "__main__":
    sys.exit(main())
