"""Bad input gets a clear error that names what is wrong, and changes nothing.

Each case is one request with the status, the code and the place (a JSON pointer) that its answer must
have. After every case the catalog, the accounts, money and subscriptions read as before.
"""
import json
import socket
import sys
import threading
import time

from harness import (CATALOG, ROOT_KEY, Checks, Client, Server, arguments, put_catalog, same_but_request_id,
                     scratch, usd)

JSON, YAML = "application/json", "application/yaml"
ANY = None


class Case:
    def __init__(self, name, method, path, body=None, status=400, code="field_is_invalid", pointer=ANY,
                 content_type=JSON, detail=ANY, headers=None):
        self.name, self.method, self.path, self.body = name, method, path, body
        self.status, self.code, self.pointer, self.detail = status, code, pointer, detail
        self.content_type, self.headers = content_type, headers


def cases(shop):
    """Requests of the platform's key about the account `shop`, a subscription and a hold of it."""
    account, subscription = shop["account"], shop["subscription"]
    payments = f"/v1/accounts/{account}/payments"
    accounts = "/v1/accounts"
    good = '{"amount": {"amount": "1.00", "currency": "USD"}'
    many = "9" * 50

    def payment(amount, pointer="/amount/amount", **more):
        return dict(method="POST", path=payments, body={"amount": amount}, pointer=pointer, **more)

    table = [
        # The text is no JSON.
        Case("cut off", "POST", payments, '{"amount": {"amount": "1.00"', pointer=""),
        Case("no JSON", "POST", payments, "amount=1", pointer=""),
        Case("two values", "POST", payments, good + "} {}", pointer=""),
        Case("trailing comma", "POST", payments, good + ",}", pointer=""),
        Case("a comment", "POST", payments, good + "/* all of it */}", pointer=""),
        Case("NaN", "POST", f"/v1/accounts/{account}/gauges/boxes", '{"value": NaN}', pointer=""),
        Case("invalid UTF-8", "POST", payments, b'{"reference": "\xff\xfe"}', pointer=""),
        Case("half a surrogate", "POST", payments, good + r', "reference": "\ud800"}', pointer=""),
        Case("deep", "POST", payments, '{"amount": ' + "[" * 100_000 + "]" * 100_000 + "}", pointer=""),
        Case("an array", "POST", payments, "[]", pointer=""),
        Case("a string", "POST", payments, '"pay"', pointer=""),
        Case("another type", "POST", payments, good + "}", content_type="text/plain", pointer=""),
        Case("duplicate key", "POST", payments, good + ', "reference": "a", "reference": "b"}', pointer="",
             detail="reference"),
        Case("duplicate key inside", "POST", payments,
             '{"amount": {"amount": "1", "amount": "2", "currency": "USD"}}', pointer="", detail="amount"),
        # Fields.
        Case("unknown field", "POST", payments, good + ', "amuont": 1}', code="field_is_unknown",
             pointer="/amuont"),
        Case("unknown field inside", "POST", payments,
             {"amount": {"amount": "1", "currency": "USD", "cents": 1}}, code="field_is_unknown",
             pointer="/amount/cents"),
        Case("nothing", "POST", payments, "{}", code="field_is_missing", pointer="/amount"),
        Case("null", "POST", payments, {"amount": None}, code="field_is_missing", pointer="/amount"),
        Case("unknown query parameter", "GET", f"{accounts}/{account}/balance?when=now",
             code="field_is_unknown", pointer="/when"),
        Case("query parameter twice", "GET", "/v1/accounts?limit=1&limit=2", pointer="/limit"),
        Case("no number for limit", "GET", "/v1/accounts?limit=many", pointer="/limit"),
        Case("limit out of range", "GET", "/v1/accounts?limit=100000", pointer="/limit"),
        Case("foreign cursor", "GET", "/v1/accounts?cursor=zz", pointer="/cursor"),
        Case("empty Idempotency-Key", "POST", payments, good + "}", headers={"Idempotency-Key": ""}),
        Case("long Idempotency-Key", "POST", payments, good + "}", headers={"Idempotency-Key": "k" * 256}),
        # Money.
        Case("an amount as a number", **payment({"amount": 1.5, "currency": "USD"}), detail="string"),
        Case("money as a number", **payment(12, pointer="/amount")),
        Case("money as text", **payment("12.00 USD", pointer="/amount")),
        Case("too many digits", **payment(usd(many))),
        Case("too many digits after the point", **payment(usd("1.0000001"))),
        Case("beyond the greatest amount", **payment(usd("1000000000001"))),
        Case("an exponent", **payment(usd("1e3"))),
        Case("a comma", **payment(usd("1,50"))),
        Case("blank around", **payment(usd(" 1"))),
        Case("infinite", **payment(usd("Infinity"))),
        Case("no amount", **payment(usd(""))),
        Case("negative payment", **payment(usd("-1"), pointer=ANY)),
        Case("payment of zero", **payment(usd("0"), pointer=ANY)),
        Case("no currency", **payment({"amount": "1", "currency": "dollar"}, pointer="/amount/currency")),
        Case("another currency", "POST", payments, {"amount": {"amount": "1", "currency": "EUR"}},
             status=(400, 409, 422), code=ANY),
        Case("negative hold", "POST", f"/v1/accounts/{account}/holds", {"amount": usd("-1")}),
        Case("hold beyond the balance", "POST", f"/v1/accounts/{account}/holds", {"amount": usd("999999")},
             status=402, code="money_is_short"),
        Case("negative credit", "POST", f"/v1/accounts/{account}/credit_grants", {"amount": usd("-5")}),
        Case("capture beyond the hold", "POST", f"/v1/accounts/{account}/holds/{shop['hold']}/capture",
             {"amount": usd("99")}, status=422, code="amount_exceeds_hold"),
        # Numbers.
        Case("a number of too many digits", "POST", f"/v1/accounts/{account}/gauges/boxes",
             '{"value": %s}' % many, pointer=ANY),
        Case("a number beyond 63 bits", "POST", f"/v1/accounts/{account}/gauges/boxes",
             '{"value": 9223372036854775808}', pointer="/value"),
        Case("a fraction", "POST", f"/v1/accounts/{account}/gauges/boxes", '{"value": 1.5}', pointer="/value"),
        Case("a huge exponent", "POST", f"/v1/accounts/{account}/gauges/boxes", '{"value": 1e999999}',
             pointer="/value"),
        Case("a number as text", "POST", f"/v1/accounts/{account}/gauges/boxes", '{"value": "5"}',
             pointer="/value"),
        Case("a negative gauge", "POST", f"/v1/accounts/{account}/gauges/boxes", {"value": -1},
             status=(400, 422), code=ANY),
        Case("value and difference", "POST", f"/v1/accounts/{account}/gauges/boxes",
             {"value": 1, "difference": 1}),
        Case("a gauge of nothing", "POST", f"/v1/accounts/{account}/gauges/submarines", {"value": 1},
             status=404, code="feature_is_unknown"),
        Case("quantity of zero", "POST", f"/v1/subscriptions/{subscription}/quotes",
             {"plan": "large", "quantity": 0}, pointer="/quantity"),
        # Accounts.
        Case("a number for a name", "POST", accounts, {"name": 7}, pointer="/name"),
        Case("a bad name", "POST", accounts, {"name": "Not A Name", "currency": "USD"}, pointer="/name"),
        Case("a taken name", "POST", accounts, {"name": "shop", "currency": "USD"}, status=409,
             code="name_is_taken", pointer="/name"),
        Case("a bad currency", "POST", accounts, {"name": "fresh", "currency": "usd"}, pointer="/currency"),
        Case("a currency that the catalog has not", "POST", accounts, {"name": "swiss", "currency": "CHF"},
             status=422, code="currency_is_unknown"),
        Case("a bad zone", "POST", accounts, {"name": "fresh", "currency": "USD", "time_zone": "Mars/Base"},
             pointer="/time_zone"),
        Case("a bad kind", "POST", accounts, {"name": "fresh", "currency": "USD", "kind": "planet"},
             pointer="/kind"),
        Case("a parent that does not exist", "POST", accounts,
             {"name": "fresh", "currency": "USD", "parent": "acc_" + "0" * 25 + "1"}, status=404,
             code="account_is_unknown", pointer="/parent"),
        Case("its own parent", "POST", accounts, {"name": "fresh", "currency": "USD", "parent": "fresh"},
             status=404, code="account_is_unknown", pointer="/parent"),
        Case("another parent later", "PATCH", f"{accounts}/{account}", {"parent": shop["child"]},
             code="field_is_unknown", pointer="/parent"),
        Case("several mistakes", "POST", accounts, {"name": 1, "kind": 2, "colour": "red"}, pointer="/name"),
        # Plans and quotes.
        Case("an unknown plan", "POST", f"/v1/accounts/{account}/subscriptions", {"plan": "gigantic"},
             status=404, code="plan_is_unknown", pointer="/plan"),
        Case("the plan that is held", "POST", f"/v1/subscriptions/{subscription}/changes", {"plan": "small"},
             status=409, code="plan_is_current"),
        Case("a second base plan", "POST", f"/v1/accounts/{account}/subscriptions", {"plan": "large"},
             status=409, code="family_is_taken"),
        Case("a bad quote id", "POST", f"/v1/subscriptions/{subscription}/changes", {"quote": "quo_x"},
             pointer="/quote"),
        Case("a quote and a plan", "POST", f"/v1/subscriptions/{subscription}/changes",
             {"quote": shop["quote"], "plan": "large"}, code="field_is_unknown", pointer="/plan"),
        Case("an account's id for a subscription", "GET", "/v1/subscriptions/" + account, status=404,
             code="subscription_is_unknown"),
        Case("a past instant", "POST", f"/v1/accounts/{account}/holds",
             {"amount": usd("1"), "expires_at": "2001-01-01T00:00:00Z"}, status=(400, 422), code=ANY),
        Case("no instant", "POST", f"/v1/accounts/{account}/holds",
             {"amount": usd("1"), "expires_at": "tomorrow"}, pointer="/expires_at"),
        Case("no key", "GET", accounts, status=401, code="caller_is_unknown", headers={"Authorization": ""}),
        Case("a wrong key", "GET", accounts, status=401, code="caller_is_unknown",
             headers={"Authorization": "Bearer rb_this_key_was_never_given_out"}),
        # Paths.
        Case("no such path", "GET", "/v1/acounts", status=404, code="not_found"),
        Case("no such method", "DELETE", accounts, status=405, code="method_not_allowed"),
        Case("a path that is no UTF-8", "GET", "/v1/accounts/%ff", status=(400, 404), code=ANY),
        Case("a body too large", "POST", payments, b" " * (1024 * 1024 + 1), status=413, code=ANY),
    ]
    return table


