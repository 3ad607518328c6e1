"""How far the spectral radius of a ladder's map is from 1, for columns of points.

For a matrix A without negative entries, t = (1 - A)^-1 s with positive s is positive exactly if the radius is
below 1, and then the radius is at most 1 - min(s/t) (Collatz and Wielandt): a bound that needs a few products of
columns. Inverse iteration makes it sharp. Other maps have their eigenvalues made.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["distances", "exact_distances"]

Column = NDArray[np.float64]

TURNS = 3  # of inverse iteration


def distances(entries: Mapping[tuple[int, int], Any], size: int, count: int) -> Column:
    """At most the distance of the radius from 1 at each point: -inf where that is not found here.

    Parameters
    ----------
    entries
        By row and column, each a number or of shape (points,); what is not there is zero.

    >>> distances({(0, 1): np.array([0.25, 4.0]), (1, 0): 1.0}, 2, 2).round(1)
    array([ 0.5, -inf])
    """
    least = np.full(count, np.inf)
    one_minus: dict[tuple[int, int], Any] = {(n, n): 1.0 for n in range(size)}
    for (m, n), value in entries.items():
        least = np.minimum(least, value)
        one_minus[m, n] = one_minus.get((m, n), 0.0) - value
    good = (least >= 0) & np.isfinite(sum(entries.values(), start=np.zeros(count)))
    lower, upper, pivots = _triangles(one_minus, size)
    before: list[Any] = [np.ones(count)] * size
    for turn in range(TURNS):
        after = _solve(lower, upper, pivots, before)
        if turn < TURNS - 1:
            before = after
    found = np.full(count, np.inf)
    for s, t in zip(before, after, strict=True):
        good &= t > 0
        found = np.minimum(found, s / t)
    return np.where(good, found, -np.inf)


def exact_distances(entries: Mapping[tuple[int, int], Any], size: int, count: int) -> Column:
    """The distance of the radius from 1 by eigenvalues; -inf where an entry is not finite."""
    full = np.zeros((count, size, size))
    for (m, n), value in entries.items():
        full[:, m, n] = value
    bad = ~np.isfinite(full).all(axis=(1, 2))
    full[bad] = 0
    found: Column = 1 - np.abs(np.linalg.eigvals(full)).max(axis=1, initial=0.0)
    found[bad] = -np.inf
    return found


Entries = dict[tuple[int, int], Any]


def _triangles(matrix: Mapping[tuple[int, int], Any], size: int) -> tuple[Entries, Entries, list[Any]]:
    """Gauss's elimination without exchanges, which an M-matrix needs not: factors below, above, and pivots."""
    work = dict(matrix)
    lower: Entries = {}
    for k in range(size):
        for m in range(k + 1, size):
            if (m, k) not in work:
                continue
            lower[m, k] = factor = work.pop((m, k)) / work[k, k]
            for n in range(k + 1, size):
                if (k, n) in work:
                    work[m, n] = work.get((m, n), 0.0) - factor * work[k, n]
    return lower, {key: value for key, value in work.items() if key[0] < key[1]}, [work[k, k] for k in range(size)]


def _solve(lower: Entries, upper: Entries, pivots: list[Any], right: list[Any]) -> list[Any]:
    size = len(right)
    found = list(right)
    for (m, k), factor in sorted(lower.items()):
        found[m] = found[m] - factor * found[k]
    for m in reversed(range(size)):
        for n in range(m + 1, size):
            if (m, n) in upper:
                found[m] = found[m] - upper[m, n] * found[n]
        found[m] = found[m] / pivots[m]
    return found
