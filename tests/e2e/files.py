"""What stands around the store: links that others laid, folders that others may write, what a process leaves
behind when it falls, and requests that say twice who asks."""
import os
import pathlib
import resource
import signal
import socket
import stat
import subprocess
import sys

from harness import ROOT_KEY, Checks, Server, arguments, environment, run, scratch

PRECIOUS = "precious, and longer than the number of a process\n"


def check_links(checks, program, folder):
    """Nothing is written through a link."""
    victim = folder / "victim"
    for name in ("lock", "views.db", "journal.db"):
        data = folder / f"link-{name}"
        data.mkdir(mode=0o700)
        victim.write_text(PRECIOUS)
        (data / name).symlink_to(victim)
        form = ("--journal", "sqlite") if name == "journal.db" else ()
        done = run(program, "serve", "--data", data, "--listen", "127.0.0.1:0", *form)
        checks.that(done.returncode == 1 and "it is a link" in done.stderr, f"a link as {name}: {done}")
        checks.equal(victim.read_text(), PRECIOUS, f"what the link {name} led to")
    data = folder / "dangling"
    data.mkdir(mode=0o700)
    (data / "lock").symlink_to(folder / "made-by-nobody")
    checks.equal(run(program, "serve", "--data", data, "--listen", "127.0.0.1:0").returncode, 1, "a link to nothing")
    checks.that(not (folder / "made-by-nobody").exists(), "no file is made through a link")

    # A key that is written anew takes the link's place.
    for verb, name in (("serve", "root.key"), ("demo", "demo.json")):
        data = folder / f"link-{verb}"
        data.mkdir(mode=0o700)
        victim.write_text(PRECIOUS)
        (data / f"{name}.part").symlink_to(victim)
        if verb == "serve":
            (data / name).symlink_to(victim)
        server = Server(program, data, verb=verb, key=None)
        server.stop()
        checks.that(not (data / name).is_symlink(), f"{name} is a file")
        checks.equal(stat.S_IMODE((data / name).stat().st_mode), 0o600, f"the rights of {name}")
        checks.equal(victim.read_text(), PRECIOUS, f"what {name} would have been written over")

    # The lock is neither cut nor written over when it is another file.
    data = folder / "link-serve"
    (data / "lock").write_text(PRECIOUS)
    server = Server(program, data)
    checks.that("in use by" in run(program, "verify", data).stderr, "a lock with other content still locks")
    server.stop()
    checks.equal((data / "lock").read_text(), PRECIOUS, "a lock with other content")
    (data / "lock").unlink()
    os.mkfifo(data / "lock")
    done = run(program, "verify", data)
    checks.that(done.returncode == 1 and "not a file" in done.stderr, f"a pipe as lock: {done}")


def check_rights(checks, program, folder):
    """A folder that others may write is refused, with the way to mend it."""
    data = folder / "rights"
    Server(program, data).stop()
    for place in (data, data / "journal"):
        for mode in (0o770, 0o702, 0o1777):
            place.chmod(mode)
            for words in (("serve", "--listen", "127.0.0.1:0", "--data"), ("verify",), ("keys", "create", "--data")):
                done = run(program, *words, data)
                checks.that(done.returncode == 1 and f"chmod go-w '{place}'" in done.stderr, f"{words} {mode:o}: {done}")
        place.chmod(0o755)
        checks.equal(run(program, "verify", data).returncode, 0, f"{place.name} that others may only read")
    if os.geteuid() == 0:
        os.chown(data, 12345, 12345)
        done = run(program, "verify", data)
        checks.that(done.returncode == 1 and "chown -R 0" in done.stderr, f"a folder of another user: {done}")
        os.chown(data, 0, 0)
    checks.equal(run(program, "verify", data).returncode, 0, "mended")


def unlimited():
    resource.setrlimit(resource.RLIMIT_CORE, (resource.RLIM_INFINITY, resource.RLIM_INFINITY))


def fall(program, data, *words, **more):
    """A server that is killed as if it fell: its limit for cores, whether others may look, its status."""
    process = subprocess.Popen([program, "serve", "--data", data, "--listen", "127.0.0.1:0", *words], cwd=data,
                               stdout=subprocess.PIPE, env=environment(RATEBOOK_ROOT_KEY=ROOT_KEY, **more.pop("env", {})),
                               preexec_fn=unlimited, **more)
    process.stdout.readline()
    about = pathlib.Path(f"/proc/{process.pid}")
    limit = next(line.split()[4] for line in (about / "limits").read_text().splitlines() if "core file" in line)
    owner = (about / "environ").stat().st_uid
    process.send_signal(signal.SIGABRT)
    _, status = os.waitpid(process.pid, 0)
    process.returncode = status
    return limit, owner, os.WCOREDUMP(status)


