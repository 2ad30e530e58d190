"""What the store must hold, by the commands that were acknowledged; and the checks against it."""
import random

from harness import CATALOG, Lost, Unavailable, cents, money_text, usd

CHECKED_AGAIN = 20  # acknowledged commands of earlier rounds, drawn anew each round


class Command:
    def __init__(self, method, path, body, key, learn):
        self.method, self.path, self.body, self.key, self.learn = method, path, body, key, learn
        self.reply = None  # bytes and status, once acknowledged
        self.writes = True  # something is in the journal after it that was not before

    def send(self, client):
        return client.send(self.method, self.path, self.body, self.key)


class Account:
    """What an account must look like, by the commands that were acknowledged."""

    def __init__(self, name, document):
        self.name = name
        self.id = document["id"]
        self.payments = {}  # reference -> cents
        self.charged = 0
        self.holds = {}     # id -> (reason, cents)
        self.captured = 0
        self.subscription = None
        self.plan = None
        self.quotes = []    # acknowledged, the last one open
        self.boxes = 0

    def held(self):
        return sum(amount for _, amount in self.holds.values())

    def available(self):
        return sum(self.payments.values()) - self.charged - self.captured - self.held()

    def check(self, checks, client, views="there"):
        """`views`: whether what stands in views may be refused for want of space ("refusable")."""
        check_account(checks, client, self, views)


class Worker:
    """One client thread: it owns its accounts, so their model needs no order between threads."""

    catalog = CATALOG

    def __init__(self, number, checks, seed):
        self.number = number
        self.checks = checks
        self.rng = random.Random(seed)
        self.count = 0
        self.accounts = []
        self.acknowledged = []  # of all rounds
        self.round_start = 0    # first of this round in it
        self.pending = None     # sent, and no reply came
        self.touched = set()    # accounts of this round
        self.shared = None

    def key(self):
        self.count += 1
        return f"w{self.number}-{self.count}"

    # --- what to do next ---

    def next_command(self):
        if not self.accounts or self.rng.random() < 0.05:
            return self.open()
        if self.shared and self.rng.random() < 0.15:
            return self.pay(self.shared)
        account = self.rng.choice(self.accounts[-3:])
        self.touched.add(account)
        choices = [self.pay]
        if account.available() >= 1000:
            choices += [self.hold, self.pay]
            if not account.subscription:
                choices += [self.start] * 3
        if account.subscription:
            choices += [self.move_gauge, self.quote]
            if account.available() >= 1000:
                choices += [self.change, self.change_by_quote]
        if account.holds:
            choices += [self.capture, self.release]
        return self.rng.choice(choices)(account)

    def open(self):
        name = f"w{self.number}-{self.count + 1}"

        def learn(document):
            self.accounts.append(Account(name, document))
            self.touched.add(self.accounts[-1])
        return Command("POST", "/v1/accounts", {"name": name, "currency": "USD"}, self.key(), learn)

    def pay(self, account):
        amount, key = self.rng.randint(100, 5000), self.key()

        def learn(_):
            account.payments[key] = amount
        return Command("POST", f"/v1/accounts/{account.id}/payments",
                       {"amount": usd(money_text(amount)), "reference": key}, key, learn)

    def hold(self, account):
        amount, key = self.rng.randint(1, 500), self.key()

        def learn(document):
            account.holds[document["id"]] = (key, amount)
        return Command("POST", f"/v1/accounts/{account.id}/holds",
                       {"amount": usd(money_text(amount)), "reason": key}, key, learn)

    def capture(self, account):
        hold = self.rng.choice(list(account.holds))

        def learn(_):
            account.captured += account.holds.pop(hold)[1]
        return Command("POST", f"/v1/accounts/{account.id}/holds/{hold}/capture", {}, self.key(), learn)

    def release(self, account):
        hold = self.rng.choice(list(account.holds))
        return Command("POST", f"/v1/accounts/{account.id}/holds/{hold}/release", {}, self.key(),
                       lambda _: account.holds.pop(hold))

    def changed(self, account):
        def learn(document):
            account.charged += cents(document["quote"]["due_now"])
            account.subscription = document["subscription"]["id"]
            account.plan = document["subscription"]["plan"]["key"]
            account.quotes.clear()
        return learn

    def start(self, account):
        return Command("POST", f"/v1/accounts/{account.id}/subscriptions", {"plan": "small"}, self.key(),
                       self.changed(account))

    def other_plan(self, account):
        return "large" if account.plan == "small" else "small"

    def quote(self, account):
        return Command("POST", f"/v1/subscriptions/{account.subscription}/quotes",
                       {"plan": self.other_plan(account)}, self.key(), account.quotes.append)

    def change(self, account):
        return Command("POST", f"/v1/subscriptions/{account.subscription}/changes",
                       {"plan": self.other_plan(account)}, self.key(), self.changed(account))

    def change_by_quote(self, account):
        if not account.quotes:
            return self.quote(account)
        quote = account.quotes[-1]
        learn = self.changed(account)

        def learn_and_compare(document):
            self.checks.equal(document["quote"]["due_now"], quote["due_now"], "what was quoted is charged")
            learn(document)
        return Command("POST", f"/v1/subscriptions/{account.subscription}/changes", {"quote": quote["id"]},
                       self.key(), learn_and_compare)

    def move_gauge(self, account):
        def learn(document):
            account.boxes += 1
            self.checks.equal(document["value"], account.boxes, f"the gauge of {account.name}")
        return Command("POST", f"/v1/accounts/{account.id}/gauges/boxes", {"difference": 1}, self.key(), learn)

    # --- doing it ---

    def load(self, server):
        client = server.client()
        while True:
            command = self.next_command()
            try:
                reply = command.send(client)
            except Lost:
                self.pending = command
                return
            self.acknowledge(command, reply)

    def work(self, client, count):
        """Commands that must all be carried out."""
        for _ in range(count):
            command = self.next_command()
            self.acknowledge(command, command.send(client))

    def acknowledge(self, command, reply):
        if not self.checks.that(reply.ok, f"{command.method} {command.path} {command.body}: {reply!r}"):
            return
        self.checks.that(not reply.replayed, f"{command.key} was never sent before")
        command.reply = (reply.status, reply.body)
        command.learn(reply.json)
        self.acknowledged.append(command)

    # --- after the kill ---

    def resolve(self, client):
        """Sends again what got no reply; whether it had been carried out."""
        if not self.pending:
            return None
        command, self.pending = self.pending, None
        reply = command.send(client)
        if self.checks.that(reply.ok, f"unknown outcome, sent again: {command.path}: {reply!r}"):
            command.reply = (reply.status, reply.body)
            command.learn(reply.json)
            self.acknowledged.append(command)
        return reply.replayed

    def check(self, client):
        fresh = self.acknowledged[self.round_start:]
        older = self.acknowledged[:self.round_start]
        for command in fresh + self.rng.sample(older, min(CHECKED_AGAIN, len(older))):
            reply = self.send_again(command, client)
            self.checks.that(self.is_same(command, reply),
                             f"{command.key} ({command.path}) again: {reply!r}, first {command.reply!r}")
        looked_at = sorted(self.touched, key=lambda a: a.id)
        looked_at += self.rng.sample(self.accounts, min(3, len(self.accounts)))
        for account in looked_at:
            account.check(self.checks, client)
        self.round_start = len(self.acknowledged)
        self.touched.clear()

    def send_again(self, command, client):
        return command.send(client)

    def is_same(self, command, reply):
        """Whether an acknowledged command is answered again as it must be."""
        return (reply.status, reply.body) == command.reply and reply.replayed

    def reads_and_more(self, _account):
        """Requests of its own kind, which a store that is not served refuses."""
        return []


