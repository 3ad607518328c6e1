"""Where a solution goes next: powers, limits that are approached with a power, and constants.

Positions count decimal places of what is changed, so that its powers are powers of ten of them.
"""

from __future__ import annotations

from collections.abc import Sequence
from math import log10
from typing import Any

from flint import arb, ctx
from mpmath import mp, mpf

from planaria.numerics.methods.centres import centre_of

__all__ = ["power_of_ten", "predicted"]

GUARD = 30  # bits of Arb beyond the working precision
STEADY = 1e-3  # an unknown that changes less than this from place to place goes to a limit that is not zero


def predicted(
    positions: Sequence[float], history: Sequence[Sequence[Any]], target: float, *, settling: bool
) -> list[Any]:
    """Each unknown at a target, from its values at the last positions, at mpmath's working precision.

    Parameters
    ----------
    positions, history
        At least two positions in order, and the unknowns there; of more than three the last three count.
    settling
        Whether unknowns that hardly change are taken to approach a limit with a power; else they stay.
    """
    positions, history = positions[-3:], history[-3:]
    last = positions[-1] - positions[-2]
    guess = []
    for column in zip(*history, strict=True):
        ratio = column[-1] / column[-2] if column[-2] else mpf(1)
        if ratio > 0 and abs(ratio - 1) > STEADY * last:
            guess.append(column[-1] * power_of(ratio, mpf(target - positions[-1]) / last))
        else:
            guess.append(column[-1] + (_change_to_come(positions, column, target) if settling else 0))
    return guess


def _change_to_come(positions: Sequence[float], column: Sequence[Any], target: float) -> Any:
    """The change to come of limit + constant * 10**(-power * position), the power a multiple of 1/12."""
    if len(column) < 3 or column[2] == column[1] or column[1] == column[0]:
        return mpf(0)
    if (column[2] - column[1]) / (column[1] - column[0]) <= 0:
        return mpf(0)
    h, k, ahead = positions[1] - positions[0], positions[2] - positions[1], target - positions[2]
    with mp.workdps(20):
        quotient = float(mp.log10((column[1] - column[0]) / (column[2] - column[1])))
    power = 1.0
    for _ in range(50):  # the two changes are as (1 - 10**(-power h)) to 10**(-power h) (1 - 10**(-power k))
        power = max(0.05, (quotient + log10((1 - 10 ** (-power * k)) / (1 - 10 ** (-power * h)))) / h)
    exact = mpf(max(1, round(12 * power))) / 12
    return (column[2] - column[1]) * (1 - power_of_ten(-exact * ahead)) / (power_of_ten(exact * k) - 1)


def power_of(base: Any, exponent: Any) -> Any:
    """A power of a positive number at the working precision: Arb is far faster at thousands of digits."""
    with ctx.workprec(mp.prec + GUARD):
        ball = arb(base) ** arb(exponent)
    return centre_of(ball)


def power_of_ten(exponent: Any) -> Any:
    """A power of ten at the working precision.

    >>> power_of_ten(-2)
    mpf('0.01')
    """
    return power_of(10, exponent)
