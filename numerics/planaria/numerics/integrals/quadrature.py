"""Gauss-Legendre quadrature to a number of digits, of a function that may be singular near both ends of [0, 1].

In v = log((s + a)/(1 + b - s)) a singularity on the real axis beyond -a or beyond 1 + b lies at Im v = pi, and the
interval is as long as log((1 + a)(1 + b)/(a b)): so the nodes that are needed grow with the digits and with the
logarithm of the distance, however near a singularity comes.
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from mpmath import exp, log, mp, mpf
from mpmath.calculus.quadrature import GaussLegendre

from planaria.algebra.errors import InputError

__all__ = ["Quadrature", "integrate"]

_FIRST, _LAST = 2, 9  # degrees of mpmath's rules: 3 * 2**(degree - 1) nodes
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
        rule, previous, before = GaussLegendre(mp), None, None
        for degree in range(_FIRST, _LAST + 1):
            nodes = rule.get_nodes(low, high, degree, mp.prec)
            value = mp.fsum(weight * _transformed(function, v, a, b) for v, weight in nodes)
            if previous is not None:
                difference = abs(value - previous)
                if before is not None and (difference <= _FALLS * before or difference == 0):
                    error = difference * min(difference / before, 1) if before else mpf(0)
                    if error <= mpf(10) ** -digits * max(1, abs(value)):
                        return Quadrature(value, error, len(nodes))
                before = difference
            previous = value
    raise InputError(
        "logdet",
        f"its integral has not settled to {digits} digits on {3 * 2 ** (_LAST - 1)} nodes",
        "ask for fewer digits, or see whether the matrix is positive",
    )


def _transformed(function: Callable[[mpf], mpf], v: mpf, a: mpf, b: mpf) -> mpf:
    e = exp(v)
    s = (e * (1 + b) - a) / (1 + e)
    return function(s) * e * (1 + a + b) / (1 + e) ** 2
