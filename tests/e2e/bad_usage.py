"""Bad events, uses and reservations: each is refused by name, its neighbours count, nothing else changes.

Every bad event stands between two good ones: the good ones are counted, the bad one is refused with its
code and place. After each case the sums of the account are those of the good ones alone.
"""
import datetime
import json
import socket
import sys

from harness import PATIENCE_S, Checks, Server, arguments, put_catalog, run, same_but_request_id, scratch, usd
from usage_model import USAGE_CATALOG, UsageAccount, minutes_ago

BATCH, LINES, ONE = "application/cloudevents-batch+json", "application/x-ndjson", "application/cloudevents+json"
EVENTS, CONSUME, CHECK = "/v1/events", "/v1/entitlements/consume", "/v1/entitlements/check"
ITEMS_MAX, BYTES_MAX, USES_MAX = 10_000, 10 * 1024 * 1024, 1_000
PEOPLE_MAX = 100_000  # different members of a unique meter in one window
ANY = None


class Shop:
    """An account whose mails are counted, with an id for every event."""

    def __init__(self, client):
        self.client = client
        opened = client.post("/v1/accounts", {"name": "shop", "currency": "USD"}).json
        self.account = UsageAccount("shop", opened)
        self.other = client.post("/v1/accounts", {"name": "other", "currency": "USD"}).json["id"]
        self.child = client.post("/v1/accounts", {"name": "child", "currency": "USD", "parent": "shop"}).json["id"]
        client.post("/v1/accounts/shop/payments", {"amount": usd("100"), "reference": "r"})
        self.account.payments["r"] = 10_000
        self.account.subscription = client.post("/v1/accounts/shop/subscriptions",
                                                {"plan": "packs"}).json["subscription"]["id"]
        closed = client.post("/v1/accounts", {"name": "closed", "currency": "USD"}).json["id"]
        client.post(f"/v1/accounts/{closed}/status", {"status": "closed"})
        self.last = 0

    def event(self, **more):
        """A good event of one page, unless told otherwise; a member of None is left out."""
        self.last += 1
        event = {"specversion": "1.0", "id": f"e{self.last}", "source": "/shop", "type": "page.seen",
                 "subject": "shop", "data": {"user": "ann"}}
        event |= more
        return {name: value for name, value in event.items() if value is not None}

    def good(self):
        return json.dumps(self.event()).encode()

    def counted(self, pages):
        for _ in range(pages):
            self.account.see_page("ann")


def later(minutes):
    return minutes_ago(-minutes)


def mail(count):
    """An event of mails as text, with its count as it is written here."""
    return {"type": "mail.sent", "data": {"count": count}}