def catalog_cases():
    """Catalogs with mistakes: the name, the text, the line at which one is told, a word of its sentence."""
    def changed(old, new):
        assert old in CATALOG
        return CATALOG.replace(old, new), CATALOG[:CATALOG.index(old)].count("\n") + 1

    def added(line):
        return CATALOG + line + "\n", CATALOG.count("\n") + 1
    return [
        ("negative price", *changed('fee: {USD: "3"}', 'fee: {USD: "-3"}'), "price"),
        ("price with too many digits", *changed('fee: {USD: "3"}', 'fee: {USD: "3.00000001"}'), "digits"),
        ("negative tax", *added('tax_rates: {standard: [{country: DE, rate: "-19%", from: 2019-01-01}]}'), "rate"),
        ("tax above all", *added('tax_rates: {standard: [{country: DE, rate: "101%", from: 2019-01-01}]}'), "rate"),
        ("unknown key", *changed("rank: 0", "rnak: 0"), "rank"),
        ("key twice", *changed("rank: 0", "rank: 0, rank: 1"), "rank"),
        ("plan twice", *changed("  large: {", "  small: {"), "small"),
        ("unknown family", *changed("small: {family: BASE", "small: {family: BSAE"), "BSAE"),
        ("unknown feature", *changed("entitlements: {boxes: 1000000}", "entitlements: {boxen: 1}"), "boxen"),
        ("alias", *changed("features: {boxes:", "features: &all {boxes:"), ""),
        ("no YAML", changed("plans:", "plans: [")[0], ANY, ""),
        ("another grammar", *changed("catalog: 1", "catalog: 99"), ""),
        ("a family left out that is in use", "catalog: 1\ncurrencies: {USD: {exponent: 2}}\n", ANY, ""),
    ]


