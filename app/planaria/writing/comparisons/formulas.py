r"""Formulas as they were written, as LaTeX: fractions, sums over eigenvalues, determinants."""

from __future__ import annotations

from collections.abc import Mapping
from enum import IntEnum
from fractions import Fraction

from planaria.ensembles.formulas.claim import Claim
from planaria.ensembles.formulas.nodes import (
    Determinant,
    Identity,
    Name,
    Negative,
    Node,
    Number,
    Over,
    Plus,
    Power,
    Quotient,
    Times,
)
from planaria.writing.names import latex_name
from planaria.writing.renames import NO_RENAMES

__all__ = ["latex_claim", "latex_formula"]


class _Level(IntEnum):
    """How tightly a formula binds."""

    SUM = 1
    PRODUCT = 2
    POWER = 3
    ATOM = 4


def latex_formula(node: Node, renames: Mapping[str, str] = NO_RENAMES) -> str:
    r"""A formula in LaTeX mathematics.

    >>> from planaria.ensembles.formulas.reading import parse_formula
    >>> print(latex_formula(parse_formula("sigma_u**2*(N - z)/(2*M)", "example")))
    \frac{\sigma_u^2 (N - z)}{2 M}
    >>> print(latex_formula(parse_formula("sum(lambda_I/(lambda_I + Delta)) - det([[a, b], [c, d]])", "example")))
    \sum_I \frac{\lambda_I}{\lambda_I + \Delta} - \det \begin{pmatrix} a & b \\ c & d \end{pmatrix}
    """
    return _Writer(renames).write(node)[0]


def latex_claim(claim: Claim, left: str, renames: Mapping[str, str] = NO_RENAMES) -> list[tuple[str, str]]:
    """The two sides of a claim, and of what its own names stand for.

    Parameters
    ----------
    left
        What the quantity is called.
    """

    def show(node: Node) -> str:
        return latex_formula(node, renames)

    rows = [(left if claim.left is None else show(claim.left), show(claim.right))]
    rows += [
        (latex_name(one.name), show(one.formula)) for one in claim.definitions if one.name not in claim.derived
    ]
    rows += [(show(one.left), show(one.right)) for one in claim.unknowns if one.name not in claim.derived]
    return rows


class _Writer:
    def __init__(self, renames: Mapping[str, str]) -> None:
        self.renames = renames

    def write(self, node: Node) -> tuple[str, _Level]:
        match node:
            case Number(value=value):
                return self._number(value)
            case Name(name=name):
                return latex_name(self.renames.get(name, name)), _Level.ATOM
            case Identity():
                return "1", _Level.ATOM
            case Negative(of=one):
                return f"-{self._at_least(one, _Level.PRODUCT)}", _Level.SUM
            case Plus(terms=terms):
                return self._sum(terms), _Level.SUM
            case Times(factors=factors):
                return self._product(factors), _Level.PRODUCT
            case Quotient(below=below, word="inv"):
                return f"{self._at_least(below, _Level.ATOM)}^{{-1}}", _Level.POWER
            case Quotient(above=above, below=below):
                return rf"\frac{{{self.write(above)[0]}}}{{{self.write(below)[0]}}}", _Level.PRODUCT
            case Power(base=base, word="sqrt"):
                return rf"\sqrt{{{self.write(base)[0]}}}", _Level.ATOM
            case Power(base=base, exponent=exponent):
                shown = str(exponent)
                index = shown if len(shown) == 1 else f"{{{shown}}}"
                return f"{self._at_least(base, _Level.ATOM)}^{index}", _Level.POWER
            case Over(summand=summand, word=word):
                sign = r"\sum_I" if word == "sum" else r"\operatorname{tr}"
                return f"{sign} {self._at_least(summand, _Level.PRODUCT)}", _Level.PRODUCT
            case Determinant(rows=rows):
                inner = r" \\ ".join(" & ".join(self.write(one)[0] for one in row) for row in rows)
                return rf"\det \begin{{pmatrix}} {inner} \end{{pmatrix}}", _Level.PRODUCT

    def _at_least(self, node: Node, level: _Level) -> str:
        text, own = self.write(node)
        if own >= level:
            return text
        tall = r"\frac" in text or r"\sum" in text
        return rf"\left({text}\right)" if tall else f"({text})"

    def _number(self, value: Fraction) -> tuple[str, _Level]:
        if value.denominator == 1:
            return str(value), _Level.ATOM
        return rf"\frac{{{value.numerator}}}{{{value.denominator}}}", _Level.PRODUCT

    def _sum(self, terms: tuple[Node, ...]) -> str:
        text = ""
        for one in terms:
            sign, of = ("-", one.of) if isinstance(one, Negative) else ("+", one)
            piece = self._at_least(of, _Level.PRODUCT)
            text = f"{text} {sign} {piece}" if text else (f"-{piece}" if sign == "-" else piece)
        return text

    def _product(self, factors: tuple[Node, ...]) -> str:
        """Factors side by side; what ends with a sum over eigenvalues or is a number gets brackets or a dot."""
        pieces: list[str] = []
        for n, one in enumerate(factors):
            text, own = self.write(one)
            open_ended = isinstance(one, (Over, Determinant)) and n < len(factors) - 1
            if own < _Level.PRODUCT or open_ended:
                text = rf"\left({text}\right)" if r"\frac" in text or r"\sum" in text else f"({text})"
            if pieces and isinstance(one, Number):
                text = rf"\cdot {text}"
            pieces.append(text)
        return " ".join(pieces)
