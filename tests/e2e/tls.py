"""HTTPS from certificate files: clients, what is refused, and new files without a break."""
import json
import os
import pathlib
import re
import shutil
import signal
import socket
import ssl
import subprocess
import threading
import time

from harness import CATALOG, PATIENCE_S, ROOT_KEY, Checks, arguments, environment, run, scratch

NAME = "billing.example.com"
GET = f"GET /v1/accounts HTTP/1.1\r\nHost: {NAME}\r\nAuthorization: Bearer {ROOT_KEY}\r\n\r\n".encode()


def openssl(*words):
    return subprocess.run(["openssl", *map(str, words)], check=True, capture_output=True)


class Authority:
    def __init__(self, folder):
        self.folder = folder
        self.file = folder / "ca.pem"
        openssl("req", "-x509", "-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256", "-nodes", "-days", 2, "-subj",
                "/CN=test authority", "-keyout", folder / "ca.key", "-out", self.file)

    def issue(self, name, kind="ec", days=2):
        """A certificate and a key for NAME and 127.0.0.1."""
        cert, key, request, more = (self.folder / f"{name}.{end}" for end in ("pem", "key", "csr", "ext"))
        more.write_text(f"subjectAltName=DNS:{NAME},IP:127.0.0.1\n")
        how = ["-newkey", "rsa:2048"] if kind == "rsa" else ["-newkey", "ec", "-pkeyopt", "ec_paramgen_curve:P-256"]
        openssl("req", *how, "-nodes", "-subj", f"/CN={name}", "-keyout", key, "-out", request)
        openssl("x509", "-req", "-in", request, "-CA", self.file, "-CAkey", self.folder / "ca.key", "-CAcreateserial",
                "-days", days, "-extfile", more, "-out", cert)
        key.chmod(0o600)
        return cert, key


class Server:
    """`ratebook serve` with a certificate."""

    def __init__(self, program, data, cert, key, *extra):
        self.errors = open(f"{data}.err", "w+", encoding="utf-8")
        self.process = subprocess.Popen([program, "serve", "--data", data, "--listen", "127.0.0.1:0", "--tls-cert", cert,
                                         "--tls-key", key, "--host", NAME, *extra], stdout=subprocess.PIPE, text=True,
                                        stderr=self.errors, env=environment(RATEBOOK_ROOT_KEY=ROOT_KEY))
        line = self.process.stdout.readline()
        found = re.search(r"https://127\.0\.0\.1:(\d+)", line)
        if not found:
            raise RuntimeError(f"no https: {line!r} {self.stderr()}")
        self.port = int(found[1])

    def stderr(self):
        return pathlib.Path(self.errors.name).read_text(encoding="utf-8")

    def wait_stderr(self, text, times=1):
        deadline = time.monotonic() + PATIENCE_S
        while self.stderr().count(text) < times and time.monotonic() < deadline:
            time.sleep(0.05)
        return self.stderr().count(text)

    def stop(self):
        self.process.terminate()
        return self.process.wait(PATIENCE_S)


def context_of(authority, **settings):
    context = ssl.create_default_context(cafile=authority.file)
    for name, value in settings.items():
        setattr(context, name, value)
    return context


def connect(server, context, session=None):
    plain = socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_S)
    return context.wrap_socket(plain, server_hostname=NAME, session=session)


def read_reply(connection):
    """Status and body of one reply."""
    data = b""
    while b"\r\n\r\n" not in data:
        piece = connection.recv(65536)
        if not piece:
            return None, data
        data += piece
    head, body = data.split(b"\r\n\r\n", 1)
    length = int(re.search(rb"(?i)content-length: (\d+)", head)[1])
    while len(body) < length:
        body += connection.recv(65536)
    return int(head.split()[1]), body


def serial(connection):
    return connection.getpeercert()["serialNumber"]