def state(client, shop):
    """Everything that could have been changed, without the instants of reading."""
    def text(path):
        reply = client.get(path)
        document = reply.json
        if isinstance(document, dict):
            document.pop("at", None)
        return reply.status, json.dumps(document, sort_keys=True)
    account = shop["account"]
    return {path: text(path) for path in (
        "/v1/catalog", "/v1/accounts", f"/v1/accounts/{account}", f"/v1/accounts/{account}/children",
        f"/v1/accounts/{account}/balance", f"/v1/accounts/{account}/ledger_entries",
        f"/v1/accounts/{account}/holds", f"/v1/accounts/{account}/gauges",
        f"/v1/accounts/{account}/subscriptions", f"/v1/quotes/{shop['quote']}")}


def make_shop(client):
    account = client.post("/v1/accounts", {"name": "shop", "currency": "USD"}).json["id"]
    child = client.post("/v1/accounts", {"name": "child", "currency": "USD", "parent": account}).json["id"]
    client.post(f"/v1/accounts/{account}/payments", {"amount": usd("50")})
    hold = client.post(f"/v1/accounts/{account}/holds", {"amount": usd("2")}).json["id"]
    started = client.post(f"/v1/accounts/{account}/subscriptions", {"plan": "small"}).json
    subscription = started["subscription"]["id"]
    quote = client.post(f"/v1/subscriptions/{subscription}/quotes", {"plan": "large"}).json["id"]
    client.post(f"/v1/accounts/{account}/gauges/boxes", {"value": 4})
    return {"account": account, "child": child, "hold": hold, "subscription": subscription, "quote": quote}


