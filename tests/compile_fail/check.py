#!/usr/bin/env python3
"""Compiles every snippet of this folder twice: with -DCORRECT it must compile, without it must not.

The first proves that nothing but the wrong line stops the second. The wrong line's message must
match the regular expression that the snippet gives in a line `// expect: ...`.

    check.py <compiler> <include folder>
"""

import os
import pathlib
import re
import subprocess
import sys


def compile_snippet(compiler, include, path, *defines):
    command = [compiler, "-std=c++23", "-fsyntax-only", "-I", include, *defines, str(path)]
    plain = {**os.environ, "LC_ALL": "C"}  # messages in English
    return subprocess.run(command, capture_output=True, text=True, check=False, env=plain)


def problem_of(compiler, include, path):
    """What is wrong with a snippet, or None."""
    expected = re.search(r"^// expect: (.+)$", path.read_text(encoding="utf-8"), re.MULTILINE)
    if expected is None:
        return "has no line '// expect: ...'"
    correct = compile_snippet(compiler, include, path, "-DCORRECT")
    if correct.returncode != 0:
        return "does not compile with -DCORRECT:\n" + correct.stderr
    wrong = compile_snippet(compiler, include, path)
    if wrong.returncode == 0:
        return "compiles, and must not"
    if not re.search(expected.group(1), wrong.stderr):
        return f"fails for another reason than '{expected.group(1)}':\n" + wrong.stderr
    return None


def main():
    compiler, include = sys.argv[1:]
    snippets = sorted(pathlib.Path(__file__).resolve().parent.glob("*.cpp"))
    failures = 0
    for path in snippets:
        problem = problem_of(compiler, include, path)
        print(f"{path.name}: {problem or 'ok'}")
        failures += problem is not None
    if not snippets:
        print("there are no snippets")
    return 1 if failures or not snippets else 0


if __name__ == "__main__":
    sys.exit(main())
