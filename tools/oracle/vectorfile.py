"""The text form of a table of vectors. See golden/vectors/README.md."""

import textwrap


class Table:
    def __init__(self, name, about, columns):
        self.name = name
        self.about = about
        self.columns = columns
        self.rows = []
        self.ids = set()

    def add(self, *cells):
        cells = [str(cell) for cell in cells]
        if len(cells) != len(self.columns):
            raise ValueError(f"{self.name}: {len(cells)} cells for {len(self.columns)} columns")
        if any("|" in cell or "\n" in cell for cell in cells):
            raise ValueError(f"{self.name}: a cell holds a separator: {cells}")
        if cells[0] in self.ids:
            raise ValueError(f"{self.name}: id {cells[0]} occurs twice")
        self.ids.add(cells[0])
        self.rows.append(cells)

    def text(self):
        about = " ".join(self.about)
        lines = textwrap.wrap(about, 100, initial_indent="# ", subsequent_indent="# ")
        lines.append("# Made by tools/oracle/make_vectors.py: change it there.")
        lines.append(" | ".join(self.columns))
        lines.extend(" | ".join(row) for row in self.rows)
        return "\n".join(lines) + "\n"


def expect(what, computed, quoted):
    """A value quoted from a source must be what the oracle computes."""
    if computed != quoted:
        raise AssertionError(f"{what}: the source says {quoted}, the oracle {computed}")
    return quoted