def bad_events(shop):
    """A name, the event (or its bytes), its code, its place below the item."""
    event, text = shop.event, lambda raw, **more: json.dumps(shop.event(**more)).replace('"?"', raw).encode()
    invalid, missing = "field_is_invalid", "field_is_missing"
    year = datetime.datetime.now().year
    return [
        # What it is about.
        ("an unknown meter", event(type="no.such"), "meter_is_unknown", "/type"),
        ("an unknown account", event(subject="nobody"), "account_is_unknown", "/subject"),
        ("an id of no account", event(subject="acc_" + "0" * 25 + "1"), "account_is_unknown", "/subject"),
        ("a closed account", event(subject="closed"), "account_is_closed", "/subject"),
        # Values.
        ("text for a number", event(**mail("five")), invalid, "/data/count"),
        ("a number with a blank", event(**mail(" 5")), invalid, "/data/count"),
        ("a number with a sign", event(**mail("+5")), invalid, "/data/count"),
        ("an empty text for a number", event(**mail("")), invalid, "/data/count"),
        ("no value", event(type="mail.sent", data={}), missing, "/data/count"),
        ("no data", event(type="mail.sent", data=None), missing, "/data/count"),
        ("null for a number", text("null", **mail("?")), ANY, "/data/count"),
        ("a boolean for a number", event(**mail(True)), invalid, "/data/count"),
        ("an object for a number", event(**mail({"n": 1})), invalid, "/data/count"),
        ("a fraction", event(**mail(1.5)), invalid, "/data/count"),
        ("a negative number", event(**mail(-1)), invalid, "/data/count"),
        ("a huge number", event(**mail(10**30)), invalid, "/data/count"),
        ("more than may be counted", event(**mail(10**15 + 1)), invalid, "/data/count"),
        ("a huge exponent", text("1e999", **mail("?")), invalid, "/data/count"),
        ("many digits", text("1" * 5000, **mail("?")), invalid, ANY),
        ("NaN", text("NaN", **mail("?")), invalid, ""),
        ("infinity", text("Infinity", **mail("?")), invalid, ""),
        ("minus infinity", text("-Infinity", **mail("?")), invalid, ""),
        ("a number for a member", event(data={"user": {"name": "ann"}}), invalid, "/data/user"),
        # Times.
        ("far ahead", event(time=later(60)), "instant_is_in_the_future", "/time"),
        ("another age", event(time="9999-12-31T23:59:59Z"), "instant_is_in_the_future", "/time"),
        ("too old", event(time=minutes_ago(2 * 1440 + 5)), "event_is_too_old", "/time"),
        ("before all", event(time="0001-01-01T00:00:00Z"), ANY, "/time"),
        ("no time", event(time="yesterday"), invalid, "/time"),
        ("a day that is none", event(time=f"{year}-02-30T00:00:00Z"), invalid, "/time"),
        ("a time without a zone", event(time=f"{year}-01-01T00:00:00"), invalid, "/time"),
        ("a number for a time", event(time=1700000000), invalid, "/time"),
        # The envelope.
        ("no id", event(id=None), missing, "/id"),
        ("an empty id", event(id=""), invalid, "/id"),
        ("a long id", event(id="i" * 256), invalid, "/id"),
        ("a number for an id", event(id=7), invalid, "/id"),
        ("no source", event(source=None), missing, "/source"),
        ("no type", event(type=None), missing, "/type"),
        ("no subject", event(subject=None), missing, "/subject"),
        ("no version", event(specversion=None), missing, "/specversion"),
        ("another version", event(specversion="0.3"), invalid, "/specversion"),
        ("data that is a list", event(data=[1]), invalid, "/data"),
        ("data in base64", event(data=None, data_base64="AAAA"), invalid, "/data_base64"),
        ("data in XML", event(datacontenttype="text/xml"), invalid, "/datacontenttype"),
        ("too many properties", event(data={f"p{n}": n for n in range(65)}), "too_many", "/data"),
        ("a number", b"12", invalid, ""),
        ("a string", b'"event"', invalid, ""),
        ("null", b"null", invalid, ""),
        ("a list", b"[]", invalid, ""),
        ("an attribute twice", text('"a", "id": "b"', id="?"), invalid, "/id"),
        ("a property twice", text('"a", "user": "b"', data={"user": "?"}), invalid, "/data/user"),
        # No JSON, though it ends where it ends.
        ("invalid UTF-8", text("?").replace(b"ann", b"\xff\xfe"), invalid, ""),
        ("half a surrogate", text("?").replace(b"ann", rb"\ud800"), invalid, ""),
        ("a control character", text("?").replace(b"ann", b"a\x01b"), invalid, ""),
        ("deep", text("[" * 100_000 + "]" * 100_000, data={"user": "?"}), invalid, ""),
        ("a missing colon", text("?").replace(b": ", b" ", 1), invalid, ""),
        ("a trailing comma", text("?")[:-1] + b",}", invalid, ""),
    ]


def send(shop, body, content_type=BATCH):
    return shop.client.post(EVENTS, body, content_type=content_type)


def counts(reply):
    document = reply.json or {}
    return tuple(document.get(name) for name in ("accepted", "duplicates", "refused"))


def first_result(reply):
    return next(iter((reply.json or {}).get("results", [])), {})


def check_sums(checks, shop):
    shop.account.check(checks, shop.client)


