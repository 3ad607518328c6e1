"""The Schwinger-Dyson equations before any elimination, in numbers: what every value is held against.

The pencil is taken as the Feynman rules give it. From the loops follow the self-energies, from these the
propagators, space by space and eigenvalue by eigenvalue, and from the propagators the loops again and the
value. Nothing here uses a closed form, a pole or a spectral sum, nor that loops are equal to one another.

The same code runs on numpy arrays of many points and on Arb's balls at any precision, real or complex: an array
has its points along the first axis and the eigenvalues of a space along the second.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

import numpy as np
from flint import acb, acb_mat, arb, arb_mat
from sympy import Expr, Symbol, Trace

from planaria.algebra.rational import Ratio
from planaria.derivations.derivation import Derivation
from planaria.derivations.equations.schwinger_dyson import STRENGTH, by_space
from planaria.diagrams.expressions.trace_function import TraceFunction
from planaria.numerics.equations.memo import once

__all__ = ["Numbers", "Propagator", "Unreduced", "unreduced"]

# The entries of a propagator by (column, row) of the pencil.
Propagator = Mapping[tuple[int, int], Any]


@dataclass(frozen=True)
class Numbers:
    """Parameters, and the nodes of each space, in one kind of numbers.

    Attributes
    ----------
    one
        The unit.
    scalars
        Parameters, dimensions and functions of them, by generator.
    nodes
        For each space the eigenvalues of its matrices by symbol, and how often each node counts; the space
        without matrices has one node that counts as often as its dimension.
    """

    one: Any
    scalars: Mapping[Expr, Any]
    nodes: Mapping[Expr, tuple[Mapping[Expr, Any], Any]]
    strength: Any = None  # of the fields; full strength if None
    moving: frozenset[Expr] = frozenset()  # the generators that differ from use to use of what is fixed
    fixed: dict[tuple[int, Expr], tuple[Ratio, Any]] | None = field(default=None, repr=False, compare=False)

    def value(self, ratio: Ratio, space: Expr) -> Any:
        """A function of a space's eigenvalues, which is kept where nothing of it moves."""
        if self.fixed is None:
            return ratio.evaluate(self.at(space), self.one)
        key = id(ratio), space
        if key not in self.fixed:  # the ratio is kept beside its value, and so is its id
            still = not ratio.support() & self.moving
            self.fixed[key] = ratio, ratio.evaluate(self.at(space), self.one) if still else None
        value = self.fixed[key][1]
        return ratio.evaluate(self.at(space), self.one) if value is None else value

    def at(self, space: Expr) -> dict[Expr, Any]:
        """Everything that a function of this space's eigenvalues may contain."""
        strength = self.one if self.strength is None else self.strength
        return {**self.scalars, STRENGTH: strength, **self.nodes[space][0]}

    def trace(self, space: Expr, terms: Any) -> Any:
        """The sum over a space of what has one value at each node, or one for all."""
        total = terms * self.nodes[space][1]
        if not isinstance(total, np.ndarray):
            return total
        return total.sum() if total.dtype == object else total.sum(axis=-1, keepdims=True)


@dataclass(frozen=True)
class Loop:
    space: Expr
    weight: Ratio
    column: int
    row: int
    symbol: Symbol | None
    scale: Ratio


@dataclass(frozen=True)
class _Term:
    row: int
    column: int
    factor: Ratio
    loop: int
    slope: Ratio  # with the scale of the loop


@dataclass(frozen=True)
class _Block:
    """The pencil in one space: its places are numbers of the whole pencil."""

    rows: tuple[int, ...]
    cols: tuple[int, ...]
    constants: tuple[tuple[int, int, Ratio], ...]
    terms: tuple[_Term, ...]


