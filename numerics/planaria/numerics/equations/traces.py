"""The traces of the unreduced equations for columns of points: what they share is computed once.

An entry of a propagator is a rational function of the eigenvalue whose denominators are few, the same for all
entries of a space. So a trace is a short combination of the sums of lambda**k / D(lambda)**m, whose coefficients
depend on the loops alone. The formulas are those of the unreduced equations, exactly rearranged: no pole, no
spectral sum and no solution of the closed form enters. Where the rearrangement costs digits, loops do not come
back, and the caller takes more digits.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Symbol, Trace

from planaria.algebra.rational import Ratio, Ring
from planaria.derivations.derivation import Derivation
from planaria.derivations.equations.propagator import Propagators
from planaria.numerics.equations.ladder import ladder
from planaria.numerics.equations.unreduced import unreduced
from planaria.numerics.methods.doubled import Doubled
from planaria.numerics.methods.memo import once
from planaria.numerics.methods.program import Builder, Program

__all__ = ["LONGEST_PROGRAM", "Columns", "Nodes", "TraceSum", "Traces", "power_sums", "traces_of"]

Column = NDArray[np.float64]

LARGEST = 4000  # terms of one entry that are still worth a formula
MOST_BLOCKS = 24  # of a pencil in one space
MOST_ENTRIES = 2**15  # of an array over points and nodes: it fits the cache
LONGEST_PROGRAM = 20_000  # operations
MOST_DENOMINATORS = 8  # of one space


@dataclass(frozen=True)
class Nodes:
    """The eigenvalues of a space of one matrix with their weights; for a space without, its size alone.

    ``size`` is a number, or one for each point. Below ``floor`` no pole may be: eigenvalues were taken together.
    """

    eigenvalues: Column | None
    weights: Column | None
    size: Any
    floor: float = 0.0


@dataclass(frozen=True)
class TraceSum:
    """Numerator coefficients as places in the results, and the powers of the denominators of its space."""

    space: Expr
    numerator: tuple[int, ...]
    powers: tuple[int, ...]


@dataclass(frozen=True)
class Columns:
    """What the equations give at many points.

    Attributes
    ----------
    images
        For each loop that is known: its symbol, what was claimed of it, and what came out.
    poles
        Whether every denominator is linear in the eigenvalue, with its pole at a negative one.
    readings
        The traces of the quantity.
    matrices
        The ladder's maps, one for each group: entries by row and column, and the number of rungs.
    """

    images: tuple[tuple[Symbol, Any, Any], ...]
    poles: Any
    readings: Mapping[Trace, Any]
    matrices: tuple[tuple[Mapping[tuple[int, int], Any], int], ...]


@dataclass(frozen=True)
class Traces:
    """The compiled traces of one derivation; ``diagonal``: of which groups the map has no negative entry."""

    inputs: tuple[Expr, ...]
    program: Program
    without_ladder: Program  # the same places, 0 for those that only the ladder needs
    eigenvalues: Mapping[Expr, Symbol | None]
    denominators: Mapping[Expr, tuple[tuple[int, ...], ...]]
    images: tuple[tuple[Symbol, int, TraceSum], ...]
    readings: tuple[tuple[Trace, tuple[TraceSum, ...]], ...]
    groups: tuple[tuple[tuple[tuple[int, int], TraceSum], ...], ...]
    sizes: tuple[int, ...]
    diagonal: tuple[bool, ...]

    def at(
        self,
        values: Mapping[Expr, Any],
        nodes: Mapping[Expr, Nodes],
        count: int,
        number: Callable[[Fraction], Any] = float,
        *,
        ladder: bool = True,
    ) -> Columns:
        """All traces at `count` points.

        Parameters
        ----------
        values
            Parameters and claimed loops, numbers or arrays of shape (points,).
        nodes
            The nodes of each space.
        number
            Makes a constant: float, or `Doubled.of` where everything is of that kind.
        ladder
            Whether the ladder's maps are made too.
        """
        zero = number(Fraction(0))
        program = self.program if ladder else self.without_ladder
        results = program.run([values.get(g, zero) for g in self.inputs], number)
        table: dict[tuple[Expr, tuple[int, ...]], Any] = {}
        wanted: dict[Expr, dict[tuple[int, ...], int]] = {}
        for one in self.sums if ladder else self._plain():
            highest = wanted.setdefault(one.space, {})
            highest[one.powers] = max(highest.get(one.powers, 0), len(one.numerator))
        for space, highest in wanted.items():
            denominators = [[results[k] for k in d] for d in self.denominators[space]]
            found = power_sums if number is float else _power_sums_doubled
            for powers, sums in found(denominators, highest, nodes[space], count).items():
                table[space, powers] = sums

        def value(one: TraceSum) -> Any:
            sums = table[one.space, one.powers]
            return sum((results[place] * sums[k] for k, place in enumerate(one.numerator)), start=zero)

        images = tuple((s, values[s] * results[scale], value(one)) for s, scale, one in self.images)
        readings = {trace: sum(map(value, parts), start=zero) for trace, parts in self.readings}
        poles: Any = True
        for space, own in self.denominators.items():
            for places in own:
                first, last = (getattr(results[k], "high", results[k]) for k in (places[0], places[-1]))
                off = (np.sign(first) * np.sign(last) > 0) & (np.abs(first) > nodes[space].floor * np.abs(last))
                poles = poles & (off if len(places) == 2 else False)
        groups = zip(self.groups if ladder else (), self.sizes if ladder else (), strict=True)
        return Columns(
            images,
            poles,
            readings,
            tuple(({key: value(one) for key, one in group}, size) for group, size in groups),
        )

    @property
    def degree(self) -> int:
        """The highest power of an eigenvalue, or of denominators, in a sum."""
        return max((max(len(one.numerator) - 1, sum(one.powers)) for one in self.sums), default=0)

    def _plain(self) -> list[TraceSum]:
        return [one for _, _, one in self.images] + [one for _, parts in self.readings for one in parts]

    @property
    def sums(self) -> list[TraceSum]:
        """Every sum over a space, of the ladder too."""
        return self._plain() + [one for group in self.groups for _, one in group]


def power_sums(
    denominators: Sequence[Sequence[Any]], highest: Mapping[tuple[int, ...], int], nodes: Nodes, count: int
) -> dict[tuple[int, ...], list[Any]]:
    """The sums of lambda**k / product of D**m for k below a bound, by the powers m, real or complex as D is."""
    if nodes.eigenvalues is None or nodes.weights is None:
        return {powers: [nodes.size] for powers in highest}
    most = max(highest.values())
    moments = nodes.weights[:, np.newaxis] * nodes.eigenvalues[:, np.newaxis] ** np.arange(most)
    kind = np.result_type(float, *(c for own in denominators for c in own))
    found = {powers: np.empty((count, number), dtype=kind) for powers, number in highest.items()}
    length = max(1, MOST_ENTRIES // len(nodes.eigenvalues))
    for start in range(0, count, length):
        width = min(length, count - start)
        part, inverses = slice(start, start + width), []
        for coefficients in denominators:
            total: Any = 0.0
            for c in reversed(coefficients):  # by Horner's rule
                total = total * nodes.eigenvalues + (c[part, np.newaxis] if np.ndim(c) else c)
            inverses.append(np.broadcast_to(1.0 / total, (width, len(nodes.eigenvalues))))
        known: dict[tuple[int, ...], Any] = {}
        for powers in sorted(highest):
            known[powers] = product = _product(inverses, powers, known)
            sums = found[powers]
            rows = moments[:, : sums.shape[1]]
            sums[part] = rows.sum(axis=0) if product is None else product @ rows
    return {powers: list(np.ascontiguousarray(sums.T)) for powers, sums in found.items()}


def _power_sums_doubled(
    denominators: Sequence[Sequence[Any]], highest: Mapping[tuple[int, ...], int], nodes: Nodes, count: int
) -> dict[tuple[int, ...], list[Any]]:
    """The same with eigenvalues, coefficients and sums of 32 digits."""
    if nodes.eigenvalues is None or nodes.weights is None:
        return {powers: [nodes.size] for powers in highest}
    eigenvalues: Any = nodes.eigenvalues
    length = max(1, MOST_ENTRIES // len(nodes.weights))
    parts: dict[tuple[int, ...], list[list[Doubled]]] = {p: [[] for _ in range(n)] for p, n in highest.items()}
    for start in range(0, count, length):
        width = min(length, count - start)
        part = slice(start, start + width)
        inverses = []
        for coefficients in denominators:
            total: Any = Doubled(0.0)
            for c in reversed(coefficients):
                total = total * eigenvalues + (c[part].column() if np.ndim(c.high) else c)
            inverses.append(Doubled(1.0) / total)
        known: dict[tuple[int, ...], Any] = {}
        for powers in sorted(highest):
            known[powers] = product = _product(inverses, powers, known)
            terms = Doubled(nodes.weights) if product is None else product * nodes.weights
            for k, sums in enumerate(parts[powers]):
                terms = terms if k == 0 else terms * eigenvalues
                sums.append(terms.broadcast(width, len(nodes.weights)).sum())
    return {
        powers: [
            Doubled(np.concatenate([one.high for one in sums]), np.concatenate([one.low for one in sums]))
            for sums in rows
        ]
        for powers, rows in parts.items()
    }


def _product(inverses: Sequence[Any], powers: tuple[int, ...], known: dict[tuple[int, ...], Any]) -> Any:
    """The product of powers of arrays, from smaller ones that are known; None for 1."""
    if powers in known:
        return known[powers]
    n = next((n for n, power in enumerate(powers) if power), None)
    if n is None:
        return None
    less = (*powers[:n], powers[n] - 1, *powers[n + 1 :])
    rest = _product(inverses, less, known)
    known[powers] = inverses[n] if rest is None else rest * inverses[n]
    return known[powers]


class _Maker:
    """Puts the program together."""

    def __init__(self, ring: Ring, eigenvalues: Mapping[Expr, Symbol | None]) -> None:
        self.ring, self.eigenvalues = ring, eigenvalues
        self.builder = Builder(ring.generators)
        self.results: dict[int, int] = {}
        self.denominators: dict[Expr, list[tuple[int, ...]]] = {space: [] for space in eigenvalues}
        self.known: dict[Expr, dict[Any, int]] = {space: {} for space in eigenvalues}

    def read(self, space: Expr, ratio: Ratio) -> tuple[tuple[int, ...], dict[int, int]]:
        """Numerator by powers of the eigenvalue, and how often each denominator of the space divides it."""
        symbol, builder = self.eigenvalues[space], self.builder
        ratio = ratio.to(self.ring)
        powers: dict[int, int] = {}
        content, factors = ratio.denominator.factor()
        scale = builder.constant(_fraction(content))
        for factor, multiplicity in factors:
            parts = builder.by_powers(self.ring, factor, symbol)
            if len(parts) == 1:
                scale = builder.mul(scale, builder.power(parts[0], int(multiplicity)))
                continue
            known = self.known[space]
            key = tuple(sorted((tuple(map(int, e)), int(c.p), int(c.q)) for e, c in factor.terms()))
            if key not in known:
                known[key] = len(known)
                self.denominators[space].append(parts)
            powers[known[key]] = int(multiplicity)
        inverse = builder.div(builder.constant(1), scale)
        if ratio.numerator.is_zero():
            return (builder.constant(0),), {}
        content, factors = ratio.numerator.factor()
        top: tuple[int, ...] = (builder.mul(builder.constant(_fraction(content)), inverse),)
        for factor, multiplicity in factors:
            parts = builder.by_powers(self.ring, factor, symbol)
            if len(parts) == 1:
                parts = (builder.power(parts[0], int(multiplicity)),)
                multiplicity = 1
            for _ in range(int(multiplicity)):
                top = builder.product(top, parts)
        return top, powers

    def sum(self, space: Expr, *parts: tuple[tuple[int, ...], dict[int, int]]) -> TraceSum:
        """The trace of a product of what was read."""
        top: tuple[int, ...] = (self.builder.constant(1),)
        powers: dict[int, int] = {}
        for one, own in parts:
            top = self.builder.product(top, one)
            for n, power in own.items():
                powers[n] = powers.get(n, 0) + power
        return TraceSum(
            space, tuple(map(self.place, top)), tuple(powers.get(n, 0) for n in range(MOST_DENOMINATORS))
        )

    def place(self, node: int) -> int:
        return self.results.setdefault(node, len(self.results))


def _fraction(number: Any) -> Fraction:
    return Fraction(int(number.p), int(number.q))


@once
def traces_of(derivation: Derivation) -> Traces | None:
    """The compiled traces of a derivation; None where a space has several matrices or a formula grows too long."""
    setting, system = derivation.rules.setting, derivation.system
    rules, equations = derivation.rules, unreduced(derivation)
    if any(len(rules.rows_of(space)) > MOST_BLOCKS for space in rules.row_spaces):
        return None
    eigenvalues: dict[Expr, Symbol | None] = {}
    for space in {*rules.row_spaces, *(r.rows for r in rules.readings)}:
        own = [symbol for _, symbol in setting.matrices_of(space)]
        if len(own) > 1:
            return None
        eigenvalues[space] = own[0] if own else None
    propagators = Propagators(system)
    entries: dict[tuple[Expr, int, int], Ratio] = {}

    def entry(space: Expr, column: int, row: int) -> Ratio:
        key = space, column, row
        if key not in entries:
            entries[key] = propagators.entry(space, column, row)
        return entries[key]

    maker = _Maker(system.ring, eigenvalues)
    known = {symbol for symbol, _ in derivation.closed_form.loops}
    images = []
    for loop in equations.loops:
        if loop.symbol is not None and loop.symbol in known:
            weighted = loop.weight.to(system.ring) * entry(loop.space, loop.column, loop.row)
            scale = maker.place(maker.builder.ratio(loop.scale.to(system.ring)))
            images.append((loop.symbol, scale, maker.sum(loop.space, maker.read(loop.space, weighted))))
    readings = []
    for reading in rules.readings:
        parts = [maker.sum(reading.rows, maker.read(reading.rows, reading.corner))] if reading.corner else []
        for j, a in reading.a:
            for i, b in reading.b:
                if one := entry(reading.rows, j, i):
                    factor = a.to(system.ring) * b.to(system.ring) * one
                    parts.append(maker.sum(reading.rows, maker.read(reading.rows, factor)))
        readings.append((reading.trace, tuple(parts)))
    groups, sizes, diagonal = [], [], []
    steps = ladder(derivation)
    for group in steps.groups:
        rungs = steps.rungs(group)
        links, weights = {}, {}
        for e in group:
            first = steps.places[e]
            space = steps.col_spaces[first.column]
            for f in group:
                last = steps.places[f]
                if rules.row_spaces[last.row] != space or not (one := entry(space, first.column, last.row)):
                    continue
                link = first.vertex.right.to(system.ring) * one * last.vertex.left.to(system.ring)
                links[e, f] = maker.read(space, link)
                weights[e, f] = maker.read(space, first.inner.to(system.ring) * last.outer.to(system.ring))
        matrix = []
        plain = all(e == g for e, g in rungs)
        for m, (e, g) in enumerate(rungs):
            for n, (f, h) in enumerate(rungs):
                if (e, f) not in links or (g, h) not in links or not (ribbon := steps.ribbon(f, h)):
                    continue
                plain = plain and ribbon.is_one
                space = steps.col_spaces[steps.places[e].column]
                more = [] if ribbon.is_one else [maker.read(space, ribbon)]
                matrix.append(((m, n), maker.sum(space, weights[e, f], links[e, f], links[g, h], *more)))
        groups.append(tuple(matrix))
        sizes.append(len(rungs))
        diagonal.append(plain)
    if any(one.size > LARGEST for one in entries.values()) or len(maker.builder.nodes) > LONGEST_PROGRAM:
        return None
    denominators = {}
    for space, all_parts in maker.denominators.items():
        if len(all_parts) > MOST_DENOMINATORS:
            return None
        denominators[space] = tuple(tuple(map(maker.place, parts)) for parts in all_parts)
    nodes = list(maker.results)
    needed = {scale for _, scale, _ in images} | {k for d in denominators.values() for parts in d for k in parts}
    needed |= {k for _, _, one in images for k in one.numerator}
    needed |= {k for _, parts in readings for one in parts for k in one.numerator}
    without = maker.builder.program(
        [node if k in needed else maker.builder.constant(0) for k, node in enumerate(nodes)]
    )
    return Traces(
        system.ring.generators,
        maker.builder.program(nodes),
        without,
        eigenvalues,
        denominators,
        tuple(images),
        tuple(readings),
        tuple(groups),
        tuple(sizes),
        tuple(diagonal),
    )
