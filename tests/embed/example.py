#!/usr/bin/env python3
"""Runs the example of docs/embed.md: example.py PROGRAM PAGE.

The page shows what the program prints, in memory and on a new directory alike, and the program's own
source; a second run on the same directory finds the account again.
"""
import pathlib
import subprocess
import sys
import tempfile


def run(*command):
    done = subprocess.run(command, stdout=subprocess.PIPE, stderr=subprocess.STDOUT, text=True, timeout=60)
    return done.returncode, done.stdout


def main(program, page):
    text = pathlib.Path(page).read_text(encoding="utf-8")
    problems = []
    code, printed = run(program)
    if code != 0:
        problems.append(f"in memory it ended with {code}: {printed}")
    if f"```\n{printed}```" not in text:
        problems.append(f"the page does not show what it prints:\n{printed}")
    with tempfile.TemporaryDirectory() as directory:
        code, on_disk = run(program, directory + "/data")
        if (code, on_disk) != (0, printed):
            problems.append(f"in a directory: {code}, {on_disk}")
        code, again = run(program, directory + "/data")
        if code != 0 and "plan_is_current" not in again and "family_is_taken" not in again:
            problems.append(f"in the directory again: {code}, {again}")
        if "again        a duplicate" not in again:
            problems.append(f"an id was counted again after a restart: {again}")
    for problem in problems:
        print(problem)
    return 1 if problems else 0


if __name__ == "__main__":
    sys.exit(main(*sys.argv[1:]))
