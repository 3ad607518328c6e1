"""A resolvent on the real axis: reached from above, point by point, or from neighbours that are known."""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray
from sympy import Expr

from planaria.numerics.plane.loops import Columns, Complexes
from planaria.numerics.plane.path import along
from planaria.numerics.spectral.resolvent import Resolvent

__all__ = ["OnAxis", "from_above", "on_axis"]

Floats = NDArray[np.float64]

OFFSET = 1e-10  # of |x|, or of the scale at 0, from which Newton's method goes to the axis
BULK = 1e-7  # imaginary part relative to G from which a point is in a band
TOUCHING = 1e-5  # of the ladder's radius from 1, where it is 1 in a band
COARSE = 16  # every so many points come from above; a power of 2
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
    def inside(self) -> NDArray[np.bool_]:
        return np.asarray(-self.values.imag > BULK * np.abs(self.values), dtype=bool)


def on_axis(resolvent: Resolvent, x: Floats) -> OnAxis:
    """G on a grid in ascending order: some points from above, those between from their neighbours.

    What a neighbour led to counts if it is the value from above: Im G <= 0 and the ladder's radius 1 in a band,
    below 1 outside. All other points are followed from above themselves.
    """
    count = len(x)
    if count <= 2 * COARSE:
        return from_above(resolvent, x)
    chosen = np.unique(np.append(np.arange(0, count, COARSE), count - 1))
    first = from_above(resolvent, x[chosen])
    values = np.full(count, np.nan, dtype=complex)
    loops = np.full((count, len(resolvent.plane.symbols)), np.nan, dtype=complex)
    radius = np.full(count, np.nan)
    values[chosen], loops[chosen], radius[chosen] = first.values, first.loops, first.radius
    stride = COARSE // 2
    while stride:
        new = np.setdiff1d(np.arange(stride, count - stride, 2 * stride), chosen)
        new = new[np.isfinite(values[new - stride]) & np.isfinite(values[new + stride])]
        left, right = new - stride, new + stride
        weight = ((x[new] - x[left]) / (x[right] - x[left]))[:, np.newaxis]
        guess = loops[left] * (1 - weight) + loops[right] * weight
        found, good = resolvent.plane.newton(resolvent.columns(x[new] + 0j), guess, EVERYWHERE)
        new, found = new[good], found[good]
        here = _judged(resolvent, x[new], found)
        right_ones = _stands(here)
        taken = new[right_ones]
        values[taken], loops[taken], radius[taken] = (
            here.values[right_ones],
            here.loops[right_ones],
            here.radius[right_ones],
        )
        stride //= 2
    rest = np.flatnonzero(~np.isfinite(values))
    if len(rest):
        last = from_above(resolvent, x[rest])
        values[rest], loops[rest], radius[rest] = last.values, last.loops, last.radius
    return OnAxis(x, values, loops, radius)


def from_above(resolvent: Resolvent, x: Floats) -> OnAxis:
    """G at any real points, each followed down from the upper half plane."""
    plane, height = resolvent.plane, resolvent.height
    offset = OFFSET * np.where(x == 0, resolvent.scale, np.abs(x))
    start = np.repeat(resolvent.start, len(x), axis=0)
    if resolvent.sign < 0:
        start = start.conj()  # the parameter is in the lower half plane

    def at(position: Floats, which: NDArray[np.intp]) -> Columns:
        above = height * (offset[which] / height) ** position
        across = np.minimum(1.0, 4 * position)
        columns: dict[Expr, Complexes] = resolvent.columns(x[which] * across + 1j * above)
        return columns

    near, reached = along(plane, at, start, guarded=True)
    down, good = plane.newton(resolvent.columns(x + 0j), near)
    here = _judged(resolvent, x, down)
    good &= reached & _stands(here)
    # Next to an edge, or on an atom, where Newton's method does not settle on the axis, the value just above it.
    above = resolvent.value(x + 1j * offset, near)
    values = np.where(good, here.values, np.where(reached, above, np.nan))
    return OnAxis(x, values, np.where(good[:, np.newaxis], down, near), here.radius)


def _judged(resolvent: Resolvent, x: Floats, loops: Complexes) -> OnAxis:
    points = x + 0j
    radius = resolvent.plane.radius(resolvent.columns(points), loops)
    return OnAxis(x, resolvent.value(points, loops), loops, radius)


def _stands(here: OnAxis) -> NDArray[np.bool_]:
    """Whether values are those from above."""
    values = here.values
    down = values.imag <= BULK * np.abs(values)
    touching = np.abs(here.radius - 1) < TOUCHING
    return np.asarray(np.isfinite(values) & down & np.where(here.inside, touching, here.radius < 1 + TOUCHING))
