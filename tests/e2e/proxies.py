"""The blocks of docs/operations.md for proxies, as they stand there but for ports and paths, with the programs."""
import http.server
import os
import pathlib
import re
import shutil
import socket
import subprocess
import threading
import time

from harness import PATIENCE_S, ROOT_KEY, Checks, Server, arguments, scratch
from tls import Authority, NAME

PAGE = pathlib.Path(__file__).resolve().parents[2] / "docs" / "operations.md"


def block(language):
    return re.search(rf"```{language}\n(.*?)```", PAGE.read_text(encoding="utf-8"), re.S)[1]


def free_port():
    with socket.create_server(("127.0.0.1", 0)) as chosen:
        return chosen.getsockname()[1]


class Upstream(http.server.ThreadingHTTPServer):
    """Answers with nothing and keeps the headers that came."""

    daemon_threads = True

    def __init__(self):
        self.seen = []

        class Handler(http.server.BaseHTTPRequestHandler):
            protocol_version = "HTTP/1.1"

            def do_GET(self):
                self.server.seen.append({name.lower(): value for name, value in self.headers.items()})
                self.send_response(204)
                self.end_headers()

            def log_message(self, *_):
                pass

        super().__init__(("127.0.0.1", 0), Handler)
        threading.Thread(target=self.serve_forever, daemon=True).start()


def wait_for(port, process):
    deadline = time.monotonic() + PATIENCE_S
    while time.monotonic() < deadline:
        try:
            socket.create_connection(("127.0.0.1", port), timeout=1).close()
            return True
        except OSError:
            if process.poll() is not None:
                return False
            time.sleep(0.05)
    return False


class Caddy:
    name = "caddy"

    def __init__(self, folder, upstream_port, _authority):
        self.port, plain = free_port(), free_port()
        text = block("caddyfile")
        assert NAME in text and "127.0.0.1:8080" in text, text
        file = folder / "Caddyfile"
        # Ports that need no right, certificates of an authority of its own, no control port.
        file.write_text(f"{{\n admin off\n http_port {plain}\n https_port {self.port}\n local_certs\n skip_install_trust\n}}\n"
                        + text.replace("127.0.0.1:8080", f"127.0.0.1:{upstream_port}"))
        env = {**os.environ, "XDG_DATA_HOME": str(folder / "caddy"), "XDG_CONFIG_HOME": str(folder / "caddy"),
               "HOME": str(folder)}
        self.log = open(folder / "caddy.log", "w", encoding="utf-8")
        self.process = subprocess.Popen(["caddy", "run", "--config", file, "--adapter", "caddyfile"], env=env,
                                        stdout=self.log, stderr=self.log)
        self.authority = folder / "caddy" / "caddy" / "pki" / "authorities" / "local" / "root.crt"


class Nginx:
    name = "nginx"

    def __init__(self, folder, upstream_port, authority):
        self.port = free_port()
        self.authority = authority.file
        cert, key = authority.issue("nginx")
        text = block("nginx")
        for old, new in (("127.0.0.1:8080", f"127.0.0.1:{upstream_port}"), ("listen 443 ssl", f"listen 127.0.0.1:{self.port} ssl"),
                         ("/etc/ssl/billing/fullchain.pem", str(cert)), ("/etc/ssl/billing/privkey.pem", str(key))):
            assert text.count(old) == 1, (old, text)
            text = text.replace(old, new)
        temporary = "".join(f"{kind}_temp_path {folder}/nginx-{kind};\n"
                            for kind in ("client_body", "proxy", "fastcgi", "uwsgi", "scgi"))
        file = folder / "nginx.conf"
        file.write_text(f"daemon off;\nworker_processes 1;\npid {folder}/nginx.pid;\nerror_log {folder}/nginx.log;\n"
                        f"events {{}}\nhttp {{\naccess_log off;\n{temporary}{text}}}\n")
        if os.geteuid() == 0:  # its workers are others than root otherwise, who may not enter the folder
            file.write_text("user root;\n" + file.read_text())
        self.log = open(folder / "nginx.out", "w", encoding="utf-8")
        self.process = subprocess.Popen(["nginx", "-p", folder, "-c", file], stdout=self.log, stderr=self.log)


