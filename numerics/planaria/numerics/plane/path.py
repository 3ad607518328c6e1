"""Paths in the complex plane, from where the expansion about the bare propagators converges to given points.

Each of many points has its own position on its path and its own step, which grows where Newton's method contracts
at once and is halved where it does not. Nothing has to be assumed of a path: the ladder tells the physical
solution at its end (`planaria.numerics.equations.ladder`).
"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, TypeAlias

import numpy as np
from numpy.typing import NDArray
from sympy import Symbol

from planaria.derivations.equations.schwinger_dyson import STRENGTH
from planaria.numerics.plane.loops import STRENGTHS, Columns, Complexes, Plane

__all__ = ["At", "along", "from_bare"]

At: TypeAlias = Callable[[NDArray[np.float64], NDArray[np.intp]], Columns]
"""The columns at positions from 0 to 1, one for each of the points of these numbers."""

ON_THE_WAY = 1e-5  # relative last step of Newton's method; at the end it is followed to rounding
FIRST_STEP = 0.15
GROWTH = 1.6
SHORTEST_STEP = 1e-7
MOST_TURNS = 300
TURNED = 2.0  # of the logarithm of a ratio, up to which loops are extrapolated as powers
ROUNDED = 1e-7  # of a radius
TURNS = (0.0, 0.6, -0.6, 1.2, -1.2)  # angles by which the strength makes a detour about its branch points


def along(
    plane: Plane,
    at: At,
    start: Complexes,
    *,
    guarded: bool = False,
    settled: float = ON_THE_WAY,
    first: float = FIRST_STEP,
    shortest: float = SHORTEST_STEP,
) -> tuple[Complexes, NDArray[Any]]:
    """The loops followed from position 0, where they are known, to 1; and at which points the end was reached.

    Parameters
    ----------
    guarded
        Whether each step has to keep the ladder's radius below 1, as it is off the axis of a Hermitian model:
        next to an edge two roots come close, and only one of them is that of the matrices.
    settled
        The relative step of Newton's method that is the last, on the way.
    first, shortest
        The first step, and the one below which a point is given up.
    """
    count = len(start)
    loops, previous = start.copy(), start.copy()
    position, behind = np.zeros(count), np.zeros(count)
    step = np.full(count, first)
    active = np.arange(count)
    for _ in range(MOST_TURNS):
        if not len(active):
            break
        target = np.minimum(1.0, position[active] + step[active])
        here, last = loops[active], previous[active]
        gap = position[active] - behind[active]
        weight = np.where(gap > 0, (target - position[active]) / np.where(gap > 0, gap, 1.0), 0.0)
        guess = _extrapolated(here, last, weight[:, np.newaxis])
        columns = at(target, active)
        found, good = plane.newton(columns, guess, settled=settled)
        if guarded and good.any():
            kept = {name: column[good] for name, column in columns.items()}
            good[good] = plane.radius(kept, found[good]) < 1 + ROUNDED
        moved = active[good]
        previous[moved], behind[moved] = loops[moved], position[moved]
        loops[moved], position[moved] = found[good], target[good]
        step[moved] *= GROWTH
        step[active[~good]] /= 2
        active = active[(position[active] < 1) & (step[active] > shortest)]
    reached = position >= 1
    if reached.any():
        ends = np.flatnonzero(reached)
        loops[ends], reached[ends] = plane.newton(at(position[ends], ends), loops[ends])
    if plane.is_quick and plane.few_sums is not None and not reached.all():
        # Few sums may have lost their digits on the way; the equations as they are have not.
        left = np.flatnonzero(~reached)
        loops[left], reached[left] = along(
            plane.plain,
            lambda positions, which: at(positions, left[which]),
            start[left],
            guarded=guarded,
            settled=settled,
            first=first,
            shortest=shortest,
        )
    return loops, reached


def _extrapolated(here: Complexes, last: Complexes, weight: Complexes) -> Complexes:
    """Beyond the last two points: as powers, which is what loops go with along a geometric path, or as lines."""
    with np.errstate(all="ignore"):
        logarithm = np.log(here / last)
        is_power = np.abs(logarithm) < TURNED
        powers = here * np.exp(weight * np.where(is_power, logarithm, 0.0))
    found: Complexes = np.where(is_power, powers, here + weight * (here - last))
    return found


def from_bare(plane: Plane, columns: Columns, turns: tuple[float, ...] = TURNS) -> tuple[Complexes, NDArray[Any]]:
    """The loops at some points, followed in the strength of the fields from the bare propagators.

    The strength runs along the real axis, and along detours where that ends at a branch point.
    """
    count = len(next(iter(columns.values()))) if columns else 1
    loops = np.full((count, len(plane.symbols)), np.nan, dtype=complex)
    found = np.zeros(count, dtype=bool)
    strengths: dict[Symbol, Complexes] = {}
    begin = np.ones(count)
    waiting = np.arange(count)
    for strength in STRENGTHS:
        strengths = {STRENGTH: np.full(len(waiting), strength, dtype=complex)}
        values, good = plane.iterated({**_part(columns, waiting), **strengths})
        loops[waiting[good]], begin[waiting[good]] = values[good], strength
        waiting = waiting[~good]
        if not len(waiting):
            break
    started = np.isfinite(loops).all(axis=1)
    ends = loops.copy()
    found |= started & (begin == 1.0)
    for turn in turns:
        todo = np.flatnonzero(started & ~found)
        if not len(todo):
            break

        def at(
            positions: NDArray[np.float64],
            which: NDArray[np.intp],
            turn: float = turn,
            todo: NDArray[np.intp] = todo,
        ) -> Columns:
            own = todo[which]
            strength = begin[own] ** (1 - positions) * np.exp(1j * turn * np.sin(np.pi * positions))
            return {**_part(columns, own), STRENGTH: strength.astype(complex)}

        values, good = along(plane, at, loops[todo])
        ends[todo[good]] = values[good]
        found[todo[good]] = True
    return ends, found


def _part(columns: Columns, which: NDArray[np.intp]) -> Columns:
    return {name: column[which] for name, column in columns.items()}
