"""A random rational point at which the planar power series is known exactly.

Elimination meets polynomials with several factors, of which the planar solution kills one, and coefficients
that may or may not be zero on it. A witness decides: the solution at a random point as a power series in the
field strength, exact all the way: modulo a prime of 61 bits, where a polynomial that is not zero seems so with a
chance of its degree over 10^18, or in rational numbers for those who want to see them.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from copy import copy
from typing import Any

from flint import fmpq
from sympy import Expr, Symbol

from planaria.algebra.laurent import PRIME, Laurent, residue
from planaria.algebra.polynomials import grouped
from planaria.algebra.rational import Ratio, Ring, generators_of
from planaria.algebra.work import charge
from planaria.derivations.equations.planar_series import planar_series, random_point, spaces_of
from planaria.derivations.equations.schwinger_dyson import STRENGTH, SchwingerDyson
from planaria.derivations.equations.spectral_sums import SpectralSum

__all__ = ["Witness"]

TERM = 100  # units of work for a term at twelve orders
FEWEST = 4  # coefficients beyond the leading one that must be known to call something zero
MOST_ORDERS = 200  # of a power series that is lengthened


class Witness:
    """The planar solution of a system at a random point, for asking whether a polynomial vanishes on it.

    The names that elimination invents are defined as it goes, so that their series are known too.
    """

    def __init__(self, system: SchwingerDyson, orders: int = 12, seed: int = 7, *, exact: bool = False) -> None:
        self.system = system
        self.prime = None if exact else PRIME
        self.point = random_point(system.rules.setting, spaces_of(system.rules), seed)
        self.orders = orders
        self.definitions: list[tuple[Symbol, Ratio | SpectralSum]] = []
        self._restart()

    def fresh(self) -> Witness:
        """The same solution at the same point, without the names that were defined."""
        other = copy(self)
        other.definitions = []
        other.series = {g: self.series[g] for g in (STRENGTH, *self.system.unknowns)}
        return other

    def _restart(self) -> None:
        system = self.system
        solution = planar_series(system.rules, system.loops, system.terms, self.point, self.orders, self.prime)
        self.numbers = {g: self._number(value) for g, value in self.point.values.items() if g != STRENGTH}
        self.solution = solution
        self.series: dict[Expr, Laurent] = {STRENGTH: Laurent.of([0, 1])}
        for symbol in system.unknowns:
            self.series[symbol] = solution.loops[system.symbols.index(symbol)]
        for symbol, definition in self.definitions:
            self.series[symbol] = self._defined(definition)

    def _defined(self, definition: Ratio | SpectralSum) -> Laurent:
        if isinstance(definition, Ratio):
            return self.evaluate(definition)
        total = Laurent.of([0])
        for weight, eigenvalues in self.point.measures[definition.space]:
            term = Laurent.of([weight])
            for symbol, exponent in zip(definition.eigenvalues, definition.exponents, strict=True):
                term = term * Laurent.of([eigenvalues[symbol] ** exponent])
            for coefficient, power in definition.scale:
                term = term * self._coefficient(coefficient) ** power
            for factor, power in definition.factors:
                value = self._monomial(factor.eigenvalues, factor.leading, eigenvalues)
                for exponents, coefficient in factor.coefficients:
                    name = self._coefficient(coefficient)
                    value = value + name * self._monomial(factor.eigenvalues, exponents, eigenvalues)
                term = term / value**power
            total = total + term
        return total

    def _coefficient(self, expression: Expr) -> Laurent:
        """The series of a coefficient of a denominator."""
        return self.evaluate(Ring(generators_of(expression))(expression))

    def _number(self, value: Any) -> Any:
        """A rational number in the arithmetic in use."""
        return value if self.prime is None else residue(value, self.prime)

    @staticmethod
    def _monomial(symbols: Sequence[Symbol], exponents: Sequence[int], values: Mapping[Expr, Any]) -> Laurent:
        product = fmpq(1)
        for symbol, exponent in zip(symbols, exponents, strict=True):
            product *= values[symbol] ** exponent
        return Laurent.of([product])

    def define(self, symbol: Symbol, value: Ratio) -> None:
        """Give a name to a rational function of loops and parameters."""
        self.definitions.append((symbol, value))
        self.series[symbol] = self._defined(value)

    def define_sum(self, symbol: Symbol, value: SpectralSum) -> None:
        """Give a name to a spectral sum."""
        self.definitions.append((symbol, value))
        self.series[symbol] = self._defined(value)

    def evaluate(self, value: Ratio) -> Laurent:
        """The power series of a rational function in the field strength.

        ZeroDivisionError where the denominator vanishes on the solution: the function has no value there.
        """
        if value.denominator.is_one():
            return self._polynomial(value.numerator, value.ring)[0]
        if not self.regular(value):
            raise ZeroDivisionError("a denominator vanishes on the planar solution")
        return (
            self._polynomial(value.numerator, value.ring)[0] / self._polynomial(value.denominator, value.ring)[0]
        )

    def regular(self, value: Ratio) -> bool:
        """Whether the denominator of a reduced quotient does not vanish on the planar solution."""
        return value.is_polynomial or not self.vanishes(value.ring.from_mpoly(value.denominator))

    def agrees(self, value: Ratio, series: Callable[[Witness], Laurent]) -> bool:
        """Whether a rational function has a given power series, as far as both are known, lengthened until
        at least four coefficients beyond the leading one are compared."""
        while True:
            one, other = self.evaluate(value), series(self)
            difference = one - other
            if not difference.vanishes():
                return False
            if one.vanishes() and other.vanishes() and not value:
                return True
            if difference.high >= min(one.low, other.low) + FEWEST:
                return True
            self._lengthen()

    def vanishes(self, polynomial: Ratio) -> bool:
        """Whether a polynomial is zero on the planar solution, as far as the series is known.

        The series is lengthened until at least four coefficients beyond the leading one of the largest term
        are known.
        """
        if not polynomial:
            return True
        while True:
            series, lowest = self._polynomial(polynomial.numerator, polynomial.ring)
            if not series.vanishes():
                return False
            if series.high >= lowest + FEWEST:
                return True
            self._lengthen()

    def _lengthen(self) -> None:
        if self.orders > MOST_ORDERS:
            raise ArithmeticError("a power series is too short to decide whether an equation holds")
        self.orders *= 2
        self._restart()

    def _polynomial(self, polynomial: Any, ring: Ring) -> tuple[Laurent, int]:
        """Value and lowest exponent of any of its terms."""
        charge(TERM * len(polynomial) * self.orders / 12)
        series_at = [i for i, g in enumerate(ring.generators) if g in self.series]
        numbers = {
            i: self.numbers[g] for i, g in enumerate(ring.generators) if g in self.numbers and g not in self.series
        }
        total, lowest = Laurent.of([0]), 10**9
        powers: dict[tuple[int, int], Laurent] = {}
        for key, terms in grouped(polynomial, series_at).items():
            term = Laurent.of([self._sum(terms, numbers)])
            for i, exponent in zip(series_at, key, strict=True):
                if exponent:
                    if (i, exponent) not in powers:
                        powers[i, exponent] = self.series[ring.generators[i]] ** exponent
                    term = term * powers[i, exponent]
            lowest = min(lowest, term.low)
            total = total + term
        return total, lowest

    def _sum(self, terms: Mapping[tuple[int, ...], Any], numbers: Mapping[int, Any]) -> Any:
        """The value of terms without series."""
        total: Any = 0
        for exponents, coefficient in terms.items():
            number = self._number(coefficient)
            for i, value in numbers.items():
                if exponents[i]:
                    number = number * value ** int(exponents[i])
            total = total + number
        return total
