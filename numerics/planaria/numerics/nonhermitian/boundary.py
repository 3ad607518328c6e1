"""The boundary of the support: where the ladder's spectral radius of the resolvent reaches 1 from outside.

The resolvent outside of the spectrum is an analytic function, and so is its continuation beyond the boundary. Its
radius crosses 1 there, so that a point of the boundary is a root on a line from outside to inside.
"""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from planaria.numerics.nonhermitian.points import Solver
from planaria.numerics.plane.loops import Complexes

__all__ = ["crossings", "lines_between"]

Floats = NDArray[np.float64]
Flags = NDArray[np.bool_]

ROUNDS = 60
EXACT = 1e-13  # of a line
HALVINGS = 24  # where only the inside is known, as about a hole
WIDEST = 0.5


def crossings(solver: Solver, outside: Complexes, inside: Complexes) -> Complexes:
    """The points of the boundary on lines from points outside to points inside, each of shape (lines,)."""
    _, reached, loops = solver.beyond(outside)
    found = np.empty(len(outside), dtype=complex)
    if reached.any():
        found[reached] = _roots(solver, outside[reached], inside[reached], loops[reached])
    rest = ~reached
    if rest.any():
        found[rest] = _halved(solver, outside[rest], inside[rest])
    return found


def _roots(solver: Solver, outside: Complexes, inside: Complexes, loops: Complexes) -> Complexes:
    """Where the radius is 1, by false position (Illinois) between points below and above 1, or halving."""
    plane, point = solver.outer, solver.question.point
    count = len(outside)
    way = inside - outside
    low, high = np.zeros(count), np.ones(count)
    below = plane.radius({point: outside}, loops) - 1
    above = np.full(count, np.inf)
    side = np.zeros(count)
    for _ in range(ROUNDS):
        with np.errstate(all="ignore"):
            position = np.where(np.isfinite(above), low - below * (high - low) / (above - below), (low + high) / 2)
        position = np.where(np.isfinite(position), position, (low + high) / 2)
        columns = {point: outside + position * way}
        moved, good = plane.newton(columns, loops, WIDEST)
        excess = np.where(good, plane.radius(columns, moved) - 1, np.inf)
        is_below = excess < 0
        above = np.where(is_below & (side < 0), above / 2, above)
        below = np.where(~is_below & (side > 0), below / 2, below)
        low, below = np.where(is_below, position, low), np.where(is_below, excess, below)
        high, above = np.where(is_below, high, position), np.where(is_below, above, excess)
        side = np.where(is_below, -1.0, 1.0)
        loops = np.where(is_below[:, np.newaxis], moved, loops)
        if ((high - low <= EXACT) | (np.abs(excess) <= EXACT)).all():
            break
    return outside + position * way


def _halved(solver: Solver, outside: Complexes, inside: Complexes) -> Complexes:
    for _ in range(HALVINGS):
        middle = (outside + inside) / 2
        is_inside = solver.at(middle).inside
        outside, inside = np.where(is_inside, outside, middle), np.where(is_inside, middle, inside)
    return (outside + inside) / 2


def lines_between(
    solver: Solver, x: NDArray[np.float64], y: NDArray[np.float64], inside: Flags
) -> list[Complexes]:
    """Closed lines between points of a grid inside and outside, each vertex a root on an edge of the grid.

    Parameters
    ----------
    inside
        Of shape (rows, columns); nothing at the border of the grid.
    """
    from contourpy import contour_generator

    columns, rows = np.arange(len(x)), np.arange(len(y))
    lines: list[Floats] = list(contour_generator(columns, rows, np.where(inside, 1.0, -1.0)).lines(0.0))  # type: ignore[arg-type]
    vertices = np.concatenate(lines) if lines else np.empty((0, 2))
    # Between -1 and 1 each vertex is the middle of an edge of the grid.
    first, last = np.floor(vertices).astype(int), np.ceil(vertices).astype(int)
    one, other = x[first[:, 0]] + 1j * y[first[:, 1]], x[last[:, 0]] + 1j * y[last[:, 1]]
    is_first = inside[first[:, 1], first[:, 0]]
    roots = crossings(solver, np.where(is_first, other, one), np.where(is_first, one, other))
    return np.split(roots, np.cumsum([len(line) for line in lines])[:-1]) if lines else []