class Unreduced:
    """The equations of one derivation, for numbers of any kind."""

    def __init__(self, derivation: Derivation) -> None:
        system, rules = derivation.system, derivation.rules
        self.derivation = derivation
        self.rules = rules
        self.loops = tuple(
            Loop(loop.space, loop.weight, loop.column, loop.row, symbol, scale)
            for loop, symbol, scale in zip(system.loops, system.symbols, system.scales, strict=True)
        )
        self.blocks: dict[Expr, _Block] = {}
        for space, (rows, cols) in by_space(rules).items():
            constants = tuple((i, j, value) for (i, j), value in rules.bare_inverse(space).items())
            terms = tuple(
                _Term(t.row, t.column, t.factor, t.loop, t.factor * system.scales[t.loop])
                for t in system.terms
                if rules.row_spaces[t.row] == space
            )
            self.blocks[space] = _Block(tuple(rows), tuple(cols), constants, terms)
        self._orders: dict[Expr, list[tuple[int, int]]] = {}
        self._quantity = TraceFunction(derivation.outer)

    def propagators(self, numbers: Numbers, loops: Mapping[Symbol, Any]) -> dict[Expr, Propagator]:
        """G = (K0 - Sigma)^-1 in every space, the loops given by the symbol of their class.

        A loop that is not given does not act: nothing that is read off depends on it.
        """
        return {space: self._propagator(space, numbers, loops) for space in self.blocks}

    def _propagator(self, space: Expr, numbers: Numbers, loops: Mapping[Symbol, Any]) -> Propagator:
        block = self.blocks[space]
        entries: dict[tuple[int, int], Any] = {
            (i, j): numbers.value(value, space) for i, j, value in block.constants
        }
        for term in block.terms:
            loop = self.loops[term.loop]
            if loop.symbol is None or loop.symbol not in loops:
                continue
            change = numbers.value(term.slope, space) * loops[loop.symbol]
            key = term.row, term.column
            entries[key] = entries[key] - change if key in entries else -change
        if space not in self._orders:
            self._orders[space] = _order(entries, block.rows)
        order = self._orders[space]
        with np.errstate(all="ignore"):
            found = _eliminated(entries, order, numbers.one)
        if found is not None and all(_finite(value) for value in found.values()):
            return found
        return _dense(entries, block, numbers.one)

    def images(self, numbers: Numbers, propagators: Mapping[Expr, Propagator]) -> list[Any]:
        """Every loop, as the propagators give it; zeros of the pencil's structure as 0."""
        found = []
        for loop in self.loops:
            entry = propagators[loop.space].get((loop.column, loop.row))
            if entry is None:
                found.append(0 * numbers.one)
                continue
            weight = numbers.value(loop.weight, loop.space)
            found.append(numbers.trace(loop.space, weight * entry))
        return found

    def residuals(
        self, numbers: Numbers, loops: Mapping[Symbol, Any], propagators: Mapping[Expr, Propagator]
    ) -> list[tuple[Any, Any, Loop, bool]]:
        """For each loop: what was put in, what came out, and whether it was identified as zero."""
        images = self.images(numbers, propagators)
        found = []
        for loop, image in zip(self.loops, images, strict=True):
            if loop.symbol is None:
                found.append((0 * numbers.one, image, loop, True))
            elif loop.symbol in loops:
                scale = numbers.value(loop.scale, loop.space)
                found.append((scale * loops[loop.symbol], image, loop, False))
        return found

    def magnitude(self, numbers: Numbers, loop: Loop, propagators: Mapping[Expr, Propagator]) -> Any:
        """The sum of what a loop is made of, without signs: its size where its terms cancel."""
        entry = propagators[loop.space].get((loop.column, loop.row), 0 * numbers.one)
        weight = numbers.value(loop.weight, loop.space)
        return numbers.trace(loop.space, abs(weight * entry))

    def jacobian(
        self, numbers: Numbers, symbols: Sequence[Symbol], propagators: Mapping[Expr, Propagator]
    ) -> list[list[Any]]:
        """The derivative of the image of each class of loops by each class: dG = G dSigma G."""
        place = {symbol: n for n, symbol in enumerate(symbols)}
        found = [[0 * numbers.one for _ in symbols] for _ in symbols]
        for row, symbol in enumerate(symbols):
            loop = self.representative(symbol)
            entries = propagators[loop.space]
            weight = numbers.value(loop.weight, loop.space)
            for term in self.blocks[loop.space].terms:
                other = self.loops[term.loop]
                left, right = entries.get((loop.column, term.row)), entries.get((term.column, loop.row))
                if other.symbol not in place or left is None or right is None:
                    continue
                factor = numbers.value(term.slope, loop.space)
                change = numbers.trace(loop.space, weight * left * factor * right)
                column = place[other.symbol]
                found[row][column] = found[row][column] + change
        return found

    def representative(self, symbol: Symbol) -> Loop:
        """The loop that stands for its class."""
        return next(loop for loop in self.loops if loop.symbol == symbol)

    def image(
        self, numbers: Numbers, symbols: Sequence[Symbol], propagators: Mapping[Expr, Propagator]
    ) -> list[Any]:
        """One loop of each class, as the propagators give it."""
        found = []
        for symbol in symbols:
            loop = self.representative(symbol)
            entry = propagators[loop.space].get((loop.column, loop.row), 0 * numbers.one)
            weight = numbers.value(loop.weight, loop.space)
            found.append(numbers.trace(loop.space, weight * entry))
        return found

    def value(self, numbers: Numbers, propagators: Mapping[Expr, Propagator]) -> Any:
        """The quantity, read off the propagators."""
        traces: dict[Trace, Any] = {}
        for reading in self.rules.readings:
            here = reading.rows
            total = numbers.value(reading.corner, here)
            for j, a in reading.a:
                for i, b in reading.b:
                    entry = propagators[reading.rows].get((j, i))
                    if entry is not None:
                        total = total + numbers.value(a, here) * numbers.value(b, here) * entry
            traces[reading.trace] = numbers.trace(reading.rows, total)
        return self.quantity(traces, numbers.scalars, numbers.one)

    def quantity(self, traces: Mapping[Trace, Any], scalars: Mapping[Expr, Any], one: Any = 1.0) -> Any:
        """The quantity, of its traces."""
        return self._quantity.at(traces, {**scalars, STRENGTH: one}, one)


