"""More than the server can take: what it lets in it counts exactly, the rest is told to come back.

A small server (few requests may wait) is flooded by one account over pipelined connections, while another
account asks on. Then the server is stopped under the flood. Then one account asks faster than its rate, and
is given one of its own. Then bodies arrive that never end.
Every request is answered by 200, by 503 or 429 with what the contract says beside it, or, after the stop,
not at all; what an account has used is the number of its 200s; memory stays bounded; the other account is
always let in; and afterwards everyone is.
"""
import http.client
import json
import os
import pathlib
import select
import socket
import sys
import threading
import time

from harness import PATIENCE_S, Checks, Lost, Server, arguments, put_catalog, run, scratch

CATALOG = """\
catalog: 1
currencies: {USD: {exponent: 2}}
meters: {calls: {event: call.made, aggregate: count}}
features: {calls: {kind: metered, meter: calls}}
families: {BASE: {name: Base, anchor: anniversary, settlement: prepaid}}
plans:
  base: {family: BASE, default: true, name: Base, fee: {USD: "0"}, entitlements: {calls: {limit: 100000000}}}
"""
CONSUME, CHECK = "/v1/entitlements/consume", "/v1/entitlements/check"
RSS_GROWN_MAX = 256 << 20
PIPELINED = 64


class Tree:
    """A tree of accounts of its own, with a key of it."""

    def __init__(self, root, name):
        self.id = root.post("/v1/accounts", {"name": name, "currency": "USD"}).json["id"]
        made = root.post(f"/v1/accounts/{self.id}/api_keys", {"role": "developer"}).json
        self.key = made["text"]

    def use(self):
        return {"account": self.id, "feature": "calls", "quantity": 1}

    def used(self, root):
        return int(root.post(CHECK, self.use()).json["used"])


class Flood(threading.Thread):
    """Sends bursts of pipelined uses on one connection and reads every answer; ends when told to, or with
    the connection."""

    def __init__(self, server, tree, checks):
        super().__init__(daemon=True)
        self.checks = checks
        self.sent = self.accepted = self.shed = 0
        self.over = threading.Event()
        body = json.dumps(tree.use()).encode()
        self.request = (f"POST {CONSUME} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {tree.key}\r\n"
                        f"Content-Type: application/json\r\nContent-Length: {len(body)}\r\n\r\n").encode() + body
        self.socket = socket.create_connection(("127.0.0.1", server.port), PATIENCE_S)
        self.file = self.socket.makefile("rb")

    def run(self):
        try:
            while not self.over.is_set():
                self.socket.sendall(self.request * PIPELINED)
                self.sent += PIPELINED
                for _ in range(PIPELINED):
                    self.take()
        except (OSError, http.client.HTTPException):
            pass
        finally:
            self.socket.close()

    def take(self):
        status, headers, body = read_response(self.file)
        if status == 200:
            self.accepted += 1
            self.checks.that(json.loads(body)["allowed"], f"a use is allowed: {body}")
        else:
            self.shed += 1
            self.checks.equal((status, headers.get("retry-after"), headers.get("content-type"),
                               json.loads(body)["code"]),
                              (503, "1", "application/problem+json", "engine_is_overloaded"), "a request that was shed")


def read_response(file):
    line = file.readline()
    if not line:
        raise http.client.RemoteDisconnected("no further answer")
    headers = {}
    while (field := file.readline().strip()):
        name, _, value = field.decode().partition(":")
        headers[name.lower()] = value.strip()
    body = file.read(int(headers.get("content-length", 0)))
    return int(line.split()[1]), headers, body


def rss(server):
    text = pathlib.Path(f"/proc/{server.process.pid}/status").read_text(encoding="ascii")
    return next(int(line.split()[1]) * 1024 for line in text.splitlines() if line.startswith("VmRSS"))


