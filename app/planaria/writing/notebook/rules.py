"""Feynman rules on a page: lines, vertices and contractions."""

from __future__ import annotations

from xml.etree.ElementTree import Element

from planaria.diagrams.rules.pencil import FeynmanRules
from planaria.writing.latex.rules import rules_tables
from planaria.writing.notebook.markup import ROOM, element, formula, heading, page, plural, table

__all__ = ["rules_html", "rules_parts", "rules_title"]

_SIDE_BY_SIDE = "display: inline-block; vertical-align: top; margin: 0 2em 0 1em"
_BESIDE = 60.0  # points of the columns before the last one


def rules_html(rules: FeynmanRules) -> str:
    """The tables of the rules, one under the other."""
    return page(heading(rules_title(rules)), *rules_parts(rules))


def rules_title(rules: FeynmanRules) -> str:
    """How many lines there are."""
    return f"Feynman rules, {plural(rules.size, 'index line')}"


def rules_parts(rules: FeynmanRules) -> list[Element]:
    """A table of the lines, one of the vertices and one of the contractions, as far as there are any."""
    found = []
    for header, rows in rules_tables(rules):
        cells = [[*map(formula, row[:-1]), formula(row[-1], ROOM - _BESIDE * (len(row) - 1))] for row in rows]
        found.append(element("div", table(header, cells), style=_SIDE_BY_SIDE))
    return found
