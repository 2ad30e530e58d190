"""docs/formats/journal.md lists every fact and every field that can stand in a journal.

    check.py [--write]

Reads the declarations in src and compares them with the tables of the page. A number that was released
is never used for anything else, so a difference is either something new, which `--write` puts into the
page, or a mistake: numbers that moved, fields that went, types that changed are told as such and are not
written.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent.parent
PAGE = ROOT / "docs" / "formats" / "journal.md"
BEGIN, END = "<!-- facts: made by tests/formats/check.py --write -->", "<!-- end of facts -->"


def headers():
    return [p for room in ("base", "domain", "engine") for p in sorted((ROOT / "src" / room).rglob("*.h"))]


DECLARATION = re.compile(
    r"\b(?:struct|class)\s+(?:alignas\(\d+\)\s+)?(?P<struct>\w+)(?:\s+final)?(?:\s*:[^;{]*)?\s*\{"
    r"|(?P<type>[A-Za-z_][\w:]*(?:<[^;(){}]*>)?)\s+(?P<member>[a-z]\w*)\s*(?:=[^;]*|\{[^;]*\})?;"
    r'|\bv\((?P<number>\d+), "(?P<field>\w+)", s\.(?P<source>[\w.]+)(?P<index>\[\d+\])?\);')


def declared():
    """Structs with numbered fields: name -> [(number, name, type)]."""
    structs, members = {}, {}
    for path in headers():
        text = re.sub(r"//[^\n]*", "", path.read_text())
        struct = None
        for found in DECLARATION.finditer(text):
            if found["struct"]:
                struct = {"name": found["struct"], "fields": [], "members": {}, "path": path}
                members.setdefault(found["struct"], struct["members"])
            elif struct and found["type"] and found["type"] not in ("return", "using", "break"):
                struct["members"].setdefault(found["member"], found["type"])
            elif struct and found["number"]:
                known = structs.setdefault(struct["name"], struct)
                if known is not struct:
                    raise SystemExit(f"two structs are called {struct['name']}: {path} and {known['path']}")
                struct["fields"].append((int(found["number"]), found["field"], found["source"]))

    def type_of(struct, source):
        outer, _, inner = source.partition(".")
        kind = struct["members"].get(outer)
        if kind and inner:
            kind = members.get(kind.split("::")[-1], {}).get(inner)
        if kind is None:
            raise SystemExit(f"{struct['name']}.{source} is not declared where it is looked for")
        return qualified(plain(kind), struct["path"])
    enums = enumerations()

    def qualified(kind, path):
        """Enumerations of one name in several rooms are told apart by their room."""
        for name, by_path in enums.items():
            if len(by_path) > 1 and path in by_path:
                kind = re.sub(rf"\b{name}\b", f"{path.parent.name}.{name}", kind)
        return kind
    return {name: [(number, field, type_of(struct, source)) for number, field, source in struct["fields"]]
            for name, struct in structs.items()}


def plain(kind):
    """A type as the page names it."""
    kind = re.sub(r"\s+", " ", kind)
    kind = re.sub(r"\b(?:std|rb|ledger|catalog|accounts|subscriptions|changes|metering|rating|engine)::", "", kind)
    kind = re.sub(r"optional<(.*)>", r"\1?", kind)
    kind = re.sub(r"vector<(.*)>", r"[\1]", kind)
    kind = re.sub(r"map<(.*?), (.*)>", r"{\1: \2}", kind)
    names = {"int64_t": "i64", "int32_t": "i32", "uint64_t": "u64", "uint32_t": "u32",
             "uint16_t": "u16", "uint8_t": "u8", "int8_t": "i8", "int": "i32", "int128": "i128", "string": "bytes",
             "Name": "bytes", "Names": "[bytes]"}
    return re.sub(r"\b(\w+)\b", lambda m: names.get(m.group(1), m.group(1)), kind)


def enumerations():
    """Name -> header -> the values in their order, which is that of their numbers."""
    found = {}
    for path in headers():
        text = path.read_text()
        for name, body in re.findall(r"enum class (\w+)[^{]*\{([^}]*)\}", text):
            body = re.sub(r"//[^\n]*", "", body)
            values = [v.strip() for v in body.split(",") if v.strip()]
            for place, value in enumerate(values):
                if "=" in value and int(value.split("=")[1]) != place:
                    break  # not one of the journal's: its numbers have gaps
            else:
                found.setdefault(name, {})[path] = [value.split("=")[0].strip() for value in values]
    return found


def kinds():
    text = (ROOT / "src" / "engine" / "event.h").read_text()
    return [(int(number), name, kind.split("::")[-1])
            for kind, number, name in re.findall(r'RB_EVENT_KIND\(([\w:]+), (\d+), "(\w+)"\);', text)]


def used_types(structs, roots):
    """What is reached from the facts, in the order of first use."""
    order, todo = [], list(roots)
    while todo:
        name = todo.pop(0)
        if name in order or name not in structs:
            continue
        order.append(name)
        for _, _, kind in structs[name]:
            todo += re.findall(r"\w+", kind)
    return order


def facts():
    """The page's generated part as lines."""
    structs, listed, enums = declared(), kinds(), enumerations()
    lines = ["| kind | fact | fields |", "| --- | --- | --- |"]
    for number, name, struct in sorted(listed):
        lines.append(f"| {number} | `{name}` | {fields_text(structs[struct])} |")
    roots = [struct for _, _, struct in listed]
    inner = [n for n in used_types(structs, roots) if n not in roots]
    lines += ["", "What they are made of:", "", "| struct | fields |", "| --- | --- |"]
    lines += [f"| `{name}` | {fields_text(structs[name])} |" for name in sorted(inner)]
    words = {w for name in roots + inner for _, _, kind in structs[name] for w in re.findall(r"[\w.]+", kind)}
    named = {}
    for name, by_path in enums.items():
        for path, values in by_path.items():
            named[name if len(by_path) == 1 else f"{path.parent.name}.{name}"] = values
    lines += ["", "Enumerations, from 0:", "", "| name | values |", "| --- | --- |"]
    lines += [f"| `{name}` | {', '.join(named[name])} |" for name in sorted(words & set(named))]
    return lines


