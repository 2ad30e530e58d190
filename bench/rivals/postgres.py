"""PostgreSQL 15 with a data directory and a port of its own, as a user that it accepts."""
import os
import pathlib
import pwd
import shutil
import subprocess
import time

import rig

BIN = pathlib.Path("/usr/lib/postgresql/15/bin")
SQL = pathlib.Path(__file__).with_name("postgres.sql")
# Nothing that is promised is turned off; room is given where the defaults are small.
SETTINGS = {
    "listen_addresses": "127.0.0.1", "unix_socket_directories": "", "max_connections": "100",
    "fsync": "on", "synchronous_commit": "on", "full_page_writes": "on",
    "shared_buffers": "2GB", "wal_buffers": "64MB", "max_wal_size": "16GB",
    "checkpoint_timeout": "30min", "jit": "off",
}


def server_user():
    """PostgreSQL refuses root: then it runs as the user that its package made."""
    return {"user": "postgres", "group": "postgres", "extra_groups": []} if os.geteuid() == 0 else {}


class Postgres:
    name = "PostgreSQL 15"

    def __init__(self, args, directory, accounts):
        """An empty store with a counter for each account of the file."""
        self.args, self.accounts = args, accounts
        self.data = os.path.join(directory, "postgres")
        os.mkdir(self.data, 0o700)
        if os.geteuid() == 0:
            owner = pwd.getpwnam("postgres")
            os.chown(self.data, owner.pw_uid, owner.pw_gid)
        self.call(BIN / "initdb", "-D", self.data, "-A", "trust", "-U", "postgres", "--no-sync",
                  "--locale=C.UTF-8")
        self.port = rig.free_port()
        settings = [word for item in SETTINGS.items() for word in ("-c", "=".join(item))]
        self.log = open(os.path.join(directory, "postgres.log"), "w", encoding="utf-8")
        self.process = subprocess.Popen(
            [*rig.SERVER_CORE, str(BIN / "postgres"), "-D", self.data, "-p", str(self.port), *settings],
            stdout=self.log, stderr=self.log, cwd="/", **server_user())
        self.conninfo = f"host=127.0.0.1 port={self.port} user=postgres dbname=postgres"
        try:
            self.wait()
            self.psql("-f", str(SQL))
            self.psql("-c", "CREATE TEMP TABLE t (account text)", "-c", f"\\copy t FROM '{accounts}'",
                      "-c", "INSERT INTO counter SELECT account, 'messages', 0, 1000000000000 FROM t",
                      "-c", "VACUUM ANALYZE counter", "-c", "CHECKPOINT")
        except BaseException:
            self.stop()
            raise

    def __enter__(self):
        return self

    def __exit__(self, *_):
        self.stop()

    def call(self, *words):
        subprocess.run([str(word) for word in words], check=True, stdout=subprocess.DEVNULL, cwd="/",
                       **server_user())

    def psql(self, *words):
        subprocess.run([str(BIN / "psql"), self.conninfo, "-qX", "-v", "ON_ERROR_STOP=1", *words],
                       check=True, stdout=subprocess.DEVNULL)

    def wait(self):
        for _ in range(600):
            if self.process.poll() is not None:
                raise SystemExit("PostgreSQL ended: " + pathlib.Path(self.log.name).read_text())
            if subprocess.run([str(BIN / "pg_isready"), "-q", "-d", self.conninfo],
                              check=False).returncode == 0:
                return
            time.sleep(0.05)
        raise SystemExit("PostgreSQL does not answer")

    def measure(self, mode, clients, batch=1):
        return rig.warmed(self.args, lambda seconds: rig.generator(
            self.args.build / "ratebook_load_postgres",
            [mode, self.conninfo, self.accounts, clients, seconds, batch]))

    def stop(self):
        if self.process.poll() is None:
            self.process.send_signal(2)  # SIGINT: end the sessions, write a checkpoint
            try:
                self.process.wait(120)
            except subprocess.TimeoutExpired:
                self.process.kill()
                self.process.wait()
        self.log.close()
        shutil.rmtree(self.data, ignore_errors=True)
