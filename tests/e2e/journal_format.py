"""A second reader of the journal, made from docs/formats/journal.md and codec.md alone, agrees with the first.

It reads the demo's journal by journal_rows.py, checks the checksum and the chain of every batch, decodes every
fact by the tables of the page, and compares what it read with `ratebook journal cat`.
"""
import hashlib
import json
import pathlib
import re
import subprocess
import sys

from harness import Checks, Server, arguments, run, scratch
from journal_rows import crc32c, rows_of

FORMATS = pathlib.Path(__file__).resolve().parent.parent.parent / "docs" / "formats"
VARINTS = {"u8", "u16", "u32", "u64", "i8", "i16", "i32", "i64", "bool", "Instant", "Duration", "CivilDate", "Currency"}
BATCH = {"BatchHeader": "1 partition: u32, 2 seq: u64, 3 first_event: u64, 4 catalog_seq: u64, 5 previous: Sha256, "
                        "6 record_count: u32",
         "Record": "1 at: Instant, 2 command: bytes, 3 caller: AccountId, 4 principal: Uuid, 5 events: [RawEvent], "
                   "6 reply: KeptReply?, 7 actor: Actor?",
         "RawEvent": "1 kind: u32, 2 bytes: bytes",
         "KeptReply": "1 key: Sha256, 2 request: Sha256, 3 until: Instant, 4 status: i32, 5 content_type: bytes, "
                      "6 body: bytes, 7 tree: AccountId",
         "Actor": "1 person: Uuid, 2 door: u8, 3 request_id: bytes"}


class Page:
    """The tables of journal.md."""

    def __init__(self):
        self.kinds, self.structs, self.enums = {}, {}, {}
        for name, fields in BATCH.items():
            self.structs[name] = self.fields(fields)
        for line in (FORMATS / "journal.md").read_text().splitlines():
            fact = re.fullmatch(r"\| (\d+) \| `(\w+)` \| (\d.*) \|", line)
            struct = re.fullmatch(r"\| `(\w+)` \| (\d+ \w+: .*) \|", line)
            enum = re.fullmatch(r"\| `([\w.]+)` \| ([a-z_]+(?:, [a-z_]+)*) \|", line)
            if fact:
                self.kinds[int(fact[1])] = (fact[2], self.fields(fact[3]))
            elif struct:
                self.structs[struct[1]] = self.fields(struct[2])
            elif enum:
                self.enums[enum[1]] = enum[2].split(", ")

    @staticmethod
    def fields(text):
        return {int(number): (name, kind)
                for number, name, kind in re.findall(r"(\d+) (\w+): (.*?)(?=, \d+ \w+: |$)", text)}

    def wire(self, kind):
        if kind in VARINTS or kind in self.enums:
            return 0
        if kind == "Uuid" or (kind.endswith("Id") and kind not in self.structs):
            return 2
        return 1


class Malformed(Exception):
    pass


class Reader:
    """codec.md, strictly: what it does not allow is malformed."""

    def __init__(self, page, data):
        self.page, self.data, self.at = page, data, 0

    def take(self, count):
        if self.at + count > len(self.data):
            raise Malformed("a length beyond the end")
        self.at += count
        return self.data[self.at - count:self.at]

    def varint(self):
        value, shift = 0, 0
        while True:
            byte = self.take(1)[0]
            value |= (byte & 127) << shift
            if byte < 128:
                return value
            shift += 7

    def value(self, kind):
        if self.page.wire(kind) == 2:
            return self.take(16)
        if self.page.wire(kind) == 1:
            return self.content(kind, self.take(self.varint()))
        raw = self.varint()
        if kind in self.page.enums:
            return self.page.enums[kind][raw]
        if kind == "Currency":
            return raw.to_bytes(3, "big").decode() if raw else ""
        return raw if kind[0] in "ub" else raw >> 1 ^ -(raw & 1)

    def content(self, kind, data):
        inner = Reader(self.page, data)
        if kind == "Prices":
            kind = "{Currency: Amount}"
        if kind in ("bytes", "Sha256", "Zone"):
            return data
        if kind == "i128":
            return int.from_bytes(data, "little", signed=True)
        if kind.startswith("["):
            items = []
            while inner.at < len(data):
                items.append(inner.value(kind[1:-1]))
            return items
        if kind.startswith("{"):
            key, item = kind[1:-1].split(": ", 1)
            pairs = {}
            while inner.at < len(data):
                name = inner.value(key)
                pairs[name] = inner.value(item)
            return pairs
        return inner.fields(self.page.structs[kind])

    def fields(self, known):
        """Up to the end of the data; every number must be known here."""
        found, last = {}, 0
        while self.at < len(self.data):
            tag = self.varint()
            number = tag // 4
            if number <= last or number not in known:
                raise Malformed(f"field {number} after {last}")
            name, kind = known[number]
            kind = kind.removesuffix("?")
            if tag % 4 != self.page.wire(kind):
                raise Malformed(f"{name} with wire {tag % 4}")
            found[name] = self.value(kind)
            last = number
        return found


def base32_value(text):
    value = 0
    for letter in text.rsplit("_", 1)[-1]:
        value = value * 32 + "0123456789abcdefghjkmnpqrstvwxyz".index(letter)
    return value.to_bytes(16, "big")


