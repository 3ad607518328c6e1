"""Checks on a page: what is claimed, how it ended, and why."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from xml.etree.ElementTree import Element

from planaria.ensembles.evidence import Check, Outcome
from planaria.writing.notebook.markup import element, faint, page, table

__all__ = ["checks_html", "checks_table"]

# Signs that are told apart without their colours, which can be read on light and on dark pages.
_SIGNS = {
    Outcome.PASSED: ("✓", "#2E9E4F"),
    Outcome.FAILED: ("✗", "#E0453A"),
    Outcome.INCONCLUSIVE: ("?", "#B7791F"),
}


def checks_html(checks: Sequence[Check]) -> str:
    """A table of checks."""
    return page(checks_table(checks))


def checks_table(checks: Iterable[Check]) -> Element:
    """Outcome, method and claim of each, with the numbers behind it."""
    return table(("", "check", "claim"), [_row(one) for one in checks])


def _row(check: Check) -> tuple[Element, Element, Element]:
    sign, colour = _SIGNS[check.outcome]
    mark = element("b", sign, style=f"color: {colour}", title=check.outcome.value)
    claim = element("div", check.statement.replace("<->", "↔"), faint(check.detail), style="max-width: 64ch")
    return mark, element("span", check.method, style="white-space: nowrap"), claim