def check_bad_event(checks, shop, case, form):
    name, event, code, place = case
    raw = event if isinstance(event, bytes) else json.dumps(event).encode()
    items = [shop.good(), raw, shop.good()]
    body = b"[" + b",".join(items) + b"]" if form == BATCH else b"\n".join(items) + b"\n"
    reply = send(shop, body, form)
    where = f"{name} ({form}): {reply!r}"
    checks.equal((reply.status, counts(reply)), (200, (2, 0, 1)), where)
    shop.counted(2)
    result = first_result(reply)
    error = result.get("error") or {}
    checks.equal((result.get("index"), result.get("status")), (1, "refused"), where)
    checks.that(error.get("detail"), f"a sentence says what is wrong: {where}")
    if code is not ANY:
        checks.equal(error.get("code"), code, where)
    if place is not ANY:
        checks.equal(error.get("pointer"), "/1" + place, where)


def check_bad_alone(checks, shop, case):
    """The same event as the only one of a body: no index, and nothing before its place."""
    name, event, code, place = case
    raw = event if isinstance(event, bytes) else json.dumps(event).encode()
    reply = send(shop, raw, ONE)
    where = f"{name} (alone): {reply!r}"
    if not raw.startswith(b"{"):
        if raw != b"[]":  # a list of no events
            checks.equal((reply.status, reply.code), (400, "field_is_invalid"), where)
        return
    checks.equal((reply.status, counts(reply)), (200, (0, 0, 1)), where)
    result = first_result(reply)
    error = result.get("error") or {}
    checks.equal((result.get("index"), result.get("status")), (0, "refused"), where)
    checks.that(error.get("detail"), f"a sentence says what is wrong: {where}")
    if code is not ANY:
        checks.equal(error.get("code"), code, where)
    if place is not ANY:
        checks.equal(error.get("pointer"), place or None, where)


def answer_to_length(client, length):
    """What is said to the head of a body of this length, before any of it was sent."""
    with socket.create_connection(("127.0.0.1", client.port), timeout=PATIENCE_S) as connection:
        connection.sendall((f"POST {EVENTS} HTTP/1.1\r\nHost: localhost\r\nAuthorization: Bearer {client.key}\r\n"
                            f"Content-Type: {BATCH}\r\nContent-Length: {length}\r\n\r\n").encode())
        return connection.recv(4096)


def check_spellings(checks, shop):
    """A whole number counts in any spelling of JSON, and as text, which many senders write."""
    for raw, count in ((b"5", 5), (b"5.0", 5), (b"1e2", 100), (b'"7"', 7), (b"0", 0)):
        reply = send(shop, json.dumps(shop.event(**mail("?"))).encode().replace(b'"?"', raw), ONE)
        checks.equal(counts(reply), (1, 0, 0), f"a count of {raw!r}: {reply!r}")
        shop.account.count_mails(count, None)


