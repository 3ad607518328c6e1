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
from planaria.numerics.methods.elimination import Elimination, eliminated, pivots
from planaria.numerics.methods.memo import once
from planaria.numerics.methods.node_functions import NodeFunction, UnwieldyError

__all__ = ["Entries", "Numbers", "Propagator", "Unreduced", "unreduced"]

# The entries of a propagator by (column, row) of the pencil.
Propagator = Mapping[tuple[int, int], Any]
Entries = Mapping[Expr, frozenset[tuple[int, int]]]


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
    single: frozenset[Expr] = frozenset()  # spaces whose nodes count once each
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
        if isinstance(terms, NodeFunction):
            return terms.trace()
        counts = self.nodes[space][1]
        if space in self.single and isinstance(terms, np.ndarray) and terms.size == counts.size:
            return terms.sum()
        total = terms * counts
        if not isinstance(total, np.ndarray):
            return total
        return total.sum() if total.dtype == object else total.sum(axis=-1, keepdims=True)

    def trace_of_product(self, space: Expr, one: Any, other: Any) -> Any:
        """The same for a product."""
        if space in self.single and all(isinstance(x, np.ndarray) and x.ndim == 1 for x in (one, other)):
            return one.dot(other)
        return self.trace(space, one * other)


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
        self._eliminations: dict[tuple[Any, ...], Elimination | None] = {}
        self._quantity = TraceFunction(derivation.outer)

    def propagators(
        self, numbers: Numbers, loops: Mapping[Symbol, Any], wanted: Entries | None = None
    ) -> dict[Expr, Propagator]:
        """G = (K0 - Sigma)^-1 in every space, the loops given by the symbol of their class.

        A loop that is not given does not act: nothing that is read off depends on it. Where `wanted` says which
        entries (column, row) of each space are read, others may be left out.
        """
        return {
            space: self._propagator(space, numbers, loops, None if wanted is None else wanted[space])
            for space in self.blocks
        }

    def _propagator(
        self, space: Expr, numbers: Numbers, loops: Mapping[Symbol, Any], wanted: frozenset[tuple[int, int]] | None
    ) -> Propagator:
        block = self.blocks[space]
        entries: dict[tuple[int, int], Any] = {
            (i, j): numbers.value(value, space) for i, j, value in block.constants
        }
        factors: dict[Ratio, Any] = {}
        for term in block.terms:
            loop = self.loops[term.loop]
            if loop.symbol is None or loop.symbol not in loops:
                continue
            change = -loops[loop.symbol]
            if not term.slope.is_one:
                if term.slope not in factors:
                    factors[term.slope] = numbers.value(term.slope, space)
                change = factors[term.slope] * change
            key = term.row, term.column
            entries[key] = entries[key] + change if key in entries else change
        elimination = self._elimination(space, entries, frozenset(loops), wanted)
        if elimination is not None:
            with np.errstate(all="ignore"):
                try:
                    found = elimination.run(entries, numbers.one)
                except ZeroDivisionError:  # of floats
                    found = {}
            if found and all(_finite(value) for value in found.values()):
                return found
        return _dense(entries, block, numbers.one)

    def _elimination(
        self,
        space: Expr,
        entries: Mapping[tuple[int, int], Any],
        acting: frozenset[Symbol],
        wanted: frozenset[tuple[int, int]] | None,
    ) -> Elimination | None:
        """The program for entries of such a pattern, its pivots chosen by the first numbers that have it.

        Entries that are made of the same terms, as in two copies of one resolvent, are one input.
        """
        key = space, acting, frozenset(entries), wanted
        if key not in self._eliminations:
            block = self.blocks[space]
            parts: dict[tuple[int, int], list[Any]] = {(i, j): [value] for i, j, value in block.constants}
            for term in block.terms:
                loop = self.loops[term.loop]
                if loop.symbol in acting:
                    parts.setdefault((term.row, term.column), []).append((term.factor, loop.scale, loop.symbol))
            inputs: dict[tuple[Any, ...], tuple[int, int]] = {}
            pattern: dict[tuple[int, int], int | tuple[int, int]] = {}
            for (i, j), made in parts.items():
                if len(made) == 1 and isinstance(made[0], Ratio) and (made[0].is_one or (-made[0]).is_one):
                    pattern[i, j] = 1 if made[0].is_one else -1
                else:
                    pattern[i, j] = inputs.setdefault(tuple(made), (i, j))
            self._eliminations[key] = eliminated(pattern, pivots(entries, block.rows), wanted)
        return self._eliminations[key]

    def images(self, numbers: Numbers, propagators: Mapping[Expr, Propagator]) -> list[Any]:
        """Every loop, as the propagators give it; zeros of the pencil's structure as 0."""
        known: dict[tuple[Any, ...], Any] = {}
        found = []
        for loop in self.loops:
            key = loop.space, loop.column, loop.row, loop.weight
            if key not in known:
                known[key] = self._closed(numbers, loop, propagators)
            found.append(known[key])
        return found

    def _closed(self, numbers: Numbers, loop: Loop, propagators: Mapping[Expr, Propagator]) -> Any:
        """The trace of the propagator that closes a loop."""
        entry = propagators[loop.space].get((loop.column, loop.row))
        if entry is None:
            return 0 * numbers.one
        return numbers.trace(loop.space, _scaled(entry, loop.weight, numbers, loop.space))

    def residuals(
        self, numbers: Numbers, loops: Mapping[Symbol, Any], propagators: Mapping[Expr, Propagator]
    ) -> list[tuple[Any, Any, Loop, bool]]:
        """For each loop: what was put in, what came out, and whether it was identified as zero."""
        images = self.images(numbers, propagators)
        found: list[tuple[Any, Any, Loop, bool]] = []
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
            lefts: dict[tuple[int, Ratio], Any] = {}
            for term in self.blocks[loop.space].terms:
                other = self.loops[term.loop]
                left, right = entries.get((loop.column, term.row)), entries.get((term.column, loop.row))
                if other.symbol not in place or left is None or right is None:
                    continue
                key = term.row, term.factor
                if key not in lefts:
                    weighted = _scaled(left, loop.weight, numbers, loop.space)
                    lefts[key] = _scaled(weighted, term.factor, numbers, loop.space)
                change = numbers.trace_of_product(loop.space, lefts[key], right)
                change = _scaled(change, other.scale, numbers, loop.space)
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
        return [self._closed(numbers, self.representative(symbol), propagators) for symbol in symbols]

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
        return bool(value.sum().is_finite())  # what is not stays so in a sum
    return bool(value.is_finite() if isinstance(value, arb | acb | NodeFunction) else np.isfinite(value))


def _scaled(value: Any, ratio: Ratio, numbers: Numbers, space: Expr) -> Any:
    return value if ratio.is_one else numbers.value(ratio, space) * value


def _dense(entries: Mapping[tuple[int, int], Any], block: _Block, one: Any) -> dict[tuple[int, int], Any]:
    """The inverse with pivots chosen at every node; nan where the matrix is singular."""
    if any(isinstance(value, NodeFunction) for value in entries.values()):
        raise UnwieldyError
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