def is_one_of(value, expected):
    return value in expected if isinstance(expected, tuple) else value == expected


def check_case(checks, client, case):
    reply = client.send(case.method, case.path, case.body, headers=case.headers, content_type=case.content_type)
    where = f"{case.name}: {reply!r}"
    document = reply.json if isinstance(reply.json, dict) else {}
    checks.that(is_one_of(reply.status, case.status), f"expected status {case.status}: {where}")
    checks.equal(reply.headers.get("content-type"), "application/problem+json", where)
    if case.code is not ANY:
        checks.equal(document.get("code"), case.code, where)
    checks.that(document.get("detail"), f"a sentence says what is wrong: {where}")
    pointers = [error["pointer"] for error in document.get("errors", [])]
    # An empty pointer is the body as a whole, which may also be told by the detail alone.
    if case.pointer:
        checks.that(case.pointer in pointers, f"expected the place {case.pointer}: {where}")
    if case.detail is not ANY:
        checks.that(case.detail in reply.body.decode(), f"expected a word on {case.detail}: {where}")


def check_catalogs(checks, client, unchanged):
    for name, text, line, word in catalog_cases():
        for method, path in (("PUT", "/v1/catalog"), ("POST", "/v1/catalog/diff")):
            reply = client.send(method, path, text, content_type=YAML)
            where = f"catalog, {name}, {path}: {reply!r}"
            if name.startswith("a family left out") and path.endswith("diff"):
                continue
            checks.that(reply.status == 422 and reply.code == "catalog_is_invalid", where)
            errors = [e for e in (reply.json or {}).get("errors", []) if e.get("severity", "error") == "error"]
            if line is not ANY:
                checks.that(line in [e["line"] for e in errors], f"expected line {line}: {where}")
            checks.that(word in reply.body.decode(), f"expected a word on {word}: {where}")
        unchanged(f"catalog, {name}")
    reply = client.send("PUT", "/v1/catalog?expected_version=999", CATALOG, content_type=YAML)
    checks.equal((reply.status, reply.code), (412, "catalog_has_moved"), f"an old version: {reply!r}")
    unchanged("an old version of the catalog")