def check_batches(checks, shop):
    """Bodies as a whole: cut off, too many, too large, the same id twice, of another form."""
    good = shop.good
    # The head of a body that is cut off is counted; the rest is one refused item that says where.
    for tail in (b'{"specversion": "1.0", "id": "cut', b'{"a": [1, 2', b"nonsense", b'"', b"", b"{} {}]"):
        body = b"[" + good() + b"," + good() + b"," + tail
        reply = send(shop, body)
        shop.counted(2)
        checks.equal((reply.status, counts(reply)[0]), (200, 2), f"a tail of {tail!r}: {reply!r}")
        result = first_result(reply)
        checks.equal((result.get("index"), result.get("status")), (2, "refused"), f"a tail of {tail!r}: {reply!r}")
    reply = send(shop, b"[" + good() + b"] []")
    shop.counted(1)
    checks.equal(counts(reply), (1, 0, 1), f"more behind the end: {reply!r}")

    twice = good()
    reply = send(shop, b"[" + b",".join([twice, good(), twice, twice]) + b"]")
    shop.counted(2)
    checks.equal(counts(reply), (2, 2, 0), f"an id three times: {reply!r}")
    reply = send(shop, b"[" + twice + b"]")
    checks.equal(counts(reply), (0, 1, 0), f"an id again: {reply!r}")
    reply = send(shop, twice, ONE)
    checks.equal(counts(reply), (0, 1, 0), f"an id again, alone: {reply!r}")
    # Another source is another event.
    reply = send(shop, twice.replace(b'"/shop"', b'"/elsewhere"'), ONE)
    shop.counted(1)
    checks.equal(counts(reply), (1, 0, 0), f"the id of another source: {reply!r}")

    many = [good() for _ in range(ITEMS_MAX + 1)]
    for form, body in ((BATCH, b"[" + b",".join(many) + b"]"), (LINES, b"\n".join(many))):
        reply = send(shop, body, form)
        checks.that(reply.status in (400, 413, 422) and reply.code == "too_many", f"10,001 events: {reply!r}")
    check_sums(checks, shop)
    reply = send(shop, b"[" + b",".join(many[:ITEMS_MAX]) + b"]")
    shop.counted(ITEMS_MAX)
    checks.equal(counts(reply), (ITEMS_MAX, 0, 0), f"10,000 events: {reply!r}")
    large = b"[" + b",".join(good() for _ in range(100)) + b"]"
    reply = send(shop, large + b" " * (BYTES_MAX - len(large)))
    shop.counted(100)
    checks.equal(counts(reply), (100, 0, 0), f"10 MiB: {reply!r}")
    answer = answer_to_length(shop.client, BYTES_MAX + 1)
    checks.that(answer.startswith(b"HTTP/1.1 413 "), f"more than 10 MiB: {answer[:200]!r}")

    for body, form, what in ((b"", BATCH, "nothing"), (b"12", BATCH, "a number"), (b'"a"', BATCH, "a string"),
                             (b"nonsense", BATCH, "no JSON"), (b"\xff\xff", BATCH, "no UTF-8"),
                             (b"[]", "text/plain", "a type that is not taken"),
                             (good(), "application/xml", "XML")):
        reply = send(shop, body, form)
        checks.equal((reply.status, reply.code), (400, "field_is_invalid"), f"{what}: {reply!r}")
    for body, form in ((b"[]", BATCH), (b"\n\n", LINES)):
        checks.equal(counts(send(shop, body, form)), (0, 0, 0), "no event at all")


def check_all_meters_or_none(checks, shop):
    """An event that one of its meters cannot take (too many different people) is counted by none."""
    opened = shop.client.post("/v1/accounts", {"name": "crowd", "currency": "USD"}).json
    crowd = UsageAccount("crowd", opened)
    for first in range(0, PEOPLE_MAX, ITEMS_MAX):
        users = [f"u{n}" for n in range(first, first + ITEMS_MAX)]
        reply = send(shop, [shop.event(subject="crowd", data={"user": user}) for user in users])
        checks.equal(counts(reply), (ITEMS_MAX, 0, 0), f"people from {first}: {reply!r}")
        crowd.pages += len(users)
        crowd.people.update(users)
    one_more = shop.event(subject="crowd", data={"user": "one more"})
    for _ in range(2):
        reply = send(shop, one_more, ONE)
        error = first_result(reply).get("error") or {}
        checks.equal((counts(reply), error.get("code")), ((0, 0, 1), "too_many_members"), f"one more: {reply!r}")
    reply = send(shop, shop.event(subject="crowd", data={"user": "u7"}), ONE)
    checks.equal(counts(reply), (1, 0, 0), f"one that is known: {reply!r}")
    crowd.pages += 1
    reply = shop.client.post(CHECK, {"account": "crowd", "feature": "people"})
    checks.equal([reply.json.get(name) for name in ("allowed", "reason", "used")],
                 [False, "too_many_members", PEOPLE_MAX], f"a check of the full meter: {reply!r}")
    for meter, quantity in (("pages", crowd.pages), ("people", len(crowd.people))):
        checks.equal(crowd.usage(shop.client, meter).get(None), (quantity, crowd.pages), f"{meter} of the crowd")


