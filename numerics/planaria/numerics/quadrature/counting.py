"""Gauss rules of whole numbers in a row: a sum over 10**18 of them from some twenty terms.

The measure that counts a, a + 1, .., a + L - 1 has orthogonal polynomials, those of Gram (discrete Chebyshev
polynomials), whose recurrence is known in closed form. So its Gauss rule is found to any number of digits however
long the row is, and goes over into that of Gauss and Legendre: a sum needs no integral and no corrections at the
ends. Its weights are positive and it is exact for polynomials of degree 2n - 1, and thus its error for an analytic
function is bounded by the largest ellipse round the row in which the function is regular.
"""

from __future__ import annotations

from functools import lru_cache
from typing import Any

import numpy as np
from mpmath import mp, mpf
from numpy.typing import NDArray

__all__ = ["counting_rule"]

GUARD = 24  # bits


@lru_cache(maxsize=4096)
def counting_rule(length: int, count: int, bits: int) -> tuple[tuple[mpf, ...], tuple[mpf, ...]]:
    """Nodes relative to the middle of the row in units of length/2, and weights relative to `length`.

    Parameters
    ----------
    length
        How many whole numbers follow one another: more than `count`.
    count
        Nodes.
    bits
        Binary digits of both.

    >>> nodes, weights = counting_rule(10, 3, 60)
    >>> with mp.workprec(60):  # 0**4 + .. + 9**4
    ...     print(mp.nstr(10 * sum(w * (mpf(9) / 2 + 5 * x) ** 4 for x, w in zip(nodes, weights)), 12))
    15333.0
    """
    rest = 1 - (np.arange(1, count, dtype=float) / float(length)) ** 2
    beside = np.sqrt(np.arange(1, count) ** 2 * rest / (4.0 * np.arange(1, count) ** 2 - 1))
    starts = np.linalg.eigvalsh(np.diag(beside, 1) + np.diag(beside, -1))[count // 2 :]
    # In fixed point with whole numbers of Python, all nodes at once; the polynomials shrink as 2**-n.
    places = bits + 2 * count + GUARD
    one = 1 << places
    squares = [
        (one * k * k * (length * length - k * k)) // ((4 * k * k - 1) * length * length) for k in range(1, count)
    ]
    at: NDArray[Any] = np.array([int(x * 2.0**60) << (places - 60) for x in starts], dtype=object)
    if count % 2:
        at[0] = 0
    known = 50
    while True:
        value, slope, before = _polynomial(at, squares, one, places)
        if known >= bits + GUARD:
            break
        at = at - value * one // slope
        known *= 2
    norm = one
    for square in squares:
        norm = norm * square >> places
    with mp.workprec(bits + GUARD):
        nodes = [mpf(int(x)) / one for x in at]
        weights = [mpf(norm) * one / (mpf(int(p)) * int(d)) for p, d in zip(before, slope, strict=True)]
        mirrored = slice(1, None) if count % 2 else slice(None)
        opposite = [-x for x in nodes[mirrored]]
    return tuple(opposite[::-1] + nodes), tuple(weights[mirrored][::-1] + weights)


def _polynomial(
    at: NDArray[Any], squares: list[int], one: int, places: int
) -> tuple[NDArray[Any], NDArray[Any], NDArray[Any]]:
    """The monic polynomial of the rule at all nodes, its derivative, and the polynomial before it."""
    before, value = np.array([0 * x for x in at], dtype=object), np.array([one + 0 * x for x in at], dtype=object)
    slope_before, slope = before, before
    for square in [0, *squares]:
        value, before, slope, slope_before = (
            (at * value - square * before) >> places,
            value,
            value + ((at * slope - square * slope_before) >> places),
            slope,
        )
    return value, slope, before