def check_isolation(checks, server, root, shop):
    """What belongs to another answers as what does not exist, to the byte."""
    other = root.post("/v1/accounts", {"name": "other", "currency": "USD"}).json["id"]
    key = root.post(f"/v1/accounts/{other}/api_keys", {"role": "admin", "name": "other"})
    if not checks.that(key.ok and key.json.get("text"), f"a key for the other account: {key!r}"):
        return
    client = Client(server.port, key.json["text"])
    checks.equal(client.get(f"/v1/accounts/{other}").status, 200, "its own account")
    unknown = "0" * 10 + "1cyx3v9k7m2q4r8t"

    def pairs():
        for method, suffix, body in [("GET", "", None), ("GET", "/balance", None), ("GET", "/holds", None),
                                     ("GET", "/ledger_entries", None), ("GET", "/subscriptions", None),
                                     ("GET", "/members", None), ("GET", "/api_keys", None),
                                     ("PATCH", "", {"display_name": "mine"}),
                                     ("POST", "/payments", {"amount": usd("1")}),
                                     ("POST", "/holds", {"amount": usd("1")}),
                                     ("POST", "/quotes", {"plan": "large"}),
                                     ("POST", "/subscriptions", {"plan": "large"}),
                                     ("POST", "/gauges/boxes", {"value": 9}),
                                     ("POST", "/status", {"status": "frozen"}),
                                     ("POST", "/api_keys", {"role": "admin"})]:
            for foreign in (shop["account"], "shop"):
                yield method, f"/v1/accounts/{foreign}{suffix}", f"/v1/accounts/acc_{unknown}{suffix}", body
        for method, suffix, body in [("GET", "", None), ("POST", "/quotes", {"plan": "large"}),
                                     ("POST", "/changes", {"plan": "large"}), ("POST", "/cancel", {}),
                                     ("DELETE", "/pending_change", None)]:
            yield (method, f"/v1/subscriptions/{shop['subscription']}{suffix}",
                   f"/v1/subscriptions/sub_{unknown}{suffix}", body)
        yield "GET", f"/v1/quotes/{shop['quote']}", f"/v1/quotes/quo_{unknown}", None
        yield ("POST", f"/v1/accounts/{other}/holds/{shop['hold']}/release",
               f"/v1/accounts/{other}/holds/hld_{unknown}/release", {})
        yield "GET", f"/v1/accounts?parent={shop['account']}", f"/v1/accounts?parent=acc_{unknown}", None

    for method, foreign, missing, body in pairs():
        left, right = client.send(method, foreign, body), client.send(method, missing, body)
        # Settling holds is for accounts above, whosever hold it is.
        checks.equal(left.status, 403 if foreign.endswith("/release") else 404, f"{method} {foreign}: {left!r}")
        checks.that(same_but_request_id(left, right),
                    f"{method} {foreign}: another's and an unknown one differ: {left!r} and {right!r}")
    for parent in (shop["account"], "acc_" + unknown):
        reply = client.post("/v1/accounts", {"name": "intruder", "parent": parent})
        checks.equal((reply.status, reply.code), (404, "account_is_unknown"), f"opening below {parent}: {reply!r}")
    for method, path, body in [("PUT", "/v1/catalog", {}), ("GET", "/v1/catalog", None),
                               ("POST", f"/v1/accounts/{other}/payments", {"amount": usd("1000")}),
                               ("POST", "/v1/test_clocks", {"now": "2030-01-01T00:00:00Z"})]:
        reply = client.send(method, path, body)
        checks.that(reply.status in (403, 404), f"an account's key: {method} {path}: {reply!r}")


def raw(port, data, patience=15):
    """What the server says to these bytes until it closes; and whether it did."""
    with socket.create_connection(("127.0.0.1", port), timeout=patience) as connection:
        connection.sendall(data)
        got = b""
        try:
            while chunk := connection.recv(65536):
                got += chunk
        except socket.timeout:
            return got, False
        except ConnectionResetError:
            pass
        return got, True


