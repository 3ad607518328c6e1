"""The planar series of a quantity as exact polynomials in dimensions and traces, to high orders.

The diagrams of one order are the coefficient of one power of s, if every insertion of the geometric series
carries a factor s. With s in its inverses a quantity is derived like any other, and its closed form is a
function of one pole: the renormalised ridge Delta, which is infinite at s = 0. Where the equation gives s as a
function of Delta, Lagrange's inversion reads off the coefficient of s**n,

    [s^n] H = [y^-1] H (ds/dy) s^(-n-1),    y = 1/Delta,

and the spectral sums are power series in y whose coefficients are traces of powers,

    S_ab = sum_j (-1)^j binomial(b+j-1, j) tr(Lambda^(a+j)) y^(b+j).

Where a closed form is not of this kind, and for the lowest orders, planar contractions are weighed word by
word.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from math import comb
from typing import Any

from flint import fmpq
from sympy import Expr, Inverse, MatAdd, MatMul, MatPow, MatrixExpr, MatrixSymbol, Symbol, Trace

from planaria.derivations.derivation import derive
from planaria.derivations.schwinger_dyson import STRENGTH
from planaria.derivations.spectral import SpectralSum
from planaria.diagrams.errors import InputError
from planaria.diagrams.model import Model
from planaria.diagrams.planar import PlanarSum, planar_sum_of
from planaria.diagrams.rational import Ratio, Ring, generators_of
from planaria.diagrams.tree import Setting, deterministic_part, prepare, read
from planaria.diagrams.weight import function_of_matrices, trace_of_function
from planaria.diagrams.wick import expand

__all__ = ["count_insertions", "planar_polynomials"]

# Not a name that the expression grammar can spell: it cannot meet a user's symbol.
INSERTION = Symbol("factor of an insertion", positive=True)


def planar_polynomials(expression: Expr, model: Model, order: int) -> tuple[Ratio, ...]:
    """The sums of the planar weights of the orders 0 to ``order``.

    Each is an exact rational function whose generators are parameters, dimensions and traces: a polynomial in
    dimensions and traces, over a monomial where the expression has a bare propagator with one.

    >>> from sympy import Identity, MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> M, P, gamma = symbols("M P gamma", positive=True)
    >>> x, Lambda = MatrixSymbol("x", M, P), MatrixSymbol("Lambda", M, M)
    >>> model = Model([Gaussian(x, rows=Lambda)])
    >>> series = planar_polynomials(Trace((gamma * Identity(P) + x.T * x).inv()), model, order=40)
    >>> series[2]
    P*(P*Trace(Lambda**2) + Trace(Lambda)**2)/gamma**3
    >>> len(series[40].numerator)  # the partitions of 40
    37338

    Raises InputError as `expand` does, and for an expression that is not linear in traces.
    """
    expand(expression, model, order)  # says what is wrong with the expression or the order
    lagrange = _lagrange(expression, model)
    lowest = order + 1 if lagrange is None else min(lagrange.lowest, order + 1)
    sums = [planar_sum_of(expression, model, n) for n in range(lowest)]
    generators: dict[Expr, None] = dict.fromkeys(g for one in sums for g in _generators(one))
    expansions: list[_Expansion] = []
    if lagrange is not None:
        expansions = [lagrange.expansion(n) for n in range(lowest, order + 1)]
        longest = max((one.longest for one in expansions), default=0)
        generators |= dict.fromkeys(lagrange.generators(longest))
    ring = Ring(sorted(generators, key=_readable))
    found = [_ratio(one, ring) for one in sums]
    if lagrange is not None:
        table = _Table(lagrange, ring)
        found += [table.read(one) for one in expansions]
    return tuple(found)


def count_insertions(expression: Expr, model: Model, factor: Expr) -> Expr:
    """The expression with a factor at every insertion: inv(E0 + V) becomes inv(E0 + factor * V).

    >>> from sympy import Identity, MatrixSymbol, Trace, symbols
    >>> from planaria.diagrams import Gaussian, Model
    >>> N, P, gamma, s = symbols("N P gamma s")
    >>> x = MatrixSymbol("x", N, P)
    >>> count_insertions(Trace((gamma * Identity(N) + x * x.T).inv()), Model([Gaussian(x)]), s)
    Trace((gamma*I + s*x*x.T)**(-1))

    Raises InputError where an inverse has no deterministic part.
    """
    if isinstance(expression, MatPow) and not isinstance(expression, Inverse) and expression.exp.is_negative:
        inverse = Inverse(expression.base)
        return MatPow(count_insertions(inverse, model, factor), -expression.exp)
    if isinstance(expression, Inverse):
        terms = []
        for term in MatAdd.make_args(expression.arg):
            if not any(model.field_index(matrix) is not None for matrix in term.atoms(MatrixSymbol)):
                terms.append(term)
                continue
            setting = prepare([term], model)
            bare = deterministic_part(read(term, setting), setting)
            counted = MatMul(factor, count_insertions(term, model, factor)).doit(deep=False)
            terms.append(counted)
            if bare:
                terms.append((1 - factor) * function_of_matrices(term.shape[0], bare, setting))
        return Inverse(MatAdd(*terms))
    if isinstance(expression, MatrixSymbol) or not expression.has(MatrixExpr):
        return expression
    return expression.func(*(count_insertions(argument, model, factor) for argument in expression.args))


@dataclass(frozen=True)
class _Series:
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
class _Expansion:
    """A coefficient before the sums are expanded: by the power of y and the exponents of the sums."""

    parts: tuple[tuple[int, tuple[int, ...], Ratio], ...]
    denominator: Ratio

    @property
    def longest(self) -> int:
        return max((power for power, _, _ in self.parts), default=0)


@dataclass(frozen=True)
class _Lagrange:
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
    sums: tuple[tuple[Symbol, _Series], ...]
    first: Ratio
    inverse: Ratio
    lowest: int
    follow: tuple[int | None, ...]
    setting: Setting

    def expansion(self, order: int) -> _Expansion:
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
        hidden = {at, *places}
        for exponents, coefficient in numerator.terms():
            # Delta**p = y**-p, and the residue is the coefficient of y**-1
            power = int(exponents[at]) - shift - 1
            if power < 0:
                continue
            product, scale = self._integrated(power, tuple(int(exponents[place]) for place in places))
            plain = tuple(0 if k in hidden else int(e) for k, e in enumerate(exponents))
            terms = groups.setdefault((power, product), {})
            terms[plain] = terms.get(plain, 0) + scale * coefficient
        parts = tuple((power, e, self.ring.polynomial(terms)) for (power, e), terms in groups.items())
        return _Expansion(parts, self.ring.from_mpoly(rest))

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
        yield from (g for g in self.ring.generators if g not in hidden)
        for _, series in self.sums:
            for _, _, exponents in series.terms(longest):
                yield self.trace(series, exponents)

    def trace(self, series: _Series, exponents: tuple[int, ...]) -> Expr:
        ring = self.setting.ring
        function = ring.one
        for symbol, exponent in zip(series.sum.eigenvalues, exponents, strict=True):
            function = function * ring.generator(symbol) ** exponent
        return trace_of_function(series.sum.space, function, self.setting)


def _lagrange(expression: Expr, model: Model) -> _Lagrange | None:
    """The closed form of an expression with its insertions counted, if it has one pole and no other unknown."""
    try:
        counted = count_insertions(expression, model, INSERTION)
        if not counted.has(INSERTION):
            return None
        derivation = derive(counted, model)
    except (InputError, ArithmeticError):
        return None
    closed = derivation.closed_form
    if len(closed.unknowns) != 1 or len(closed.relations) != 1:
        return None
    pole = closed.unknowns[0].symbol
    sums = [(symbol, _series(one, pole)) for symbol, one in closed.sums]
    (relation,) = (one.substitute({STRENGTH: closed.ring.one}) for one in closed.relations)
    if (
        any(series is None for _, series in sums)
        or relation.numerator.degrees()[closed.ring.index[INSERTION]] != 1
    ):
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
    slope = relation.derivative(INSERTION)
    solution = -(relation - slope * ring.generator(INSERTION)) / slope
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
    density = -delta * delta * value.substitute({INSERTION: solution}) * change / solution
    inverse = ring.one / solution
    lowest = _polynomial_from(density, inverse, {pole, INSERTION, *known})
    if lowest is None:
        return None
    places = {series.sum: k for k, series in enumerate(known.values())}
    after = [_next(series) for series in known.values()]
    follow = tuple(None if one is None else places.get(one.sum) for one in after)
    first = density * inverse**lowest
    return _Lagrange(ring, pole, tuple(known.items()), first, inverse, lowest, follow, derivation.rules.setting)


def _series(one: SpectralSum, pole: Symbol) -> _Series | None:
    """A sum as a power series in the inverse of a pole, or None if it is none."""
    if not one.factors:
        return _Series(one, None)
    if len(one.factors) != 1:
        return None
    factor = one.factors[0][0]
    if not factor.is_pole or factor.coefficients[0][1] != pole:
        return None
    return _Series(one, factor.leading.index(1))


def _next(series: _Series) -> _Series | None:
    if series.variable is None:
        return None
    ((factor, b),) = series.sum.factors
    exponents = list(series.sum.exponents)
    exponents[series.variable] += 1
    return _Series(replace(series.sum, exponents=tuple(exponents), factors=((factor, b + 1),)), series.variable)


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


class _Table:
    """Coefficients of products of sums, each computed once, in the ring of the result."""

    def __init__(self, lagrange: _Lagrange, ring: Ring) -> None:
        self.lagrange = lagrange
        self.ring = ring
        self.factors: dict[int, dict[int, Any]] = {}
        self.known: dict[tuple[int, tuple[int, ...]], Any] = {}
        self.lowest = [next(iter(series.terms(10**6)))[0] for _, series in lagrange.sums]

    def read(self, expansion: _Expansion) -> Ratio:
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


def _generators(found: PlanarSum) -> Iterator[Expr]:
    for scalar in {term[0] for term in found.terms}:
        yield from scalar.support()
    for space, function in found.faces:
        yield from generators_of(trace_of_function(space, function, found.setting))


def _ratio(found: PlanarSum, ring: Ring) -> Ratio:
    """A planar sum in exact arithmetic."""
    traces = [ring(trace_of_function(space, function, found.setting)) for space, function in found.faces]
    groups: dict[Ratio, Ratio] = {}
    for scalar, exponents, _, number in found.terms:
        product = ring.constant(number)
        for trace, exponent in zip(traces, exponents, strict=True):
            if exponent:
                product = product * trace**exponent
        groups[scalar] = groups[scalar] + product if scalar in groups else product
    total = ring.zero
    for scalar, part in groups.items():
        total = total + scalar.to(ring) * part
    return total


def _readable(generator: Expr) -> tuple[object, ...]:
    """Symbols first, then traces, lower powers first."""
    return isinstance(generator, Trace), len(str(generator)), str(generator)
