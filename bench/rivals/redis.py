"""Redis 7 with an append-only file that is synced before replies, on a port of its own."""
import os
import pathlib
import subprocess
import time

import rig

LUA = pathlib.Path(__file__).with_name("consume.lua")


class Redis:
    name = "Redis 7, AOF always"

    def __init__(self, args, directory, accounts):
        self.args, self.accounts = args, accounts
        data = os.path.join(directory, "redis")
        os.mkdir(data, 0o700)
        self.port = rig.free_port()
        self.process = subprocess.Popen(
            [*rig.SERVER_CORE, "redis-server", "--port", str(self.port), "--bind", "127.0.0.1",
             "--dir", data, "--appendonly", "yes", "--appendfsync", "always", "--save", "",
             "--auto-aof-rewrite-percentage", "0"], stdout=subprocess.DEVNULL)
        try:
            for _ in range(200):
                if self.cli("PING") == "PONG":
                    break
                time.sleep(0.05)
            self.script = self.cli("SCRIPT", "LOAD", LUA.read_text(encoding="utf-8"))
            if len(self.script) != 40:
                raise SystemExit("Redis did not take the script: " + self.script)
        except BaseException:
            self.stop()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def cli(self, *words):
        return subprocess.run(["redis-cli", "-p", str(self.port), *words], check=False,
                              stdout=subprocess.PIPE, stderr=subprocess.DEVNULL, text=True).stdout.strip()

    def measure(self, connections, pipeline):
        return rig.warmed(self.args, lambda seconds: rig.load(
            self.args, self.port, "redis", targets=self.accounts, connections=connections,
            batch=pipeline, script=self.script, seconds=seconds))

    def stop(self):
        self.process.terminate()
        try:
            self.process.wait(60)
        except subprocess.TimeoutExpired:
            self.process.kill()
            self.process.wait()
