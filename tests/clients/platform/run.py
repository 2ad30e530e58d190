#!/usr/bin/env python3
"""The published Node.js client of the platform dialect, unchanged, against a running Ratebook.

Usage: run.py <ratebook binary>

Starts `ratebook demo` on a free port with a data directory of its own and runs client.js twice: once with
its requests turned to plain HTTP (origin-form targets), once through Ratebook as its HTTP proxy
(absolute-form targets of the client's own host). Ends with 1 when an answer is not as expected, and also
when Node.js or the client are missing: `npm ci` in this folder brings the latter, and is tried.
"""
import argparse
import json
import os
import pathlib
import subprocess
import sys
import tempfile
import threading

HERE = pathlib.Path(__file__).resolve().parent
START_S = 60
CLIENT_S = 120
STOP_S = 30
# Plan type, and its free, small and medium plan in the demo catalog.
IM = ["IM", "184", "185", "186"]
MAU = ["MAU", "187", "188", "189"]
PROXY_NAMES = ["http_proxy", "https_proxy", "all_proxy", "no_proxy"]


def install():
    if (HERE / "node_modules/@voximplant/apiclient-nodejs/package.json").exists():
        return
    subprocess.run(["npm", "ci", "--ignore-scripts", "--no-audit", "--no-fund"], cwd=HERE, check=True,
                   stdout=sys.stderr)


def start(program, data):
    """The process and the line of JSON that it prints when it serves."""
    process = subprocess.Popen([program, "demo", "--data", data, "--listen", "127.0.0.1:0", "--print-json"],
                               stdout=subprocess.PIPE, text=True)
    timer = threading.Timer(START_S, process.kill)
    timer.start()
    line = process.stdout.readline()
    timer.cancel()
    if not line:
        process.kill()
        sys.exit(f"platform client: {program} did not start: exit status {process.wait()}")
    return process, json.loads(line)


def clean_environment():
    return {name: value for name, value in os.environ.items() if name.lower() not in PROXY_NAMES}


def run_client(name, options, plans, environment):
    command = ["node", *options, str(HERE / "client.js"), *plans]
    try:
        done = subprocess.run(command, cwd=HERE, env=environment, timeout=CLIENT_S)
    except subprocess.TimeoutExpired:
        print(f"platform client: FAILED: {name}: no end after {CLIENT_S} s", file=sys.stderr)
        return False
    if done.returncode != 0:
        print(f"platform client: FAILED: {name}", file=sys.stderr)
    return done.returncode == 0


def run_both(served, credentials):
    address = served["address"].removeprefix("http://")
    environment = clean_environment() | {"RATEBOOK_CREDENTIALS": str(credentials)}
    plain = run_client("plain HTTP", ["-r", str(HERE / "shim.js")], IM,
                       environment | {"RATEBOOK_HOST": address})
    proxied = run_client("through a proxy", [], MAU,
                         environment | {"https_proxy": served["address"]})
    return plain and proxied


def main():
    parser = argparse.ArgumentParser(description=__doc__.splitlines()[0])
    parser.add_argument("program", help="the ratebook binary")
    program = parser.parse_args().program
    install()
    with tempfile.TemporaryDirectory(prefix="ratebook-platform-client-") as folder:
        process, served = start(program, os.path.join(folder, "data"))
        try:
            credentials = pathlib.Path(folder) / "credentials.json"
            credentials.touch(mode=0o600)
            credentials.write_text(json.dumps(served["platform"]["credentials"]))
            passed = run_both(served, credentials)
        finally:
            process.terminate()
            try:
                status = process.wait(timeout=STOP_S)
            except subprocess.TimeoutExpired:
                process.kill()
                status = process.wait()
    if status != 0:
        print(f"platform client: FAILED: the program ended with {status} on SIGTERM", file=sys.stderr)
        passed = False
    print("platform client: ok" if passed else "platform client: FAILED", flush=True)
    sys.exit(0 if passed else 1)


if __name__ == "__main__":
    main()