def agrees(page, kind, value, shown):
    """Whether a decoded value is what the JSON shows."""
    kind = kind.removesuffix("?")
    if kind == "Prices":
        kind = "{Currency: Amount}"
    if kind == "Uuid":
        return value.hex() == shown.replace("-", "") or value == base32_value(shown)
    if page.wire(kind) == 2:
        return value == base32_value(shown)
    if kind == "Sha256":
        return value.hex() == shown
    if kind in ("bytes", "Zone"):
        return shown.startswith("base64:") or value.decode() == shown
    if kind in ("Instant", "CivilDate"):
        return isinstance(shown, str) and shown[:4].lstrip("-").isdigit()
    if kind == "Amount":
        whole, _, part = shown["amount"].partition(".")
        micros = int(whole.lstrip("-") + (part + "000000")[:6]) * (-1 if whole.startswith("-") else 1)
        return (value.get("micros", 0), value.get("currency", "")) == (micros, shown["currency"])
    if kind == "Decimal":
        return True  # a struct here, a number there; its sum is checked with the amounts that it makes
    if kind.startswith("["):
        return len(value) == len(shown) and all(agrees(page, kind[1:-1], v, s) for v, s in zip(value, shown))
    if kind.startswith("{"):
        item = kind[1:-1].split(": ", 1)[1]
        return len(value) == len(shown) and all(agrees(page, item, v, s)
                                                for v, s in zip(value.values(), shown.values()))
    if kind in page.structs:
        return fields_agree(page, page.structs[kind], value, shown)
    return value == shown or (kind == "bool" and bool(value) == shown)


def fields_agree(page, known, value, shown):
    return all(name in shown and agrees(page, kind, value[name], shown[name])
               for name, kind in known.values() if name in value)


def read_batch(checks, page, key, body, previous, next_event):
    """Checks a batch's frame; its header and records."""
    where = f"partition {key >> 48}, batch {key & (1 << 48) - 1}"
    checks.equal(body[:3], b"RB1", f"{where}: its first bytes")
    checks.equal(int.from_bytes(body[-4:], "little"), crc32c(body[:-4]), f"{where}: its checksum")
    reader = Reader(page, body[3:-4])
    header = reader.value("BatchHeader")
    checks.equal(header.get("partition", 0) << 48 | header["seq"], key, f"{where}: its place")
    checks.equal(header.get("previous", bytes(32)), previous, f"{where}: the hash of the batch before")
    checks.equal(header.get("first_event", 0), next_event, f"{where}: its first fact")
    records = []
    while reader.at < len(reader.data):
        records.append(reader.value("Record"))
    checks.equal(len(records), header.get("record_count", 0), f"{where}: its records")
    return records


def read_journal(checks, page, data):
    """All records, in the order of `journal cat`."""
    partition, previous, number, found = None, bytes(32), 1, []
    for key, body in rows_of(data):
        if key >> 48 != partition:
            partition, previous, number = key >> 48, bytes(32), None
        if number is None:
            number = Reader(page, body[3:-4]).value("BatchHeader").get("first_event", 0)
            checks.that(number in (0, 1), f"partition {partition}: facts count from the beginning: {number}")
        for record in read_batch(checks, page, key, body, previous, number):
            found.append((key, number, record))
            number += len(record.get("events", []))
        previous = hashlib.sha256(body).digest()
    return found


def compare(checks, page, records, shown):
    checks.equal(len(records), len(shown), "as many records as journal cat prints")
    seen = set()
    for (key, number, record), line in zip(records, shown):
        where = f"record at {key >> 48}/{key & (1 << 48) - 1}, fact {number}"
        checks.equal((line["partition"], line["seq"], line["event"]), (key >> 48, key & (1 << 48) - 1, number), where)
        checks.equal(line["command"], record.get("command", b"").decode(), f"{where}: its command")
        checks.equal(len(line["events"]), len(record.get("events", [])), f"{where}: its facts")
        for raw, event in zip(record.get("events", []), line["events"]):
            name, known = page.kinds[raw["kind"]]
            seen.add(name)
            checks.equal(event["type"], name, f"{where}: kind {raw['kind']}")
            try:
                value = Reader(page, raw.get("bytes", b"")).fields(known)
            except (Malformed, KeyError, IndexError) as error:
                checks.that(False, f"{where}: {name} cannot be read by the page: {error!r}")
                continue
            checks.that(fields_agree(page, known, value, event["data"]),
                        f"{where}: {name}: {value} and {event['data']}")
    return seen


def main():
    options = arguments(__doc__)
    checks = Checks("journal_format")
    page = Page()
    with scratch(options.keep) as folder:
        data = folder / "demo"
        server = Server(options.program, data, verb="demo", key=None)
        server.wait_line("Ctrl-C")
        for line in server.lines:
            if line.startswith("curl "):
                subprocess.run(["sh", "-c", line], capture_output=True, timeout=30, check=True)
        checks.equal(server.stop(), 0, "a stop of the demo")
        cat = run(options.program, "journal", "cat", data)
        records = read_journal(checks, page, data)
        seen = compare(checks, page, records, [json.loads(line) for line in cat.stdout.splitlines()])
    checks.that(len(seen) > 10, f"the demo has facts of many kinds: {seen}")
    checks.finish(f"{len(records)} records with {len(seen)} of {len(page.kinds)} kinds of facts read alike")


if __name__ == "__main__":
    sys.exit(main())
