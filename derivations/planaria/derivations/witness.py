"""A random rational point at which the planar power series is known exactly.

Elimination meets polynomials with several factors, of which the planar solution kills one, and coefficients
that may or may not be zero on it. A witness decides: the solution at a random point as a power series in the
field strength, exact rationals all the way.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flint import fmpq, fmpq_mat
from sympy import Expr, Symbol

from planaria.derivations.laurent import Laurent
from planaria.derivations.schwinger_dyson import STRENGTH, Loop, SchwingerDyson, SelfEnergyTerm, by_space
from planaria.derivations.spectral import SpectralSum
from planaria.diagrams.rational import Ratio, Ring, generators_of
from planaria.diagrams.rules import FeynmanRules
from planaria.diagrams.tree import Setting

__all__ = ["Measure", "PlanarSeries", "Point", "Witness", "dependencies", "identify", "planar_series", "random_point"]

# A discrete spectral measure: the trace of f is the sum of weight * f(eigenvalues).
Measure = Sequence[tuple[Any, Mapping[Expr, Any]]]

NODES = 3  # eigenvalues in each space of a random point
ORDERS = 7  # of the power series by which loops are compared


@dataclass(frozen=True)
class Point:
    """Rational values of all parameters, and a discrete spectral measure for each space."""

    values: Mapping[Expr, Any]
    measures: Mapping[Expr, Measure]


def random_point(setting: Setting, spaces: Sequence[Expr], seed: int) -> Point:
    """A random rational point. The dimension of a space is the weight of its measure."""
    source = random.Random(seed)

    def number() -> fmpq:
        return fmpq(source.randint(2, 97), source.randint(2, 97))

    eigenvalues = {symbol for _, symbol in setting.matrices}
    measures: dict[Expr, Measure] = {}
    values: dict[Expr, Any] = {}
    for generator in setting.ring.generators:
        if generator not in eigenvalues:
            values[generator] = number()
    for space in spaces:
        own = [symbol for _, symbol in setting.matrices_of(space)]
        if own:
            nodes: Measure = [(number(), {symbol: number() for symbol in own}) for _ in range(NODES)]
            if not space.is_Integer:
                values[space] = sum((weight for weight, _ in nodes), fmpq(0))
            measures[space] = nodes
        else:
            dimension = fmpq(int(space)) if space.is_Integer else values.setdefault(space, number())
            measures[space] = [(dimension, {})]
    values[STRENGTH] = fmpq(1)
    return Point(values, measures)


@dataclass(frozen=True)
class PlanarSeries:
    """The planar solution at a point: loops and propagators as power series in the field strength."""

    point: Point
    loops: tuple[Laurent, ...]
    # by space and node of its measure: coefficient matrices of G, columns of the pencil by rows of it
    propagators: Mapping[Expr, Sequence[Sequence[Any]]]
    readings: tuple[Laurent, ...]


def planar_series(
    rules: FeynmanRules,
    loops: Sequence[Loop],
    terms: Sequence[SelfEnergyTerm],
    point: Point,
    orders: int,
) -> PlanarSeries:
    """Solve G = (K0 - Sigma[G])^-1 order by order, up to and excluding strength**orders."""
    system = _Numbers(rules, loops, terms, point)
    history: list[list[Any]] = []
    propagators: dict[Expr, list[list[Any]]] = {s: [[] for _ in system.bare[s]] for s in system.bare}
    for order in range(orders):
        for space, nodes in propagators.items():
            for node, known in enumerate(nodes):
                bare = system.bare[space][node]
                if order == 0:
                    known.append(bare)
                    continue
                total = None
                for k in range(order):
                    part = system.self_energy(space, node, history[k]) * known[order - 1 - k]
                    total = part if total is None else total + part
                known.append(bare * total)
        history.append(system.traces({s: [g[order] for g in nodes] for s, nodes in propagators.items()}))
    columns = zip(*history, strict=True)
    series = tuple(Laurent.of(list(column), high=orders) for column in columns)
    readings = tuple(
        Laurent.of([system.reading(i, propagators, order) for order in range(orders)], high=orders)
        for i in range(len(rules.readings))
    )
    return PlanarSeries(point, series, propagators, readings)


class _Numbers:
    """Rules, loops and self-energy with every coefficient evaluated at a point."""

    def __init__(
        self, rules: FeynmanRules, loops: Sequence[Loop], terms: Sequence[SelfEnergyTerm], point: Point
    ) -> None:
        self.rules, self.point = rules, point
        self.places = by_space(rules)
        self.bare: dict[Expr, list[Any]] = {}
        self.inverse_bare: dict[Expr, list[Any]] = {}
        self.terms: dict[Expr, list[list[tuple[int, int, Any, int]]]] = {}
        self.weights: list[list[Any]] = []
        self.loops = loops
        for space, (rows, cols) in self.places.items():
            row_at, col_at = {r: n for n, r in enumerate(rows)}, {c: n for n, c in enumerate(cols)}
            entries = rules.bare_inverse(space)
            own = [t for t in terms if rules.row_spaces[t.row] == space]
            self.bare[space], self.inverse_bare[space], self.terms[space] = [], [], []
            for _, eigenvalues in point.measures[space]:
                matrix = [[fmpq(0)] * len(cols) for _ in rows]
                for (i, j), value in entries.items():
                    matrix[row_at[i]][col_at[j]] = self.number(value, eigenvalues)
                inverse_bare = fmpq_mat(matrix)
                self.inverse_bare[space].append(inverse_bare)
                self.bare[space].append(inverse_bare.inv())
                self.terms[space].append(
                    [(row_at[t.row], col_at[t.column], self.number(t.factor, eigenvalues), t.loop) for t in own]
                )
        for loop in loops:
            self.weights.append(
                [weight * self.number(loop.weight, e) for weight, e in point.measures[loop.space]]
            )

    def number(self, value: Ratio, eigenvalues: Mapping[Expr, Any]) -> Any:
        zero = fmpq(0)
        points = [
            eigenvalues[g] if g in eigenvalues else self.point.values.get(g, zero)
            for g in value.ring.generators
        ] or [zero]
        return value.at(points)

    def self_energy(self, space: Expr, node: int, loops: Sequence[Any]) -> Any:
        rows, cols = self.places[space]
        matrix = [[fmpq(0)] * len(cols) for _ in rows]
        for i, j, factor, loop in self.terms[space][node]:
            if loops[loop] != 0:
                matrix[i][j] += factor * loops[loop]
        return fmpq_mat(matrix)

    def traces(self, propagators: Mapping[Expr, Sequence[Any]]) -> list[Any]:
        values = []
        for loop, weights in zip(self.loops, self.weights, strict=True):
            rows, cols = self.places[loop.space]
            i, j = cols.index(loop.column), rows.index(loop.row)
            total = fmpq(0)
            for weight, g in zip(weights, propagators[loop.space], strict=True):
                total += weight * g[i, j]
            values.append(total)
        return values

    def reading(self, number: int, propagators: Mapping[Expr, Sequence[Sequence[Any]]], order: int) -> Any:
        reading = self.rules.readings[number]
        rows, cols = self.places.get(reading.rows, ((), ()))
        total = fmpq(0)
        for node, (weight, eigenvalues) in enumerate(self.point.measures[reading.rows]):
            if order == 0:
                total += weight * self.number(reading.corner, eigenvalues)
            if not rows:
                continue
            g = propagators[reading.rows][node][order]
            for j, a in reading.a:
                for i, b in reading.b:
                    if i in rows and j in cols:
                        element = g[cols.index(j), rows.index(i)]
                        if element != 0:
                            total += weight * self.number(a, eigenvalues) * self.number(b, eigenvalues) * element
        return total

    def solve(self, loops: Sequence[Any]) -> list[Any]:
        """One application of the map loops -> G -> loops, at strength 1."""
        propagators = {
            space: [
                (bare - self.self_energy(space, node, loops)).inv()
                for node, bare in enumerate(self.inverse_bare[space])
            ]
            for space in self.places
        }
        return self.traces(propagators)


def spaces_of(rules: FeynmanRules) -> tuple[Expr, ...]:
    """Every space that occurs in the rules or in the readings."""
    return tuple(dict.fromkeys([*rules.row_spaces, *(r.rows for r in rules.readings)]))


def identify(
    rules: FeynmanRules, loops: tuple[Loop, ...], terms: tuple[SelfEnergyTerm, ...]
) -> SchwingerDyson:
    """Drop the loops that vanish and give proportional ones one symbol; see `schwinger_dyson`."""
    setting = rules.setting
    one = setting.ring.one
    point = random_point(setting, spaces_of(rules), seed=1)
    series = planar_series(rules, loops, terms, point, ORDERS).loops
    proposed: dict[tuple[object, ...], list[int]] = {}
    scales = [one] * len(loops)
    zeros: list[int] = []
    candidates: _Scalars | None = None
    for n, current in enumerate(series):
        if current.vanishes():
            zeros.append(n)
            continue
        group = proposed.setdefault(_key(current, loops[n]), [])
        ratio = current.polynomial[0] / series[group[0]].polynomial[0] if group else fmpq(1)
        if ratio != 1:
            candidates = candidates or _Scalars(rules, point)
            scale = candidates.find(ratio)
            if scale is None:  # not a ratio of scalars of the model: a class of its own
                proposed[("alone", n)] = [n]
                continue
            scales[n] = scale
        group.append(n)
    groups = _consistent_groups(rules, loops, terms, list(proposed.values()), zeros, scales)
    symbols: list[Symbol | None] = [None] * len(loops)
    for number, group in enumerate(groups, start=1):
        first = scales[group[0]]
        for n in group:
            symbols[n] = Symbol(f"T_{number}")
            scales[n] = scales[n] / first
    ring = setting.ring.extend(Symbol(f"T_{number}") for number in range(1, len(groups) + 1))
    return SchwingerDyson(rules, ring, loops, tuple(symbols), tuple(scales), terms)


def _key(series: Laurent, loop: Loop) -> tuple[object, ...]:
    """What proportional loops share: the space, and the series divided by its leading coefficient."""
    leading = series.polynomial[0]
    return loop.space, series.low, tuple(str(c / leading) for c in series.polynomial.coeffs())


class _Scalars:
    """Ratios of the scalars that stand in a pencil, to be recognised by their value at a point.

    Two copies of one resolvent differ by where the user's scalars went when rows and columns were eliminated:
    their loops differ by such ratios.
    """

    def __init__(self, rules: FeynmanRules, point: Point) -> None:
        eigenvalues = {symbol for _, symbol in rules.setting.matrices}
        one = rules.setting.ring.one
        scalars = {one: None}
        for _, entry in rules.entries:
            found = [vertex.left for vertex in entry.vertices]
            if entry.constant is not None:
                found.append(entry.constant)
            scalars |= {s: None for s in found if not s.support() & eigenvalues}
        numbers = [point.values.get(g, fmpq(0)) for g in rules.setting.ring.generators] or [fmpq(0)]
        ratios = {a / b: None for a in scalars for b in scalars}
        self.table: dict[str, Ratio] = {}
        for a in ratios:
            for b in ratios:
                product = a * b
                for signed in (product, -product):
                    self.table.setdefault(str(signed.at(numbers)), signed)

    def find(self, value: Any) -> Ratio | None:
        return self.table.get(str(value))


def _consistent_groups(
    rules: FeynmanRules,
    loops: Sequence[Loop],
    terms: Sequence[SelfEnergyTerm],
    groups: list[list[int]],
    zeros: list[int],
    scales: Sequence[Ratio],
) -> list[list[int]]:
    """The coarsest refinement of a grouping that the equations respect; the loops left out vanish.

    Loops that are set proportional (zero) at random values must come out so; groups for which they do not
    are split until all do. An identity of rational functions that holds at a random point of this size fails
    with a probability far below that of a machine error (Schwartz-Zippel).
    """
    source = random.Random(2)
    system = _Numbers(rules, loops, terms, random_point(rules.setting, spaces_of(rules), seed=100))
    factors = [system.number(scale, {}) for scale in scales]
    while True:
        values: list[Any] = [fmpq(0)] * len(loops)
        for group in groups:
            value = fmpq(source.randint(1, 10**6), source.randint(1, 10**6))
            for n in group:
                values[n] = value * factors[n]
        images = [image / factor for image, factor in zip(system.solve(values), factors, strict=True)]
        refined: list[list[int]] = []
        for group in groups:
            split: dict[str, list[int]] = {}
            for n in group:
                split.setdefault(str(images[n]), []).append(n)
            refined += split.values()
        alive = [n for n in zeros if images[n] != 0]
        zeros = [n for n in zeros if images[n] == 0]
        refined += [[n] for n in alive]
        if len(refined) == len(groups):
            return groups
        groups = refined


def dependencies(system: SchwingerDyson) -> dict[Symbol, set[Symbol]]:
    """Which unknowns the equation of each unknown contains, found by changing one at a time."""
    rules, unknowns = system.rules, system.unknowns
    source = random.Random(3)
    numbers = _Numbers(
        rules, system.loops, system.terms, random_point(rules.setting, spaces_of(rules), seed=200)
    )

    factors = [numbers.number(scale, {}) for scale in system.scales]

    def draw() -> fmpq:
        return fmpq(source.randint(1, 10**6), source.randint(1, 10**6))

    def image(values: Mapping[Symbol, Any]) -> dict[Symbol, Any]:
        full = numbers.solve(
            [fmpq(0) if s is None else values[s] * f for s, f in zip(system.symbols, factors, strict=True)]
        )
        return {symbol: full[system.symbols.index(symbol)] for symbol in unknowns}

    base = {symbol: draw() for symbol in unknowns}
    reference = image(base)
    found: dict[Symbol, set[Symbol]] = {symbol: set() for symbol in unknowns}
    for symbol in unknowns:
        moved = image({**base, symbol: draw()})
        for other in unknowns:
            if moved[other] != reference[other]:
                found[other].add(symbol)
    return found


class Witness:
    """The planar solution of a system at a random point, for asking whether a polynomial vanishes on it.

    The names that elimination invents are defined as it goes, so that their series are known too.
    """

    def __init__(self, system: SchwingerDyson, orders: int = 12, seed: int = 7) -> None:
        self.system = system
        self.point = random_point(system.rules.setting, spaces_of(system.rules), seed)
        self.orders = orders
        self.definitions: list[tuple[Symbol, Ratio | SpectralSum]] = []
        self._restart()

    def _restart(self) -> None:
        system = self.system
        solution = planar_series(system.rules, system.loops, system.terms, self.point, self.orders)
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
            for factor, power in definition.factors:
                value = self._monomial(factor.eigenvalues, factor.leading, eigenvalues)
                for exponents, coefficient in factor.coefficients:
                    ring = Ring(generators_of(coefficient))
                    name = self.evaluate(ring(coefficient))
                    value = value + name * self._monomial(factor.eigenvalues, exponents, eigenvalues)
                term = term / value**power
            total = total + term
        return total

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
        """The power series of a rational function in the field strength."""
        top, _ = self._polynomial(value.numerator, value.ring)
        if value.denominator.is_one():
            return top
        return top / self._polynomial(value.denominator, value.ring)[0]

    def vanishes(self, polynomial: Ratio) -> bool:
        """Whether a polynomial is zero on the planar solution, as far as the series is known.

        The series is lengthened until at least three coefficients beyond the leading one of the largest term
        are known.
        """
        while True:
            series, lowest = self._polynomial(polynomial.numerator, polynomial.ring)
            if not series.vanishes():
                return False
            if series.high >= lowest + 4:
                return True
            if self.orders > 200:
                raise ArithmeticError("a power series is too short to decide whether an equation holds")
            self.orders *= 2
            self._restart()

    def _polynomial(self, polynomial: Any, ring: Ring) -> tuple[Laurent, int]:
        """Value and lowest exponent of any of its terms."""
        groups: dict[tuple[int, ...], Any] = {}
        series_at = [i for i, g in enumerate(ring.generators) if g in self.series]
        numbers = {
            i: self.point.values[g] for i, g in enumerate(ring.generators) if g in self.point.values and g != STRENGTH
        }
        for exponents, coefficient in polynomial.terms():
            key = tuple(int(exponents[i]) for i in series_at)
            number = coefficient
            for i, value in numbers.items():
                if exponents[i]:
                    number = number * value ** int(exponents[i])
            groups[key] = groups.get(key, 0) + number
        total, lowest = Laurent.of([0]), 10**9
        powers: dict[tuple[int, int], Laurent] = {}
        for key, number in groups.items():
            term = Laurent.of([number])
            for i, exponent in zip(series_at, key, strict=True):
                if exponent:
                    if (i, exponent) not in powers:
                        powers[i, exponent] = self.series[ring.generators[i]] ** exponent
                    term = term * powers[i, exponent]
            lowest = min(lowest, term.low)
            total = total + term
        return total, lowest
