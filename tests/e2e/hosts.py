"""The hosts that a server answers for: its own machine's, those it is told, and no others."""
import http.client

from harness import ROOT_KEY, Checks, Server, arguments, run, scratch


def ask(port, host):
    connection = http.client.HTTPConnection("127.0.0.1", port, timeout=30)
    connection.putrequest("GET", "/v1/accounts", skip_host=True)
    connection.putheader("Host", host)
    connection.putheader("Authorization", "Bearer " + ROOT_KEY)
    connection.endheaders()
    reply = connection.getresponse()
    return reply.status, reply.read().decode()


def check(checks, server, good, bad):
    for host in good:
        status, body = ask(server.port, host)
        checks.equal(status, 200, f"{host}: {body}")
    for host in bad:
        status, body = ask(server.port, host)
        checks.that(status == 421 and "--host NAME" in body and "RATEBOOK_HOSTS" in body, f"{host}: {status} {body}")


def main():
    options = arguments(__doc__)
    checks = Checks("hosts")
    own = ("localhost", "LOCALHOST:1", "127.0.0.1", "[::1]:80")
    given = ("billing.example.com", "Billing.EXAMPLE.com:443", "billing.example.com.", "api.example.com", "[2001:db8::1]:443",
             "[2001:DB8:0::1]")
    foreign = ("rebound.example.org", "x.billing.example.com", "billing.example.com.evil.org", "192.0.2.1")
    with scratch(options.keep) as folder:
        data = folder / "data"
        server = Server(options.program, data)
        check(checks, server, own, (*given, *foreign))
        server.stop()
        names = ("--host", "billing.example.com", "--host", "api.example.com,[2001:db8::1]")
        for extra, env in ((names, {}), ((), {"RATEBOOK_HOSTS": "billing.example.com, api.example.com,2001:db8::1"})):
            server = Server(options.program, data, extra=extra, **env)
            check(checks, server, (*own, *given), foreign)
            server.stop()
        for name in ("https://billing.example.com", "billing.example.com:443", "*.example.com"):
            done = run(options.program, "serve", "--data", folder / "never", "--host", name)
            checks.that(done.returncode == 2 and name in done.stderr + done.stdout, f"no name: {name}: {done}")
            checks.that(not (folder / "never").exists(), f"{name} makes no store")
    checks.finish("hosts of this machine, given ones, and foreign ones")


main()