def check_account(checks, client, account, views="there"):
    """`views`: whether the ledger may be refused for want of space ("refusable") or must be there."""
    where = f"account {account.name}"
    checks.equal(client.get(f"/v1/accounts/{account.name}").json.get("id"), account.id, f"{where}: its name")
    balance = client.get(f"/v1/accounts/{account.id}/balance").json
    checks.equal(cents(balance["available"]), account.available(), f"{where}: available")
    checks.equal(cents(balance["held"]), account.held(), f"{where}: held")
    checks.equal(cents(balance["receivable"]), 0, f"{where}: receivable")
    try:
        check_payments(checks, client, f"/v1/accounts/{account.id}/ledger_entries", account.payments, where)
    except Unavailable as refused:
        checks.that(views == "refusable" and refused.reply.code == "store_is_full", f"{where}: {refused.reply!r}")
    holds = {hold["id"]: (hold["reason"], cents(hold["amount"]))
             for hold in client.items(f"/v1/accounts/{account.id}/holds")}
    checks.equal(holds, account.holds, f"{where}: holds")
    subscriptions = client.items(f"/v1/accounts/{account.id}/subscriptions")
    checks.equal([(s["id"], s["plan"]["key"]) for s in subscriptions],
                 [(account.subscription, account.plan)] if account.subscription else [], f"{where}: plans")
    gauges = client.get(f"/v1/accounts/{account.id}/gauges").json["items"]
    checks.equal(next((g["value"] for g in gauges if g["feature"] == "boxes"), 0), account.boxes,
                 f"{where}: boxes")
    for quote in account.quotes[-1:]:
        checks.equal(client.get(f"/v1/quotes/{quote['id']}").json, quote, f"{where}: its open quote")


def check_payments(checks, client, path, expected, where):
    """Each payment is in the ledger once, with its amount."""
    found = {}
    for entry in client.items(path):
        checks.equal(sum(micros(p["amount"]) for p in entry["postings"]), 0, f"{where}: an entry's sum")
        if entry["reference"]:
            amount = sum(cents(p["amount"]) for p in entry["postings"] if p["bucket"] == "available")
            checks.that(entry["reference"] not in found, f"{where}: {entry['reference']} is there twice")
            found[entry["reference"]] = amount
    checks.equal(found, expected, f"{where}: payments in the ledger")


def micros(money):
    whole, _, part = money["amount"].lstrip("-").partition(".")
    value = int(whole) * 10**6 + int((part + "000000")[:6])
    return -value if money["amount"].startswith("-") else value