def check_isolation(checks, server, shop):
    """A key of one tree: accounts of another look as if they did not exist."""
    made = shop.client.post(f"/v1/accounts/{shop.account.id}/api_keys", {"role": "developer"}).json
    own = server.client(made["key"] if isinstance(made.get("key"), str) else made["text"])
    events = [shop.event(), shop.event(subject=shop.other), shop.event(subject="other"), shop.event(subject=shop.child)]
    reply = own.post(EVENTS, events, content_type=BATCH)
    shop.counted(1)
    checks.equal(counts(reply), (2, 0, 2), f"events of another tree: {reply!r}")
    errors = [(r["index"], r["error"]["code"]) for r in (reply.json or {}).get("results", [])]
    checks.equal(errors, [(1, "account_is_unknown"), (2, "account_is_unknown")], "events of another tree")
    for path, more in ((CONSUME, {"feature": "tokens"}), (CHECK, {"feature": "tokens"}),
                       ("/v1/reservations", {"feature": "tokens", "expires_in": 60})):
        seen = own.post(path, {"account": shop.other, **more})
        none = own.post(path, {"account": "acc_" + "0" * 25 + "1", **more})
        checks.equal((seen.status, seen.code), (404, "account_is_unknown"), f"{path} of another tree: {seen!r}")
        checks.that(same_but_request_id(seen, none), f"{path}: {seen!r} and {none!r}")
    seen = own.get(f"/v1/accounts/{shop.other}/usage?meter=mails")
    checks.equal((seen.status, seen.code), (404, "account_is_unknown"), "the usage of another tree")
    held = shop.client.post("/v1/reservations", {"account": shop.other, "feature": "tokens", "quantity": 1,
                                                 "expires_in": 60}).json["id"]
    for end in ("commit", "release"):
        reply = own.post(f"/v1/reservations/{held}/{end}", {})
        checks.equal((reply.status, reply.code), (404, "reservation_is_unknown"), f"another's {end}: {reply!r}")
    # An id of one tree is free in another.
    same = shop.event()
    own.post(EVENTS, [same], content_type=BATCH)
    shop.counted(1)
    reply = shop.client.post(EVENTS, [same | {"subject": "other"}], content_type=BATCH)
    checks.equal(counts(reply), (1, 0, 0), "an id of another tree")


