"""Gauss-Legendre quadrature to a number of digits, of a function that may be singular near both ends of [0, 1].

In v = log((s + a)/(1 + b - s)) a singularity on the real axis beyond -a or beyond 1 + b lies at Im v = pi, and the
interval is as long as log((1 + a)(1 + b)/(a b)): so the nodes that are needed grow with the digits and with the
logarithm of the distance, however near a singularity comes. How many, Bernstein's ellipse through that line says.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import lru_cache
from math import asinh, ceil, log, pi
from typing import TypeAlias

from flint import arb, ctx
from mpmath import exp, expm1, mp, mpf

from planaria.algebra.errors import InputError
from planaria.numerics.points.balls import GUARD, from_ball

__all__ = ["Integrand", "Quadrature", "integrate"]

Integrand: TypeAlias = Callable[[mpf, mpf], tuple[mpf, mpf]]
"""A function of s and 1 - s, each with all its digits: the value, and the size of the numbers that are rounded in
it."""

_FEWEST, _MOST = 4, 768  # nodes
_FALLS = mpf("0.1")  # how much smaller each difference must be than the one before, where the rule converges
_PARTS = 3  # rules up to the one that is expected to do
_STEPS = (
    1,
    2,
    3,
    4,
    6,
    8,
    12,
    16,
    24,
    32,
    48,
    64,
    96,
    128,
    192,
)  # each no less than twice the last, less that before


@dataclass(frozen=True)
class Quadrature:
    """An integral; a bound on its error; the integral of the size of what is rounded; the number of nodes."""

    value: mpf
    error: mpf
    size: mpf
    nodes: int


def integrate(function: Integrand, near_zero: mpf, near_one: mpf, digits: int) -> Quadrature:
    """The integral from 0 to 1.

    Parameters
    ----------
    near_zero, near_one
        About how far beyond 0 and 1 the function may be singular.
    digits
        The decimal places of the result that must stand, relative to the largest of 1 and the result.

    Returns
    -------
    The error is the difference that more nodes made, times the ratio of that difference to the one before, of
    as many nodes or fewer: an analytic function gains at least that factor again.

    Raises
    ------
    InputError
        Where the result does not settle.

    >>> with mp.workdps(30):
    ...     found = integrate(lambda s, rest: (1 / (s + mpf("1e-8")), 1 / s), mpf("1e-8"), mpf(1), 20)
    ...     difference = abs(found.value - mp.log(1 + mpf("1e8")))
    >>> found.nodes < 100, bool(difference < 1e-20)
    (True, True)
    """
    a, b = near_zero, near_one
    with mp.workdps(digits + 10):
        low, high = mp.log(a / (1 + b)), mp.log((1 + a) / b)
        middle, half = (low + high) / 2, (high - low) / 2
        gain = asinh(pi / float(half))  # logarithm of the sum of the half axes of the ellipse
        step = max(_FEWEST, ceil(digits * log(10) / (2 * gain) / _PARTS))
        previous = before = None
        most = max(_MOST, _STEPS[-4] * step)
        for count in (step * n for n in _STEPS if step * n <= most):
            value = size = mpf(0)
            for x, weight in _rule(count, mp.prec):
                v = middle + half * x
                e = exp(v)
                s, rest = a * expm1(v - low) / (1 + e), -(1 + a) * expm1(v - high) / (1 + e)
                factor = half * weight * e * (1 + a + b) / (1 + e) ** 2
                own, own_size = function(s, rest)
                value += factor * own
                size += factor * own_size
            if previous is not None:
                difference = abs(value - previous)
                allowed = mpf(10) ** -digits * max(1, abs(value))
                if before is not None and difference <= _FALLS * before:
                    error = difference * difference / before if before else mpf(0)
                    if error <= allowed:
                        return Quadrature(value, error, size, count)
                if before is not None and max(difference, before) <= allowed:  # what is left is rounding
                    return Quadrature(value, difference, size, count)
                before = difference
            previous = value
    raise InputError(
        "logdet",
        f"its integral has not settled to {digits} digits on {count} nodes",
        "ask for fewer digits, or see whether the matrix is positive",
    )


@lru_cache(maxsize=32)
def _rule(count: int, bits: int) -> tuple[tuple[mpf, mpf], ...]:
    """The nodes of Gauss and Legendre on [-1, 1], each with its weight."""
    with ctx.workprec(bits + GUARD), mp.workprec(bits):
        pairs = (arb.legendre_p_root(count, k, weight=True) for k in range(count))
        return tuple((from_ball(node), from_ball(weight)) for node, weight in pairs)