def flooded(options, data, checks):
    """One tree floods while another asks; then, still flooded, the server is stopped."""
    server = Server(options.program, data, extra=("--waiting-max", "16"))
    root = server.client()
    put_catalog(root, CATALOG)
    loud, quiet = Tree(root, "loud"), Tree(root, "quiet")
    before = rss(server)
    client = server.client(quiet.key)
    floods = [Flood(server, loud, checks) for _ in range(options.connections)]
    asked = 0
    for flood in floods:
        flood.start()
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and sum(f.shed for f in floods) < options.shed or asked < 200:
        asked += 1
        reply = client.post(CONSUME, quiet.use())
        checks.that(reply.status == 200 and reply.json["allowed"], f"the quiet tree is let in: {reply!r}")
    grown = rss(server) - before
    checks.that(grown < RSS_GROWN_MAX, f"memory is bounded: it grew by {grown} bytes")
    for flood in floods:
        flood.over.set()
    for flood in floods:
        flood.join()
    accepted, shed = sum(f.accepted for f in floods), sum(f.shed for f in floods)
    checks.that(shed > 0, "the flood was shed at times")
    checks.that(accepted > 0, "and let in at times")
    checks.equal(accepted + shed, sum(f.sent for f in floods), "every request was answered")
    checks.equal(loud.used(root), accepted, "what the loud tree used")
    checks.equal(quiet.used(root), asked, "what the quiet tree used")
    reply = server.client(loud.key).post(CONSUME, loud.use())
    checks.equal(reply.status, 200, "the loud tree is let in again afterwards")

    floods = [Flood(server, loud, checks) for _ in range(options.connections)]
    for flood in floods:
        flood.start()
    while sum(f.accepted for f in floods) < 500:
        time.sleep(0.005)
    checks.equal(server.stop(), 0, f"a stop by SIGTERM under the flood: {server.stderr()}")
    for flood in floods:
        flood.join()
    return loud, accepted + 1, floods, shed + sum(f.shed for f in floods)


def stopped(options, data, checks, loud, accepted, floods):
    verified = run(options.program, "verify", data)
    checks.equal(verified.returncode, 0, f"verify: {verified.stdout} {verified.stderr}")
    server = Server(options.program, data, extra=("--rate", "20"))
    root = server.client()
    used = loud.used(root)
    told = accepted + sum(f.accepted for f in floods)
    unknown = sum(f.sent - f.accepted - f.shed for f in floods)
    checks.that(told <= used <= told + unknown,
                f"after the stop the loud tree has used {used}: {told} were told, of {unknown} nothing was")
    return server, root, used


def limited(server, root, tree, used, checks):
    """Beyond its rate a tree is told so; the platform and other trees are not."""
    client = server.client(tree.key)
    accepted = refused = 0
    until = time.monotonic() + PATIENCE_S
    while time.monotonic() < until and (refused < 20 or accepted < 40):
        reply = client.post(CONSUME, tree.use())
        checks.equal(reply.headers.get("ratelimit-policy"), '"tree";q=20;w=1', "the policy")
        name, *fields = reply.headers.get("ratelimit", "").split(";")
        remaining, seconds = (int(field.partition("=")[2]) for field in fields)
        checks.equal((name, [field[:2] for field in fields]), ('"tree"', ["r=", "t="]), "the standing")
        if reply.status == 200:
            accepted += 1
            checks.that(0 <= remaining < 20 and seconds == 1, f"what is left: {reply.headers['ratelimit']}")
            continue
        refused += 1
        checks.equal((reply.status, reply.code, remaining, reply.headers.get("retry-after")),
                     (429, "rate_is_exceeded", 0, str(seconds)), "a request beyond the rate")
    checks.that(refused >= 20 and accepted >= 40, f"{accepted} were let in and {refused} refused")
    checks.equal(tree.used(root), used + accepted, "what is refused is not counted")
    other = Tree(root, "other")
    checks.equal(server.client(other.key).post(CONSUME, other.use()).status, 200, "another tree is let in")
    return refused, other


def policies(server, tree, checks):
    """What several connections, of whichever I/O threads, are told at once. The rate may be used up."""
    told = {server.client(tree.key).post(CHECK, tree.use()).headers.get("ratelimit-policy") for _ in range(16)}
    checks.equal(len(told), 1, f"one policy on all connections: {told}")
    return told.pop()


