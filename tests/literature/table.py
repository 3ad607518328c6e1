"""The table of docs/literature.md: `python -m tests.literature.table` writes it anew.

What can be checked of it, all but the seconds, is checked where the claims are (test_literature.py).
"""

from __future__ import annotations

import re
import time
from pathlib import Path

from tests.literature.features import FEATURES
from tests.literature.published import Published, derived, length, operations
from tests.literature.regression import REGRESSION

__all__ = ["CLAIMS", "PAGE", "formula_lines", "row", "rows_of_page"]

CLAIMS = (*REGRESSION, *FEATURES)
PAGE = Path(__file__).parent.parent.parent / "docs" / "literature.md"
HEAD = "| model | quantity | source | verdict | operations | of the paper | ratio | seconds |\n" + "|---" * 8 + "|"
_TABLE = re.compile(r"^\| model \|.*?(?=\n\n)", re.MULTILINE | re.DOTALL)
_FORMULAS = re.compile(r"(?<=## The formulas\n\n).*?(?=\n\n## )", re.DOTALL)


def row(one: Published, verdict: str) -> str:
    """A line of the table, but for its last cell, the seconds."""
    own, paper = length(one), operations(one)
    cells = (one.model, one.quantity, one.source, verdict, own, paper, f"{own / paper:.1f}")
    return f"| {' | '.join(str(cell) for cell in cells)} |"


def rows_of_page() -> dict[tuple[str, str], str]:
    """The lines of the page by model and quantity, without their seconds."""
    lines = _TABLE.search(PAGE.read_text(encoding="utf-8"))
    assert lines
    found = {}
    for line in lines[0].splitlines()[2:]:
        cells = [cell.strip() for cell in line.strip("|").split("|")]
        found[cells[0], cells[1]] = line[: line.rindex("|", 0, -1) + 1]
    return found


def formula_lines(one: Published) -> str:
    """A claim as the command takes it."""
    lets = "".join(f"\n      {line}" for line in one.let)
    return f"    {one}\n      = {one.formula}{lets}"


def _timed(one: Published) -> str:
    start = time.perf_counter()
    found = derived(one)
    seconds = time.perf_counter() - start
    return f"{row(one, found.equals(one.formula, one.let).verdict.value)} {seconds:.1f} |"


def _write() -> None:
    derived(CLAIMS[0])  # what is loaded once is not counted
    derived.cache_clear()
    table = "\n".join((HEAD, *map(_timed, CLAIMS)))
    text = _TABLE.sub(lambda _: table, PAGE.read_text(encoding="utf-8"))
    formulas = "\n\n".join(map(formula_lines, CLAIMS))
    PAGE.write_text(_FORMULAS.sub(lambda _: formulas, text), encoding="utf-8")


if __name__ == "__main__":
    _write()
