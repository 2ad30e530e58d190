"""What one tree can do to a server to be in everybody's way, and a neighbour who asks on meanwhile.

For tests/e2e/neighbours.py and bench/neighbours.py. A flood is requests as bytes, sent over so many
connections as fast as they are answered, by a process of its own; whatever the answers are is fine. The
standard library only.
"""
import base64
import itertools
import json
import multiprocessing
import socket
import threading
import time
import urllib.error
import urllib.request

PATIENCE_S = 30
CATALOG = """\
catalog: 1
currencies: {USD: {exponent: 2}}
meters: {calls: {event: call.made, aggregate: count}}
features:
  calls: {kind: metered, meter: calls}
  bots_count: {kind: limit}
  queries_count: {kind: limit}
  words_count: {kind: limit}
  voice_seconds: {kind: limit}
  premium_support: {kind: flag}
  remove_branding: {kind: flag}
  advanced_intents: {kind: flag}
  auto_intents: {kind: flag}
families:
  BASE: {name: Base, anchor: anniversary, settlement: prepaid}
  AGENCY: {name: Agency, surface: agency, anchor: anniversary, settlement: prepaid}
plans:
  base: {family: BASE, default: true, name: Base, fee: {USD: "0"}, entitlements: {calls: {limit: 100000000}}}
"""


def request(method, path, key, body=b"", content_type="application/json", more=""):
    """One request as it goes over the wire; key None: without one."""
    bearer = f"Authorization: Bearer {key}\r\n" if key else ""
    return (f"{method} {path} HTTP/1.1\r\nHost: localhost\r\n{bearer}{more}Content-Type: {content_type}\r\n"
            f"Content-Length: {len(body)}\r\n\r\n").encode() + body


def read_reply(file):
    """The status of the next reply, its body read and left alone; None where the connection ended."""
    line = file.readline()
    if not line:
        return None
    length = 0
    for header in iter(file.readline, b"\r\n"):
        if not header:
            return None
        name, _, value = header.partition(b":")
        if name.strip().lower() == b"content-length":
            length = int(value)
    while length > 0:
        part = file.read(min(length, 1 << 20))
        if not part:
            return None
        length -= len(part)
    return int(line.split()[1])


class Platform:
    """The platform's own calls, to prepare."""

    def __init__(self, port, key):
        self.port, self.key = port, key

    def call(self, method, path, body=None, content_type="application/json"):
        data = body.encode() if isinstance(body, str) else json.dumps(body).encode()
        asked = urllib.request.Request(f"http://127.0.0.1:{self.port}{path}", data=data, method=method, headers={
            "Authorization": "Bearer " + self.key, "Content-Type": content_type})
        try:
            with urllib.request.urlopen(asked, timeout=PATIENCE_S) as reply:
                return json.loads(reply.read() or b"{}")
        except urllib.error.HTTPError as error:
            raise SystemExit(f"{method} {path}: {error.code} {error.read().decode()}") from None

    def tree(self, name, kind="customer"):
        """A new tree's top, with keys of it by role."""
        account = self.call("POST", "/v1/accounts", {"name": name, "currency": "USD", "kind": kind})["id"]
        keys = {role: self.call("POST", f"/v1/accounts/{account}/api_keys", {"role": role})["text"]
                for role in ("admin", "developer", "user")}
        return {"account": account, "keys": keys}


# --- the floods: connections, and a function that gives the requests of one of them, by its number


def event_ids(tree, most):
    """Batches of events with ids that nobody has sent before, as many as a request may have."""
    def requests(connection):
        for n in itertools.count():
            lines = (f'{{"specversion":"1.0","id":"{connection}-{n}-{i}","source":"/flood","type":"call.made",'
                     f'"subject":"{tree["account"]}"}}' for i in range(most["events"]))
            yield request("POST", "/v1/events", tree["keys"]["developer"], "\n".join(lines).encode(),
                          "application/x-ndjson")
    return 4, requests


