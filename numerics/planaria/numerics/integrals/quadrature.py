"""Gauss-Legendre quadrature to a number of digits, of a function that may be singular near both ends of [0, 1].

In v = log((s + a)/(1 + b - s)) a singularity on the real axis beyond -a or beyond 1 + b lies at Im v = pi, and the
interval is as long as log((1 + a)(1 + b)/(a b)): so the nodes that are needed grow with the digits and with the
logarithm of the distance, however near a singularity comes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache

from flint import arb, ctx
from mpmath import exp, log, mp, mpf

from planaria.algebra.errors import InputError
from planaria.numerics.points.balls import GUARD, from_ball

__all__ = ["Quadrature", "integrate"]

_FEWEST, _MOST = 6, 768  # nodes
_FALLS = mpf("0.1")  # how much smaller each difference must be than the one before, where the rule converges


@dataclass(frozen=True)
class Quadrature:
    """An integral; a bound on its error; the number of nodes."""

    value: mpf
    error: mpf
    nodes: int


def integrate(function: Callable[[mpf], mpf], near_zero: mpf, near_one: mpf, digits: int) -> Quadrature:
    """The integral from 0 to 1.

    Parameters
    ----------
    near_zero, near_one
        About how far beyond 0 and 1 the function may be singular.
    digits
        The decimal places of the result that must stand, relative to the largest of 1 and the result.

    Returns
    -------
    The error is the difference that twice the nodes made, times the ratio of that difference to the one before:
    an analytic function gains at least that factor again.

    Raises
    ------
    InputError
        Where the result does not settle.

    >>> with mp.workdps(30):
    ...     found = integrate(lambda s: 1 / (s + mpf("1e-8")), mpf("1e-8"), mpf(1), 20)
    ...     difference = abs(found.value - mp.log(1 + mpf("1e8")))
    >>> found.nodes, bool(difference < 1e-20)
    (96, True)
    """
    a, b = near_zero, near_one
    with mp.workdps(digits + 10 - int(log(a * b, 10))):  # 1 - s keeps its digits where it is as small as b
        low, high = log(a / (1 + b)), log((1 + a) / b)
        middle, half = (low + high) / 2, (high - low) / 2
        previous = before = None
        count = _FEWEST
        while count <= _MOST:
            rule = _rule(count, mp.prec)
            value = half * mp.fsum(w * _transformed(function, middle + half * x, a, b) for x, w in rule)
            if previous is not None:
                difference = abs(value - previous)
                if before is not None and (difference <= _FALLS * before or difference == 0):
                    error = difference * min(difference / before, 1) if before else mpf(0)
                    if error <= mpf(10) ** -digits * max(1, abs(value)):
                        return Quadrature(value, error, count)
                before = difference
            previous, count = value, 2 * count
    raise InputError(
        "logdet",
        f"its integral has not settled to {digits} digits on {_MOST} nodes",
        "ask for fewer digits, or see whether the matrix is positive",
    )


@lru_cache(maxsize=32)
def _rule(count: int, bits: int) -> tuple[tuple[mpf, mpf], ...]:
    """The nodes of Gauss and Legendre on [-1, 1], each with its weight."""
    with ctx.workprec(bits + GUARD), mp.workprec(bits):
        pairs = (arb.legendre_p_root(count, k, weight=True) for k in range(count))
        return tuple((from_ball(node), from_ball(weight)) for node, weight in pairs)


def _transformed(function: Callable[[mpf], mpf], v: mpf, a: mpf, b: mpf) -> mpf:
    e = exp(v)
    s = (e * (1 + b) - a) / (1 + e)
    return function(s) * e * (1 + a + b) / (1 + e) ** 2
