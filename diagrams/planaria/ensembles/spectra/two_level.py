"""Two eigenvalues, each many times."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any, ClassVar

from sympy import Expr, Piecewise, Rational, Symbol, floor

from planaria.ensembles.spectra.spectrum import Functions, Spectrum

__all__ = ["TwoLevel"]


@dataclass(frozen=True)
class TwoLevel(Spectrum):
    """The eigenvalue ``upper`` for the first ``fraction`` of all positions, and ``lower`` for the others.

    Of M eigenvalues the first K = floor(fraction*M + 1/2) are ``upper``: the whole number nearest to fraction*M.

    >>> TwoLevel()
    TwoLevel(upper=lambda_plus, lower=lambda_minus, fraction=fraction)
    >>> TwoLevel(fraction=Rational(1, 2)).moment(2, 10)
    5*lambda_minus**2 + 5*lambda_plus**2
    """

    upper: Expr = Symbol("lambda_plus", real=True)
    lower: Expr = Symbol("lambda_minus", real=True)
    fraction: Expr = Symbol("fraction", positive=True)

    kind: ClassVar[str] = "two-level"
    title: ClassVar[str] = "two-level spectrum"
    standard: ClassVar[Mapping[str, tuple[str, str]]] = {
        "upper": ("lambda_plus", "first eigenvalue of the two-level spectrum"),
        "lower": ("lambda_minus", "second eigenvalue of the two-level spectrum"),
        "fraction": ("fraction", "fraction of the eigenvalues that are the first one"),
    }
    signed: ClassVar[frozenset[str]] = frozenset({"upper", "lower"})  # such as an external source of two values
    at_most_one: ClassVar[frozenset[str]] = frozenset({"fraction"})

    def at(self, position: Any, size: int, numbers: Mapping[str, Any], functions: Functions) -> Any:
        first = int((2 * numbers["fraction"] * size + 1) / 2)
        upper, lower = functions.number(numbers["upper"]), functions.number(numbers["lower"])
        return functions.choose(position <= first, upper, lower)

    def moment(self, power: int, size: Expr) -> Expr:
        first = floor(self.fraction * size + Rational(1, 2))
        return first * self.upper**power + (size - first) * self.lower**power

    def counting(self, level: Expr, size: Expr) -> Expr:
        parts = ((self.upper, self.fraction * size), (self.lower, (1 - self.fraction) * size))
        return sum((Piecewise((number, value > level), (0, True)) for value, number in parts), start=Rational(0))
