#!/usr/bin/env python3
"""Turns a text file into a C++ source with one constant, so that the binary carries it.

usage: embed.py INPUT OUTPUT NAMESPACE NAME
"""
import sys


def main() -> int:
    source, target, namespace, name = sys.argv[1:5]
    with open(source, "rb") as f:
        data = f.read()
    rows = (",".join(str(b) for b in data[i:i + 32]) for i in range(0, len(data), 32))
    with open(target, "w", encoding="ascii") as f:
        f.write(f"#include <string_view>\nnamespace {namespace} {{\n")
        f.write("static const unsigned char bytes[] = {\n" + ",\n".join(rows) + "};\n")
        f.write(f"extern const std::string_view {name};\n")
        f.write(f"const std::string_view {name}{{reinterpret_cast<const char*>(bytes), sizeof bytes}};\n}}\n")
    return 0


if __name__ == "__main__":
    sys.exit(main())
