"""Where a spectrum is: bands with their edges, and atoms with their weights.

A scan over the decades of both signs finds the bands, and `planaria.numerics.spectral.edges` where they end. What
bands and atoms hold together says whether one of them was too narrow for the scan.
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import pairwise

import numpy as np
from numpy.typing import NDArray

from planaria.algebra.errors import InputError
from planaria.numerics.plane.path import along
from planaria.numerics.spectral.axis import OnAxis, from_above, joined, on_axis
from planaria.numerics.spectral.edges import folds
from planaria.numerics.spectral.resolvent import Resolvent

__all__ = ["Atom", "Band", "atoms_of", "bands_of", "scan", "searched"]

Floats = NDArray[np.float64]

LEAST, MOST = -12.0, 3.0  # decades about the scale that are scanned
PER_DECADE = 20
SECTIONS = 12
SEARCHES = 6
ROUNDS = 9
FOLDS = 2  # rounds after which an edge is taken for one without a fold
SAME = 1e-3  # relative change of a weight from one height to the next, of an atom
SMALLEST = 1e-6  # of an atom
MOST_SECANTS = 40
NEARBY = 1e-7  # of the distance of two points of the scan, the last step to a pole
BESIDE = 1e-4
# Of the scale, above an atom at zero: where its weight stands, and lower, where a band nearer than the scan shows.
HEIGHTS = (1e-8, 1e-10, 1e-12, 1e-14, 1e-20, 1e-40, 1e-80, 1e-150)


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


def scan(resolvent: Resolvent, per_decade: int = PER_DECADE, known: OnAxis | None = None) -> OnAxis:
    """G over all decades of both signs, ascending; points that are known stay."""
    count = round((MOST - LEAST) * per_decade) + 1
    sizes = resolvent.scale * 10.0 ** np.linspace(LEAST, MOST, count)
    x = np.concatenate([-sizes[::-1], sizes])
    if known is None:
        return on_axis(resolvent, x)
    return joined([known, on_axis(resolvent, np.setdiff1d(x, known.x), known)])


def searched(resolvent: Resolvent, scanned: OnAxis) -> OnAxis:
    """The scan with more points where a gap or a band may hide between two of its points.

    A gap hides at a minimum of the density in a band, a band at a maximum of the ladder's radius in a gap.
    """
    for _ in range(SEARCHES):
        here = scanned[np.isfinite(scanned.values)]
        height = np.where(here.inside, here.rho, 1 - here.radius)
        same = (here.inside[:-2] == here.inside[1:-1]) & (here.inside[2:] == here.inside[1:-1])
        lowest = (height[1:-1] < height[:-2]) & (height[1:-1] < height[2:])
        one_side = (here.x[:-2] > 0) | (here.x[2:] < 0)
        at = np.flatnonzero(same & lowest & one_side) + 1
        new = np.concatenate([(here.x[at - 1] + here.x[at]) / 2, (here.x[at] + here.x[at + 1]) / 2])
        new = np.setdiff1d(new, scanned.x)
        if not len(new):
            break
        scanned = joined([scanned, on_axis(resolvent, new, scanned)])
    return scanned


def bands_of(resolvent: Resolvent, scanned: OnAxis) -> tuple[Band, ...]:
    """The bands, ascending, each edge to about twelve digits."""
    scanned = scanned[np.isfinite(scanned.values)]
    x, inside = scanned.x, scanned.inside
    rises = np.flatnonzero(~inside[:-1] & inside[1:])
    falls = np.flatnonzero(inside[:-1] & ~inside[1:])
    if len(rises) != len(falls) or (len(rises) and (falls < rises).any()):
        raise InputError(
            "density",
            f"the spectrum does not end within 10^{MOST:.0f} times the size of its eigenvalues",
            "give the resolvent of a matrix with a bounded spectrum",
        )
    at_zero = int(np.searchsorted(x, 0.0))  # the first positive point
    ends = np.concatenate([rises, falls])
    out, into = np.concatenate([rises, falls + 1]), np.concatenate([rises + 1, falls])
    edges = np.zeros(len(ends))
    searched = ends + 1 != at_zero
    edges[searched] = _edges(resolvent, scanned[out[searched]], x[into[searched]])
    return tuple(map(Band, map(float, edges[: len(rises)]), map(float, edges[len(rises) :])))


def _edges(resolvent: Resolvent, outside: OnAxis, inside: Floats) -> Floats:
    """The edges between points outside of bands and points inside."""
    found = folds(resolvent, outside.x, inside, outside.loops)
    for turn in range(ROUNDS):
        todo = np.flatnonzero(np.isnan(found))
        if not len(todo):
            return found
        # Nearer: sections of what is left, from above.
        share = np.linspace(0, 1, SECTIONS + 1)[1:-1]
        low, high = outside.x[todo, np.newaxis], inside[todo, np.newaxis]
        here = from_above(resolvent, (low + share * (high - low)).ravel())
        for k, n in enumerate(todo):
            part = here[np.arange(k * len(share), (k + 1) * len(share))]
            part = part[np.isfinite(part.values)]
            first = int(np.argmax(part.inside)) if part.inside.any() else len(part.x)
            if first < len(part.x):
                inside[n] = part.x[first]
            if first:
                for name in ("x", "values", "loops", "radius"):
                    getattr(outside, name)[n] = getattr(part, name)[first - 1]
        if turn < FOLDS:
            found[todo] = folds(resolvent, outside.x[todo], inside[todo], outside.loops[todo])
    # No fold: the loops diverge at such an edge, which is now known to some digits.
    return np.where(np.isnan(found), (outside.x + inside) / 2, found)


def atoms_of(resolvent: Resolvent, scanned: OnAxis) -> tuple[Atom, ...]:
    """Eigenvalues of a finite share: at zero, and poles of G in the gaps.

    Raises InputError for eigenvalues that are not zero, and too near to it for the scan.
    """
    at_zero = _atom_at_zero(_weights_at_zero(resolvent, 1j * resolvent.scale * np.array(HEIGHTS)))
    found = [] if at_zero is None else [at_zero]
    # A point of the scan may be an atom itself: its neighbours show it.
    scanned = scanned[scanned.inside | ~scanned.is_complex]
    # In a gap G falls, but where it jumps from minus to plus infinity.
    x, values, outside = scanned.x, scanned.values.real, ~scanned.inside & np.isfinite(scanned.values)
    for k in np.flatnonzero(
        outside[:-1] & outside[1:] & (values[:-1] < 0) & (values[1:] > 0) & (x[:-1] * x[1:] > 0)
    ):
        atom = _pole(resolvent, scanned, float(x[k]), float(x[k + 1]))
        if atom is not None and atom.weight > SMALLEST:
            found.append(atom)
    return tuple(sorted(found, key=lambda one: one.x))


def _atom_at_zero(weights: Floats) -> Atom | None:
    """The atom where the weight stands from one height to the next, the lowest of them included.

    Raises InputError where it stands and falls off again: what is there is near to zero, and not zero.
    """
    weights = weights[np.isfinite(weights)]
    for n, (above, here) in enumerate(pairwise(weights)):
        if here > SMALLEST and abs(above / here - 1) < SAME:
            lower = weights[n + 2 :]
            if np.count_nonzero(abs(lower / here - 1) >= SAME) > 1:  # one may be of rounding
                problem = f"{here:.3g} of all eigenvalues are nearer to zero than 10^{LEAST:.0f} of their size"
                remedy = "set what makes them so small to 0, or take a matrix of fewer decades"
                raise InputError("density", f"{problem}, and not zero", remedy)
            return Atom(0.0, float(here))
    return None


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


def _pole(resolvent: Resolvent, known: OnAxis, low: float, high: float) -> Atom | None:
    """The zero of 1/G between two points by the secant's method, and its residue; None where there is a band."""

    def at(*places: float) -> Floats:
        here = on_axis(resolvent, np.array(sorted(places)), known)
        return np.where(here.is_complex, np.nan, here.values.real)

    one, two = low, high
    f = [1 / float(at(x)[0]) for x in (one, two)]
    for _ in range(MOST_SECANTS):
        new = two - f[1] * (two - one) / (f[1] - f[0])
        if not low <= new <= high:
            return None
        one, two = two, new
        if abs(two - one) <= NEARBY * (high - low):
            break
        f = [f[1], 1 / float(at(new)[0])]
        if not np.isfinite(f[1]):
            if abs(two - one) <= BESIDE * (high - low):  # on the pole itself
                break
            return None
    # G is weight/(x - pole) and a line: what two points beside the pole say, to the square of their distance.
    step = BESIDE * (high - low)
    below, above = at(two - step, two + step)
    weight = step * (above - below) / 2
    moved = step * (above + below) / (above - below)
    if not np.isfinite(weight) or abs(moved) > step:
        return None
    return Atom(float(two), float(weight))
