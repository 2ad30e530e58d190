#!/usr/bin/env python3
"""Writes golden/vectors/*.vec; with --check it writes nothing and fails where they differ."""

import argparse
import pathlib
import sys

import base_tables
import rating_tables

FOLDER = pathlib.Path(__file__).resolve().parents[2] / "golden" / "vectors"


def main():
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--check", action="store_true", help="compare, do not write")
    check = parser.parse_args().check
    different = []
    for table in base_tables.tables() + rating_tables.tables():
        path = FOLDER / f"{table.name}.vec"
        text = table.text()
        if check:
            if not path.is_file() or path.read_text(encoding="utf-8") != text:
                different.append(path.name)
        else:
            path.write_text(text, encoding="utf-8")
            print(f"{path.name}: {len(table.rows)} rows")
    for name in different:
        print(f"golden/vectors/{name} is not what tools/oracle makes", file=sys.stderr)
    return 1 if different else 0


if __name__ == "__main__":
    sys.exit(main())