def check_uses(checks, shop):
    """Consumes, checks and reservations that cannot be asked: a problem, and nothing counted."""
    good = {"account": "shop", "feature": "tokens", "quantity": 1}
    unknown, missing, invalid = "field_is_unknown", "field_is_missing", "field_is_invalid"

    def consume_cases(path):
        yield {"feature": "tokens"}, 400, missing, "/account"
        yield {"account": "shop"}, 400, missing, "/feature"
        yield good | {"account": "nobody"}, 404, "account_is_unknown", "/account"
        yield good | {"feature": "nothing"}, 404, "feature_is_unknown", "/feature"
        yield good | {"account": 7}, 400, invalid, "/account"
        yield good | {"colour": "red"}, 400, unknown, "/colour"
        for quantity in (0, -1, 1.5, "1", 10**15 + 1, 10**30, [1], True):
            yield good | {"quantity": quantity}, 400, invalid, "/quantity"
        for raw in ("NaN", "1e400", "1" * 5000):
            yield json.dumps(good | {"quantity": "?"}).replace('"?"', raw), 400, invalid, ANY
        yield b'{"account": "\xff"}', 400, invalid, ANY
        yield json.dumps(good)[:-1], 400, invalid, ANY
        yield "[]", 400, invalid, ANY
        yield "", 400, ANY, ANY
        if path != "/v1/reservations":
            plural = "consumes" if path == CONSUME else "checks"
            yield {plural: [good] * (USES_MAX + 1)}, (400, 413, 422), ANY, ANY
            yield {plural: good}, 400, invalid, "/" + plural
            yield {plural: [good]} | good, 400, ANY, ANY
        if path == CONSUME:
            yield good | {"id": ""}, 400, invalid, "/id"
            yield good | {"id": "i" * 256}, 400, invalid, "/id"
            yield good | {"properties": [1]}, 400, invalid, "/properties"
            yield good | {"feature": "people"}, 400, ANY, ANY  # a unique meter needs its member
    for path in (CONSUME, CHECK, "/v1/reservations"):
        for body, status, code, pointer in consume_cases(path):
            if path == "/v1/reservations" and isinstance(body, dict):
                body = body | {"expires_in": 60}
            reply = shop.client.post(path, body)
            where = f"{path} {str(body)[:100]}: {reply!r}"
            checks.that(reply.status in (status if isinstance(status, tuple) else (status,)), where)
            checks.equal(reply.headers.get("content-type"), "application/problem+json", where)
            if code is not ANY:
                checks.equal(reply.code, code, where)
            if pointer is not ANY:
                pointers = [error["pointer"] for error in (reply.json or {}).get("errors", [])]
                checks.that(pointer in pointers, f"expected the place {pointer}: {where}")
    for expiry in ({}, {"expires_in": 0}, {"expires_in": -5}, {"expires_in": 10**12}, {"expires_at": minutes_ago(5)},
                   {"expires_in": 60, "expires_at": later(5)}, {"expires_at": "soon"}):
        reply = shop.client.post("/v1/reservations", good | expiry)
        checks.that(reply.status in (400, 422), f"a reservation until {expiry}: {reply!r}")
    for end in ("commit", "release"):
        for id_ in ("rsv_" + "0" * 25 + "1", "rsv_x", shop.account.id):
            reply = shop.client.post(f"/v1/reservations/{id_}/{end}", {})
            checks.equal((reply.status, reply.code), (404, "reservation_is_unknown"), f"{end} of {id_}: {reply!r}")
    # One bad use in a list: the others are answered and counted.
    reply = shop.client.post(CONSUME, {"consumes": [good, good | {"feature": "nothing"}, good | {"account": "nobody"},
                                                    good | {"quantity": 0}, good | {"quantity": 301}, good]})
    results = (reply.json or {}).get("results", [])
    checks.equal([r.get("counted", r.get("error", {}).get("code")) for r in results],
                 [True, "feature_is_unknown", "account_is_unknown", "field_is_invalid", False, True],
                 f"bad uses in a list: {reply!r}")
    shop.account.count_tokens(1)
    shop.account.count_tokens(1)
    for query, status, pointer in (("", 400, "/meter"), ("meter=none", 404, "/meter"),
                                   ("meter=mails&by=minute", 400, "/by"), ("meter=mails&from=never", 400, "/from"),
                                   ("meter=mails&dimension=colour", 400, "/dimension"),
                                   (f"meter=mails&from={later(60)}&to={minutes_ago(60)}", 400, "/from")):
        reply = shop.client.get(f"/v1/accounts/shop/usage?{query}")
        pointers = [error["pointer"] for error in (reply.json or {}).get("errors", [])]
        checks.that(reply.status == status and pointer in pointers, f"usage of {query!r}: {reply!r}")


def main():
    options = arguments(__doc__)
    checks = Checks("bad_usage")
    with scratch(options.keep) as folder:
        server = Server(options.program, folder / "data")
        client = server.client()
        put_catalog(client, USAGE_CATALOG)
        shop = Shop(client)
        count = 0
        for form in (BATCH, LINES):
            for case in bad_events(shop):
                check_bad_event(checks, shop, case, form)
                count += 1
            check_sums(checks, shop)
        for case in bad_events(shop):
            check_bad_alone(checks, shop, case)
            count += 1
        check_sums(checks, shop)
        check_spellings(checks, shop)
        check_batches(checks, shop)
        check_sums(checks, shop)
        check_all_meters_or_none(checks, shop)
        check_isolation(checks, server, shop)
        check_uses(checks, shop)
        check_sums(checks, shop)
        checks.equal(server.stop(), 0, f"a stop: {server.stderr()}")
        verified = run(options.program, "verify", folder / "data")
        checks.equal(verified.returncode, 0, f"verify: {verified.stdout} {verified.stderr}")
    checks.finish(f"{count} bad events between good ones and alone, bodies, uses and reservations: each refused by name, "
                  "every neighbour counted")


if __name__ == "__main__":
    sys.exit(main())
