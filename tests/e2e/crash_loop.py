"""What crash.py and crash_usage.py share: load on a server until its end, a start, and the questions after it."""
import random
import threading
import time

from harness import Server, run

STOP_EVERY = 5  # this round ends by SIGTERM: what follows starts from a snapshot


class CrashRun:
    """One store through its rounds, with the server of the moment. Choices follow from the options' seed."""

    def __init__(self, options, data, checks, tally, extra=()):
        self.options, self.data, self.checks, self.tally = options, data, checks, tally
        self.rng = random.Random(options.seed)
        self.server = Server(options.program, data, extra=extra)

    def rounds(self, workers, shared, load_s_max, loads=(), restarted=lambda client: None):
        """After each end the workers send again what got no reply, and then everything must be as they say.
        `loads` go on beside theirs until the server ends; `restarted` asks before anything is sent again."""
        for number in range(self.options.rounds):
            threads = [threading.Thread(target=load, args=(self.server,), daemon=True)
                       for load in [*(w.load for w in workers), *loads]]
            for thread in threads:
                thread.start()
            time.sleep(self.rng.uniform(0.005, load_s_max))
            self.end(number)
            for thread in threads:
                thread.join()
            self.restart()
            client = self.server.client()
            restarted(client)
            self.resolve(client, workers)
            shared.merge(workers)
            shared.check(self.checks, client)
            for worker in workers:
                worker.check(client)
            if self.checks.failed:
                break

    def end(self, number):
        if number % STOP_EVERY == STOP_EVERY - 1:
            self.checks.equal(self.server.stop(), 0, f"a stop by SIGTERM under load: {self.server.stderr()}")
        else:
            self.checks.equal(self.server.kill(), -9, f"the server ran until it was killed: {self.server.stderr()}")
            self.tally["kills"] += 1

    def restart(self):
        """The server on the killed one's directory; every third time it is killed while it starts."""
        self.verify("verify of the killed store")
        if self.rng.random() < 0.33:
            self.server = Server(self.options.program, self.data, wait=False)
            time.sleep(self.rng.uniform(0, 0.04))
            self.server.kill()
            self.tally["kills"] += 1
        self.server = Server(self.options.program, self.data)

    def resolve(self, client, workers):
        for worker in workers:
            outcome = worker.resolve(client)
            if outcome is not None:
                self.tally["carried out" if outcome else "not carried out"] += 1

    def finish(self):
        self.checks.equal(self.server.stop(), 0, "a stop by SIGTERM")
        self.verify("verify at the end")

    def verify(self, what):
        verified = run(self.options.program, "verify", self.data)
        self.checks.equal(verified.returncode, 0, f"{what}: {verified.stdout} {verified.stderr}")