def check_cores(checks, program, folder):
    """No core file, and no look into the process, but where it is asked for."""
    data = folder / "cores"
    data.mkdir(mode=0o700)
    limit, owner, dumped = fall(program, data)
    checks.equal((limit, owner, dumped), ("0", 0, False), "a server's limit, owner of what it holds, core")
    checks.that(not list(data.glob("core*")), f"no core stands around: {list(data.iterdir())}")
    for words, env in (((), {"RATEBOOK_CORE_DUMPS": "1"}), (("--core-dumps",), {})):
        limit, _, _ = fall(program, data, *words, env=env)
        checks.equal(limit, "unlimited", f"cores where they are wanted: {words} {env}")
        for core in data.glob("core*"):
            core.unlink()
    if os.geteuid() == 0:
        # What belongs to root although the process runs as another may not be dumped by it.
        nobody = 65534
        for path in (data, *data.rglob("*")):
            os.chown(path, nobody, nobody)
        os.chmod(folder, 0o755)
        copied = folder / "ratebook"
        copied.write_bytes(pathlib.Path(program).read_bytes())
        copied.chmod(0o755)
        checks.equal(fall(str(copied), data, user=nobody)[1], 0, "nobody may look into nobody's process")
        checks.equal(fall(str(copied), data, "--core-dumps", user=nobody)[1], nobody, "but where that is wanted")


def status_of(port, head):
    with socket.create_connection(("127.0.0.1", port), timeout=10) as wire:
        wire.sendall(("\r\n".join(head) + "\r\n\r\n").encode())
        answer = wire.recv(65536).decode()
    return int(answer.split()[1]), answer


def check_headers(checks, program, folder):
    """Two answers to one question are refused on every surface; what a client says of others is nothing."""
    server = Server(program, folder / "headers")
    one = f"Authorization: Bearer {ROOT_KEY}"
    for target in ("/v1/accounts", "/platform_api/GetAccountInfo", "/api/acme/v1/plans/get_limits",
                   "/api/v1/agency/billing/00000000-0000-4000-8000-000000000000/billing_plan/list", "/healthz"):
        head = [f"GET {target} HTTP/1.1", "Host: 127.0.0.1"]
        for second in (one, "authorization: Bearer rb_another", "AUTHORIZATION:"):
            for both in ((one, second), (second, one)):
                status, answer = status_of(server.port, [*head, *both])
                checks.equal(status, 400, f"{target} with {both}")
                checks.that("authorization is given twice" in answer.lower(), f"the refusal says why: {answer}")
        for header in ("Idempotency-Key: k", "Content-Type: application/json", "Host: 127.0.0.1", "Content-Length: 0"):
            status, _ = status_of(server.port, [*head, *((header,) if header.startswith("Host") else (header, header))])
            checks.equal(status, 400, f"{target} with {header} twice")
    head = ["GET /v1/accounts HTTP/1.1", "Host: 127.0.0.1"]
    checks.equal(status_of(server.port, [*head, one])[0], 200, "one of each")
    # No right follows from where a request says that it comes from.
    for said in ("X-Forwarded-For: 127.0.0.1", "Forwarded: for=127.0.0.1", "X-Real-IP: 127.0.0.1", "X-Forwarded-For: ::1"):
        checks.equal(status_of(server.port, [*head, said])[0], 401, f"{said} without a key")
        checks.equal(status_of(server.port, [*head, one, said])[0], 200, f"{said} with a key")
    server.stop()
    done = run(program, "serve", "--data", folder / "headers", "--trusted-proxies", "10.0.0.0/33")
    checks.that(done.returncode == 2 and "no network" in done.stderr, f"what is no network: {done}")
    server = Server(program, folder / "headers", extra=["--trusted-proxies", "10.0.0.0/8,fd00::/8"])
    checks.equal(server.stop(), 0, "proxies that are trusted")


def main():
    options = arguments(__doc__)
    checks = Checks("files")
    with scratch(options.keep) as folder:
        check_links(checks, options.program, folder)
        check_rights(checks, options.program, folder)
        check_cores(checks, options.program, folder)
        check_headers(checks, options.program, folder)
    checks.finish("links, rights, cores and headers")


if __name__ == "__main__":
    sys.exit(main())
