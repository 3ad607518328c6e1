"""Formulas for a terminal: over several lines where they fit, else in one, with other names where asked."""

from __future__ import annotations

import re
import textwrap
from collections.abc import Mapping
from typing import Any

from sympy import (
    Add,
    Dummy,
    Eq,
    Expr,
    ImmutableMatrix,
    Integer,
    MatrixExpr,
    Mul,
    Pow,
    Symbol,
    Trace,
    count_ops,
    factor_terms,
    oo,
)
from sympy import Determinant as DeterminantOfMatrix
from sympy.printing.precedence import PRECEDENCE
from sympy.printing.pretty.pretty import PrettyPrinter
from sympy.printing.pretty.pretty_symbology import pretty_use_unicode
from sympy.printing.pretty.stringpict import prettyForm
from sympy.printing.str import StrPrinter

from planaria.algebra.errors import InputError
from planaria.derivations.forms.determinants import Determinant
from planaria.ensembles.text.formatting import format_expression
from planaria.ensembles.text.log_determinant import LogDet
from planaria.writing.names import terminal_name
from planaria.writing.scripts import raised

__all__ = ["Formulas"]

# A name behind a point is no name, but the transpose .T or the adjoint .H.
_NAME = re.compile(r"(?<!\.)\b[A-Za-z_][A-Za-z0-9_]*")
_LONG = 500  # operations beyond which nobody reads a formula in two dimensions


class Formulas:
    """A way to write formulas.

    Parameters
    ----------
    renames
        New names by old ones.
    unicode
        Whether the terminal shows Greek letters.
    """

    def __init__(self, renames: Mapping[str, str] | None = None, *, unicode: bool = True) -> None:
        self.renames = dict(renames or {})
        self.unicode = unicode
        self._printer = _Inline() if unicode else _Text()

    @property
    def arrow(self) -> str:
        return "→" if self.unicode else "->"

    @property
    def tick(self) -> str:
        return "✓" if self.unicode else "ok"

    def name(self, name: object) -> str:
        """One name as it is shown.

        >>> Formulas({"P": "T"}).name("P"), Formulas().name("Delta"), Formulas(unicode=False).name("Delta")
        ('T', 'Δ', 'Delta')
        """
        new = self.plain_name(name)
        return terminal_name(new) if self.unicode else new

    def plain_name(self, name: object) -> str:
        """One name in the grammar of models, after renaming."""
        return self.renames.get(str(name), str(name))

    def plain(self, expression: Expr) -> str:
        """A formula in the grammar of models, after renaming."""
        if expression is oo:
            return "inf"
        try:
            text = format_expression(_tidy(expression))
        except InputError:  # roots of polynomials and the like, for which the grammar has no words
            text = str(expression)
        return self.renamed_text(text)

    def renamed_text(self, text: str) -> str:
        """A text of the grammar after renaming.

        >>> Formulas({"P": "T"}).renamed_text("tr(inv(I(P) + x*x.T))/P")
        'tr(inv(I(T) + x*x.T))/T'
        """
        return _NAME.sub(lambda match: self.renames.get(match.group(), match.group()), text)

    def meaning(self, words: str) -> str:
        """What an unknown is, in words that may name a space."""
        return re.sub(r"(?<=the space )\w+", lambda match: self.plain_name(match.group()), words)

    def inline(self, expression: Expr) -> str:
        """A formula in one line.

        >>> from sympy import symbols
        >>> a, b, Delta = symbols("a b Delta")
        >>> Formulas().inline(a**2 / (Delta + b))
        'a²/(Δ + b)'
        """
        text = str(self._printer.doprint(self._renamed(_tidy(expression))))
        return text.replace("**", "^").replace("*", "·") if self.unicode else text

    def determinant(self, one: Determinant) -> str:
        """The name of a determinant and its matrix, in one line.

        >>> from sympy import symbols
        >>> D, N, S = symbols("D N S_11")
        >>> Formulas().determinant(Determinant(D, ((N, S), (S, N)), N**2 - S**2, Integer(1)))
        'D = det [[N, S₁₁], [S₁₁, N]]'
        """
        rows = ", ".join(f"[{', '.join(map(self.inline, row))}]" for row in one.rows)
        return f"{self.name(one.symbol)} = det [{rows}]"

    def determinant_block(self, one: Determinant, width: int) -> str:
        """The same in two dimensions where it fits into a width."""
        shown = self._in_two_dimensions(one.symbol, DeterminantOfMatrix(ImmutableMatrix(one.rows)))
        if max(map(len, shown.split("\n"))) <= width:
            return shown
        return "\n".join(textwrap.wrap(self.determinant(one), width, subsequent_indent="    "))

    def block(self, left: Expr | str, right: Expr, width: int) -> str:
        """An equation: in two dimensions where it fits into a width, else in lines of that width."""
        tidy = _tidy(right)
        if count_ops(tidy) <= _LONG:
            shown = self._in_two_dimensions(left, tidy)
            if max(map(len, shown.split("\n"))) <= width:
                return shown
        start = left if isinstance(left, str) else self.inline(left)
        return "\n".join(
            textwrap.wrap(
                f"{start} = {self.inline(right)}",
                width,
                subsequent_indent="    ",
                break_long_words=False,
                break_on_hyphens=False,
            )
        )

    def _in_two_dimensions(self, left: Expr | str, right: Expr) -> str:
        shown = self._renamed(left) if isinstance(left, Expr) else _AsItIs(left)
        text = _two_dimensional(Eq(shown, self._renamed(right), evaluate=False), unicode=self.unicode)
        return "\n".join(one.rstrip() for one in text.split("\n"))

    def _renamed(self, expression: Expr) -> Expr:
        if not self.renames:
            return expression
        new = {s: Symbol(self.plain_name(s.name)) for s in expression.free_symbols}
        return expression.xreplace(new)


