"""How long a formula is, and how many digits its terms cancel: what a choice between equal formulas weighs."""

from __future__ import annotations

from collections.abc import Mapping
from math import log10
from random import Random

from sympy import Expr, Symbol

from planaria.algebra.rational import Ratio, Ring, generators_of
from planaria.derivations.elimination.reduced import Reduced
from planaria.derivations.equations.spectral_sums import SpectralSum
from planaria.diagrams.expressions.expression import Setting

__all__ = ["Samples", "operations"]

POLES = (1e-5, 1.0, 1e5)  # in units of the eigenvalues
SIZE = 4  # eigenvalues of each space
MOST = 8.0  # digits that are counted as lost
FEW = 1.0  # digits that are not


def operations(polynomial: Ratio) -> int:
    """The number of operations of a polynomial that is written out.

    >>> from sympy.abc import a, b
    >>> operations(Ring([a, b])(a**2 - 2 * a * b + 1))
    5
    """
    total = 0
    for part in (polynomial.numerator, polynomial.denominator):
        for exponents, coefficient in part.terms():
            present = [e for e in exponents if e]
            total += len(present) + sum(e > 1 for e in present) + (abs(coefficient) != 1 or not present)
        total -= part == 1
    return total - 1


class Samples:
    """Numbers for everything in the formulas of one elimination, at poles far below, among and above eigenvalues.

    Dimensions of spaces without eigenvalues are above the others, so that the planar solution may be like that.
    """

    def __init__(self, reduced: Reduced, setting: Setting) -> None:
        random = Random(3)
        eigenvalues = {symbol for _, symbol in setting.matrices}
        spectrum = {s: [random.uniform(0.3, 3.0) for _ in range(SIZE)] for s in sorted(eigenvalues, key=str)}
        self.spectrum = spectrum
        carrying = {matrix.shape[0] for matrix, _ in setting.matrices}
        self.points: list[dict[Expr, float]] = []
        for scale in POLES:
            at: dict[Expr, float] = {}
            for g in reduced.ring.generators:
                size = random.uniform(2.5 * SIZE, 4 * SIZE) if g in setting.spaces else random.uniform(0.5, 2.0)
                at[g] = float(SIZE) if g in carrying else size
            for pole in reduced.poles:
                at[pole] = scale * random.uniform(0.5, 2.0)
            self.points.append(at)

    def know(self, names: Mapping[Symbol, SpectralSum]) -> None:
        """Take the values of further sums."""
        for at in self.points:
            for symbol, one in names.items():
                at[symbol] = self._sum(one, at)

    def _sum(self, one: SpectralSum, at: Mapping[Expr, float]) -> float:
        total = 0.0
        for n in range(SIZE):
            here = [self.spectrum[s][n] for s in one.eigenvalues]
            term = _product(here, one.exponents)
            for coefficient, power in one.scale:
                term *= _number(coefficient, at) ** power
            for factor, power in one.factors:
                value = _product(here, factor.leading)
                for exponents, coefficient in factor.coefficients:
                    value += _number(coefficient, at) * _product(here, exponents)
                term /= value**power
            total += term
        return total

    def cost(self, factor: Ratio, digit: float) -> float:
        """Operations, and for each decimal digit that the terms of the numerator cancel so many more."""
        lost = 0.0
        generators = factor.ring.generators
        terms = [
            (float(int(c.p) / int(c.q)), [(generators[k], int(e)) for k, e in enumerate(exponents) if e])
            for exponents, c in factor.numerator.terms()
        ]
        for at in self.points:
            total, size = 0.0, 0.0
            for coefficient, powers in terms:
                term = coefficient
                for g, e in powers:
                    term *= at[g] ** e
                total += term
                size += abs(term)
            lost = max(lost, min(MOST, log10(size / abs(total))) if total else MOST)
        return operations(factor) + digit * max(0.0, lost - FEW)


def _product(values: list[float], exponents: tuple[int, ...]) -> float:
    product = 1.0
    for value, exponent in zip(values, exponents, strict=True):
        product *= value**exponent
    return product


def _number(expression: Expr, at: Mapping[Expr, float]) -> float:
    if expression in at:
        return at[expression]
    return float(Ring(generators_of(expression))(expression).evaluate(at, 1.0))