def check_wire(checks, port, shop):
    """Bytes on which two readers might disagree, and what is too much or too slow."""
    head = (f"POST /v1/accounts/{shop['account']}/payments HTTP/1.1\r\nHost: 127.0.0.1:{port}\r\n"
            f"Authorization: Bearer {ROOT_KEY}\r\nContent-Type: application/json\r\n")
    body = '{"amount": {"amount": "1.00", "currency": "USD"}}'
    chunk = f"{len(body):x}\r\n{body}\r\n0\r\n\r\n"
    table = [
        ("Content-Length and Transfer-Encoding", 400,
         f"{head}Content-Length: {len(chunk)}\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}"),
        ("two Content-Lengths", 400, f"{head}Content-Length: {len(body)}\r\nContent-Length: 5\r\n\r\n{body}"),
        ("two Transfer-Encodings", 400,
         f"{head}Transfer-Encoding: chunked\r\nTransfer-Encoding: chunked\r\n\r\n{chunk}"),
        ("a folded header", 400, f"{head}X-A: b\r\n c\r\nContent-Length: {len(body)}\r\n\r\n{body}"),
        ("bare line feeds", 400, f"{head}Content-Length: {len(body)}\r\n\r\n{body}".replace("\r\n", "\n")),
        ("a negative length", 400, f"{head}Content-Length: -1\r\n\r\n{body}"),
        ("a bad chunk size", 400, f"{head}Transfer-Encoding: chunked\r\n\r\nzz\r\n{body}\r\n0\r\n\r\n"),
        ("no Host", 400, f"{head}Content-Length: {len(body)}\r\n\r\n{body}".replace("Host:", "Hoost:")),
        ("a foreign Host", 421, f"{head}Content-Length: {len(body)}\r\n\r\n{body}".replace(
            f"Host: 127.0.0.1:{port}", "Host: evil.example")),
        ("a head that is too large", 431, f"{head}X-Much: {'a' * 20_000}\r\n\r\n"),
        ("too many headers", 431, head + "".join(f"X-{i}: 1\r\n" for i in range(200)) + "\r\n"),
        ("a body that is too large", 413, f"{head}Content-Length: 999999999\r\n\r\n"),
        ("another protocol", 400, "\x16\x03\x01\x02\x00\x01\x00\x01\xfc\r\n\r\n"),
    ]
    for name, status, data in table:
        answer, closed = raw(port, data.encode("latin-1"))
        first = answer.split(b"\r\n", 1)[0]
        checks.that(first.startswith(b"HTTP/1.1 %d " % status), f"{name}: expected {status}, got {first!r}")
        checks.that(closed, f"{name}: the connection is closed")
        checks.equal(answer.count(b"HTTP/1.1 "), 1, f"{name}: one answer")


class SlowHead(threading.Thread):
    """Sends a head a byte at a time; the server must end it."""

    def __init__(self, port):
        super().__init__()
        self.port, self.answer, self.seconds = port, b"", None

    def run(self):
        started = time.monotonic()
        with socket.create_connection(("127.0.0.1", self.port), timeout=0.5) as connection:
            connection.sendall(b"GET /v1/accounts HTTP/1.1\r\nX-Slow: ")
            while time.monotonic() - started < 30:
                try:
                    connection.sendall(b"a")
                    got = connection.recv(4096)
                    self.answer += got
                    if not got:
                        break
                except socket.timeout:
                    continue
                except OSError:
                    break
            self.seconds = time.monotonic() - started


def main():
    options = arguments(__doc__)
    checks = Checks("bad_input")
    with scratch(options.keep) as folder:
        server = Server(options.program, folder / "data")
        client = server.client()
        put_catalog(client)
        shop = make_shop(client)
        slow = SlowHead(server.port)
        slow.start()
        before = state(client, shop)

        def unchanged(what):
            now = state(client, shop)
            for path, was in before.items():
                checks.equal(now[path], was, f"{what} changed {path}")
            before.update(now)  # so that a failure is told once
        checks.that(all(status == 200 for status, _ in before.values()), f"the state can be read: {before}")
        table = cases(shop)
        for case in table:
            check_case(checks, client, case)
            unchanged(case.name)
        check_catalogs(checks, client, unchanged)
        check_wire(checks, server.port, shop)
        unchanged("the wire")
        slow.join(60)
        checks.that(slow.seconds is not None and slow.seconds < 25, f"a slow head is ended: {slow.seconds}")
        checks.that(slow.answer == b"" or b" 408 " in slow.answer, f"a slow head: {slow.answer[:80]!r}")
        check_isolation(checks, server, client, shop)
        del before["/v1/accounts"]  # the other account is new there
        unchanged("another's key")
        checks.equal(server.stop(), 0, f"a stop: {server.stderr()}")
    checks.finish(f"{len(table)} requests, {len(catalog_cases())} catalogs, framing and another's ids: each "
                  "refused by name, nothing changed")


if __name__ == "__main__":
    sys.exit(main())
