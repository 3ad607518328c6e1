"""Weights and functions as labels: one walk for Unicode and LaTeX, short enough for a contact sheet."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
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

from planaria.algebra.rational import Ratio
from planaria.diagrams.expressions.expression import Setting
from planaria.writing.emitters.shapes import Text
from planaria.writing.emitters.text import name_text

__all__ = ["ShortNames", "formula", "weight_text"]

_SPACE = Text(((" ", 0),), "")


@lru_cache(maxsize=4096)
def weight_text(weight: Expr) -> Text:
    """A weight on one line: couplings, dimensions and traces, with negative powers in the place of fractions.

    >>> from sympy import symbols
    >>> N, P, M, gamma, s = symbols("N P M gamma sigma_u", positive=True)
    >>> L = MatrixSymbol("Lambda", M, M)
    >>> weight_text(-P * N**2 * s**2 * Trace(L**2) / gamma**3 / 2).plain
    '−½ γ−3 σu2 N2 P tr Λ2'
    >>> weight_text(Trace(L * (gamma * Identity(M) + L).inv()) ** 2).plain
    '(tr Λ (γ + Λ)−1)2'
    """
    return _line(weight)


@lru_cache(maxsize=1024)
def formula(function: Ratio, setting: Setting) -> Text:
    """A function of eigenvalues; a monomial is written in the matrices themselves.

    >>> from sympy import symbols
    >>> from planaria.diagrams import Model
    >>> from planaria.diagrams.expressions.expression import prepare
    >>> M, gamma = symbols("M gamma", positive=True)
    >>> setting = prepare([gamma * MatrixSymbol("Lambda", M, M)], Model([]))
    >>> (_, l), = setting.matrices
    >>> formula(setting.ring(l**2), setting).plain, formula(setting.ring(l / (gamma + l)), setting).plain
    ('Λ2', 'λ / (γ + λ)')
    """
    is_monomial = function.is_polynomial and len(function.numerator) == 1
    names = {
        symbol: Symbol(str(matrix.name) if is_monomial else str(symbol.name).removesuffix("_I"))
        for matrix, symbol in setting.matrices
    }
    above, below = function.to_sympy().subs(names).as_numer_denom()
    if below == 1:
        return _line(above)
    top = _bracket(_line(above)) if above.is_Add else _line(above)
    bottom = _bracket(_write(below)) if below.is_Mul else _factor(below)
    pieces = (*top.pieces, (" / ", 0), *bottom.pieces)
    return Text(pieces, rf"\frac{{{_line(above).latex}}}{{{_line(below).latex}}}")


@dataclass
class ShortNames:
    """Names for functions that are too long for a picture, in the order in which they came."""

    known: dict[Ratio, Text] = field(default_factory=dict)

    def of(self, function: Ratio, setting: Setting) -> Text:
        """A short function as it is; anything longer gets a name, which the legend explains."""
        if function in self.known:
            return self.known[function]
        text = formula(function, setting)
        if len(text.plain) > 3:
            text = self.known[function] = name_text(f"f_{len(self.known) + 1}")
        return text


def _line(expression: Expr) -> Text:
    sign, text = _signed(expression)
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
        case Add():
            return _sum(expression.as_ordered_terms())
        case MatAdd():
            return _sum(expression.args)
        case Pow() | MatPow():
            return _power(expression.base, expression.exp)
        case Inverse():
            return _power(expression.arg, Rational(-1))
        case Trace():
            return Text.joined((Text((("tr ", 0),), r"\operatorname{tr}"), _factor(expression.arg)))
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
    if isinstance(exponent, Rational):
        return Text((*inner.pieces, (str(exponent).replace("-", "−"), 1)), f"{inner.latex}^{{{exponent}}}")
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
