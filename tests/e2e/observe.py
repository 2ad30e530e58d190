"""What a server shows of itself: its log, its metrics, and what browsers get."""
import http.client
import json
import os
import pathlib
import re
import shutil
import subprocess

from harness import ROOT_KEY, Checks, Server, arguments, put_catalog, scratch

SECRETS = ["rb_secret_key_in_a_header_0123456789", "in-secret_agency_key_0123456789", "secret-password-17",
           "5e6f7a8b-0000-4000-8000-00000000beef", "somebody.secret@example.com", "query-secret-42",
           "eyJhbGciOiJSUzI1NiJ9.secret-token.x"]
ORIGIN = "https://app.example.com"


def ask(port, method, target, headers=None, body=None):
    """(status, headers with lower case names, body) of one request on a connection of its own."""
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.request(method, target, body=body, headers=headers or {})
    reply = connection.getresponse()
    text = reply.read().decode()
    connection.close()
    return reply.status, {name.lower(): value for name, value in reply.getheaders()}, text


def bearer(key=ROOT_KEY):
    return {"Authorization": f"Bearer {key}"}


def raw(port, data):
    """Bytes as they are; the status of the answer."""
    import socket
    with socket.create_connection(("127.0.0.1", port), timeout=30) as s:
        s.sendall(data)
        return int(s.recv(65536).split(b" ", 2)[1])


def seed_secrets(port):
    key, agency, password, uuid, email, query, token = SECRETS
    ask(port, "GET", f"/v1/plans?api_key={query}", bearer(key))
    ask(port, "GET", f"/v1/{key}/x", bearer(key))
    ask(port, "GET", f"/v1/accounts/{email}", bearer(key))
    ask(port, "GET", f"/api/v1/agency/billing/x/billing_plan/list?api_key={agency}")
    ask(port, "POST", f"/platform_api/GetAccountInfo?account_id=1&api_key={uuid}", {"X-Secret": password})
    ask(port, "POST", "/platform_api/GetAccountInfo", {"Authorization": f"Bearer {token}"},
        f"account_email={email}&password={password}")
    ask(port, "POST", "/v1/accounts", {**bearer(), "Content-Type": "application/json"},
        json.dumps({"name": "noted", "email": email, "password": password}))
    raw(port, f"GET /v1/plans?api_key={query} HTTP/1.1\nHost: localhost\r\n\r\n".encode())
    raw(port, f"GET /v1/plans?api_key={query} HTTP/1.1\r\nHost: foreign.example\r\n"
              f"Authorization: Bearer {key}\r\n\r\n".encode())


def check_log_of_requests(checks, program, folder):
    server = Server(program, folder / "json", extra=("--log-format", "json"))
    put_catalog(server.client())
    status, headers, _ = ask(server.port, "GET", "/v1/plans/small?a=b", {**bearer(), "X-Request-Id": "mine-1"})
    checks.equal(headers.get("x-request-id"), "mine-1", "the id of a request comes back")
    ask(server.port, "GET", "/healthz")
    ask(server.port, "GET", "/nothing/here")
    refused = raw(server.port, b"GET / HTTP/1.1\nHost: localhost\r\n\r\n")
    foreign = raw(server.port, b"GET /v1/plans HTTP/1.1\r\nHost: foreign.example\r\n\r\n")
    seed_secrets(server.port)
    checks.equal(server.stop(), 0, "a stop")
    text = server.stderr()
    lines = [json.loads(line) for line in text.splitlines()]
    for line in lines:
        checks.that(re.fullmatch(r"\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{3}Z", line["time"]), f"a time: {line}")
    for secret in [*SECRETS, ROOT_KEY]:
        checks.that(secret not in text, f"the log does not hold {secret}")
    ready = next(line for line in lines if line["message"] == "ready")
    checks.equal((ready["address"], ready["data"]), (f"http://127.0.0.1:{server.port}", server.data), "ready says where")
    checks.that(ready["version"] and ready["start_ms"] >= 0, f"ready says what: {ready}")
    requests = [line for line in lines if line["message"] == "request"]
    mine = next((line for line in requests if line.get("request_id") == "mine-1"), {})
    checks.equal((mine.get("method"), mine.get("path"), mine.get("route"), mine.get("status"), mine.get("level")),
                 ("GET", "/v1/plans/small", "/v1/plans/{plan}", status, "info"), "a request's line")
    checks.that(mine.get("duration_us", -1) >= 0, f"with its duration: {mine}")
    checks.that(any(line.get("route") == "/healthz" for line in requests), "probes are logged")
    checks.that(any(line["path"] == "/nothing/here" and "route" not in line and line["status"] == 404
                    for line in requests), "an unknown path has no route")
    checks.equal((refused, foreign), (400, 421), "two that net refuses")
    for wanted in (400, 421):
        checks.that(any(line["status"] == wanted and "route" not in line for line in requests), f"{wanted} is logged")
    checks.equal([line["message"] for line in lines if line["message"].startswith("stop")],
                 ["stopping", "stopped, all written"], "the stop, and that all is written")
    checks.equal(lines[-1]["message"], "stopped, all written", "the last line")


