"""Where Newton's method starts at many points: from points that are known, and the slopes of their unknowns.

In one coordinate the logarithms of the unknowns are interpolated by cubics between two neighbours (Hermite). In
several, space is cut into cells, smaller and smaller ones; a known point of the smallest cell that has one tells
the unknowns of the others in it, along its slopes. So points are near without a search for the nearest.
"""

from __future__ import annotations

from typing import Any

import numpy as np
from numpy.typing import NDArray

__all__ = ["Known", "coordinates"]

Floats = NDArray[np.float64]

LONGEST = 3.0  # of a step along slopes, in the logarithm of an unknown
MOST_BITS = 60  # of the number of a cell


def coordinates(columns: dict[str, Floats], count: int) -> dict[str, Floats]:
    """Where the points are, by parameters that change: logarithms of what is positive."""
    found = {}
    for name, column in columns.items():
        own = np.log(column) if (column > 0).all() else column / (np.abs(column).max() or 1.0)
        if np.ptp(own) > 0:
            found[name] = own
    return found


class Known:
    """Points that are known.

    Parameters
    ----------
    where
        Coordinates, of shape (points, coordinates).
    unknowns
        Of shape (points, unknowns).
    slopes
        Of the logarithms of unknowns by coordinates, of shape (points, unknowns, coordinates).

    >>> where = np.linspace(0.0, 1.0, 5)[:, np.newaxis]
    >>> known = Known(where, np.exp(where**3), 3 * where[:, :, np.newaxis] ** 2)
    >>> known.predicted(np.array([[0.6]])).round(12) == np.exp(0.6**3).round(12)
    array([[ True]])
    """

    def __init__(self, where: Floats, unknowns: Floats, slopes: Floats) -> None:
        self.where, self.unknowns, self.slopes = where, unknowns, slopes
        if where.shape[1] == 1:
            order = np.argsort(where[:, 0], kind="stable")
            self.where, self.unknowns, self.slopes = where[order], unknowns[order], slopes[order]
            return
        self.low = where.min(axis=0)
        self.range = np.ptp(where, axis=0)
        self.levels = self._levels()
        self.tables = [self._table(bits) for bits in self.levels]

    def predicted(self, targets: Floats) -> Floats:
        """Unknowns to start from at points with these coordinates."""
        if self.where.shape[1] == 1 and len(self.where) > 1:
            return self._between(targets[:, 0])
        places = np.zeros(len(targets), dtype=np.int64) if self.where.shape[1] == 1 else self._places(targets)
        step = np.einsum("puc,pc->pu", self.slopes[places], targets - self.where[places])
        start: Floats = self.unknowns[places] * np.exp(np.clip(step, -LONGEST, LONGEST))
        return start

    def _between(self, targets: Floats) -> Floats:
        line = self.where[:, 0]
        right = np.clip(np.searchsorted(line, targets), 1, len(line) - 1)
        left = right - 1
        gap = line[right] - line[left]
        safe = np.where(gap > 0, gap, 1.0)
        t = np.clip(np.where(gap > 0, (targets - line[left]) / safe, 0.0), 0.0, 1.0)[:, np.newaxis]
        logs = np.log(np.abs(self.unknowns))
        rise = logs[right] - logs[left]
        a, b = (self.slopes[side, :, 0] * gap[:, np.newaxis] for side in (left, right))
        # Hermite's cubic, relative to the left end.
        step = t * (a + t * ((3 * rise - 2 * a - b) + t * (a + b - 2 * rise)))
        start: Floats = self.unknowns[left] * np.exp(np.where(np.isfinite(step), step, 0.0))
        return start

    # -- cells -------------------------------------------------------------------------------------------------

    def _levels(self) -> list[int]:
        """Halvings of the longest side, from some two cells for a point to one cell in all."""
        most, width = self.range.max() or 1.0, self.where.shape[1]
        bits = 0
        while bits < MOST_BITS // width and np.prod(np.ceil(self.range / most * 2**bits + 1e-9)) < 2 * len(
            self.where
        ):
            bits += 1
        return list(range(bits, -1, -1))

    def _cells(self, where: Floats, bits: int) -> NDArray[np.int64]:
        most = self.range.max() or 1.0
        inside = np.clip((where - self.low) / most, 0.0, 1.0)
        number = np.zeros(len(where), dtype=np.int64)
        for column in inside.T:
            number = (number << bits) + np.minimum((column * 2**bits).astype(np.int64), 2**bits - 1)
        return number

    def _table(self, bits: int) -> tuple[NDArray[np.int64], NDArray[Any]]:
        cells, first = np.unique(self._cells(self.where, bits), return_index=True)
        return cells, first

    def _places(self, targets: Floats) -> NDArray[Any]:
        """A known point in the smallest cell of each target that has one."""
        places = np.zeros(len(targets), dtype=np.int64)
        open_ = np.arange(len(targets))
        for bits, (cells, first) in zip(self.levels, self.tables, strict=True):
            if not len(open_):
                break
            own = self._cells(targets[open_], bits)
            at = np.minimum(np.searchsorted(cells, own), len(cells) - 1)
            hit = cells[at] == own
            places[open_[hit]] = first[at[hit]]
            open_ = open_[~hit]
        return places
