"""What the end-to-end tests share: the program as a process, a client, checks that are counted.

Standard library only. Every script takes the program's path as its first argument, makes its own data
directories below a temporary one, prints one line, and exits with 1 when a check failed.
"""
import argparse
import atexit
import contextlib
import http.client
import json
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import sys
import tempfile
import threading
import time
import weakref

ROOT_KEY = "rb_end_to_end_root_key_0123456789abcdef"
PATIENCE_S = 30

# Two plans of one prepaid family without tax: a change charges the whole fee of the new plan, so every
# balance follows from a few numbers.
CATALOG = """\
catalog: 1
currencies: {USD: {exponent: 2}}
features: {boxes: {kind: limit, name: Boxes}}
families:
  BASE: {name: Base, anchor: anniversary, settlement: prepaid}
plans:
  small: {family: BASE, rank: 0, name: Small, fee: {USD: "3"}, entitlements: {boxes: 1000000}}
  large: {family: BASE, rank: 1, name: Large, fee: {USD: "7"}, entitlements: {boxes: 2000000}}
changes:
  - {family: BASE, direction: any, allowed: true, effective: now, proration: full, unused: none}
"""


class Checks:
    """Counts checks; a failed one is told at once and fails the script at its end."""

    def __init__(self, name):
        self.name = name
        self.done = 0
        self.failed = 0
        self.lock = threading.Lock()
        self.started = time.monotonic()

    def that(self, holds, what):
        with self.lock:
            self.done += 1
            if holds:
                return True
            self.failed += 1
            if self.failed <= 20:
                print(f"{self.name}: FAILED: {what}", file=sys.stderr, flush=True)
            return False

    def equal(self, got, expected, what):
        return self.that(got == expected, f"{what}: expected {short(expected)}, got {short(got)}")

    def finish(self, summary):
        seconds = time.monotonic() - self.started
        outcome = "ok" if not self.failed else f"{self.failed} of {self.done} checks FAILED"
        print(f"{self.name}: {outcome}: {summary}; {self.done} checks in {seconds:.1f} s", flush=True)
        sys.exit(1 if self.failed else 0)


def short(value, most=600):
    text = repr(value)
    return text if len(text) <= most else text[:most] + "..."


