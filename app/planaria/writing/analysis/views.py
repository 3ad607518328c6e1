r"""Analyses for a terminal and for a paper."""

from __future__ import annotations

from typing import Any

from sympy import Eq, Expr

from planaria.derivations.equations.spectral_sums import SpectralSum
from planaria.writing.analysis.sheets import Row, Side, sheet_of
from planaria.writing.latex.derivation import latex_expression, latex_sum
from planaria.writing.latex.page import WIDTH, AlignedRow, environment, fitted
from planaria.writing.names import greek_text, latex_text
from planaria.writing.terminal.expressions import Formulas

__all__ = ["aligned", "analysis_text", "latex_analysis"]

_SIGNS = {"=": "=", "~": r"\simeq", "+": "+", "->": r"\to", ">> 1:": r"1 \ll", "at": r"\text{at }"}
_TEXTS = {"~": "~", ">> 1:": "1 <<"}


def latex_analysis(value: Any, width: float | None = None) -> str:
    r"""An ``align*`` block of a width in points, or a display as notebooks show it.

    >>> from planaria.derivations import derive
    >>> print(latex_analysis(derive("wigner", "resolvent").derivative(z=1), 345))
    \begin{align*}
    z &= \frac{g_N^2 + 1}{g_N} \\
    \text{value} &= \frac{g_N}{2 g_N - z}
    \end{align*}
    """
    if width is None:
        return f"$$\n{aligned(value, WIDTH)}\n$$"
    return environment("align*", fitted([_row(one) for one in sheet_of(value).rows], width))


def aligned(value: Any, width: float) -> str:
    """The formulas as an ``aligned`` environment."""
    return environment("aligned", fitted([_row(one) for one in sheet_of(value).rows], width))


def _row(row: Row) -> AlignedRow:
    return AlignedRow(_latex(row.left), f"{_SIGNS[row.sign]} {_latex(row.right)}")


def _latex(side: Side) -> str:
    if isinstance(side, SpectralSum):
        return latex_sum(side)
    if isinstance(side, Expr | Eq):
        return latex_expression(side)
    return rf"\text{{{latex_text(greek_text(side))}}}" if side else ""


def analysis_text(value: Any, formulas: Formulas | None = None) -> str:
    """A few lines for a terminal.

    >>> from planaria.derivations import derive
    >>> print(analysis_text(derive("random-features", "gram_resolvent").sign("gamma")))  # doctest: +ELLIPSIS
    sign
      the slope of the value by gamma = ...
    """
    show = formulas or Formulas()
    sheet = sheet_of(value)
    lines = [sheet.title]
    for one in sheet.rows:
        sign = _TEXTS.get(one.sign, one.sign)
        lines.append(f"  {_text(one.left, show)} {sign} {_text(one.right, show)}".replace("   ", "  "))
    return "\n".join([*lines, *(f"  {one}" for one in sheet.remarks)])


def _text(side: Side, show: Formulas) -> str:
    if isinstance(side, SpectralSum):
        return f"sum of {show.inline(side.summand)} over {show.inline(side.space)}"
    if isinstance(side, Eq):
        return f"{show.inline(side.lhs)} = {show.inline(side.rhs)}"
    return show.inline(side) if isinstance(side, Expr) else show.renamed_text(side)