def idempotent_commands(tree, most):
    """Commands that each have a key of repetition of their own, so that each reply is kept."""
    def requests(connection):
        for n in itertools.count():
            cap = {"amount": {"amount": f"{n % 1000 + 1}.00", "currency": "USD"}, "window": "calendar_month"}
            yield request("PUT", f"/v1/accounts/{tree['account']}/spend-cap", tree["keys"]["admin"],
                          json.dumps(cap).encode(), more=f"Idempotency-Key: {connection}-{n}\r\n")
    return 32, requests


def service_keys(tree, most):
    """Pairs of RSA keys that the server is to make, also beyond their number."""
    def requests(connection):
        while True:
            yield request("POST", f"/v1/accounts/{tree['account']}/service_keys", tree["keys"]["admin"], b"{}")
    return 16, requests


def absurd_tokens(tree, most):
    """A public key with a modulus and an exponent of 16,384 bits, and tokens that name such keys."""
    modulus = (1 << 16383) + 1
    pem = rsa_pem(modulus, modulus - 2)
    body = json.dumps({"public_key": pem}).encode()
    path = f"/v1/accounts/{tree['account']}/service_keys"
    kid = most["kid"](path, body)

    def requests(connection):
        for n in itertools.count():
            if n % 100 == 0:
                yield request("POST", path, tree["keys"]["admin"], body)
                continue
            yield request("POST", "/platform_api/GetAccountInfo", token(kid, tree["account"], n))
    return 16, requests


def waiting_reads(tree, most):
    """Reads of the change feed that wait for what comes next."""
    def requests(connection):
        while True:
            yield request("GET", "/v1/changes?wait=2&limit=1000", tree["keys"]["developer"])
    return most["waiting"], requests


def plan_lists(tree, most):
    """An agency's many plans, each with as much text as it may have, listed again and again."""
    def requests(connection):
        key = tree["agency_key"]
        for n in itertools.count():
            if connection == 0 and n < most["plans"]:
                plan = {"name": f"Plan {n}", "description": "x" * 8000, "bots_count": 0, "queries_count": 0,
                        "words_count": 0, "voice_seconds": 0, "premium_support": False}
                yield request("POST", f"/api/v1/agency/billing/{tree['uuid']}/billing_plan?api_key={key}", None,
                              json.dumps(plan).encode())
            elif n % 2 == 0:
                yield request("GET", f"/api/v1/agency/billing/{tree['uuid']}/billing_plan/list?api_key={key}"
                                     "&page=1&size=10000", None)
            else:
                yield request("GET", f"/v1/plans?account={tree['account']}&limit=10000", tree["keys"]["admin"])
    return 8, requests


def openapi(tree, most):
    """The description of the surface, by somebody without a key."""
    def requests(connection):
        while True:
            yield request("GET", "/openapi.json", None)
    return 32, requests


def refused_openings(tree, most):
    """Accounts that somebody wants to open who may not."""
    def requests(connection):
        for n in itertools.count():
            yield request("POST", "/v1/accounts", tree["keys"]["user"],
                          json.dumps({"name": f"flood-{connection}-{n}", "currency": "USD"}).encode())
    return 32, requests


FLOODS = {"event ids": event_ids, "idempotent commands": idempotent_commands, "service keys": service_keys,
          "absurd tokens": absurd_tokens, "waiting reads": waiting_reads, "plan lists": plan_lists,
          "openapi": openapi, "refused openings": refused_openings}


def der(tag, content):
    length = len(content)
    if length < 128:
        return bytes([tag, length]) + content
    size = (length.bit_length() + 7) // 8
    return bytes([tag, 0x80 | size]) + length.to_bytes(size, "big") + content


