"""How a sweep is divided: into blocks of points, and of draws at points, by its shape alone.

The numbers of a block may depend, in their last bits, on what is in it, since its points are solved together. So
the division is part of the sweep, and does not ask how many workers there are.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from math import ceil, prod

__all__ = ["Blocks", "chunk_shape", "draws_chunk", "points_at_once"]

_BLOCKS = 64  # into which a sweep is divided if they are neither too small nor too large
_FEWEST, _MOST = 256, 2**17  # points of a block: below, its fixed cost shows; above, it takes minutes to be lost
_DRAWS = 64  # draws of a block


def points_at_once(points: int) -> int:
    """About how many points make a block, if nothing else is said.

    >>> points_at_once(100), points_at_once(10**6), points_at_once(10**10)
    (256, 15625, 131072)
    """
    return min(max(_FEWEST, ceil(points / _BLOCKS)), _MOST)


def chunk_shape(shape: Sequence[int], last: Sequence[bool], target: int) -> tuple[int, ...]:
    """The shape of blocks of about `target` points.

    Parameters
    ----------
    last
        The axes to divide first: those along which points have nothing in common, as their spectra differ.

    >>> chunk_shape((200, 200, 50), (False, False, True), 10_000)
    (50, 200, 1)
    """
    found, left = [1] * len(shape), max(1, target)
    for place in sorted(range(len(shape)), key=lambda n: (last[n], -n)):
        parts = ceil(shape[place] / min(left, shape[place]))
        found[place] = ceil(shape[place] / parts)
        left = max(1, left // found[place])
    return tuple(found)


def draws_chunk(shape: Sequence[int], draws: int) -> tuple[int, ...]:
    """The shape of blocks of draws: along the points, and then along the draws of each.

    >>> draws_chunk((10, 20), 1000), draws_chunk((10, 20), 8)
    ((1, 1, 63), (1, 7, 8))
    """
    along = ceil(draws / ceil(draws / _DRAWS))
    return (*chunk_shape(shape, [False] * len(shape), max(1, _DRAWS // along)), along)


@dataclass(frozen=True)
class Blocks:
    """A shape in blocks, which are numbered in the order of their places.

    >>> blocks = Blocks((5, 4), (2, 4))
    >>> len(blocks), blocks.region(2)
    (3, (slice(4, 5, None), slice(0, 4, None)))
    """

    shape: tuple[int, ...]
    chunk: tuple[int, ...]

    @property
    def counts(self) -> tuple[int, ...]:
        """The number of blocks along each axis."""
        return tuple(ceil(size / step) for size, step in zip(self.shape, self.chunk, strict=True))

    def __len__(self) -> int:
        return prod(self.counts)

    def region(self, number: int) -> tuple[slice, ...]:
        """Where a block is."""
        found = []
        for size, step, count in zip(
            reversed(self.shape), reversed(self.chunk), reversed(self.counts), strict=True
        ):
            number, place = divmod(number, count)
            found.append(slice(place * step, min((place + 1) * step, size)))
        return tuple(reversed(found))

    def extent(self, number: int) -> tuple[int, ...]:
        """The shape of a block."""
        return tuple(one.stop - one.start for one in self.region(number))
