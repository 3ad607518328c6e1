"""A bound on exact work: what is too large is refused before it is begun, at the same place on every machine.

Polynomial arithmetic has no end that could be foreseen from its input, and what exceeds the memory ends the
process. So each operation on polynomials is charged by its number of terms, in units of about a ten-millionth of
a second, and raises where the charge is not covered.

>>> with limited(0.001):
...     charge(1_000_000)
Traceback (most recent call last):
    ...
planaria.algebra.work.WorkLimitError: the work would go beyond its budget
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from contextvars import ContextVar

__all__ = ["WorkLimitError", "charge", "limited"]

UNITS = 1e7  # to a second
LARGEST = 4e6  # term products of one operation, whatever is left: a bound on memory

_left: ContextVar[list[float] | None] = ContextVar("_left", default=None)


class WorkLimitError(ArithmeticError):
    """An operation that the budget does not cover; it was not begun."""


@contextmanager
def limited(seconds: float) -> Iterator[None]:
    """Within this context, exact work of about so many seconds; no more than what an outer context has left."""
    outer = _left.get()
    units = seconds * UNITS
    mine = [units if outer is None else min(units, outer[0])]
    granted = mine[0]
    token = _left.set(mine)
    try:
        yield
    finally:
        _left.reset(token)
        if outer is not None:
            outer[0] -= granted - mine[0]


def charge(cost: float) -> None:
    """Pay for an operation that is about to begin. WorkLimitError where the budget does not cover it."""
    left = _left.get()
    if left is not None:
        if cost > left[0] or cost > LARGEST * 10:
            raise WorkLimitError("the work would go beyond its budget")
        left[0] -= cost