def check_text_and_levels(checks, program, folder):
    server = Server(program, folder / "text")
    ask(server.port, "GET", "/healthz")
    server.stop()
    lines = server.stderr().splitlines()
    checks.that(any(re.match(r"\S+Z info request method=GET path=/healthz route=/healthz status=200 duration_us=\d+ "
                             r"request_id=req_", line) for line in lines), f"a line of text: {lines}")
    quiet = Server(program, folder / "text", RATEBOOK_LOG_LEVEL="warn", RATEBOOK_LOG_FORMAT="json")
    ask(quiet.port, "GET", "/healthz")
    checks.equal((quiet.stop(), quiet.stderr()), (0, ""), "nothing to warn of")


def check_closed_standard_error(checks, program, folder):
    """No file of the store may take the number of the log's descriptor."""
    server = subprocess.Popen(["sh", "-c", 'exec "$0" "$@" 2>&-', program, "serve", "--data", str(folder / "closed"),
                               "--listen", "127.0.0.1:0"], stdout=subprocess.PIPE, text=True)
    port = int(re.search(r"127\.0\.0\.1:(\d+)", server.stdout.readline()).group(1))
    checks.equal([ask(port, "GET", "/healthz")[0] for _ in range(20)], [200] * 20, "it serves")
    checks.equal(os.readlink(f"/proc/{server.pid}/fd/2"), "/dev/null", "what the log writes to")
    server.terminate()
    checks.equal(server.wait(30), 0, "a stop")
    verified = subprocess.run([program, "verify", str(folder / "closed")], text=True, capture_output=True)
    checks.equal(verified.returncode, 0, f"verify: {verified.stdout}{verified.stderr}")


def check_metrics(checks, program, folder):
    server = Server(program, folder / "metrics")
    put_catalog(server.client())
    for _ in range(3):
        ask(server.port, "GET", "/v1/plans/small", bearer())
    ask(server.port, "GET", "/v1/accounts/acc_secret_path", bearer())
    status, headers, page = ask(server.port, "GET", "/metrics")
    checks.equal(status, 200, "who asks on this machine needs no key")
    checks.that(headers["content-type"].startswith("text/plain; version=0.0.4"), f"the type: {headers}")
    promtool = shutil.which("promtool")
    checks.that(promtool, "promtool is there (Debian package prometheus)")
    linted = subprocess.run([promtool, "check", "metrics"], input=page, text=True, capture_output=True)
    checks.equal((linted.returncode, linted.stdout + linted.stderr), (0, ""), "promtool finds no fault")
    checks.that('ratebook_http_requests_total{route="/v1/plans/{plan}",method="GET",status="200"} 3\n' in page,
                f"three requests of a route: {page}")
    for name in ("ratebook_quarantines 0", "ratebook_serving 1", "ratebook_http_requests_in_flight 1",
                 'ratebook_decisions_total{kind="command",outcome="done",reason=""} ', "ratebook_journal_bytes ",
                 "process_resident_memory_bytes ", "ratebook_log_lines_dropped_total 0", "ratebook_build_info{version="):
        checks.that(f"\n{name}" in page or page.startswith(name), f"the page has {name}")
    checks.that("acc_secret_path" not in page and ROOT_KEY not in page, "no path and no key is a label")
    status, _, body = ask(server.port, "HEAD", "/metrics")
    checks.equal((status, body), (200, ""), "HEAD as GET without a body")
    # Through a proxy, by a foreign name, or with a bad key.
    for more in ({"X-Forwarded-For": "192.0.2.1"}, {"Via": "1.1 proxy"}, {"Forwarded": "for=192.0.2.1"}):
        checks.equal(ask(server.port, "GET", "/metrics", more)[0], 401, f"a proxy asks: {more}")
        checks.equal(ask(server.port, "GET", "/metrics", {**more, **bearer()})[0], 200, "a proxy asks with a key")
    server.stop()
    for mode, without in (("key", 401), ("open", 200)):
        server = Server(program, folder / "metrics", extra=("--metrics", mode))
        more = {"X-Forwarded-For": "192.0.2.1"} if mode == "open" else {}
        checks.equal(ask(server.port, "GET", "/metrics", more)[0], without, f"--metrics {mode} without a key")
        checks.equal(ask(server.port, "GET", "/metrics", bearer())[0], 200, f"--metrics {mode} with a key")
        server.stop()


