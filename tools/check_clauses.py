#!/usr/bin/env python3
"""Lists clauses of the dialects' READMEs without evidence, and evidence for clauses that do not exist.

A clause is a line "P-014 ..." (any of the letters below) in src/api/*/README.md; evidence is the text
"evidence: P-014" in a transcript, a story or a test.
"""
import pathlib
import re
import sys

ROOT = pathlib.Path(__file__).resolve().parent.parent
CLAUSE = re.compile(r"^[-*#|\s]*\**\b([NPTA]-\d{3})\b", re.M)
MENTION = re.compile(r"\b([NPTA]-\d{3})\b")
EVIDENCE = re.compile(r"evidence:([^\n]*)")


def main():
    clauses = {}
    for readme in sorted(ROOT.glob("src/api/*/README.md")):
        for clause in CLAUSE.findall(readme.read_text(encoding="utf-8")):
            clauses.setdefault(clause, readme.relative_to(ROOT))
    shown = set()
    for folder, suffixes in (("golden", (".http", ".story")), ("src", (".cpp",)), ("tests", (".cpp", ".py", ".js"))):
        for path in (ROOT / folder).rglob("*"):
            if path.suffix in suffixes and "node_modules" not in path.parts:
                for line in EVIDENCE.findall(path.read_text(encoding="utf-8", errors="replace")):
                    shown.update(MENTION.findall(line))
    missing = sorted(set(clauses) - shown)
    stray = sorted(shown - set(clauses))
    for clause in missing:
        print(f"{clause} ({clauses[clause]}) has no evidence")
    for clause in stray:
        print(f"{clause} has evidence but no README has this clause")
    print(f"{len(clauses)} clauses, {len(missing)} without evidence, {len(stray)} unknown")
    return 1 if missing or stray else 0


if __name__ == "__main__":
    sys.exit(main())
