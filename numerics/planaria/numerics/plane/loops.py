"""The loops of the Schwinger-Dyson equations at many complex points at once: Newton's method with masks."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping
from dataclasses import dataclass, field, replace
from functools import cached_property
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sympy import Expr, Symbol

from planaria.algebra.values import Portable
from planaria.derivations.equations.schwinger_dyson import STRENGTH
from planaria.numerics.equations.ladder import entries_read, ladder, radii
from planaria.numerics.equations.traces import Nodes
from planaria.numerics.equations.unreduced import Numbers, Unreduced, unreduced
from planaria.numerics.plane.rearranged import rearranged
from planaria.numerics.points.balls import generators
from planaria.numerics.points.problem import Problem, to_mpf

__all__ = ["Columns", "Complexes", "Plane", "solved"]

Complexes: TypeAlias = NDArray[np.complexfloating[Any, Any]]
Columns: TypeAlias = Mapping[Expr, Complexes]
"""What differs from point to point, by its generator, each of shape (points,)."""

MOST_NUMBERS = 2**14  # of one array that is worked on at once: they stay in the processor's cache
MOST_STEPS = 12
MOST_ROUNDS = 60  # of iteration from the bare propagators
SETTLED = 1e-13  # relative step from which on a root counts
ROUNDING = 1e-9  # relative step that may stop shrinking: rounding, near an edge
WIDEST = 0.5  # relative first step of a prediction that is near its root
SHRINKS = 0.5
SOFT = 1e-2  # relative step that need not shrink
SOFTLY = 1e-2  # if what is left of the equations shrinks to this
NEAR_ENOUGH = 1e-3  # relative step of the equations as they are, after few sums have settled
NEAR = 1e-7  # relative step from which one step of the equations as they are leads to rounding
FLOOR = 1e-3  # of the largest loop of its kind: a loop that crosses zero is measured by it
STRENGTHS = (1.0, 1e-2, 1e-4, 1e-7, 1e-11, 1e-16)  # of the fields, at which iteration is tried


@dataclass(frozen=True)
class Plane(Portable):
    """The equations of a problem for complex parameters, in double precision.

    Attributes
    ----------
    symbols
        The classes of loops that are solved for: those of the value, and those that only the ladder depends on.
    base
        The numbers of the problem with one point.
    nodes
        The largest number of nodes of a space.
    is_quick
        Whether Newton's method goes with few sums over the nodes where there are such formulas; the last step to
        rounding is taken with the equations as they are in any case.
    """

    problem: Problem
    equations: Unreduced
    symbols: tuple[Symbol, ...]
    base: Numbers
    nodes: int
    is_quick: bool = True
    fixed: dict[frozenset[Expr], dict[Any, Any]] = field(default_factory=dict, repr=False, compare=False)

    @classmethod
    def of(cls, problem: Problem) -> Plane:
        base = complex_numbers(problem)
        derivation = problem.derivation
        own = (*(symbol for symbol, _ in derivation.closed_form.loops), *ladder(derivation).missing)
        nodes = max((np.size(counts) for _, counts in base.nodes.values()), default=1)
        return cls(problem, unreduced(derivation), tuple(dict.fromkeys(own)), base, nodes)

    def numbers(self, columns: Columns) -> Numbers:
        """The numbers at many points; the strength of the fields may be one of the columns."""
        scalars = dict(self.base.scalars)
        strength = None
        for generator, column in columns.items():
            if generator == STRENGTH:
                strength = column[:, np.newaxis]
            else:
                scalars[generator] = column[:, np.newaxis]
        moving = frozenset(columns)
        return replace(
            self.base,
            scalars=scalars,
            strength=strength,
            moving=moving,
            fixed=self.fixed.setdefault(moving, {}),
        )

    def _parts(self, columns: Columns, loops: Complexes) -> Iterator[tuple[slice, Numbers, dict[Symbol, Any]]]:
        length = max(1, MOST_NUMBERS // self.nodes)
        for start in range(0, len(loops), length):
            part = slice(start, start + length)
            numbers = self.numbers({name: column[part] for name, column in columns.items()})
            yield part, numbers, {s: loops[part, n, np.newaxis] for n, s in enumerate(self.symbols)}

    @cached_property
    def few_sums(self) -> Callable[[Columns, Complexes], tuple[Complexes, Complexes]] | None:
        """Like `differences` but for digits, from few sums over the nodes; None where there are none."""
        few = rearranged(self.problem.derivation, self.symbols)
        if few is None:
            return None
        fixed = {generator: complex(value.flat[0]) for generator, value in self.base.scalars.items()}
        nodes = {}
        for space, (values, counts) in self.base.nodes.items():
            own = next((value[0] for value in values.values()), None)
            nodes[space] = Nodes(own, None if own is None else counts[0], float(counts.sum()))

        def differences(columns: Columns, loops: Complexes) -> tuple[Complexes, Complexes]:
            given = {STRENGTH: 1 + 0j, **fixed, **columns}
            given.update({s: np.ascontiguousarray(loops[:, n]) for n, s in enumerate(self.symbols)})
            return few.differences(given, nodes, loops)

        return differences

    def image(self, columns: Columns, loops: Complexes) -> Complexes:
        """What the equations make of loops, of shape (points, loops)."""
        found = np.empty_like(loops)
        for part, numbers, given in self._parts(columns, loops):
            propagators = self.equations.propagators(numbers, given)
            for n, value in enumerate(self.equations.image(numbers, self.symbols, propagators)):
                found[part, n] = _column(value)
        return found

    def differences(self, columns: Columns, loops: Complexes) -> tuple[Complexes, Complexes]:
        """Loops less their images, and the derivatives of that, of shape (points, loops, loops)."""
        count = len(self.symbols)
        residual = np.empty_like(loops)
        slopes = np.empty((len(loops), count, count), dtype=complex)
        for part, numbers, given in self._parts(columns, loops):
            propagators = self.equations.propagators(numbers, given)
            for n, value in enumerate(self.equations.image(numbers, self.symbols, propagators)):
                residual[part, n] = loops[part, n] - _column(value)
            for m, row in enumerate(self.equations.jacobian(numbers, self.symbols, propagators)):
                for n, value in enumerate(row):
                    slopes[part, m, n] = (m == n) - _column(value)
        return residual, slopes

    def value(self, columns: Columns, loops: Complexes) -> Complexes:
        """The quantity, read off the propagators, of shape (points,)."""
        found = np.empty(len(loops), dtype=complex)
        with np.errstate(all="ignore"):
            for part, numbers, given in self._parts(columns, loops):
                propagators = self.equations.propagators(numbers, given)
                found[part] = _column(self.equations.value(numbers, propagators))
        return found

    def radius(self, columns: Columns, loops: Complexes) -> NDArray[np.float64]:
        """The spectral radius of the ladder, of shape (points,); inf where it has none."""
        found = np.empty(len(loops))
        wanted = entries_read(self.problem.derivation)
        with np.errstate(all="ignore"):
            for part, numbers, given in self._parts(columns, loops):
                propagators = self.equations.propagators(numbers, given, wanted)
                found[part] = radii(self.problem.derivation, numbers, propagators)
        return found

    def judged(self, columns: Columns, loops: Complexes) -> tuple[Complexes, NDArray[np.float64]]:
        """The quantity, and the spectral radius of the ladder, both of shape (points,)."""
        values, found = np.empty(len(loops), dtype=complex), np.empty(len(loops))
        wanted = entries_read(self.problem.derivation)
        with np.errstate(all="ignore"):
            for part, numbers, given in self._parts(columns, loops):
                propagators = self.equations.propagators(numbers, given, wanted)
                values[part] = _column(self.equations.value(numbers, propagators))
                found[part] = radii(self.problem.derivation, numbers, propagators)
        return values, found

    def newton(
        self, columns: Columns, guess: Complexes, widest: float = WIDEST, settled: float = SETTLED
    ) -> tuple[Complexes, NDArray[Any]]:
        """The roots near a guess, and at which points Newton's method contracted to one.

        Parameters
        ----------
        widest
            The longest first step, relative.
        settled
            The relative step that is the last; the root is then right to its square.
        """
        few = self.few_sums if self.is_quick else None
        if few is None:
            return _newton(self.differences, columns, guess, widest, settled)
        loops, found = _newton(few, columns, guess, widest, max(settled, NEAR))
        if settled < NEAR and found.any():
            here = np.flatnonzero(found)
            own = {name: column[here] for name, column in columns.items()}
            loops[here], found[here] = _newton(self.differences, own, loops[here], NEAR_ENOUGH, NEAR)
        return loops, found

    @property
    def plain(self) -> Plane:
        """With the equations as they are in every step, for where few sums lose their digits."""
        return replace(self, is_quick=False)

    def iterated(self, columns: Columns) -> tuple[Complexes, NDArray[Any]]:
        """The loops by iteration from the bare propagators, and where that settled."""
        count = len(next(iter(columns.values()))) if columns else 1
        loops = np.zeros((count, len(self.symbols)), dtype=complex)
        found: NDArray[Any] = np.zeros(count, dtype=bool)
        with np.errstate(all="ignore"):
            for _ in range(MOST_ROUNDS):
                image = self.image(columns, loops)
                found = np.all(np.abs(image - loops) <= SETTLED * np.abs(image), axis=1)
                loops = image
                if found.all() or not np.isfinite(loops).any():
                    break
        return loops, found


def _newton(
    differences: Callable[[Columns, Complexes], tuple[Complexes, Complexes]],
    columns: Columns,
    guess: Complexes,
    widest: float,
    settled: float,
) -> tuple[Complexes, NDArray[Any]]:
    """Newton's method on all points at once, each until it has settled or does not contract."""
    loops = guess.copy()
    found = np.zeros(len(guess), dtype=bool)
    if not guess.shape[1]:
        return loops, ~found
    active = np.arange(len(guess))
    before, left = np.full((2, len(guess)), np.inf)
    floor = FLOOR * np.nanmax(np.abs(guess), axis=0, initial=0.0)
    with np.errstate(all="ignore"):
        for step in range(MOST_STEPS):
            here = {name: column[active] for name, column in columns.items()}
            residual, slopes = differences(here, loops[active])
            size = np.abs(loops[active]) + floor
            size[size == 0] = 1.0
            moves = solved(slopes * size[:, np.newaxis, :] / size[:, :, np.newaxis], residual / size)
            change, error = np.abs(moves).max(axis=1), np.abs(residual / size).max(axis=1)
            # Next to a hard edge the equations are soft in one direction: there a second step may be as long as
            # the first one, while what is left of the equations is far less.
            softly = (change <= SOFT) & (error <= SOFTLY * left[active])
            shrinks = (change <= SHRINKS * before[active]) | softly
            good = np.isfinite(change) & (change <= widest if step == 0 else shrinks)
            rests = np.isfinite(change) & (change <= ROUNDING)
            loops[active[good | rests]] -= (moves * size)[good | rests]
            done = (good & (change <= settled)) | (change <= SETTLED) | (rests & ~good)
            found[active[done]] = True
            before[active], left[active] = change, error
            active = active[good & ~done]
            if not len(active):
                break
    return loops, found