def fields_text(fields):
    return ", ".join(f"{number} {name}: {kind}" for number, name, kind in fields)


def rows(lines):
    """First cell -> what the others hold, each value of an enumeration with its place."""
    found = {}
    for line in lines:
        cells = [cell.strip() for cell in line.strip().strip("|").split(" | ")]
        if not line.startswith("| ") or line.startswith("| ---"):
            continue
        values = cells[-1].split(", ")
        if not re.match(r"\d+ ", values[0]):
            values = [f"{place} {value}" for place, value in enumerate(values)]
        found[cells[0]] = cells[1:-1] + values
    return found


def main():
    page = PAGE.read_text()
    before, rest = page.split(BEGIN)
    old, after = rest.split(END)
    old_lines, new_lines = old.strip().splitlines(), facts()
    was, now = rows(old_lines), rows(new_lines)
    gone = [f"{name}: {value}" for name, values in was.items() for value in values if value not in now.get(name, [])]
    if old_lines == new_lines:
        print(f"formats: ok: {len(kinds())} facts, as docs/formats/journal.md lists them")
        return 0
    if gone:
        print("formats: what was in a journal has moved, gone or changed its type:\n  " + "\n  ".join(gone))
        return 1
    if "--write" in sys.argv[1:]:
        PAGE.write_text(before + BEGIN + "\n\n" + "\n".join(new_lines) + "\n\n" + END + after)
        print("formats: docs/formats/journal.md is written anew")
        return 0
    print("formats: docs/formats/journal.md lacks something new: python3 tests/formats/check.py --write")
    return 1


if __name__ == "__main__":
    sys.exit(main())