@once
def unreduced(derivation: Derivation) -> Unreduced:
    """The unreduced equations of a derivation, made once."""
    return Unreduced(derivation)


def _finite(value: Any) -> bool:
    if isinstance(value, np.ndarray) and value.dtype != object:
        return bool(np.isfinite(value).all())
    if isinstance(value, np.ndarray):
        return all(one.is_finite() for one in value.flat)
    return bool(value.is_finite() if isinstance(value, (arb, acb)) else np.isfinite(value))


def _order(entries: Mapping[tuple[int, int], Any], rows: Sequence[int]) -> list[tuple[int, int]]:
    """Pivots for sparse elimination by the cheapest fill-in, the same for all nodes.

    A pivot that vanishes or is small at some node shows in the result, which is then computed densely.
    """
    pattern: dict[int, set[int]] = {i: set() for i in rows}
    scalar: set[tuple[int, int]] = set()
    for (i, j), value in entries.items():
        if not _vanishing(value):
            pattern[i].add(j)
            if not isinstance(value, np.ndarray) or value.shape[-1] == 1:
                scalar.add((i, j))
    order = []
    while pattern:
        columns: dict[int, list[int]] = {}
        for i, row in pattern.items():
            for j in row:
                columns.setdefault(j, []).append(i)
        candidates = [
            ((len(row) - 1) * (len(columns[j]) - 1), (i, j) not in scalar, i, j)
            for i, row in pattern.items()
            for j in row
        ]
        if not candidates:
            return []
        _, _, i, j = min(candidates)
        order.append((i, j))
        pivot = pattern.pop(i)
        for k in columns[j]:
            if k != i:
                pattern[k] |= pivot
                scalar -= {(k, m) for m in pivot}
                pattern[k].discard(j)
        for row in pattern.values():
            row.discard(j)
    return order


def _vanishing(value: Any) -> bool:
    if isinstance(value, np.ndarray):
        return all(x == 0 for x in value.flat) if value.dtype == object else not value.any()
    return bool(value == 0)


def _eliminated(
    entries: Mapping[tuple[int, int], Any], order: Sequence[tuple[int, int]], one: Any
) -> dict[tuple[int, int], Any] | None:
    """The inverse by Gauss and Jordan's elimination along given pivots; None where one is missing."""
    rows: dict[int, dict[int, Any]] = {}
    for (i, j), value in entries.items():
        rows.setdefault(i, {})[j] = value
    images: dict[int, dict[int, Any]] = {i: {i: one} for i in rows}
    if len(order) != len(rows):
        return None
    for i, j in order:
        pivot = rows[i].pop(j, None)
        if pivot is None or _vanishing(pivot):
            return None
        inverse = one / pivot
        row = rows[i] = {m: value * inverse for m, value in rows[i].items()}
        image = images[i] = {m: value * inverse for m, value in images[i].items()}
        for k, other in rows.items():
            if k == i or (factor := other.pop(j, None)) is None:
                continue
            for target, source in ((other, row), (images[k], image)):
                for m, value in source.items():
                    product = factor * value
                    target[m] = target[m] - product if m in target else -product
    return {(j, m): value for i, j in order for m, value in images[i].items()}


def _dense(entries: Mapping[tuple[int, int], Any], block: _Block, one: Any) -> dict[tuple[int, int], Any]:
    """The inverse with pivots chosen at every node; nan where the matrix is singular."""
    size = len(block.rows)
    values = [
        np.asarray(v) if isinstance(v, np.ndarray) else np.array([[v]], dtype=object) for v in entries.values()
    ]
    shape = np.broadcast_shapes(*(v.shape for v in values))
    precise = isinstance(one, (arb, acb))
    matrix_of = acb_mat if isinstance(one, acb) else arb_mat
    full = np.empty((*shape, size, size), dtype=object if precise else type(one))
    full[...] = 0 * one
    for (i, j), value in zip(entries, values, strict=True):
        full[..., block.rows.index(i), block.cols.index(j)] = value
    flat = full.reshape(-1, size, size)
    inverse = np.empty_like(flat)
    for k, matrix in enumerate(flat):
        try:
            inverse[k] = np.array(matrix_of(matrix.tolist()).inv().tolist()) if precise else np.linalg.inv(matrix)
        except (ZeroDivisionError, np.linalg.LinAlgError):
            inverse[k] = one * arb.nan() if precise else np.nan
    inverse = inverse.reshape(full.shape)
    return {(c, r): inverse[..., m, n] for m, c in enumerate(block.cols) for n, r in enumerate(block.rows)}
