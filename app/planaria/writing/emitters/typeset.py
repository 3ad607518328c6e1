"""Weights as labels: one printer for Unicode and LaTeX, short enough for a contact sheet."""

from __future__ import annotations

from collections.abc import Iterable
from functools import lru_cache

from sympy import (
    Add,
    Expr,
    Identity,
    Inverse,
    MatAdd,
    MatMul,
    MatPow,
    MatrixSymbol,
    Mul,
    Pow,
    Rational,
    Symbol,
    Trace,
    latex,
)

from planaria.writing.emitters.shapes import Text
from planaria.writing.emitters.text import name_text

__all__ = ["weight_text"]

_RAISED = str.maketrans("0123456789-/", "⁰¹²³⁴⁵⁶⁷⁸⁹⁻ᐟ")
_SPACE = Text(((" ", 0),), "")


@lru_cache(maxsize=4096)
def weight_text(weight: Expr) -> Text:
    """A weight on one line: couplings, dimensions and traces, with negative powers in the place of fractions.

    >>> from sympy import symbols
    >>> N, P, M, gamma, s = symbols("N P M gamma sigma_u", positive=True)
    >>> L = MatrixSymbol("Lambda", M, M)
    >>> weight_text(-P * N**2 * s**2 * Trace(L**2) / gamma**3 / 2).plain
    '−½ γ⁻³ σu² N² P tr Λ²'
    >>> weight_text(Trace(L * (gamma * Identity(M) + L).inv()) ** 2).plain
    '(tr Λ (γ + Λ)⁻¹)²'
    """
    sign, text = _signed(weight)
    return Text.joined((_minus(), text)) if sign else text


def _minus() -> Text:
    return Text((("−", 0),), "-")


def _signed(expression: Expr) -> tuple[bool, Text]:
    """Whether there is a minus in front, and the rest."""
    if isinstance(expression, (Mul, Rational)) and not isinstance(expression, MatMul):
        number, rest = expression.as_coeff_Mul(rational=True)
        if number < 0:
            return True, _write(-number * rest)
    if isinstance(expression, MatMul):
        scalar, matrices = expression.as_coeff_matrices()
        if scalar.could_extract_minus_sign():
            return True, _write(MatMul(-scalar, *matrices))
    return False, _write(expression)


def _write(expression: Expr) -> Text:
    match expression:
        case Rational():
            return _number(expression)
        case Symbol() | MatrixSymbol():
            return name_text(str(expression.name))
        case Identity():
            return Text((("1", 0),), "1")
        case MatMul():
            scalar, matrices = expression.as_coeff_matrices()
            known = [one for one in matrices if not isinstance(one, Identity)]
            front = [] if scalar == 1 and known else [scalar]
            return _spaced(_factor(one) for one in (*front, *known))
        case Mul():
            return _product(expression)
        case Add() | MatAdd():
            return _sum(expression.args)
        case Pow() | MatPow():
            return _power(expression.base, expression.exp)
        case Inverse():
            return _power(expression.arg, Rational(-1))
        case Trace():
            return Text.joined((Text((("tr ", 0),), r"\mathrm{tr}\,"), _factor(expression.arg)))
    return Text(((str(expression), 0),), str(latex(expression)))


def _product(expression: Mul) -> Text:
    """Numbers first, then couplings, dimensions, sums and traces."""
    number, rest = expression.as_coeff_Mul(rational=True)
    factors = sorted(Mul.make_args(rest), key=_rank)
    texts = [_factor(one) for one in factors]
    return _spaced([_number(number), *texts] if number != 1 else texts)


def _rank(factor: Expr) -> tuple[int, str]:
    base = factor.as_base_exp()[0]
    if base.has(Trace):
        return 3, str(factor)
    if isinstance(base, Symbol):
        return (0 if base.name[:1].islower() else 1), str(base)
    return 2, str(factor)


def _factor(expression: Expr) -> Text:
    text = _write(expression)
    return _bracket(text) if isinstance(expression, (Add, MatAdd)) else text


def _bracket(text: Text) -> Text:
    return Text((("(", 0), *text.pieces, (")", 0)), rf"\left({text.latex}\right)")


def _power(base: Expr, exponent: Expr) -> Text:
    inner = _write(base)
    if not isinstance(base, (Symbol, MatrixSymbol)):
        inner = _bracket(inner)
    *pieces, (last, level) = inner.pieces
    if isinstance(exponent, Rational):
        raised = str(exponent).translate(_RAISED)
        shown = (*pieces, (last, level), (raised, 0)) if level else (*pieces, (last, 0), (raised, 0))
        return Text(shown, f"{inner.latex}^{{{exponent}}}")
    return Text((*inner.pieces, (_write(exponent).plain, 1)), f"{inner.latex}^{{{_write(exponent).latex}}}")


def _sum(terms: Iterable[Expr]) -> Text:
    signed = sorted((_signed(term) for term in terms), key=lambda one: one[0])
    texts: list[Text] = []
    for k, (negative, text) in enumerate(signed):
        if k or negative:
            symbol = ("−" if negative else "+", "-" if negative else "+")
            texts.append(Text(((f" {symbol[0]} " if k else symbol[0], 0),), symbol[1]))
        texts.append(text)
    return Text.joined(texts)


def _spaced(texts: Iterable[Text]) -> Text:
    found: list[Text] = []
    for text in texts:
        found += (_SPACE, text) if found else (text,)
    return Text.joined(found)


def _number(value: Rational) -> Text:
    if value.q == 1:
        return Text(((str(value.p), 0),), str(value.p))
    shown = {(1, 2): "½", (1, 4): "¼", (3, 4): "¾"}.get((value.p, value.q), f"{value.p}/{value.q}")
    return Text(((shown, 0),), rf"{{\textstyle\frac{{{value.p}}}{{{value.q}}}}}")
