"""What the store must hold of usage, by the events and uses that were acknowledged.

A worker tells batches of events (new ones, ones that it told before, bad ones) and consumes and reserves
against a hard limit; every event and use has an id, and what has an unknown outcome is sent again as it
was. Its accounts are its own, so each answer can be foretold.
"""
import datetime

from harness import Unavailable, cents, money_text, usd
from model import Account, Command, Worker

TOKENS_MAX = 300  # a hard limit, ever
PACKAGE, PACK = 30, 10  # mails in the package, and in a pack for a cent
FEE_CENTS = 100
REGIONS = ("eu", "us", None)

USAGE_CATALOG = f"""\
catalog: 1
currencies: {{USD: {{exponent: 2}}}}
features:
  mails: {{kind: metered, meter: mails}}
  pages: {{kind: metered, meter: pages}}
  people: {{kind: metered, meter: people}}
  tokens: {{kind: metered, meter: tokens}}
meters:
  mails: {{event: mail.sent, aggregate: sum, value: count, dimensions: [region]}}
  pages: {{event: page.seen, aggregate: count, late: 2d}}
  people: {{event: page.seen, aggregate: unique, value: user, late: 2d}}
  tokens: {{event: tokens.spent, aggregate: sum, value: count}}
price_groups:
  7: {{name: Mails, resource: MAIL_OVERRUN, meter: mails}}
families:
  BASE: {{name: Base}}
  PACKS: {{name: Packs}}
plans:
  free:
    {{family: BASE, default: true, fee: {{USD: "0"}}, entitlements: {{
       pages: {{limit: unlimited, window: lifetime}}, people: {{limit: unlimited, window: lifetime}},
       tokens: {{limit: {TOKENS_MAX}, window: lifetime}}}}}}
  packs:
    {{family: PACKS, rank: 1, fee: {{USD: "1"}}, packages: [
       {{name: mails, price_groups: [7], size: {PACKAGE}, may_overrun: true, overrun_price: {{USD: "0.01"}},
         overrun_resources: {PACK}}}]}}
"""


def minutes_ago(minutes):
    then = datetime.datetime.now(datetime.timezone.utc) - datetime.timedelta(minutes=minutes)
    return then.strftime("%Y-%m-%dT%H:%M:%SZ")


