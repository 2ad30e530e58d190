#!/usr/bin/env python3
"""Fails when a file includes a room that LAYERS does not allow it, or breaks a fence.

Reads #include lines only. Test files (*_test.cpp and the headers named test_*.h) may include every room.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
SRC = ROOT / "src"
VOCABULARY = {"types.h", "command.h", "event.h", "fault.h"}
INCLUDE = re.compile(r'^\s*#\s*include\s*([<"])([^>"]+)[>"]')
FENCES = {  # header prefix -> rooms that may include it
    "sqlite3.h": ["store/sqlite"],
    "libpq-fe.h": ["store/postgres"],
    "boost/asio": ["net", "connect", "client", "app"],
    "boost/beast": ["net", "connect", "client", "app"],
    "sys/socket.h": ["net", "connect", "app"],
    "thread": ["net", "connect", "engine", "log", "app"],
    "yaml-cpp/": ["catalog_file"],
    "simdjson.h": ["base", "api/http"],
    "date/": ["base"],
    "spdlog/": ["log"],
    "prometheus/": ["metrics"],
}
NO_UNORDERED = ("domain/",)
NO_FLOAT = ("domain/", "engine", "store/")
FLOAT = re.compile(r"\b(double|float)\b")
COMMENT = re.compile(r"//.*|\"(?:\\.|[^\"\\])*\"")


def read_layers():
    layers = {}
    for line in (ROOT / "LAYERS").read_text().splitlines():
        line = line.split("#")[0].strip()
        if line:
            room, _, allowed = line.partition(":")
            layers[room.strip()] = allowed.split()
    return layers


def room_of(path, layers):
    parts = pathlib.PurePosixPath(path).parts[:-1]
    for length in range(len(parts), 0, -1):
        room = "/".join(parts[:length])
        if room in layers:
            return room
    return None


def allows(rule, room, header):
    vocabulary_only = rule.endswith("!")
    rule = rule.rstrip("!")
    if rule == "*":
        return True
    matches = room.startswith(rule[:-1]) if rule.endswith("/*") else room == rule
    return matches and (not vocabulary_only or header in VOCABULARY)


def is_test(path):
    return path.name.endswith("_test.cpp") or path.name.startswith("test_") or path.name == "testing.h"


def check_file(path, layers, problems):
    relative = path.relative_to(SRC).as_posix()
    room = room_of(relative, layers)
    if room is None:
        problems.append(f"src/{relative}: its folder is no room of LAYERS")
        return
    test = is_test(path)
    for number, line in enumerate(path.read_text(encoding="utf-8").splitlines(), 1):
        where = f"src/{relative}:{number}"
        match = INCLUDE.match(line)
        if not match:
            if not test and room.startswith(NO_FLOAT) and FLOAT.search(COMMENT.sub("", line)):
                problems.append(f"{where}: no floating point here; use Ratio, Decimal or Amount")
            continue
        kind, name = match.groups()
        if not test and kind == "<":
            for fence, rooms in FENCES.items():
                hit = name.startswith(fence) if fence.endswith("/") else name == fence or name.startswith(fence + "/") \
                    or name.startswith(fence + ".")
                if hit and room not in rooms and room != "testing":
                    problems.append(f"{where}: <{name}> belongs to {', '.join(rooms)} only")
            if name in ("unordered_map", "unordered_set") and room.startswith(NO_UNORDERED):
                problems.append(f"{where}: <{name}> has no order; use an ordered container in domain")
        if kind == '"' and not test:
            other = room_of(name, layers)
            if other is None or other == room:
                continue
            if not any(allows(rule, other, name.rsplit("/", 1)[-1]) for rule in layers[room]):
                problems.append(f"{where}: {room} may not include {name}")


def main():
    layers = read_layers()
    problems = []
    for path in sorted(SRC.rglob("*")):
        if path.suffix in (".h", ".cpp"):
            check_file(path, layers, problems)
    for problem in problems:
        print(problem)
    print(f"{len(problems)} layer problems")
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main())