def check_clients(checks, server, authority, folder):
    """curl, Python and openssl; both versions; resumption; what is too old or too new."""
    url = f"https://{NAME}:{server.port}"
    curl = ["curl", "-sS", "--cacert", authority.file, "--resolve", f"{NAME}:{server.port}:127.0.0.1", "-H",
            f"Authorization: Bearer {ROOT_KEY}"]
    done = subprocess.run([*curl, "-w", "\n%{http_code} %{http_version} %{ssl_verify_result}", url + "/v1/accounts"],
                          capture_output=True, text=True, check=False)
    checks.equal(done.stdout.splitlines()[-1:], ["200 1.1 0"], f"curl: {done}")
    catalog = folder / "catalog.yaml"
    catalog.write_text(CATALOG + "# " + "x" * 900_000 + "\n")
    done = subprocess.run([*curl, "-X", "PUT", "-H", "Content-Type: application/yaml", "--data-binary", f"@{catalog}",
                           url + "/v1/catalog"], capture_output=True, text=True, check=False)
    checks.that('"version"' in done.stdout, f"a large body: {done.stdout[:300]} {done.stderr}")
    done = subprocess.run([*curl, url + "/openapi.json"], capture_output=True, text=True, check=False)
    checks.that(json.loads(done.stdout)["openapi"].startswith("3.1"), "a large reply")

    for version in (ssl.TLSVersion.TLSv1_2, ssl.TLSVersion.TLSv1_3):
        context = context_of(authority, minimum_version=version, maximum_version=version)
        context.set_alpn_protocols(["h2", "http/1.1"])
        with connect(server, context) as connection:
            checks.equal(connection.selected_alpn_protocol(), "http/1.1", f"{version.name}: ALPN")
            checks.that(connection.cipher()[0].startswith(("ECDHE-", "TLS_")) and connection.compression() is None,
                        f"{version.name}: {connection.cipher()}")
            connection.sendall(GET * 20)
            statuses = [read_one(connection) for _ in range(20)]
            checks.equal(statuses, [200] * 20, f"{version.name}: twenty requests in one piece")
            session = connection.session
        with connect(server, context, session) as connection:
            connection.sendall(GET)
            checks.equal(read_reply(connection)[0], 200, f"{version.name}: a second connection")
            checks.that(connection.session_reused, f"{version.name}: the session is resumed")
    done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-tls1_1", "-cipher",
                           "ALL:@SECLEVEL=0"], input="", capture_output=True, text=True, check=False, timeout=30)
    checks.that(done.returncode != 0 and "Cipher is (NONE)" in done.stdout, f"TLS 1.1: {done.stdout[-300:]}")
    for cipher in ("AES128-SHA", "AES256-GCM-SHA384", "ECDHE-RSA-AES128-SHA"):
        done = subprocess.run(["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-tls1_2", "-cipher", cipher],
                              input="", capture_output=True, text=True, check=False, timeout=30)
        checks.that("Cipher is (NONE)" in done.stdout, f"{cipher}: {done.stdout[-300:]}")
    context = context_of(authority)
    context.set_alpn_protocols(["h2"])
    try:
        connect(server, context).close()
        checks.that(False, "a client that speaks h2 only is told")
    except ssl.SSLError as error:
        checks.that("NO_APPLICATION_PROTOCOL" in str(error).upper().replace(" ", "_"), f"h2 only: {error}")


LEFT = {}


def read_one(connection):
    """The next reply's status; keeps what came after it."""
    data = LEFT.pop(connection, b"")
    while True:
        if b"\r\n\r\n" in data:
            head, body = data.split(b"\r\n\r\n", 1)
            length = int(re.search(rb"(?i)content-length: (\d+)", head)[1])
            if len(body) >= length:
                LEFT[connection] = body[length:]
                return int(head.split()[1])
        piece = connection.recv(65536)
        if not piece:
            return None
        data += piece


