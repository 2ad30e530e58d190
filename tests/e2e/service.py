"""As a service: what the manager is told and when, signals, exit codes, and the unit of packaging/systemd."""
import os
import pathlib
import shutil
import signal
import socket
import subprocess
import threading
import time

from harness import ROOT_KEY, Checks, Server, arguments, environment, run, scratch

UNIT = pathlib.Path(__file__).resolve().parents[2] / "packaging" / "systemd" / "ratebook.service"


class Manager:
    """The socket of a service manager."""

    def __init__(self, name):
        self.socket = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
        self.socket.settimeout(30)
        self.socket.bind("\0" + name[1:] if name.startswith("@") else name)

    def told(self):
        return dict(line.split("=", 1) for line in self.socket.recv(4096).decode().split("\n"))

    def is_silent(self, seconds=0.3):
        self.socket.settimeout(seconds)
        try:
            self.socket.recv(4096)
            return False
        except TimeoutError:
            return True
        finally:
            self.socket.settimeout(30)


def check_notify(checks, program, folder):
    for number, name in enumerate((str(folder / "notify"), f"@ratebook-e2e-{os.getpid()}")):
        data = folder / f"data{number}"
        manager = Manager(name)
        server = Server(program, data, NOTIFY_SOCKET=name)
        ready = manager.told()
        checks.equal(ready.get("READY"), "1", f"{name}: ready: {ready}")
        checks.that(f"http://127.0.0.1:{server.port}" in ready.get("STATUS", ""), f"{name}: where: {ready}")
        checks.equal(server.client().get("/v1/accounts").status, 200, f"{name}: ready is ready")
        server.process.send_signal(signal.SIGHUP)
        reloading = manager.told()
        checks.that(reloading.get("RELOADING") == "1" and reloading.get("MONOTONIC_USEC", "").isdigit(), f"reload: {reloading}")
        checks.equal(manager.told().get("READY"), "1", "after it")
        checks.equal(server.client().get("/v1/accounts").status, 200, "a reload goes on serving")

        # A request that waits is answered before the end.
        client = server.client()
        cursor = client.get("/v1/changes").json["next_cursor"]
        waiting = {}
        thread = threading.Thread(target=lambda: waiting.update(
            reply=client.get(f"/v1/changes?wait=5&after={cursor}")))
        thread.start()
        time.sleep(0.5)  # for it to arrive
        server.process.send_signal(signal.SIGTERM)
        checks.equal(manager.told().get("STOPPING"), "1", "the stop is told")
        checks.equal(server.process.wait(30), 0, "a stop that was asked for ends with 0")
        thread.join()
        checks.that(waiting.get("reply") is not None and waiting["reply"].status == 200, f"a request that waits is answered: {waiting}")
        server.wait_line("ratebook stopped")

        # What cannot start tells nothing.
        other = Manager(name + "-other")
        with socket.create_server(("127.0.0.1", 0)) as taken:
            done = run(program, "serve", "--data", data, "--listen", f"127.0.0.1:{taken.getsockname()[1]}",
                       NOTIFY_SOCKET=name + "-other")
        checks.equal(done.returncode, 1, f"an address in use: {done}")
        checks.that(other.is_silent(), "and no word of being ready")
    for name in ("nonsense", "vsock:2:1234", str(folder / "nobody"), "/" + "x" * 200):
        server = Server(program, folder / "data0", NOTIFY_SOCKET=name)
        checks.equal(server.stop(), 0, f"a manager that is not there: {name}")


def check_signals(checks, program, folder):
    """Without a manager a hang-up is a stop, with all that belongs to it."""
    for number in (signal.SIGTERM, signal.SIGINT, signal.SIGHUP):
        server = Server(program, folder / "signals")
        server.client().post("/v1/accounts", {"name": f"by-{number.name.lower()}", "currency": "USD"})
        server.process.send_signal(number)
        checks.equal(server.process.wait(30), 0, f"{number.name} stops with 0")
        server.wait_line("ratebook stopped")
    checks.equal(run(program, "verify", folder / "signals").returncode, 0, "the store after that")


def check_exit_codes(checks, program, folder):
    """The table of docs/operations.md."""
    data = folder / "signals"
    for code, words in ((0, ("version",)), (0, ("--help",)), (0, ("doctor", data)), (0, ("verify", data)),
                        (1, ("verify", folder / "none")), (1, ("keys", "create", "--data", folder / "none")),
                        (1, ("catalog", "lint", folder / "none.yaml")), (2, ()), (2, ("serve", "--no-such-option")),
                        (2, ("serve", "--data", data, "--listen", "nowhere")), (2, ("verify",))):
        done = run(program, *words)
        checks.equal(done.returncode, code, f"{words}: {done}")


def check_unit(checks, program, folder):
    """The unit as it is shipped, but for the program's place."""
    analyze = shutil.which("systemd-analyze")
    if not checks.that(analyze, "systemd-analyze is there (package systemd)"):
        return
    text = UNIT.read_text()
    checks.that("Type=notify" in text and "ExecStart=/usr/bin/ratebook serve" in text, "the unit's kind and program")
    unit = folder / "ratebook.service"
    unit.write_text(text.replace("/usr/bin/ratebook", str(program)))
    done = subprocess.run([analyze, "verify", "--man=no", unit], capture_output=True, text=True, check=False)
    ours = [line for line in (done.stdout + done.stderr).splitlines() if "ratebook" in line]
    checks.that(done.returncode == 0 and not ours, f"systemd-analyze verify: {done}")
    done = subprocess.run([analyze, "security", "--offline=true", "--threshold=20", unit], capture_output=True, text=True,
                          check=False)
    checks.equal(done.returncode, 0, f"systemd-analyze security: {done.stdout[-300:]} {done.stderr}")
    words = next(line for line in text.splitlines() if line.startswith("ExecStart=")).split("=", 1)[1].split()
    state = folder / "state"
    process = subprocess.Popen([program, *[word.replace("/var/lib/ratebook", str(state)) for word in words[1:]]],
                               stdout=subprocess.PIPE, text=True,
                               env=environment(RATEBOOK_ROOT_KEY=ROOT_KEY, RATEBOOK_LISTEN="127.0.0.1:0"))
    checks.that("serves http://127.0.0.1:" in process.stdout.readline(), "the unit's command line serves")
    process.terminate()
    checks.equal(process.wait(30), 0, "and stops")


def main():
    options = arguments(__doc__)
    checks = Checks("service")
    with scratch(options.keep) as folder:
        check_notify(checks, options.program, folder)
        check_signals(checks, options.program, folder)
        check_exit_codes(checks, options.program, folder)
        check_unit(checks, options.program, folder)
    checks.finish("notifications, signals, exit codes, the unit")


main()