def rsa_pem(modulus, exponent):
    def integer(value):
        return der(2, value.to_bytes(value.bit_length() // 8 + 1, "big"))

    algorithm = der(0x30, bytes.fromhex("06092a864886f70d010101") + bytes.fromhex("0500"))
    key = der(0x30, integer(modulus) + integer(exponent))
    text = base64.encodebytes(der(0x30, algorithm + der(3, b"\0" + key))).decode()
    return f"-----BEGIN PUBLIC KEY-----\n{text}-----END PUBLIC KEY-----\n"


def token(kid, account, n):
    """Looks like one; its signature is as long as such a key's and nobody's."""
    def part(content):
        return base64.urlsafe_b64encode(content).rstrip(b"=").decode()

    header = {"alg": "RS256", "typ": "JWT", "kid": kid}
    claims = {"iss": account, "iat": int(time.time()), "exp": int(time.time()) + 600, "n": n}
    signature = (2 + n).to_bytes(2048, "big")
    return ".".join(map(part, (json.dumps(header).encode(), json.dumps(claims).encode(), signature)))


# --- running one


def flood(port, requests, connection, over, answered):
    """On one connection until it is over; a connection that was closed is opened again."""
    source = requests(connection)
    while not over.is_set():
        try:
            with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as at:
                at.settimeout(PATIENCE_S)
                file = at.makefile("rb")
                while not over.is_set():
                    at.sendall(next(source))
                    if read_reply(file) is None:
                        break
                    with answered.get_lock():
                        answered.value += 1
        except OSError:
            time.sleep(0.01)


def run_flood(port, name, tree, most, over, answered):
    connections, requests = FLOODS[name](tree, most)
    threads = [threading.Thread(target=flood, args=(port, requests, n, over, answered), daemon=True)
               for n in range(connections)]
    for thread in threads:
        thread.start()
    over.wait()


class Flooding:
    """A flood in a process of its own, for as long as the context lasts."""

    def __init__(self, port, name, tree, most):
        self.over, self.answered = multiprocessing.Event(), multiprocessing.Value("L")
        self.process = multiprocessing.Process(target=run_flood, daemon=True,
                                               args=(port, name, tree, most, self.over, self.answered))

    def __enter__(self):
        self.process.start()
        return self

    def __exit__(self, *_):
        self.over.set()
        self.process.join(1)
        if self.process.is_alive():
            self.process.kill()
            self.process.join()


def flooding_tree(platform, name):
    """The tree of one flood: an agency, so that it can have plans of its own too."""
    tree = platform.tree("flood-" + name.replace(" ", "-"), "agency")
    account = platform.call("GET", f"/v1/accounts/{tree['account']}")
    tree["agency_key"] = platform.call("POST", f"/v1/accounts/{tree['account']}/api_keys",
                                       {"role": "admin", "surface": "agency"})["text"]
    tree["uuid"] = account.get("uuid") or uuid_of(tree["account"])
    return tree


def uuid_of(account):
    """An id's UUID: 26 digits of Crockford's base 32 behind the prefix."""
    digits = "0123456789abcdefghjkmnpqrstvwxyz"
    value = 0
    for digit in account.split("_", 1)[1]:
        value = value * 32 + digits.index(digit)
    text = f"{value:032x}"
    return "-".join((text[:8], text[8:12], text[12:16], text[16:20], text[20:]))


def limits_of(port, tree, **most):
    """How far the floods go. `kid` asks for a place for an absurd key, and is told any when it is refused."""
    def kid(path, body):
        with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as at:
            at.sendall(request("POST", path, tree["keys"]["admin"], body, more="Connection: close\r\n"))
            reply = at.makefile("rb").read()
        try:
            return json.loads(reply.partition(b"\r\n\r\n")[2])["key_id"]
        except (ValueError, KeyError):
            return "00000000-0000-7000-8000-000000000000"
    return {"kid": kid, **most}


def percentile(values, percent):
    """Of a list; the value below which so many percent lie."""
    ordered = sorted(values)
    return ordered[min(len(ordered) - 1, len(ordered) * percent // 100)]


def neighbour(port, tree, seconds, pause_s=0.0):
    """One use after the other on one connection; how long each took, in seconds, and how many were let in.
    One without an answer after PATIENCE_S is the last.
    """
    body = json.dumps({"account": tree["account"], "feature": "calls", "quantity": 1}).encode()
    asked = request("POST", "/v1/entitlements/consume", tree["keys"]["developer"], body)
    took, counted = [], 0
    with socket.create_connection(("127.0.0.1", port), PATIENCE_S) as at:
        at.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
        file = at.makefile("rb")
        end = time.monotonic() + seconds
        while time.monotonic() < end:
            begun = time.perf_counter()
            at.sendall(asked)
            try:
                status = read_reply(file)
            except TimeoutError:
                status = None
            took.append(time.perf_counter() - begun)
            counted += status == 200
            if status is None:
                break
            time.sleep(pause_s)
    return took, counted