def _tidy(expression: Expr) -> Expr:
    """Common factors pulled out, and a minus in front moved into a difference that then begins with a plus.

    >>> from sympy.abc import a, b
    >>> _tidy(-a / (b - 1)), _tidy(a / 2 - b / 2)
    (a/(1 - b), (a - b)/2)
    """
    if isinstance(expression, MatrixExpr):
        return expression
    # Traces stay whole: sympy takes a number out of a sum of matrices as if it were one of numbers.
    traces = {one: Dummy(str(one)) for one in expression.atoms(Trace, LogDet)}
    tidied = factor_terms(expression.xreplace(traces)).xreplace({dummy: one for one, dummy in traces.items()})
    if not tidied.is_Mul or not tidied.could_extract_minus_sign():
        return tidied
    factors = list(Mul.make_args(-tidied))
    for place, one in enumerate(factors):
        base, exponent = one.as_base_exp()
        if base.is_Add and exponent.is_Integer and exponent.is_odd:
            negative = [term for term in base.args if term.could_extract_minus_sign()]
            if 2 * len(negative) >= len(base.args):
                factors[place] = Pow(Add(*(-term for term in base.args)), exponent)
                return Mul(*factors)
    return tidied


class _AsItIs(Symbol):  # type: ignore[misc]
    """A name that is shown as it is spelled."""


def _two_dimensional(expression: Expr | Eq, *, unicode: bool) -> str:
    before = pretty_use_unicode(unicode)
    try:
        return str(_Pretty({"use_unicode": unicode, "wrap_line": False}).doprint(expression))
    finally:
        pretty_use_unicode(before)


class _PlusFirst:
    """A sum begins with a term that has no minus, where it has one: P - S, and not -S + P."""

    def _as_ordered_terms(self, expr: Any, order: Any = None) -> list[Any]:
        terms: list[Any] = super()._as_ordered_terms(expr, order=order)  # type: ignore[misc]
        return sorted(terms, key=lambda term: bool(term.could_extract_minus_sign()))


class _Pretty(_PlusFirst, PrettyPrinter):  # type: ignore[misc]
    """Several lines."""

    def _print_Symbol(self, e: Any, bold_name: bool = False) -> prettyForm:
        name = terminal_name(str(e.name)) if self._use_unicode else str(e.name)
        return prettyForm(name.replace("\N{NO-BREAK SPACE}", " "))  # no line is broken here

    def _print__AsItIs(self, e: Any) -> prettyForm:
        return prettyForm(str(e.name))


class _Text(_PlusFirst, StrPrinter):  # type: ignore[misc]
    """One line of ASCII."""


class _Inline(_Text):
    """One line of Unicode."""

    def _print_Infinity(self, expr: Any) -> str:
        return "∞"

    def _print_Symbol(self, expr: Any) -> str:
        return terminal_name(str(expr.name))

    def _print_Pow(self, expr: Any, rational: bool = False) -> str:
        if isinstance(expr, Pow) and isinstance(expr.exp, Integer) and expr.exp > 1:
            base = self.parenthesize(expr.base, PRECEDENCE["Pow"])
            return str(base) + raised(expr.exp)
        return str(super()._print_Pow(expr, rational))