def check_alerts(checks):
    rules = pathlib.Path(__file__).resolve().parents[2] / "packaging" / "prometheus" / "alerts.yaml"
    promtool = shutil.which("promtool")
    done = subprocess.run([promtool, "check", "rules", str(rules)], text=True, capture_output=True)
    checks.equal(done.returncode, 0, f"promtool reads the rules: {done.stdout}{done.stderr}")


def check_browsers(checks, program, folder):
    server = Server(program, folder / "browser", extra=("--allow-origin", ORIGIN))
    status, headers, _ = ask(server.port, "OPTIONS", "/v1/accounts",
                             {"Origin": ORIGIN, "Access-Control-Request-Method": "POST",
                              "Access-Control-Request-Headers": "authorization,content-type"})
    checks.equal(status, 204, "a preflight")
    checks.equal(headers.get("access-control-allow-origin"), ORIGIN, f"its origin: {headers}")
    checks.that("POST" in headers.get("access-control-allow-methods", ""), f"its methods: {headers}")
    checks.that("Authorization" in headers.get("access-control-allow-headers", ""), f"its headers: {headers}")
    for target, expected in (("/v1/plans", 401), ("/nothing", 404), ("/healthz", 200)):
        status, headers, _ = ask(server.port, "GET", target, {"Origin": ORIGIN})
        checks.equal((status, headers.get("access-control-allow-origin"), headers.get("vary")),
                     (expected, ORIGIN, "Origin"), f"an answer to an allowed origin: {target}")
        _, headers, _ = ask(server.port, "GET", target, {"Origin": "https://other.example"})
        checks.that("access-control-allow-origin" not in headers, f"another origin: {headers}")
    status, headers, _ = ask(server.port, "POST", "/v1/accounts", {"Origin": ORIGIN, "Content-Length": "999999999"})
    checks.equal((status, headers.get("access-control-allow-origin")), (413, ORIGIN), "an answer of net itself")
    server.stop()
    server = Server(program, folder / "browser")
    status, headers, _ = ask(server.port, "OPTIONS", "/v1/accounts", {"Origin": ORIGIN})
    checks.equal((status, headers.get("allow")), (204, "GET, HEAD, POST, OPTIONS"), "plain OPTIONS")
    checks.that(not any(name.startswith("access-control") for name in headers), f"off by default: {headers}")
    status, headers, page = ask(server.port, "GET", "/", {"Accept": "text/html"})
    checks.that(status == 200 and "version" in page and "/openapi.json" in page, f"a page at the root: {page}")
    checks.that(headers["content-security-policy"].startswith("default-src 'none'"), f"its policy: {headers}")
    checks.that("<script" not in page and "http://" not in page and "https://" not in page, "it loads nothing")
    status, headers, _ = ask(server.port, "GET", "/", {"Accept": "application/json"})
    checks.equal((status, headers["content-type"]), (404, "application/problem+json"), "nothing for JSON")
    server.stop()
    done = subprocess.run([program, "serve", "--data", str(folder / "x"), "--allow-origin", "*"], text=True,
                          capture_output=True)
    checks.that(done.returncode == 2 and "every page of the web" in done.stderr, f"every origin: {done}")


def main():
    options = arguments(__doc__)
    checks = Checks("observe")
    with scratch(options.keep) as folder:
        check_log_of_requests(checks, options.program, folder)
        check_text_and_levels(checks, options.program, folder)
        check_closed_standard_error(checks, options.program, folder)
        check_metrics(checks, options.program, folder)
        check_alerts(checks)
        check_browsers(checks, options.program, folder)
    checks.finish("log, metrics, alert rules and browsers")


if __name__ == "__main__":
    main()
