"""Dualities on a page: what changes places, what becomes of the expectation, and how it is known."""

from __future__ import annotations

from collections.abc import Sequence
from xml.etree.ElementTree import Element

from sympy import Expr

from planaria.diagrams.duality import Dualities, Duality, Refutation
from planaria.diagrams.duality.exchange import Exchange
from planaria.writing.latex.derivation import latex_expression
from planaria.writing.names import latex_name
from planaria.writing.notebook.evidence import checks_table
from planaria.writing.notebook.markup import ROOM, element, faint, formula, heading, page, table

__all__ = ["dualities_html", "duality_html", "latex_exchange", "refutation_html"]

_LONG = 150  # operations of an expectation that is shown
_RAISED = {"T": r"^{\mathsf{T}}", "H": r"^\dagger", "H.T": r"^*"}


def dualities_html(found: Dualities | Sequence[Duality | Refutation]) -> str:
    """Those that were found, and those that were tried and are none."""
    refuted = found.refuted if isinstance(found, Dualities) else ()
    parts = [part for one in (*found, *refuted) for part in _parts(one)]
    return page(*(parts or [faint("no exchange of spaces, fields or matrices fits")]))


def duality_html(duality: Duality) -> str:
    """One duality."""
    return page(*_duality(duality))


def refutation_html(refutation: Refutation) -> str:
    """An exchange that is none."""
    return page(*_refutation(refutation))


def latex_exchange(exchange: Exchange) -> str:
    r"""What changes places.

    >>> from sympy import Identity, MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian, Model, dualities
    >>> N, P, gamma = symbols("N P gamma", positive=True)
    >>> x = MatrixSymbol("x", N, P)
    >>> duality, = dualities(Model([Gaussian(x)]), Trace((gamma * Identity(N) + x * x.T).inv()))
    >>> print(latex_exchange(duality.exchange))
    N \leftrightarrow P,\; x \leftrightarrow x^{\mathsf{T}}
    """
    return r",\; ".join(rf"{_name(a)} \leftrightarrow {_name(b)}" for a, b in exchange.pairs)


def _name(text: str) -> str:
    name, _, raised = text.partition(".")
    return latex_name(name) + (_RAISED[raised] if raised else "")


def _parts(one: Duality | Refutation) -> list[Element]:
    return _duality(one) if isinstance(one, Duality) else _refutation(one)


def _duality(duality: Duality) -> list[Element]:
    found = [
        heading("Duality ", formula(latex_exchange(duality.exchange), ROOM)),
        element("div", f"{duality.verdict}: ", formula(_statement(duality), ROOM - 60), style="margin: 0.3em 0"),
        element("div", "where ", formula(f"f = {latex_expression(duality.expression)}", ROOM - 60)),
    ]
    if duality.spectators:
        over = r",\; ".join(map(latex_name, duality.spectators))
        found.append(faint("after the average over ", formula(over)))
    return [*found, checks_table(duality.certificates)]


def _statement(duality: Duality) -> str:
    r"""E' f = factor E f + remainder, where a prime stands for the exchange."""
    factor = "" if duality.factor == 1 else rf"{_bracketed(duality.factor)} \, "
    remainder = latex_expression(duality.remainder)
    more = "" if duality.remainder == 0 else remainder if remainder.startswith("-") else f"+ {remainder}"
    return rf"\operatorname{{E}}' f = {factor}\operatorname{{E}} f {more}".rstrip()


def _bracketed(factor: Expr) -> str:
    text = latex_expression(factor)
    return rf"\left({text}\right)" if factor.is_Add else text


def _refutation(one: Refutation) -> list[Element]:
    if one.before is None or one.after is None:
        said = f"no identity was found, and no counterexample below order {one.order}"
        return [heading("Open ", formula(latex_exchange(one.exchange), ROOM)), faint(said)]
    return [
        heading("No duality ", formula(latex_exchange(one.exchange), ROOM)),
        faint(f"the exact expectations of order {one.order} differ, the first that do"),
        table((), [("here", _side(one.before)), ("exchanged", _side(one.after))]),
    ]


def _side(expectation: Expr) -> Element | str:
    operations = int(expectation.count_ops())
    if operations > _LONG:
        return f"a polynomial of {operations:,} operations"
    return formula(latex_expression(expectation), ROOM - 60)
