"""Numbers for things that are compared often, such as functions of eigenvalues: equal ones get one number."""

from __future__ import annotations

from collections.abc import Hashable
from typing import Generic, TypeVar

__all__ = ["Numbering"]

K = TypeVar("K", bound=Hashable)


class Numbering(Generic[K]):
    """Things by number, from 0 in the order in which they are first met.

    Parameters
    ----------
    first
        The things that are to have the first numbers.

    >>> from sympy.abc import a, b
    >>> from planaria.algebra.rational import Ring
    >>> ring = Ring([a, b])
    >>> functions = Numbering(ring.one)
    >>> functions.number(ring(a + b)), functions.number(ring((a**2 - b**2) / (a - b))), functions[1]
    (1, 1, a + b)
    """

    def __init__(self, *first: K) -> None:
        self._things: list[K] = []
        self._numbers: dict[K, int] = {}
        for one in first:
            self.number(one)

    def number(self, thing: K) -> int:
        """The number of a thing, a new one for a new thing."""
        found = self._numbers.get(thing)
        if found is None:
            found = self._numbers[thing] = len(self._things)
            self._things.append(thing)
        return found

    def __getitem__(self, number: int) -> K:
        return self._things[number]

    def __len__(self) -> int:
        return len(self._things)
