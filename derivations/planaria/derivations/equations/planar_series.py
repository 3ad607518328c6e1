"""The planar solution at a point, as a power series in the strength of the fields: exact throughout.

Coefficients are rational numbers, or residues modulo a prime, which cost the same at every order.
"""

from __future__ import annotations

import random
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from flint import fmpq, fmpq_mat, nmod_mat
from sympy import Expr

from planaria.algebra.laurent import Laurent, residue
from planaria.algebra.rational import Ratio
from planaria.algebra.work import charge
from planaria.derivations.equations.schwinger_dyson import STRENGTH, Loop, SelfEnergyTerm, by_space
from planaria.diagrams.expressions.expression import Setting
from planaria.diagrams.rules.pencil import FeynmanRules

__all__ = ["Measure", "Numbers", "PlanarSeries", "Point", "planar_series", "random_point", "spaces_of"]

# A discrete spectral measure: the trace of f is the sum of weight * f(eigenvalues).
Measure = Sequence[tuple[Any, Mapping[Expr, Any]]]

PRODUCT = 0.3  # units of work for a product of two entries
TERM = 10  # and for a term of a self-energy
FRACTIONS = 10  # times as much with rational numbers
PRIMES = (53, 59, 61, 67, 71, 73, 79, 83, 89, 97, 101, 103, 107, 109, 113, 127, 131, 137, 139, 149, 151, 157, 163)
NODES = 3  # eigenvalues in each space of a random point


@dataclass(frozen=True)
class Point:
    """Rational values of all parameters, and a discrete spectral measure for each space."""

    values: Mapping[Expr, Any]
    measures: Mapping[Expr, Measure]


def random_point(setting: Setting, spaces: Sequence[Expr], seed: int) -> Point:
    """A random rational point. The dimension of a space is the weight of its measure."""
    source = random.Random(seed)

    def number() -> fmpq:
        # Quotients of two primes, none of which a model is likely to name: no pole of its own is hit.
        top, bottom = source.sample(PRIMES, 2)
        return fmpq(top, bottom)

    eigenvalues = {symbol for _, symbol in setting.matrices}
    measures: dict[Expr, Measure] = {}
    values: dict[Expr, Any] = {}
    for generator in setting.ring.generators:
        if generator not in eigenvalues:
            values[generator] = number()
    for space in spaces:
        own = [symbol for _, symbol in setting.matrices_of(space)]
        if own:
            nodes = [(number(), {symbol: number() for symbol in own}) for _ in range(NODES)]
            if space.is_Integer:  # its weights are a dimension that is known
                rest = sum((weight for weight, _ in nodes[1:]), fmpq(0))
                nodes[0] = fmpq(int(space)) - rest, nodes[0][1]
            else:
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
    prime: int | None = None,
) -> PlanarSeries:
    """Solve G = (K0 - Sigma[G])^-1 order by order below strength**orders, modulo a prime if one is given."""
    system = Numbers(rules, loops, terms, point, prime)
    charge(orders**2 * system.cost / 2 * (FRACTIONS if prime is None else 1))
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


