"""Where a spectrum is: bands with their edges, and atoms with their weights.

A scan over the decades of both signs finds the bands; an edge is where the ladder's radius, below 1 outside,
becomes 1. There 1 - radius goes like the root of the distance, so that its square is a straight line to be
followed to zero.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
from numpy.typing import NDArray

from planaria.numerics.plane.path import along
from planaria.numerics.spectral.axis import OnAxis, from_above, on_axis
from planaria.numerics.spectral.resolvent import Resolvent

__all__ = ["Atom", "Band", "atoms_of", "bands_of"]

Floats = NDArray[np.float64]

LEAST, MOST = -7.0, 3.0  # decades about the scale that are scanned
PER_DECADE = 20
SECTIONS = 12
ROUNDS = 4
POLISHED = 5
SAME = 1e-3  # relative change of a weight from one height to the next, of an atom
SMALLEST = 1e-6  # of an atom
HEIGHTS = (1e-8, 1e-10)  # of the scale, above an atom at zero


@dataclass(frozen=True)
class Band:
    """An interval of the spectrum; at zero its density may diverge."""

    low: float
    high: float

    @property
    def pieces(self) -> tuple[tuple[float, float], ...]:
        """The band cut at zero."""
        if self.low < 0 < self.high:
            return (self.low, 0.0), (0.0, self.high)
        return ((self.low, self.high),)


@dataclass(frozen=True)
class Atom:
    """An eigenvalue of a finite share of the dimension."""

    x: float
    weight: float


def scan(resolvent: Resolvent) -> OnAxis:
    """G over all decades of both signs, ascending."""
    count = int((MOST - LEAST) * PER_DECADE) + 1
    sizes = resolvent.scale * 10.0 ** np.linspace(LEAST, MOST, count)
    sides = [on_axis(resolvent, sign * (sizes if sign > 0 else sizes[::-1])) for sign in (-1, 1)]
    return OnAxis(
        np.concatenate([one.x for one in sides]),
        np.concatenate([one.values for one in sides]),
        np.concatenate([one.loops for one in sides]),
        np.concatenate([one.radius for one in sides]),
    )


def bands_of(resolvent: Resolvent, scanned: OnAxis) -> tuple[Band, ...]:
    """The bands, ascending, each edge to about ten digits."""
    x, inside = scanned.x, scanned.inside
    rises = np.flatnonzero(~inside[:-1] & inside[1:])
    falls = np.flatnonzero(inside[:-1] & ~inside[1:])
    middle = len(x) // 2  # the first positive point
    found = []
    for rise, fall in zip(rises, falls[falls > rises[0]] if len(rises) else [], strict=False):
        low = 0.0 if rise + 1 == middle else _edge(resolvent, x[rise], x[rise + 1])
        high = 0.0 if fall == middle - 1 else _edge(resolvent, x[fall + 1], x[fall])
        found.append(Band(low, high))
    return tuple(found)


def _edge(resolvent: Resolvent, outside: float, inside: float) -> float:
    """The edge between a point outside of a band and one inside of it."""
    for _ in range(ROUNDS):
        x = np.linspace(outside, inside, SECTIONS + 1)[1:-1]
        is_in = from_above(resolvent, x).inside
        first = int(np.argmax(is_in)) if is_in.any() else len(x)
        outside, inside = (x[first - 1] if first else outside), (x[first] if first < len(x) else inside)
    # Three points outside, ever nearer: where the parabola through (1 - radius)^2 vanishes.
    edge, width = inside, inside - outside
    for _ in range(POLISHED):
        x = edge - width * np.array([1.0, 2.0, 3.0])
        gap = (1 - from_above(resolvent, x).radius) ** 2
        if not (np.isfinite(gap).all() and gap[0] < gap[1] < gap[2]):
            break
        distance = float(np.polyval(np.polyfit(gap / gap[2], np.array([1.0, 2.0, 3.0]), 2), 0.0))
        moved = edge - width * distance
        if abs(moved - edge) > 3 * abs(width):
            break
        edge, last = moved, edge
        if abs(edge - last) < 1e-12 * abs(edge):
            break
        width *= 0.3
    return float(edge)


def atoms_of(resolvent: Resolvent, scanned: OnAxis) -> tuple[Atom, ...]:
    """Eigenvalues of a finite share: at zero, and poles of G in the gaps."""
    found = []
    heights = 1j * resolvent.scale * np.array(HEIGHTS)
    weights = _weights_at_zero(resolvent, heights)
    if np.isfinite(weights).all() and weights[1] > SMALLEST and abs(weights[0] / weights[1] - 1) < SAME:
        found.append(Atom(0.0, float(weights[1])))
    # In a gap G falls, but where it jumps from minus to plus infinity.
    x, values, outside = scanned.x, scanned.values.real, ~scanned.inside & np.isfinite(scanned.values)
    for k in np.flatnonzero(
        outside[:-1] & outside[1:] & (values[:-1] < 0) & (values[1:] > 0) & (x[:-1] * x[1:] > 0)
    ):
        atom = _pole(resolvent, float(x[k]), float(x[k + 1]))
        if atom is not None and atom.weight > SMALLEST:
            found.append(atom)
    return tuple(sorted(found, key=lambda one: one.x))


def _weights_at_zero(resolvent: Resolvent, points: NDArray[np.complex128]) -> Floats:
    height = resolvent.height
    start = np.repeat(resolvent.start, len(points), axis=0)
    start = start.conj() if resolvent.sign < 0 else start
    ends = points.imag
    loops, good = along(
        resolvent.plane,
        lambda position, which: resolvent.columns(1j * height * (ends[which] / height) ** position),
        start,
        guarded=True,
    )
    weights = (points * resolvent.value(points, loops)).real
    weights[~good] = np.nan
    return np.asarray(weights)


def _pole(resolvent: Resolvent, low: float, high: float) -> Atom | None:
    """The zero of 1/G between two points, by the secant's method, and its residue."""
    one, two = low, high
    f = [1 / from_above(resolvent, np.array([x])).values[0].real for x in (one, two)]
    for _ in range(40):
        if f[1] == f[0]:
            break
        new = two - f[1] * (two - one) / (f[1] - f[0])
        if not low <= new <= high:
            return None
        one, two = two, new
        here = from_above(resolvent, np.array([new]))
        if here.inside[0]:
            return None
        f = [f[1], 1 / here.values[0].real]
        if abs(two - one) <= 1e-13 * abs(two) or not np.isfinite(f[1]):
            break
    slope = (f[1] - f[0]) / (two - one) if two != one else np.nan
    return Atom(float(two), float(1 / slope)) if np.isfinite(slope) else None
