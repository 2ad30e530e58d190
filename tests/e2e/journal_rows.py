"""The batches of a data directory that nobody serves, read and written by the pages in docs/formats alone.

A row is (key, body) as in journal-sqlite.md: key = partition << 48 | seq. Reads both forms of the journal.
"""
import sqlite3
import struct

HEADER = struct.Struct("<8sIIQII")  # mark, crc, size, number, kind, 0
BATCH = struct.Struct("<IIQQ")      # partition, size, seq, epoch
BEGIN, COMMIT, CLOSED = 1, 2, 3


def crc32c(data, table=[]):
    if not table:
        for byte in range(256):
            for _ in range(8):
                byte = byte >> 1 ^ (0x82F63B78 if byte & 1 else 0)
            table.append(byte)
    crc = 0xFFFFFFFF
    for byte in data:
        crc = table[(crc ^ byte) & 0xFF] ^ crc >> 8
    return crc ^ 0xFFFFFFFF


def facts_of(data):
    """The small facts of journal-segments.md."""
    raw = (data / "journal" / "facts").read_bytes()
    assert raw[:8] == b"RBFACTS1" and struct.unpack("<I", raw[8:12])[0] == crc32c(raw[12:]), "facts are whole"
    texts, at = [], 12
    while at < len(raw):
        size = struct.unpack_from("<I", raw, at)[0]
        texts.append(raw[at + 4:at + 4 + size])
        at += 4 + size
    return dict(zip(texts[::2], texts[1::2]))


def frames_of(data):
    """(kind, number, payload) of each frame, in order."""
    mark, found = facts_of(data)[b"journal_mark"], []
    for path in sorted((data / "journal").glob("*.log")):
        raw, at = path.read_bytes(), 0
        while at + HEADER.size <= len(raw):
            its_mark, crc, size, number, kind, zero = HEADER.unpack_from(raw, at)
            if its_mark != mark:
                break
            assert zero == 0 and crc == crc32c(raw[at + 12:at + HEADER.size + size]), f"{path.name} at {at}"
            found.append((kind, number, raw[at + HEADER.size:at + HEADER.size + size]))
            at += HEADER.size + (size + 7) // 8 * 8
        assert not any(raw[at:]), f"{path.name}: zeros follow the last frame at {at}"
    return found


def rows_of(data):
    """All batches, by key."""
    if (data / "journal.db").exists():
        with sqlite3.connect(data / "journal.db") as db:
            return db.execute("SELECT key, body FROM journal ORDER BY key").fetchall()
    rows = []
    for kind, _, payload in frames_of(data):
        at = 0
        while kind == COMMIT and at < len(payload):
            partition, size, seq, _ = BATCH.unpack_from(payload, at)
            rows.append((partition << 48 | seq, payload[at + BATCH.size:at + BATCH.size + size]))
            at += BATCH.size + size
    return sorted(rows)


def put_rows(data, rows):
    """Puts these in the place of what is there, in a form that is right by itself."""
    if (data / "journal.db").exists():
        db = sqlite3.connect(data / "journal.db")
        db.execute("DELETE FROM journal")
        db.executemany("INSERT INTO journal VALUES (?, 1, ?)", rows)
        db.commit()
        db.close()
        return
    mark = facts_of(data)[b"journal_mark"]

    def frame(kind, number, payload):
        covered = struct.pack("<IQII", len(payload), number, kind, 0) + payload
        return mark + struct.pack("<I", crc32c(covered)) + covered + bytes(-len(payload) % 8)
    raw = frame(BEGIN, 0, struct.pack("<III", 1, 1, 0))
    for number, (key, body) in enumerate(rows, 1):
        raw += frame(COMMIT, number, BATCH.pack(key >> 48, len(body), key & (1 << 48) - 1, 1) + body)
    for path in (data / "journal").glob("*.log"):
        path.unlink()
    (data / "journal" / "00000001.log").write_bytes(raw + bytes(-len(raw) % 4096))