def given(options, server, root, tree, other, data, checks):
    """A rate of one tree's own holds from its reply on, over a kill and a stop, until it is taken back."""
    path, own, normal = f"/v1/accounts/{tree.id}/rate", '"tree";q=1000;w=1', '"tree";q=20;w=1'
    before = server.client(tree.key)
    checks.equal(root.put(path, {"requests_per_second": 1000}).status, 200, "a rate is given")
    replies = [before.post(CHECK, tree.use()) for _ in range(100)]
    checks.equal({r.status for r in replies}, {200}, "a hundred requests at a thousand a second")
    checks.equal(server.client(tree.key).put(path, {"requests_per_second": 2000}).status, 403, "not by the tree itself")
    for end in ("kill", "stop"):
        checks.equal(policies(server, tree, checks), own, "the tree's own rate")
        checks.equal(policies(server, other, checks), normal, "that of the others")
        checks.equal(getattr(server, end)(), -9 if end == "kill" else 0, f"the server's end: {server.stderr()}")
        server = Server(options.program, data, extra=("--rate", "20"))
    checks.equal(policies(server, tree, checks), own, "the tree's own rate, after a stop")
    root = server.client()
    told = root.get(path).json
    checks.equal((told["requests_per_second"], told["source"]), (1000, "account"), "what holds")
    told = root.send("DELETE", path).json
    checks.equal((told["requests_per_second"], told["source"]), (20, "server"), "what holds when it is taken back")
    checks.equal(policies(server, tree, checks), normal, "the server's rate")
    checks.equal(server.stop(), 0, "a stop by SIGTERM")


def is_read(client, body_bytes):
    """Whether a body of so many bytes has room; what is said of it then does not matter."""
    try:
        return client.post("/v1/events", bytes(body_bytes), content_type="application/x-ndjson").status != 503
    except Lost:
        return False


def arriving(options, data, checks):
    """Bodies that never end: together they take no more than may wait, and small requests go on."""
    threads = len(os.sched_getaffinity(0))
    budget, announced, sent = 16 << 20, 8 << 20, 6 << 20
    # On each I/O thread one body is let in whatever it takes.
    held_max = budget + threads * announced
    server = Server(options.program, data, extra=("--waiting-bytes-max", str(budget)))
    root = server.client()
    tree = Tree(root, "small")
    client = server.client(tree.key)
    before, opened, cut = rss(server), [], 0
    head = (f"POST /v1/events HTTP/1.1\r\nHost: localhost\r\nContent-Type: application/x-ndjson\r\n"
            f"Content-Length: {announced}\r\n\r\n").encode()
    for _ in range(24 + 2 * threads):
        connection = socket.create_connection(("127.0.0.1", server.port), PATIENCE_S)
        opened.append(connection)
        try:
            connection.sendall(head + bytes(sent))
        except OSError:
            cut += 1  # refused, and closed with bytes unread
        checks.equal(client.post(CONSUME, tree.use()).status, 200, "a small request beside bodies that arrive")
    grown = rss(server) - before
    checks.that(grown < held_max + (64 << 20), f"memory is bounded by what may wait: it grew by {grown} bytes")
    told = 0
    for connection in select.select(opened, [], [], 0)[0]:
        try:
            status, headers, body = read_response(connection.makefile("rb"))
        except (OSError, http.client.HTTPException):
            continue
        told += 1
        checks.equal((status, headers.get("retry-after"), headers.get("content-type"), json.loads(body)["code"]),
                     (503, "1", "application/problem+json", "overloaded"), "a body without room")
    checks.that(len(opened) - max(cut, told) <= held_max // sent + 1,
                f"of {len(opened)} bodies {cut} were cut and {told} told so")
    checks.that(told > 0, "who reads is told why")
    for connection in opened:
        connection.close()
    until = time.monotonic() + PATIENCE_S
    while not is_read(root, announced):
        checks.that(time.monotonic() < until, "a large body is read again afterwards")
    checks.equal(server.stop(), 0, "a stop by SIGTERM")


def main():
    options = arguments(__doc__, connections=6, shed=300)
    checks = Checks("overload")
    with scratch(options.keep) as folder:
        data = folder / "data"
        loud, accepted, floods, shed = flooded(options, data, checks)
        server, root, used = stopped(options, data, checks, loud, accepted, floods)
        refused, other = limited(server, root, loud, used, checks)
        given(options, server, root, loud, other, data, checks)
        arriving(options, data, checks)
    checks.finish(f"{used} uses let in and counted, {shed} shed with 503, {refused} refused with 429")


if __name__ == "__main__":
    sys.exit(main())