class Numbers:
    """Rules, loops and self-energy with every coefficient evaluated at a point."""

    def __init__(
        self,
        rules: FeynmanRules,
        loops: Sequence[Loop],
        terms: Sequence[SelfEnergyTerm],
        point: Point,
        prime: int | None = None,
    ) -> None:
        self.rules, self.point, self.prime = rules, point, prime
        self.zero = fmpq(0) if prime is None else residue(fmpq(0), prime)
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
                matrix = [[self.zero] * len(cols) for _ in rows]
                for (i, j), value in entries.items():
                    matrix[row_at[i]][col_at[j]] = self.number(value, eigenvalues)
                inverse_bare = self.matrix(matrix)
                self.inverse_bare[space].append(inverse_bare)
                self.bare[space].append(inverse_bare.inv())
                self.terms[space].append(
                    [(row_at[t.row], col_at[t.column], self.number(t.factor, eigenvalues), t.loop) for t in own]
                )
        for loop in loops:
            self.weights.append(
                [self.count(weight) * self.number(loop.weight, e) for weight, e in point.measures[loop.space]]
            )

    @property
    def cost(self) -> float:
        """Units of work of one product of propagators, and one self-energy, at every node."""
        products = sum(len(rows) ** 3 * len(self.bare[space]) for space, (rows, _) in self.places.items())
        terms = sum(len(one) for nodes in self.terms.values() for one in nodes)
        return PRODUCT * products + TERM * (terms + len(self.loops))

    def matrix(self, rows: Sequence[Sequence[Any]]) -> Any:
        return fmpq_mat(rows) if self.prime is None else nmod_mat(rows, self.prime)

    def count(self, weight: Any) -> Any:
        """A rational number in the arithmetic in use."""
        return weight if self.prime is None else residue(weight, self.prime)

    def number(self, value: Ratio, eigenvalues: Mapping[Expr, Any]) -> Any:
        zero = fmpq(0)
        points = [
            eigenvalues[g] if g in eigenvalues else self.point.values.get(g, zero) for g in value.ring.generators
        ] or [zero]
        return self.count(value.at(points))

    def self_energy(self, space: Expr, node: int, loops: Sequence[Any]) -> Any:
        rows, cols = self.places[space]
        matrix = [[self.zero] * len(cols) for _ in rows]
        for i, j, factor, loop in self.terms[space][node]:
            if loops[loop] != 0:
                matrix[i][j] += factor * loops[loop]
        return self.matrix(matrix)

    def traces(self, propagators: Mapping[Expr, Sequence[Any]]) -> list[Any]:
        values = []
        for loop, weights in zip(self.loops, self.weights, strict=True):
            rows, cols = self.places[loop.space]
            i, j = cols.index(loop.column), rows.index(loop.row)
            total = self.zero
            for weight, g in zip(weights, propagators[loop.space], strict=True):
                total += weight * g[i, j]
            values.append(total)
        return values

    def reading(self, number: int, propagators: Mapping[Expr, Sequence[Sequence[Any]]], order: int) -> Any:
        reading = self.rules.readings[number]
        rows, cols = self.places.get(reading.rows, ((), ()))
        total = self.zero
        for node, (one, eigenvalues) in enumerate(self.point.measures[reading.rows]):
            weight = self.count(one)
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

    def propagators(self, loops: Sequence[Any]) -> dict[Expr, list[Any]]:
        """G = (K0 - Sigma)^-1 at strength 1, at every node of every space."""
        charge(self.cost * (FRACTIONS if self.prime is None else 1))
        return {
            space: [
                (bare - self.self_energy(space, node, loops)).inv()
                for node, bare in enumerate(self.inverse_bare[space])
            ]
            for space in self.places
        }

    def solve(self, loops: Sequence[Any]) -> list[Any]:
        """One application of the map loops -> G -> loops, at strength 1."""
        return self.traces(self.propagators(loops))

    def slopes(self, number: int, propagators: Mapping[Expr, Sequence[Any]]) -> dict[int, Any]:
        """The derivatives of the image of one loop by each loop: dG = G dSigma G."""
        loop, weights = self.loops[number], self.weights[number]
        rows, cols = self.places[loop.space]
        column, row = cols.index(loop.column), rows.index(loop.row)
        found: dict[int, Any] = {}
        for node, (weight, g) in enumerate(zip(weights, propagators[loop.space], strict=True)):
            terms = self.terms[loop.space][node]
            charge(TERM * len(terms))
            left = [weight * g[column, i] for i in range(len(rows))]
            right = [g[j, row] for j in range(len(cols))]
            for i, j, factor, other in terms:
                if left[i] != 0 and right[j] != 0:
                    found[other] = found.get(other, self.zero) + left[i] * factor * right[j]
        return found


def spaces_of(rules: FeynmanRules) -> tuple[Expr, ...]:
    """Every space that occurs in the rules or in the readings."""
    return tuple(dict.fromkeys([*rules.row_spaces, *(r.rows for r in rules.readings)]))