def curl(proxy, path, *words):
    """Status and what was said, by the name and through the proxy."""
    deadline = time.monotonic() + PATIENCE_S
    while not proxy.authority.exists() and time.monotonic() < deadline:
        time.sleep(0.05)
    done = subprocess.run(["curl", "-sS", "--http1.1", "--cacert", proxy.authority, "--resolve",
                           f"{NAME}:{proxy.port}:127.0.0.1", "-w", "\n%{http_code}", *words,
                           f"https://{NAME}:{proxy.port}{path}"], capture_output=True, text=True, check=False)
    body, _, status = done.stdout.rpartition("\n")
    return int(status or 0), body, done.stderr


def until_up(proxy, path, *words):
    deadline = time.monotonic() + PATIENCE_S
    while True:
        status, body, error = curl(proxy, path, *words)
        if status or time.monotonic() > deadline:
            return status, body, error
        time.sleep(0.2)


def try_proxy(checks, program, folder, kind, authority):
    what = kind.name
    folder = folder / what
    folder.mkdir()
    upstream = Upstream()
    proxy = kind(folder, upstream.server_address[1], authority)
    checks.that(wait_for(proxy.port, proxy.process), f"{what} comes up: {pathlib.Path(proxy.log.name).read_text()}")
    status, _, error = until_up(proxy, "/anything", "-H", "X-Forwarded-For: 203.0.113.9", "-H", "X-Request-Id: mine")
    seen = upstream.seen[-1] if upstream.seen else {}
    checks.equal(status, 204, f"{what} passes a request: {error}")
    checks.equal(seen.get("host", "").split(":")[0], NAME, f"{what} keeps the host: {seen}")
    checks.that("127.0.0.1" in seen.get("x-forwarded-for", ""), f"{what} says for whom: {seen}")
    checks.equal(seen.get("x-request-id"), "mine", f"{what} keeps X-Request-Id")
    proxy.process.terminate()
    proxy.process.wait(PATIENCE_S)
    upstream.shutdown()

    auth = ("-H", f"Authorization: Bearer {ROOT_KEY}")
    for hosts, expected in (((), 421), (("--host", NAME), 200)):
        server = Server(program, folder / "data", extra=hosts)
        place = folder / f"with-{len(hosts)}"
        place.mkdir()
        proxy = kind(place, server.port, authority)
        checks.that(wait_for(proxy.port, proxy.process), f"{what} comes up again")
        status, body, error = until_up(proxy, "/v1/accounts", *auth)
        checks.equal(status, expected, f"{what} {hosts}: {body} {error}")
        if expected == 421:
            checks.that("--host" in body, f"{what}: the refusal names the option: {body}")
        else:
            large = place / "large.yaml"
            large.write_text("catalog: 1\ncurrencies: {USD: {exponent: 2}}\n# " + "x" * 3_000_000 + "\n")
            status, body, error = curl(proxy, "/v1/catalog", *auth, "-X", "PUT", "-H", "Content-Type: application/yaml",
                                       "--data-binary", f"@{large}")
            checks.that(status in (200, 400, 422) or '"code"' in body, f"{what}: the bound of bodies is ours: {status} {body[:200]} {error}")
            status, body, error = curl(proxy, "/v1/changes?wait=2", *auth)
            checks.equal(status, 200, f"{what}: a request that waits: {body[:200]} {error}")
        proxy.process.terminate()
        proxy.process.wait(PATIENCE_S)
        server.stop()


def main():
    options = arguments(__doc__)
    checks = Checks("proxies")
    with scratch(options.keep) as folder:
        authority = Authority(folder)
        for kind in (Caddy, Nginx):
            if checks.that(shutil.which(kind.name), f"{kind.name} is there (packaging/debian-packages.txt)"):
                try_proxy(checks, options.program, folder, kind, authority)
    checks.finish("the blocks of docs/operations.md with caddy and nginx")


main()
