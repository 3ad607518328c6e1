"""What became of the points of a sweep, counted block by block."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np

from planaria.ensembles.points import PointStatus
from planaria.numerics.datasets.labels import NOT_COMPUTED, Names, code_of, status_of
from planaria.numerics.datasets.plan import Plan

__all__ = ["Tally", "tally"]


@dataclass(frozen=True)
class Tally:
    """How many points of a quantity have which status.

    Attributes
    ----------
    counts
        By status, for those that occur.
    first
        The place of the first point without a value in the order of the grid, and its status; None where there is
        no such point.
    """

    counts: dict[PointStatus, int]
    first: tuple[tuple[int, ...], PointStatus] | None

    @property
    def refused(self) -> int:
        return sum(count for status, count in self.counts.items() if status is not PointStatus.OK)


def tally(plan: Plan, dataset: Any, name: str) -> Tally:
    """Count the statuses of a quantity; what is not computed is not counted."""
    statuses = dataset[Names(name).status]
    blocks = plan.blocks
    numbers = np.zeros(256, dtype=np.int64)
    first: tuple[tuple[int, ...], int] | None = None
    for number in range(len(blocks)):
        region = blocks.region(number)
        own = np.asarray(statuses[region].values)
        numbers += np.bincount(own.ravel(), minlength=256)
        wrong = np.argwhere((own != NOT_COMPUTED) & (own != code_of(PointStatus.OK)))
        if len(wrong):
            place = tuple(int(n) + one.start for n, one in zip(wrong[0], region, strict=True))
            code = int(own[tuple(wrong[0])])
            first = min(first or (place, code), (place, code))
    counts = {status_of(code): int(numbers[code]) for code in np.flatnonzero(numbers).tolist() if code}
    return Tally(counts, None if first is None else (first[0], status_of(first[1])))