def check_refusals(checks, server, authority):
    """Plain HTTP, renegotiation, nonsense, and handshakes that never end."""
    with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_S) as plain:
        plain.sendall(GET)
        reply = plain.recv(65536)
    checks.that(reply.startswith(b"HTTP/1.1 400 ") and b"https://" in reply, f"plain HTTP: {reply!r}")
    for nonsense in (b"\x16\x03\x01\x00\x05hello", b"\x00" * 100, b"\x16" + os.urandom(3000)):
        with socket.create_connection(("127.0.0.1", server.port), timeout=PATIENCE_S) as plain:
            try:
                plain.sendall(nonsense)
                plain.shutdown(socket.SHUT_WR)
                while plain.recv(65536):
                    pass
            except OSError:
                pass
    process = subprocess.Popen(["openssl", "s_client", "-connect", f"127.0.0.1:{server.port}", "-tls1_2"],
                               stdin=subprocess.PIPE, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True)
    time.sleep(0.5)
    process.stdin.write("R\n")
    process.stdin.flush()
    time.sleep(0.5)
    process.stdin.close()
    out = process.stdout.read()
    process.wait(PATIENCE_S)
    checks.that("RENEGOTIATING" in out and ("no renegotiation" in out or "handshake failure" in out or "alert" in out),
                f"renegotiation: {out[-400:]}")

    # More of them than there is room for, and others are served beside them.
    idle = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(2300)]
    dripping = idle[:50]
    since = time.monotonic()
    for connection in dripping:
        connection.sendall(b"\x16\x03\x01")
    slowest = 0.0
    for _ in range(20):
        begun = time.monotonic()
        with connect(server, context_of(authority)) as connection:
            connection.sendall(GET)
            checks.equal(read_reply(connection)[0], 200, "served beside idle handshakes")
        slowest = max(slowest, time.monotonic() - begun)
    checks.that(slowest < 15, f"the slowest took {slowest:.1f} s")
    last = idle[-1]
    last.settimeout(PATIENCE_S)
    try:
        left = last.recv(1)
    except OSError:
        left = b""
    waited = time.monotonic() - since
    checks.that(left == b"" and waited < 40, f"a handshake that does not come is ended: {left} after {waited:.1f} s")
    for connection in idle:
        connection.close()


def replace(target, source, mode=0o600):
    part = target.with_suffix(".part")
    shutil.copy(source, part)
    part.chmod(mode)
    part.rename(target)


def check_reload(checks, server, authority, cert, key):
    """By a change of the files and by SIGHUP; what cannot be used leaves things as they are."""
    context = context_of(authority)
    old = connect(server, context)
    first = serial(old)

    def is_served(what, by):
        with connect(server, context) as connection:
            connection.sendall(GET)
            checks.equal(read_reply(connection)[0], 200, what)
            checks.equal(serial(connection) == first, by == "old", f"{what}: by the {by} certificate")
        old.sendall(GET)
        checks.equal(read_reply(old)[0], 200, f"{what}: an open connection goes on")

    other_cert, other_key = authority.issue("second", kind="rsa")
    is_served("before", "old")
    # Only the certificate: a pair that does not fit.
    good = cert.read_bytes()
    replace(cert, other_cert)
    checks.equal(server.wait_stderr("is not that of the certificate"), 1, f"half a pair is told: {server.stderr()}")
    is_served("half a pair", "old")
    cert.write_text("-----BEGIN CERTIFICATE-----\nnonsense\n")
    checks.equal(server.wait_stderr("holds no certificate in PEM"), 1, f"nonsense is told: {server.stderr()}")
    cert.unlink()
    checks.equal(server.wait_stderr(f"the certificate file '{cert}' cannot be read"), 1, f"no file: {server.stderr()}")
    is_served("nonsense and nothing", "old")
    time.sleep(4.5)
    checks.equal(server.stderr().count("stays in force"), 3, f"each is told once: {server.stderr()}")
    cert.write_bytes(good)
    checks.equal(server.wait_stderr("a new certificate is in force"), 1, "the first pair again")
    is_served("the first pair again", "old")
    replace(key, other_key)
    replace(cert, other_cert)
    checks.equal(server.wait_stderr("a new certificate is in force", 2), 2, f"a new pair: {server.stderr()}")
    is_served("a new pair", "new")
    server.process.send_signal(signal.SIGHUP)
    checks.equal(server.wait_stderr("a new certificate is in force", 3), 3, "SIGHUP reads at once")
    is_served("after SIGHUP", "new")
    old.close()


