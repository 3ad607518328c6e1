"""Lagrange's inversion of a closed form with one pole.

If every insertion of the geometric series carries a factor s, the equation gives s as a function of the
renormalised ridge Delta, which is infinite at s = 0, and the coefficients of a value H are

    [s^n] H = [y^-1] H (ds/dy) s^(-n-1),    y = 1/Delta.

The derivative ds/dy cancels the determinant that response functions have in their denominators, so that what
is left is a polynomial in spectral sums. These are power series in y whose coefficients are traces of powers,

    S_ab = sum_j (-1)^j binomial(b+j-1, j) tr(Lambda^(a+j)) y^(b+j).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import comb
from typing import Any

from flint import fmpq
from sympy import Expr, Symbol

from planaria.algebra.linear import degree_in, root
from planaria.algebra.polynomials import grouped
from planaria.algebra.rational import Ratio, Ring
from planaria.derivations.elimination.closed_form import ClosedForm
from planaria.derivations.elimination.plain import plain_form
from planaria.derivations.equations.schwinger_dyson import STRENGTH
from planaria.derivations.equations.spectral_sums import SpectralSum
from planaria.diagrams.expressions.expression import Setting
from planaria.diagrams.graphs.weight import trace_of_function

__all__ = ["Expansion", "Lagrange", "Table", "lagrange"]


@dataclass(frozen=True)
class SumSeries:
    """A spectral sum as a power series in y: the sum of ``coefficient * trace * y**power``."""

    sum: SpectralSum
    variable: int | None  # the eigenvalue that has the pole; None for a trace that does not depend on it

    def terms(self, longest: int) -> Iterator[tuple[int, int, tuple[int, ...]]]:
        """Power, coefficient and exponents of the eigenvalues, up to ``y**longest``."""
        if self.variable is None:
            yield 0, 1, self.sum.exponents
            return
        ((_, b),) = self.sum.factors
        for j in range(longest - b + 1):
            exponents = list(self.sum.exponents)
            exponents[self.variable] += j
            yield b + j, (-1) ** j * comb(b + j - 1, j), tuple(exponents)


@dataclass(frozen=True)
class Expansion:
    """A coefficient before the sums are expanded: by the power of y and the exponents of the sums."""

    parts: tuple[tuple[int, tuple[int, ...], Ratio], ...]
    denominator: Ratio

    @property
    def longest(self) -> int:
        return max((power for power, _, _ in self.parts), default=0)


@dataclass(frozen=True)
class Lagrange:
    """A closed form with one pole, ready for Lagrange's inversion.

    Attributes
    ----------
    ring
        The generators: parameters, the pole, spectral sums.
    inverse
        1/s.
    lowest
        The lowest order n from on which H (ds/dy) s**(-n-1) is a polynomial in the sums.
    first
        It, for this order.
    follow
        For each sum S_ab the number of the sum S_(a+1)(b+1), if it has one.
    """

    ring: Ring
    pole: Symbol
    sums: tuple[tuple[Symbol, SumSeries], ...]
    first: Ratio
    inverse: Ratio
    lowest: int
    follow: tuple[int | None, ...]
    setting: Setting

    def expansion(self, order: int) -> Expansion:
        """The coefficient of s**order as a polynomial in the sums."""
        # From the lowest order on there is nothing to cancel but monomials, and those cancel in the end.
        more = order - self.lowest
        numerator = self.first.numerator * self.inverse.numerator**more
        denominator = self.first.denominator * self.inverse.denominator**more
        index = self.ring.index
        at, places = index[self.pole], [index[symbol] for symbol, _ in self.sums]
        shift = int(denominator.degrees()[at])  # of Delta in the denominator, a monomial in it
        rest = denominator / self.ring.context.gen(at) ** shift if shift else denominator
        groups: dict[tuple[int, tuple[int, ...]], dict[tuple[int, ...], Any]] = {}
        for (exponent, *others), coefficients in grouped(numerator, [at, *places]).items():
            # Delta**p = y**-p, and the residue is the coefficient of y**-1
            power = exponent - shift - 1
            if power < 0:
                continue
            product, scale = self._integrated(power, tuple(others))
            terms = groups.setdefault((power, product), {})
            for plain, coefficient in coefficients.items():
                terms[plain] = terms.get(plain, 0) + scale * coefficient
        parts = tuple((power, e, self.ring.polynomial(terms)) for (power, e), terms in groups.items())
        return Expansion(parts, self.ring.from_mpoly(rest))

    def _integrated(self, power: int, exponents: tuple[int, ...]) -> tuple[tuple[int, ...], fmpq]:
        """A product of sums that has the same coefficient of y**power, but for a number.

        With S' the sum that follows on S = S_ab, y dS/dy = b (S - S'), and so by parts

            [y^p] S^m S' = (1 - p / (b (m + 1))) [y^p] S^(m+1).
        """
        for k, following in enumerate(self.follow):
            if following is None or exponents[following] != 1:
                continue
            others = (o for o, e in enumerate(exponents) if e and o not in (k, following))
            if any(self.sums[o][1].variable is not None for o in others):
                continue  # they depend on y, too
            raised = list(exponents)
            raised[k] += 1
            raised[following] = 0
            ((_, b),) = self.sums[k][1].sum.factors
            return tuple(raised), 1 - fmpq(power, b * raised[k])
        return exponents, fmpq(1)

    def generators(self, longest: int) -> Iterator[Expr]:
        """The parameters, and every trace that occurs in the sums up to y**longest."""
        hidden = {self.pole, *(symbol for symbol, _ in self.sums)}
        yield from (self.first.support() | self.inverse.support()) - hidden
        for _, series in self.sums:
            for _, _, exponents in series.terms(longest):
                yield self.trace(series, exponents)

    def trace(self, series: SumSeries, exponents: tuple[int, ...]) -> Expr:
        ring = self.setting.ring
        function = ring.one
        for symbol, exponent in zip(series.sum.eigenvalues, exponents, strict=True):
            function = function * ring.generator(symbol) ** exponent
        return trace_of_function(series.sum.space, function, self.setting)


def lagrange(closed: ClosedForm, counter: Symbol) -> Lagrange | None:
    """Lagrange's inversion for a derivation whose insertions carry a factor, the counter.

    None if its closed form has another unknown than one pole, or does not give the counter.
    """
    if len(closed.unknowns) != 1 or len(closed.relations) != 1:
        return None
    closed = plain_form(closed)
    pole = closed.unknowns[0].symbol
    sums = [(symbol, _series(one, pole)) for symbol, one in closed.sums]
    (relation,) = (one.substitute({STRENGTH: closed.ring.one}) for one in closed.relations)
    if any(series is None for _, series in sums) or degree_in(relation, counter) != 1:
        return None
    known = {symbol: series for symbol, series in sums if series is not None}
    # The derivative of a sum brings in the next one; give it a name if it has none.
    names = {series.sum: symbol for symbol, series in known.items()}
    for series in list(known.values()):
        following = _next(series)
        if following is not None and following.sum not in names:
            symbol = Symbol(f"next to {names[series.sum]}", positive=True)
            names[following.sum] = symbol
            known[symbol] = following
    ring = closed.ring.extend(known)
    relation, value = relation.to(ring), closed.value.substitute({STRENGTH: closed.ring.one}).to(ring)
    solution = root(relation, counter)
    if not solution:
        return None
    delta = ring.generator(pole)
    change = solution.derivative(pole)
    for symbol, series in list(known.items()):
        partial = solution.derivative(symbol)
        following = _next(series)
        if not partial or following is None:
            continue
        ((_, b),) = series.sum.factors
        # d/dDelta of l^a/(l + Delta)^b is -b/Delta (l^a/(l + Delta)^b - l^(a+1)/(l + Delta)^(b+1))
        difference = ring.generator(symbol) - ring.generator(names[following.sum])
        change = change - partial * ring.constant(b) * difference / delta
    density = -delta * delta * value.substitute({counter: solution}) * change / solution
    inverse = ring.one / solution
    lowest = _polynomial_from(density, inverse, {pole, counter, *known})
    if lowest is None:
        return None
    places = {series.sum: k for k, series in enumerate(known.values())}
    after = [_next(series) for series in known.values()]
    follow = tuple(None if one is None else places.get(one.sum) for one in after)
    first = density * inverse**lowest
    return Lagrange(ring, pole, tuple(known.items()), first, inverse, lowest, follow, closed.system.rules.setting)


def _series(one: SpectralSum, pole: Symbol) -> SumSeries | None:
    """A sum as a power series in the inverse of a pole, or None if it is none."""
    if not one.factors:
        return SumSeries(one, None)
    if len(one.factors) != 1:
        return None
    factor = one.factors[0][0]
    if not factor.is_pole or factor.coefficients[0][1] != pole:
        return None
    return SumSeries(one, factor.leading.index(1))


def _next(series: SumSeries) -> SumSeries | None:
    if series.variable is None:
        return None
    ((factor, b),) = series.sum.factors
    exponents = list(series.sum.exponents)
    exponents[series.variable] += 1
    return SumSeries(replace(series.sum, exponents=tuple(exponents), factors=((factor, b + 1),)), series.variable)


def _polynomial_from(density: Ratio, inverse: Ratio, sums: set[Expr]) -> int | None:
    """The lowest n from on which density * inverse**n has no sum in its denominator; None if there is none."""
    ring = density.ring
    for polynomial, _ in inverse.denominator.factor()[1]:
        if ring.from_mpoly(polynomial).support() & sums and len(polynomial) > 1:
            return None
    lowest = 0
    tops = inverse.numerator.factor()[1]
    for polynomial, multiplicity in density.denominator.factor()[1]:
        if len(polynomial) == 1 or not ring.from_mpoly(polynomial).support() & sums:
            continue
        powers = [power for top, power in tops if top == polynomial or top == -polynomial]
        if not powers:
            return None
        lowest = max(lowest, -(-multiplicity // powers[0]))
    return lowest


class Table:
    """Coefficients of products of sums, each computed once, in the ring of the result."""

    def __init__(self, lagrange: Lagrange, ring: Ring) -> None:
        self.lagrange = lagrange
        self.ring = ring
        self.factors: dict[int, dict[int, Any]] = {}
        self.known: dict[tuple[int, tuple[int, ...]], Any] = {}
        self.lowest = [next(iter(series.terms(10**6)))[0] for _, series in lagrange.sums]

    def read(self, expansion: Expansion) -> Ratio:
        """Insert the series of the sums."""
        parts = []
        # Terms with as many traces are neighbours: they add up before they meet the others.
        for power, exponents, factor in sorted(expansion.parts, key=lambda part: (sum(part[1]), part[0])):
            product = self.coefficient(power, exponents)
            if not product.is_zero():
                parts.append(factor.to(self.ring).numerator * product)
        total = _sum(parts, self.ring.context.constant(0))
        return Ratio.reduced(self.ring, total, expansion.denominator.to(self.ring).numerator)

    def coefficient(self, power: int, exponents: tuple[int, ...]) -> Any:
        """The coefficient of y**power in a product of powers of the sums: a polynomial in traces."""
        key = power, exponents
        if key not in self.known:
            self.known[key] = self._coefficient(power, exponents)
        return self.known[key]

    def _coefficient(self, power: int, exponents: tuple[int, ...]) -> Any:
        context = self.ring.context
        least = sum(e * low for e, low in zip(exponents, self.lowest, strict=True))
        if least > power:
            return context.constant(0)
        # Take off the sum that occurs least: what is left is shared by the most products.
        present = [k for k, e in enumerate(exponents) if e]
        if not present:
            return context.constant(1 if power == 0 else 0)
        first = min(present, key=lambda k: (exponents[k], -k))
        rest = tuple(e - (k == first) for k, e in enumerate(exponents))
        remaining = least - self.lowest[first]
        parts = []
        for at, term in self._series(first, power).items():
            if at + remaining <= power:
                product = self.coefficient(power - at, rest)
                if not product.is_zero():
                    parts.append(term * product)
        return _sum(parts, context.constant(0))

    def _series(self, number: int, longest: int) -> dict[int, Any]:
        known = self.factors.setdefault(number, {})
        series = self.lagrange.sums[number][1]
        if not known or max(known) < longest:
            for power, coefficient, exponents in series.terms(longest):
                if power not in known:
                    trace = self.ring(self.lagrange.trace(series, exponents)).numerator
                    known[power] = trace * coefficient
        return known


def _sum(parts: list[Any], zero: Any) -> Any:
    """Add polynomials by halves: each term is moved a logarithmic number of times."""
    while len(parts) > 1:
        parts = [sum(parts[k + 1 : k + 2], parts[k]) for k in range(0, len(parts), 2)]
    return parts[0] if parts else zero
