"""Derivations on a page: equations and value, the rules behind them, the steps that led there, limits."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from sympy import Eq, Trace, oo

from planaria.derivations.analysis.limits import LimitBranch
from planaria.derivations.derivation import Derivation
from planaria.derivations.log_determinants import LogDetDerivation
from planaria.derivations.steps import Step
from planaria.writing.latex.derivation import latex_expression, latex_summary, step_sides
from planaria.writing.latex.log_determinants import latex_integrals
from planaria.writing.names import greek_text
from planaria.writing.notebook.markup import (
    ROOM,
    details,
    element,
    faint,
    formula,
    heading,
    page,
    plural,
    scrolled,
    table,
)
from planaria.writing.notebook.rules import rules_parts, rules_title

__all__ = ["derivation_html", "limits_html", "log_determinant_html", "steps_html"]

_BEFORE, _AFTER = 130.0, 200.0  # points of the formulas before and after a step, which most often is a symbol
_MOST = 120  # steps of a table


def derivation_html(derivation: Derivation) -> str:
    """What is derived: equations, sums and value; what the unknowns are; the rules, to be opened."""
    unknowns = [(formula(latex_expression(one.symbol)), one.meaning) for one in derivation.closed_form.unknowns]
    return page(
        heading("Derivation"),
        _display(latex_summary(derivation, width=ROOM)),
        table((), unknowns) if unknowns else None,
        details(rules_title(derivation.rules), *rules_parts(derivation.rules)),
        faint(f"{plural(len(derivation.steps), 'step')} led here, and are its .steps; .check() checks it"),
    )


def log_determinant_html(derivation: LogDetDerivation) -> str:
    """Each log det as an integral, and the derivations of what is integrated and of what stands beside."""
    integrals = (formula(one, ROOM) for one in latex_integrals(derivation))
    parts = (derivation_html(one) for one in derivation.parts)
    return "".join([page(heading("Log determinants"), *integrals), *parts])


def steps_html(steps: Sequence[Step]) -> str:
    """A table of what was done, with what was there before and after; the middle of a long one is left out."""
    half = _MOST // 2
    numbered = list(enumerate(steps, start=1))
    shown = numbered if len(steps) <= _MOST else [*numbered[:half], *numbered[-half:]]
    rows = [_step(number, step) for number, step in shown]
    left_out = len(steps) - len(shown)
    if left_out:
        rows.insert(half, ("", faint(f"{left_out:,} more: a slice shows them"), "", ""))
    return page(table(("", "step", "before", "after"), rows))


def limits_html(branches: Sequence[LimitBranch]) -> str:
    """Each way in which the limit can hold, and the value there."""
    parameters = sorted({latex_expression(one.parameter) for one in branches})
    rows = []
    for branch in branches:
        where = element("div", *(element("div", formula(_condition(one), _BEFORE)) for one in branch.conditions))
        rows.append((where, "grows without bound" if branch.value is oo else _value(branch)))
    approach = formula(", ".join(rf"{one} \to 0" for one in parameters))
    several = "; the numbers decide which of these holds" if len(branches) > 1 else ""
    return page(
        heading("Limit ", approach, element("span", several, style="opacity: 0.75")),
        table(("where", "value"), rows),
    )


def _value(branch: LimitBranch) -> Element:
    return formula(latex_expression(branch.value), ROOM - _BEFORE)


def _condition(equation: Eq) -> str:
    left, right = equation.args
    return rf"{latex_expression(left)} \to \infty" if right is oo else latex_expression(equation)


def _step(number: int, step: Step) -> tuple[str | Element, ...]:
    before, after = step_sides(step)
    said = element("div", step.rule, faint(greek_text(step.reason), width=28), style="min-width: 24ch")
    # A trace of many matrices, broken to this width, is a tower that nobody reads.
    shown = scrolled(before, _BEFORE) if step.before.has(Trace) else formula(before, _BEFORE)
    return f"{number}", said, shown, formula(after, _AFTER)


def _display(latex: str) -> Element:
    """A block between double dollars, as `formula` would typeset it."""
    return formula(latex.removeprefix("$$\n").removesuffix("\n$$"))