def check_starts(checks, program, folder, authority):
    """What cannot be used at the start names the file, and makes nothing."""
    cert, key = authority.issue("start")
    other_cert, other_key = authority.issue("other")
    rubbish, locked, open_key = folder / "rubbish.pem", folder / "locked.key", folder / "open.key"
    rubbish.write_text("rubbish")
    openssl("ec", "-in", key, "-aes128", "-passout", "pass:secret", "-out", locked)
    locked.chmod(0o600)
    shutil.copy(key, open_key)
    open_key.chmod(0o644)
    cases = ((folder / "none.pem", key, "none.pem' cannot be read"), (cert, folder / "none.key", "none.key' cannot be read"),
             (rubbish, key, "rubbish.pem' holds no certificate"), (cert, rubbish, "rubbish.pem"),
             (cert, other_key, "is not that of the certificate"), (other_cert, key, "is not that of the certificate"),
             (cert, locked, "without a passphrase"), (cert, open_key, f"chmod 600 '{open_key}'"), (folder, key, "is not a file"))
    for one, two, text in cases:
        if two == rubbish:
            rubbish.chmod(0o600)
        done = run(program, "serve", "--data", folder / "never", "--listen", "127.0.0.1:0", "--tls-cert", one, "--tls-key", two)
        checks.that(done.returncode == 1 and text in done.stderr and done.stdout == "", f"{one.name} {two.name}: {done}")
    store = folder / "data"
    done = run(program, "doctor", store, "--tls-cert", cert, "--tls-key", other_key)
    checks.that(done.returncode == 1 and "is not that of the certificate" in done.stdout, f"doctor: {done}")
    done = run(program, "doctor", store, RATEBOOK_TLS_CERT=cert, RATEBOOK_TLS_KEY=key)
    checks.that(done.returncode == 0 and "ok: certificate: " in done.stdout, f"doctor: {done}")
    old_cert, old_key = authority.issue("old", days=-1)
    done = run(program, "doctor", store, "--tls-cert", old_cert, "--tls-key", old_key)
    checks.that(done.returncode == 1 and "is over: renew it" in done.stdout, f"a certificate that is over: {done}")
    for words in (("--tls-cert", cert), ("--tls-key", key)):
        done = run(program, "serve", "--data", folder / "never", "--listen", "127.0.0.1:0", *words)
        checks.that(done.returncode == 1 and "--tls-cert and --tls-key" in done.stderr, f"{words}: {done}")
    checks.that(not (folder / "never").exists(), "no store is made")


def check_stop(checks, program, folder, authority):
    """Handshakes that hang do not hold up a stop; what was asked is answered."""
    cert, key = authority.issue("stop")
    server = Server(program, folder / "stop", cert, key)
    hanging = [socket.create_connection(("127.0.0.1", server.port)) for _ in range(20)]
    waiting = connect(server, context_of(authority))
    waiting.sendall(GET.replace(b"/v1/accounts", b"/v1/changes?wait=3&limit=1&after="))
    replies = []
    thread = threading.Thread(target=lambda: replies.append(read_reply(waiting)))
    thread.start()
    time.sleep(0.3)
    begun = time.monotonic()
    checks.equal(server.stop(), 0, f"a stop: {server.stderr()}")
    checks.that(time.monotonic() - begun < 20, "in time")
    thread.join()
    checks.equal(replies[0][0], 200, "what was asked is answered")
    for connection in hanging:
        connection.close()


def main():
    options = arguments(__doc__)
    checks = Checks("tls")
    with scratch(options.keep) as folder:
        authority = Authority(folder)
        cert, key = authority.issue("first")
        server = Server(options.program, folder / "data", cert, key)
        check_clients(checks, server, authority, folder)
        check_refusals(checks, server, authority)
        check_reload(checks, server, authority, cert, key)
        checks.equal(server.stop(), 0, f"a stop: {server.stderr()}")
        check_starts(checks, options.program, folder, authority)
        check_stop(checks, options.program, folder, authority)
    checks.finish("clients, refusals, new certificates, starts and stops")


if __name__ == "__main__":
    main()
