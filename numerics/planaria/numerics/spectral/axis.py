"""A resolvent on the real axis: reached from above, point by point, or from neighbours that are known."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
from numpy.typing import NDArray
from sympy import Expr

from planaria.numerics.plane.loops import Columns, Complexes
from planaria.numerics.plane.path import along
from planaria.numerics.spectral.resolvent import Resolvent

__all__ = ["OnAxis", "from_above", "joined", "on_axis"]

Floats = NDArray[np.float64]

OFFSETS = (1e-1, 1e-2, 1e-4, 1e-10)  # of |x|, or of the scale at 0, from which Newton's method goes to the axis
BULK = 1e-7  # imaginary part relative to G from which a point is in a band
TOUCHING = 1e-5  # of the ladder's radius from 1, where it is 1 in a band
COARSE = 16  # every so many points come from above
EVERYWHERE = 1.0  # relative first step between neighbours


@dataclass(frozen=True)
class OnAxis:
    """G and the loops at real x, ascending or not.

    Attributes
    ----------
    values
        G(x + i0), of shape (points,); nan where it was not found.
    radius
        The ladder's spectral radius: 1 in a band and below outside.
    """

    x: Floats
    values: Complexes
    loops: Complexes
    radius: Floats

    @property
    def rho(self) -> Floats:
        """The density, exactly 0 outside of the bands."""
        found: Floats = np.where(self.inside, -self.values.imag / np.pi, 0.0)
        found[~np.isfinite(self.values)] = np.nan
        return found

    @property
    def is_complex(self) -> NDArray[np.bool_]:
        """Whether G is: in a band, on an atom, and by rounding where it crosses zero in a gap."""
        return np.asarray(-self.values.imag > BULK * np.abs(self.values), dtype=bool)

    @property
    def inside(self) -> NDArray[np.bool_]:
        """Whether points lie in a band."""
        return np.asarray(self.is_complex & (self.radius > 1 - TOUCHING), dtype=bool)

    def __getitem__(self, which: NDArray[Any]) -> OnAxis:
        return OnAxis(self.x[which], self.values[which], self.loops[which], self.radius[which])


def joined(parts: Sequence[OnAxis]) -> OnAxis:
    """All points of some parts, ascending."""
    whole = OnAxis(
        np.concatenate([one.x for one in parts]),
        np.concatenate([one.values for one in parts]),
        np.concatenate([one.loops for one in parts]),
        np.concatenate([one.radius for one in parts]),
    )
    return whole[np.argsort(whole.x, kind="stable")]


def on_axis(resolvent: Resolvent, x: Floats, known: OnAxis | None = None) -> OnAxis:
    """G on a grid in ascending order, each point from its neighbours where that leads to the value from above.

    What neighbours led to counts if Im G <= 0 and the ladder's radius is 1 in a band, below 1 outside. All other
    points are followed from above themselves, and some of them, where nothing is known yet.

    Parameters
    ----------
    known
        Points that are known already.
    """
    count = len(x)
    if known is None:
        if count <= 2 * COARSE:
            return from_above(resolvent, x)
        chosen = np.unique(np.append(np.arange(0, count, COARSE), count - 1))
        first = from_above(resolvent, x[chosen])
        rest = np.setdiff1d(np.arange(count), chosen)
        return joined([first, on_axis(resolvent, x[rest], first[np.isfinite(first.values)])])
    known = known[np.isfinite(known.values)]
    all_x = np.concatenate([known.x, x])
    order = np.argsort(all_x, kind="stable")
    all_x, is_new = all_x[order], order >= len(known.x)
    loops = np.full((len(all_x), len(resolvent.plane.symbols)), np.nan, dtype=complex)
    values, radius = np.full(len(all_x), np.nan, dtype=complex), np.full(len(all_x), np.nan)
    loops[~is_new], values[~is_new], radius[~is_new] = known.loops, known.values, known.radius
    is_known, is_tried = ~is_new, np.zeros(len(all_x), dtype=bool)
    while True:
        ends, todo = np.flatnonzero(is_known), np.flatnonzero(~is_known & ~is_tried)
        gap = np.searchsorted(ends, todo)
        todo, gap = (one[(gap > 0) & (gap < len(ends))] for one in (todo, gap))
        if not len(todo):
            break
        _, first_of, lengths = np.unique(gap, return_index=True, return_counts=True)
        middle = first_of + lengths // 2
        new, left, right = todo[middle], ends[gap[middle] - 1], ends[gap[middle]]
        width = all_x[right] - all_x[left]
        weight = np.where(width > 0, (all_x[new] - all_x[left]) / np.where(width > 0, width, 1.0), 0.0)
        guess = loops[left] * (1 - weight)[:, np.newaxis] + loops[right] * weight[:, np.newaxis]
        found, good = resolvent.plane.newton(resolvent.columns(all_x[new] + 0j), guess, EVERYWHERE)
        is_tried[new] = True
        here = _judged(resolvent, all_x[new[good]], found[good])
        right_ones = _stands(here)
        taken = new[good][right_ones]
        values[taken], loops[taken], radius[taken] = (
            here.values[right_ones],
            here.loops[right_ones],
            here.radius[right_ones],
        )
        is_known[taken] = True
    rest = np.flatnonzero(~is_known)
    if len(rest):
        last = from_above(resolvent, all_x[rest])
        values[rest], loops[rest], radius[rest] = last.values, last.loops, last.radius
    return OnAxis(all_x, values, loops, radius)[is_new]


def from_above(resolvent: Resolvent, x: Floats) -> OnAxis:
    """G at any real points, each followed down from the upper half plane.

    Far from an edge Newton's method reaches the axis from high above it, and nearer points need to go on.
    """
    plane, count = resolvent.plane, len(x)
    sizes = np.where(x == 0, resolvent.scale, np.abs(x))
    loops = np.repeat(resolvent.start, count, axis=0)
    if resolvent.sign < 0:
        loops = loops.conj()  # the parameter is in the lower half plane
    values, radius = np.full(count, np.nan, dtype=complex), np.full(count, np.nan)
    begin, across = np.full(count, resolvent.height), np.zeros(count)
    todo = np.arange(count)
    for offset in OFFSETS:
        end = offset * sizes

        def at(
            position: Floats, which: NDArray[np.intp], todo: NDArray[np.intp] = todo, end: Floats = end
        ) -> Columns:
            own = todo[which]
            above = begin[own] * (end[own] / begin[own]) ** position
            real = x[own] * np.maximum(across[own], np.minimum(1.0, 4 * position))
            columns: dict[Expr, Complexes] = resolvent.columns(real + 1j * above)
            return columns

        near, reached = along(plane, at, loops[todo], guarded=True)
        todo = todo[reached]
        loops[todo], begin[todo], across[todo] = near[reached], end[todo], 1.0
        down, good = plane.newton(resolvent.columns(x[todo] + 0j), loops[todo])
        here = _judged(resolvent, x[todo], down)
        good &= _stands(here)
        done = todo[good]
        values[done], loops[done], radius[done] = here.values[good], here.loops[good], here.radius[good]
        todo = todo[~good]
        if not len(todo):
            break
    # Next to an edge, or on an atom, where Newton's method does not settle on the axis, the value just above it.
    if len(todo):
        values[todo], radius[todo] = resolvent.judged(x[todo] + 1j * begin[todo], loops[todo])
    return OnAxis(x, values, loops, radius)


def _judged(resolvent: Resolvent, x: Floats, loops: Complexes) -> OnAxis:
    points = x + 0j
    values, radius = resolvent.judged(points, loops)
    return OnAxis(x, values, loops, radius)


def _stands(here: OnAxis) -> NDArray[np.bool_]:
    """Whether values are those from above."""
    values = here.values
    down = values.imag <= BULK * np.abs(values)
    touching = np.abs(here.radius - 1) < TOUCHING
    return np.asarray(np.isfinite(values) & down & np.where(here.inside, touching, here.radius < 1 + TOUCHING))