def parser_of(description):
    parser = argparse.ArgumentParser(description=description,
                                     formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("program", help="the ratebook binary")
    parser.add_argument("--keep", action="store_true", help="leave the data directories behind")
    parser.add_argument("--journal", choices=("segments", "sqlite"), help="its form in new stores")
    return parser


def take_journal(options):
    """To be called by scripts whose servers make stores in that form."""
    if options.journal:
        Server.always = (*Server.always, "--journal", options.journal)


def arguments(description, **numbers):
    """The program's path, then options of whole numbers with their defaults."""
    parser = parser_of(description)
    for name, default in numbers.items():
        parser.add_argument("--" + name.replace("_", "-"), type=int, default=default)
    parsed = parser.parse_args()
    parsed.program = os.path.abspath(parsed.program)
    take_journal(parsed)
    return parsed


@contextlib.contextmanager
def scratch(keep=False):
    folder = tempfile.mkdtemp(prefix="ratebook-e2e-")
    try:
        yield pathlib.Path(folder)
    finally:
        if keep:
            print(f"kept: {folder}", file=sys.stderr)
        else:
            shutil.rmtree(folder, ignore_errors=True)


def environment(**more):
    """The test's environment without what would change the program's behaviour."""
    env = {k: v for k, v in os.environ.items() if not k.startswith("RATEBOOK_")}
    env.update({k: str(v) for k, v in more.items()})
    return env


RUNNING = weakref.WeakSet()


@atexit.register
def leave_nothing_behind():
    for server in list(RUNNING):
        server.kill()


class Server:
    """`ratebook serve` (or demo) on a free port of the loopback interface."""

    always = ()  # options of every `serve` of a script

    def __init__(self, program, data, verb="serve", extra=(), key=ROOT_KEY, wait=True,
                 ignore_file_limit=False, **env):
        if key:
            env["RATEBOOK_ROOT_KEY"] = key
        self.data = str(data)
        self.errors = tempfile.TemporaryFile()
        self.started = time.monotonic()
        self.process = subprocess.Popen(
            [program, verb, "--data", self.data, "--listen", "127.0.0.1:0", *extra,
             *(self.always if verb == "serve" else ())],
            stdout=subprocess.PIPE, stderr=self.errors, env=environment(**env),
            # A write beyond RLIMIT_FSIZE then fails with EFBIG instead of ending the process.
            preexec_fn=(lambda: signal.signal(signal.SIGXFSZ, signal.SIG_IGN)) if ignore_file_limit else None,
            restore_signals=not ignore_file_limit)
        RUNNING.add(self)
        self.lines = []
        self.port = None
        self.seconds_to_ready = None
        self.arrived = threading.Event()
        threading.Thread(target=self._read, daemon=True).start()
        if wait:
            self.wait_ready()

    def _read(self):
        for raw in self.process.stdout:
            line = raw.decode(errors="replace").rstrip("\n")
            self.lines.append(line)
            at = line.find("http://127.0.0.1:")
            if at >= 0 and self.port is None:
                digits = line[at + len("http://127.0.0.1:"):]
                end = next((i for i, c in enumerate(digits) if not c.isdigit()), len(digits))
                self.port = int(digits[:end])
                self.seconds_to_ready = time.monotonic() - self.started
                self.arrived.set()
        self.arrived.set()

    def wait_ready(self):
        if not self.arrived.wait(PATIENCE_S) or self.port is None:
            self.kill()
            raise RuntimeError(f"the server did not come up: {self.stderr()!r}")

    def wait_line(self, text):
        """Until a line with this text was printed."""
        deadline = time.monotonic() + PATIENCE_S
        while not any(text in line for line in self.lines):
            if time.monotonic() > deadline:
                raise RuntimeError(f"no line with {text!r}: {self.lines}")
            time.sleep(0.005)

    def client(self, key=ROOT_KEY):
        return Client(self.port, key)

    def stderr(self):
        self.errors.seek(0)
        return self.errors.read().decode(errors="replace")

    def kill(self):
        """SIGKILL, and its exit code: -9, or what the process had ended with before."""
        with contextlib.suppress(ProcessLookupError):
            self.process.send_signal(signal.SIGKILL)
        return self.process.wait(PATIENCE_S)

    def stop(self):
        """SIGTERM; the exit code."""
        self.process.send_signal(signal.SIGTERM)
        try:
            return self.process.wait(PATIENCE_S)
        except subprocess.TimeoutExpired:
            self.kill()
            return None

    def end(self):
        """How it ended, if it did, and what it complained of."""
        with contextlib.suppress(subprocess.TimeoutExpired):
            self.process.wait(1)
        code = self.process.poll()
        return f"{'running' if code is None else f'exit code {code}'}: {self.stderr()}"

    def is_running(self):
        return self.process.poll() is None


class Reply:
    def __init__(self, status, headers, body):
        self.status = status
        self.headers = {name.lower(): value for name, value in headers}
        self.body = body

    @property
    def json(self):
        try:
            return json.loads(self.body)
        except ValueError:
            return None

    @property
    def ok(self):
        return 200 <= self.status < 300

    @property
    def replayed(self):
        return self.headers.get("idempotent-replayed") == "true"

    @property
    def code(self):
        document = self.json
        return document.get("code") if isinstance(document, dict) else None

    def __repr__(self):
        return f"{self.status} {self.body[:300]!r}"


class Lost(Exception):
    """No reply came: whether the command was carried out is not known."""


class Unavailable(Exception):
    """A list that was not given."""

    def __init__(self, path, reply):
        super().__init__(f"GET {path}: {reply!r}")
        self.reply = reply


class Client:
    """One connection, kept and made anew when it was closed between two requests."""

    def __init__(self, port, key):
        self.port = port
        self.key = key
        self.connection = None

    def send(self, method, path, body=None, idempotency_key=None, headers=None, content_type="application/json"):
        fields = {}
        if self.key:
            fields["Authorization"] = "Bearer " + self.key
        if body is not None:
            if not isinstance(body, (bytes, str)):
                body = json.dumps(body)
            if isinstance(body, str):
                body = body.encode()
            fields["Content-Type"] = content_type
        if idempotency_key:
            fields["Idempotency-Key"] = idempotency_key
        fields.update(headers or {})
        try:
            if self.connection is None:
                self.connection = http.client.HTTPConnection("127.0.0.1", self.port, timeout=PATIENCE_S)
                self.connection.connect()
                self.connection.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_NODELAY, 1)
            self.connection.request(method, path, body=body, headers=fields)
            response = self.connection.getresponse()
            reply = Reply(response.status, response.getheaders(), response.read())
            if response.will_close:
                self.close()
            return reply
        except (OSError, http.client.HTTPException) as error:
            self.close()
            raise Lost(repr(error)) from error

    def get(self, path, **more):
        return self.send("GET", path, **more)

    def post(self, path, body=None, idempotency_key=None, **more):
        return self.send("POST", path, body, idempotency_key, **more)

    def put(self, path, body=None, idempotency_key=None, **more):
        return self.send("PUT", path, body, idempotency_key, **more)

    def items(self, path):
        """All items of a list, page by page."""
        found, cursor = [], None
        while True:
            mark = "&" if "?" in path else "?"
            page = self.get(path + f"{mark}limit=200" + (f"&cursor={cursor}" if cursor else ""))
            if page.status != 200:
                raise Unavailable(path, page)
            found += page.json["items"]
            cursor = page.json["next_cursor"]
            if not cursor:
                return found

    def close(self):
        if self.connection is not None:
            self.connection.close()
            self.connection = None


def put_catalog(client, text=CATALOG):
    reply = client.put("/v1/catalog", text, content_type="application/yaml")
    if not reply.ok:
        raise RuntimeError(f"the catalog is refused: {reply!r}")


def usd(amount):
    return {"amount": amount, "currency": "USD"}


def cents(money):
    """A money object as whole cents."""
    whole, _, part = money["amount"].lstrip("-").partition(".")
    value = int(whole) * 100 + int((part + "00")[:2])
    return -value if money["amount"].startswith("-") else value


def money_text(amount_cents):
    sign = "-" if amount_cents < 0 else ""
    return f"{sign}{abs(amount_cents) // 100}.{abs(amount_cents) % 100:02}"


def run(program, *words, timeout=120, **env):
    """A verb of the command line: its CompletedProcess with text."""
    return subprocess.run([program, *map(str, words)], capture_output=True, text=True, timeout=timeout,
                          env=environment(**env), check=False)


def same_but_request_id(left, right):
    """Whether two problem documents are the same bytes apart from their request_id."""
    def blank(reply):
        document = reply.json or {}
        own = document.get("request_id")
        return reply.body.replace(own.encode(), b"*") if own else reply.body
    return left.status == right.status and blank(left) == blank(right)
