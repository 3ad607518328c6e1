"""Spectral sums over one pole as piecewise polynomials in its logarithm: what a sum costs does not depend on M.

As a function of t = log Delta a sum of positive terms lambda**a / (lambda + Delta)**b is analytic where
|Im t| < pi. On the ellipse round an interval with half-axes X and Y < pi it is at most
exp(b (X + half)) / cos(Y/2)**b times its least value there, as |lambda + exp(t)| is at least
cos(Y/2) (lambda + exp(Re t)) and a step d of t changes the sum by at most exp(b d). So interpolation at n nodes of
Chebyshev errs by at most 4 rho**(1 - n) / (rho - 1) times that, relative, rho being (X + Y) / half.
"""

from __future__ import annotations

from functools import lru_cache
from math import cos, exp, hypot, pi

import numpy as np
from numpy.polynomial.chebyshev import cheb2poly, chebvander
from numpy.typing import NDArray

__all__ = ["PIECE", "TARGET", "Table", "interpolation_bound", "nodes_needed"]

Floats = NDArray[np.float64]

PIECE = 0.5  # length of an interval of the logarithm
TARGET = 1e-15  # relative, of the bound
HEIGHTS = 60
MOST_NODES = 30


def interpolation_bound(power: int, count: int) -> float:
    """A bound on the relative error with so many nodes for sums with a power of the denominator.

    >>> interpolation_bound(2, 20) < 1e-15 < interpolation_bound(2, 10)
    True
    """
    half, best = PIECE / 2, float("inf")
    for k in range(1, HEIGHTS):
        height = pi * k / HEIGHTS
        across = hypot(height, half)
        rho = (across + height) / half
        growth = exp(power * (across + half)) / cos(height / 2) ** power
        best = min(best, 4 * growth * rho ** (1 - count) / (rho - 1))
    return best


@lru_cache(maxsize=64)
def nodes_needed(power: int) -> int:
    """How many nodes bring the bound below the target."""
    return next((n for n in range(2, MOST_NODES) if interpolation_bound(power, n) <= TARGET), MOST_NODES)


@lru_cache(maxsize=32)
def _powers(count: int) -> Floats:
    """The coefficients of the Chebyshev polynomials, row by row."""
    rows = [cheb2poly(row) for row in np.eye(count)]
    return np.stack([np.pad(row, (0, count - len(row))) for row in rows])


class Table:
    """One sum on intervals of the logarithm of its pole.

    Parameters
    ----------
    sum_at
        The sum at poles of shape (points,).
    power
        Of its denominator.
    first, last
        The intervals, by their numbers: number k begins at k * PIECE.

    >>> nodes = np.array([[0.5], [2.0]])
    >>> table = Table(lambda pole: (nodes / (nodes + pole)).sum(axis=0), 1, -8, 7)
    >>> t = np.array([-3.99, 0.3, 3.7])
    >>> right = (nodes / (nodes + np.exp(t))).sum(axis=0)
    >>> bool(np.abs(table.at(*table.place(t)) / right - 1).max() < 5e-15)  # the logarithm is rounded, too
    True
    """

    def __init__(self, sum_at, power: int, first: int, last: int) -> None:  # type: ignore[no-untyped-def]
        count = nodes_needed(power)
        angles = pi * (np.arange(count) + 0.5) / count
        inside = np.cos(angles)
        begins = np.arange(first, last + 1) * PIECE
        places = begins[:, np.newaxis] + PIECE * (inside + 1) / 2
        values = np.asarray(sum_at(np.exp(places.ravel()))).reshape(places.shape)
        factors = chebvander(inside, count - 1) * 2 / count
        factors[:, 0] /= 2
        chebyshev = values @ factors
        self.coefficients = np.ascontiguousarray((chebyshev @ _powers(count)).T)
        self.first, self.last = first, last

    def place(self, logarithms: Floats) -> tuple[NDArray[np.int64], Floats]:
        """The interval of each point, from the first one on, and where in it the point is, from -1 to 1."""
        scaled = logarithms * (1 / PIECE) - self.first
        piece = np.clip(scaled, 0, self.last - self.first).astype(np.int64)
        return piece, 2 * (scaled - piece) - 1

    def at(self, piece: NDArray[np.int64], inside: Floats) -> Floats:
        """The sum at the places that `place` gives."""
        rows = self.coefficients
        total: Floats = rows[-1].take(piece)
        for row in rows[-2::-1]:
            total *= inside
            total += row.take(piece)
        return total