class UsageAccount(Account):
    """Sums of what was counted for one account, each id once."""

    def __init__(self, name, document):
        super().__init__(name, document)
        self.mails = {region: 0 for region in REGIONS}
        self.mail_events = 0
        self.pages = 0
        self.people = set()
        self.tokens = 0
        self.token_events = 0
        self.reservations = {}  # id -> tokens

    def held_tokens(self):
        return sum(self.reservations.values())

    def has_room(self, tokens):
        return self.tokens + self.held_tokens() + tokens <= TOKENS_MAX

    def mail_sum(self):
        return sum(self.mails.values())

    def available(self):
        packs = max(0, -(-(self.mail_sum() - PACKAGE) // PACK))
        return sum(self.payments.values()) - packs - (FEE_CENTS if self.subscription else 0)

    def count_mails(self, count, region):
        self.mails[region] += count
        self.mail_events += 1

    def count_tokens(self, count):
        self.tokens += count
        self.token_events += 1

    def see_page(self, user):
        self.pages += 1
        self.people.add(user)

    def merge(self, workers):
        """The shared account: what each worker counted there, together."""
        own = [worker.shared for worker in workers]
        self.mails = {region: sum(a.mails[region] for a in own) for region in REGIONS}
        self.mail_events = sum(a.mail_events for a in own)
        self.pages = sum(a.pages for a in own)
        self.people = set().union(*(a.people for a in own))

    def check(self, checks, client, views="there"):
        where = f"account {self.name}"
        balance = client.get(f"/v1/accounts/{self.id}/balance").json
        checks.equal(cents(balance["available"]), self.available(), f"{where}: available")
        used = {"mails": self.mail_sum(), "pages": self.pages, "people": len(self.people), "tokens": self.tokens}
        reply = client.post("/v1/entitlements/check",
                            {"checks": [{"account": self.id, "feature": name} for name in used]})
        answers = dict(zip(used, reply.json["results"]))
        checks.equal({name: answer["used"] for name, answer in answers.items()}, used, f"{where}: used")
        checks.equal(answers["tokens"]["held"], self.held_tokens(), f"{where}: tokens held")
        checks.equal(answers["tokens"]["allowed"], self.has_room(1), f"{where}: another token")
        try:
            self.check_views(checks, client, where)
        except Unavailable as refused:
            checks.that(views == "refusable" and refused.reply.code == "store_is_full",
                        f"{where}: {refused.reply!r}")

    def check_views(self, checks, client, where):
        regions = self.usage(client, "mails", "&dimension=region")
        checks.equal({region: quantity for region, (quantity, _) in regions.items()},
                     {region: count for region, count in self.mails.items() if count},
                     f"{where}: mails by region")
        for meter, quantity, events in [("mails", self.mail_sum(), self.mail_events),
                                        ("pages", self.pages, self.pages),
                                        ("people", len(self.people), self.pages),
                                        ("tokens", self.tokens, self.token_events)]:
            checks.equal(self.usage(client, meter).get(None, (0, 0)), (quantity, events),
                         f"{where}: {meter} and their events by hour")

    def usage(self, client, meter, more=""):
        """Quantities and events by the value of the dimension."""
        path = f"/v1/accounts/{self.id}/usage?meter={meter}&from={minutes_ago(3 * 1440)}{more}"
        reply = client.get(path)
        if reply.status != 200:
            raise Unavailable(path, reply)
        sums = {}
        for item in reply.json["items"]:
            quantity, events = sums.get(item["value"], (0, 0))
            sums[item["value"]] = quantity + item["quantity"], events + item["events"]
        return sums


class Ingest(Command):
    """A batch, with what becomes of it: so many are new, so many known, and these are refused."""

    def __init__(self, items):
        super().__init__("POST", "/v1/events", [event for event, _, _ in items], None, self.count)
        self.effects = [effect for _, kind, effect in items if kind == "new"]
        self.writes = bool(self.effects)
        self.known = sum(kind == "known" for _, kind, _ in items)
        self.bad = {index: effect for index, (_, kind, effect) in enumerate(items) if kind == "bad"}

    def count(self, _):
        for effect in self.effects:
            effect()

    def is_right(self, document, resent):
        sound = len(self.effects) + self.known
        refused = {r["index"]: r["error"]["code"] for r in document["results"] if r["status"] == "refused"}
        return (document["accepted"] + document["duplicates"] == sound and refused == self.bad
                and document["refused"] == len(self.bad)
                and (resent or document["duplicates"] == self.known))

    def is_known(self, document):
        return document["accepted"] == 0 and self.is_right(document, resent=True)


class Consume(Command):
    """Uses in one request, each with whether it must pass."""

    def __init__(self, uses, key=None):
        bodies = [body for body, _, _ in uses]
        self.is_single = key is not None
        super().__init__("POST", "/v1/entitlements/consume", bodies[0] if key else {"consumes": bodies}, key,
                         self.count)
        self.passes = [passes for _, passes, _ in uses]
        self.effects = [effect for _, passes, effect in uses if passes]
        self.writes = bool(self.effects)

    def count(self, _):
        for effect in self.effects:
            effect()

    def answers(self, document):
        return [document] if self.is_single else document["results"]

    def is_right(self, document, resent):
        answers = self.answers(document)
        counted = [a["counted"] or (resent and a["duplicate"]) for a in answers]
        return [a["allowed"] for a in answers] == self.passes and counted == self.passes

    def is_known(self, document):
        """Those that passed; the others may have room by now."""
        return all(answer["duplicate"] and not answer["counted"]
                   for answer, passed in zip(self.answers(document), self.passes) if passed)


class UsageWorker(Worker):
    catalog = USAGE_CATALOG

    def __init__(self, number, checks, seed):
        super().__init__(number, checks, seed)
        self.told = []  # events that were acknowledged

    # --- what to do next ---

    def next_command(self):
        if not self.accounts or (self.accounts[-1].subscription and self.rng.random() < 0.04):
            return self.open()
        account = self.accounts[-1]
        self.touched.add(account)
        if not account.payments:
            return self.pay(account)
        if not account.subscription:
            return self.start(account)
        account = self.rng.choice(self.accounts[-3:])
        self.touched.add(account)
        choices = [self.tell, self.tell, self.consume, self.consume_by_key, self.reserve]
        if account.reservations:
            choices += [self.end, self.end]
        return self.rng.choice(choices)(account)

    def open(self):
        command = super().open()

        def learn(document):
            self.accounts.append(UsageAccount(document["name"], document))
            self.touched.add(self.accounts[-1])
        command.learn = learn
        return command

    def pay(self, account):
        key = self.key()

        def learn(_):
            account.payments[key] = 1_000_000
        return Command("POST", f"/v1/accounts/{account.id}/payments",
                       {"amount": usd(money_text(1_000_000)), "reference": key}, key, learn)

    def start(self, account):
        def learn(document):
            account.subscription = document["subscription"]["id"]
        return Command("POST", f"/v1/accounts/{account.id}/subscriptions", {"plan": "packs"}, self.key(), learn)

    def event(self, subject, type_, data, **more):
        return {"specversion": "1.0", "id": self.key(), "source": f"/w{self.number}", "type": type_,
                "subject": subject, "data": data, **more}

    def tell(self, account):
        items = []
        for _ in range(self.rng.choice((1, 1, 5, 40, 200))):
            chance = self.rng.random()
            if chance < 0.03:
                items.append(self.bad_event(account))
            elif chance < 0.1 and self.told:
                items.append((self.rng.choice(self.told), "known", None))
            elif chance < 0.13 and items and items[-1][1] == "new":
                items.append((items[-1][0], "known", None))
            else:
                items.append(self.good_event(self.shared if self.shared and chance > 0.8 else account))
        return Ingest(items)

    def good_event(self, account):
        if self.rng.random() < 0.5:
            count, region = self.rng.randint(1, 25), self.rng.choice(REGIONS)
            event = self.event(account.id, "mail.sent", {"count": count, **({"region": region} if region else {})})
            return event, "new", lambda: (account.count_mails(count, region), self.told.append(event))
        user = f"user{self.rng.randint(1, 40)}"
        event = self.event(account.id, "page.seen", {"user": user})
        if self.rng.random() < 0.3:
            event["time"] = minutes_ago(self.rng.randint(0, 1400))
        return event, "new", lambda: (account.see_page(user), self.told.append(event))

    def bad_event(self, account):
        event, code = self.rng.choice((
            (self.event("nobody-here", "mail.sent", {"count": 1}), "account_is_unknown"),
            (self.event(account.id, "no.such.thing", {"count": 1}), "meter_is_unknown"),
            (self.event(account.id, "mail.sent", {"count": -1}), "field_is_invalid"),
            (self.event(account.id, "page.seen", {"user": "u"}, time=minutes_ago(5 * 1440)), "event_is_too_old")))
        return event, "bad", code

    def use(self, account, taken, **more):
        """One use of tokens or mails; `taken` is what uses before it in the request have taken."""
        body = {"account": account.id, "source": f"/w{self.number}", **more}
        if self.rng.random() < 0.3:
            count = self.rng.randint(1, 15)
            body |= {"feature": "mails", "quantity": count}
            return body, True, lambda: account.count_mails(count, None)
        count = self.rng.choice((1, 1, 3, 20, 80))
        body |= {"feature": "tokens", "quantity": count}
        passes = account.has_room(taken[0] + count)
        taken[0] += count if passes else 0
        return body, passes, lambda: account.count_tokens(count)

    def consume(self, account):
        taken = [0]
        return Consume([self.use(account, taken, id=self.key()) for _ in range(self.rng.randint(1, 8))])

    def consume_by_key(self, account):
        return Consume([self.use(account, [0])], self.key())

    def reserve(self, account):
        count = self.rng.randint(1, 30)
        passes = account.has_room(count)

        def learn(document):
            self.checks.equal(document["answer"]["allowed"], passes, f"{account.name}: {count} tokens reserved")
            if passes:
                account.reservations[document["id"]] = count
        return Command("POST", "/v1/reservations",
                       {"account": account.id, "feature": "tokens", "quantity": count, "expires_in": 86400},
                       self.key(), learn)

    def end(self, account):
        reservation, count = self.rng.choice(list(account.reservations.items()))
        if self.rng.random() < 0.4:
            return Command("POST", f"/v1/reservations/{reservation}/release", {}, self.key(),
                           lambda _: account.reservations.pop(reservation))
        used = self.rng.randint(1, count)

        def learn(document):
            self.checks.equal(document["status"], "committed", f"{account.name}: {used} of {count}")
            account.reservations.pop(reservation)
            account.count_tokens(used)
        return Command("POST", f"/v1/reservations/{reservation}/commit", {"quantity": used}, self.key(), learn)

    # --- doing it ---

    def acknowledge(self, command, reply, resent=False):
        if not isinstance(command, (Ingest, Consume)):
            return super().acknowledge(command, reply)
        what = f"{command.path} {'again' if resent else ''}"
        if self.checks.that(reply.ok, f"{what}: {reply!r}"):
            self.checks.that(command.is_right(reply.json, resent), f"{what}: {command.body}: {reply.body}")
            command.learn(reply.json)
            self.acknowledged.append(command)
        return None

    def resolve(self, client):
        if not isinstance(self.pending, (Ingest, Consume)):
            return super().resolve(client)
        command, self.pending = self.pending, None
        reply = command.send(client)
        self.acknowledge(command, reply, resent=True)
        return reply.ok and command.is_known(reply.json)

    def is_same(self, command, reply):
        if isinstance(command, (Ingest, Consume)):
            # Uses that had no room before are not asked again: by now there may be.
            return reply is None or reply.ok and command.is_known(reply.json)
        return super().is_same(command, reply)

    def send_again(self, command, client):
        if isinstance(command, Consume) and not all(command.passes):
            return None
        return command.send(client)

    def reads_and_more(self, account):
        return [("POST", "/v1/events", [self.event(account.id, "mail.sent", {"count": 1})]),
                ("POST", "/v1/entitlements/consume", {"account": account.id, "feature": "tokens", "id": "after"}),
                ("POST", "/v1/entitlements/check", {"account": account.id, "feature": "tokens"}),
                ("GET", f"/v1/accounts/{account.id}/usage?meter=mails", None)]