def complex_numbers(problem: Problem) -> Numbers:
    """The problem in complex double precision, as arrays with one point."""
    spectrum = problem.floats()
    derivation = problem.derivation
    nodes: dict[Expr, tuple[dict[Expr, Any], Any]] = {}
    for space in {*derivation.rules.row_spaces, *(r.rows for r in derivation.rules.readings)}:
        own = [symbol for _, symbol in derivation.rules.setting.matrices_of(space) if symbol in spectrum]
        if not own:
            nodes[space] = {}, np.array([[float(problem.size(space))]])
            continue
        stacked = np.stack([spectrum[symbol] for symbol in own], axis=1)
        distinct, counts = np.unique(stacked, axis=0, return_counts=True)
        values: dict[Expr, Any] = {symbol: distinct[np.newaxis, :, n] for n, symbol in enumerate(own)}
        nodes[space] = values, counts[np.newaxis, :].astype(float)
    scalars = {g: np.array([[complex(to_mpf(problem.exact(g)))]]) for g in generators(problem)}
    return Numbers(complex(1), scalars, nodes)


def _column(value: Any) -> Any:
    return value[:, 0] if isinstance(value, np.ndarray) else value


def solved(matrices: Complexes, right: Complexes) -> Complexes:
    """Linear systems of many points; nan for a singular one."""
    found = np.full_like(right, np.nan)
    good = np.isfinite(matrices).all(axis=(1, 2)) & np.isfinite(right).all(axis=1)
    try:
        found[good] = np.linalg.solve(matrices[good], right[good][..., np.newaxis])[..., 0]
    except np.linalg.LinAlgError:
        for k in np.flatnonzero(good):
            try:
                found[k] = np.linalg.solve(matrices[k], right[k])
            except np.linalg.LinAlgError:
                continue
    return found
